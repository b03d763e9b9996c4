// Products of int8 activations (int8_rows.h) with low-bit weights (block_reader.h), read where they lie.
//
//   few rows   each block is taken apart once and met by every row: at the memory's speed for one row
//   many rows  a panel of weights is taken apart into the thread's scratch, four bytes along k of some rows
//              side by side, and every row passes by
//
// The sums of products within a run are exact integers; across runs they are added in f32 in the order of k,
// whatever the tile or the thread; by few rows and by many in different orders.
#include <algorithm>
#include <array>
#include <functional>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/kernels/block_reader.h"
#include "cpu/compiler/kernels/custom.h"
#include "cpu/compiler/kernels/int8_rows.h"
#include "cpu/compiler/kernels/quads.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kFewRows = 2;
constexpr size_t kHalves = 2;          // a panel's rows of weights: so many vectors
constexpr int64_t kTokenBlock = 128;   // rows of activations that meet a panel: they stay in the L2 cache
constexpr int64_t kBytesAhead = 2048;  // of prefetches: measured with bench_kernels

int64_t tiles(int64_t size, int64_t tile) { return (size + tile - 1) / tile; }

class BlockDot {
 public:
  BlockDot(Frame& frame, BlockFormat format)
      : frame_(frame),
        b_(frame.b()),
        reader_(b_, format, math_target_for(frame.level())),
        quads_(b_, frame.level(), reader_.is_signed()),
        rows_(frame.spec().outputs[0].dims[0]),
        columns_(frame.spec().outputs[0].dims[1]),
        x_{shape(0).dims[1] * 2 / 3},
        blocks_(shape(1).dims[1] / reader_.bytes()),
        half_(quads_.lanes()),
        panel_(half_ * static_cast<int64_t>(kHalves)) {
    // As many rows of activations at once as there are registers for sums, in tiles as equal as can be.
    const int64_t most = vector_target_for(frame.level()).bits == 512 ? 6 : 4;
    tokens_ = std::min(tiles(rows_, tiles(rows_, most)), most);
    token_block_ = kTokenBlock / tokens_ * tokens_;
  }

  KernelShape emit() { return rows_ <= kFewRows ? few_rows() : many_rows(); }

 private:
  const Shape& shape(size_t operand) const { return frame_.operand_shape(operand); }
  Value* number(int64_t value) { return frame_.number(value); }
  Value* at(Value* from, Value* bytes) { return b_.CreateInBoundsGEP(b_.getInt8Ty(), from, bytes); }
  Value* at(Value* from, int64_t bytes) { return at(from, number(bytes)); }
  llvm::Type* floats(int64_t lanes) {
    return llvm::FixedVectorType::get(b_.getFloatTy(), static_cast<unsigned>(lanes));
  }
  Value* load(llvm::Type* type, Value* address) {
    return b_.CreateAlignedLoad(type, address, llvm::Align(1));
  }
  void store(Value* value, Value* address) { b_.CreateAlignedStore(value, address, llvm::Align(1)); }
  Value* splat(Value* scalar, int64_t lanes) {
    return b_.CreateVectorSplat(static_cast<unsigned>(lanes), scalar);
  }
  AllocaInst* zeroed(llvm::Type* type) {
    AllocaInst* variable = frame_.variable(type);
    b_.CreateStore(llvm::Constant::getNullValue(type), variable);
    return variable;
  }
  void add_to(AllocaInst* sum, Value* x, Value* y) {
    b_.CreateStore(frame_.multiply_add(x, y, b_.CreateLoad(sum->getAllocatedType(), sum)), sum);
  }
  int64_t weight_row_bytes() const { return shape(1).dims[1]; }
  // What lies beyond the last row repeats it, and is not stored.
  Value* clamped(Value* row, int64_t count) {
    return b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, row, number(count - 1));
  }
  Value* weight_row(Value* row) {
    return at(frame_.operand(1), b_.CreateMul(clamped(row, columns_), number(weight_row_bytes())));
  }
  Value* x_row(Value* row) {
    return at(frame_.operand(0), b_.CreateMul(clamped(row, rows_), number(x_.row_bytes())));
  }
  void prefetch(Value* address, int64_t ahead) {  // which may lie beyond the weights
    frame_.prefetch(b_.CreateConstGEP1_64(b_.getInt8Ty(), address, static_cast<uint64_t>(ahead)));
  }
  // The offset of element `index` of a table of f32 at `offset` in a row of activations.
  Value* in_table(int64_t offset, Value* index) {
    return b_.CreateAdd(b_.CreateMul(index, number(4)), number(offset));
  }

  // Few rows.

  // One row of weights after the other, so that memory is read in one stream; of each, some blocks at once,
  // whose scales fill a vector: `unit` of them.
  KernelShape few_rows() {
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* column) { few_rows_column(column); });
    const int64_t work = blocks_ * reader_.weights() * rows_;
    return {columns_, std::max<int64_t>(1, 2 * kGrainElements / work), 0};
  }

  struct Totals {
    // By row of activations. Two sums of vectors, or one addition would wait for the other.
    std::vector<std::array<AllocaInst*, 2>> sums;
    std::vector<AllocaInst*> odd;     // <8 x f32>, for a last group that fills half a vector
    std::vector<AllocaInst*> minima;  // a lane per run of a unit
  };

  void few_rows_column(Value* column) {
    const int64_t unit = reader_.runs() == 1 ? 4 : 1, rest = blocks_ % unit;
    Value* weights = at(frame_.operand(1), b_.CreateMul(column, number(weight_row_bytes())));
    std::vector<Value*> xs;
    Totals totals;
    for (int64_t m = 0; m < rows_; ++m) {
      xs.push_back(x_row(number(m)));
      totals.sums.push_back({zeroed(floats(half_)), zeroed(floats(half_))});
      totals.minima.push_back(zeroed(floats(unit * reader_.runs())));
    }
    frame_.loop(number(0), number(blocks_ - rest), unit,
                [&](Value* block) { few_rows_unit(weights, block, unit, xs, totals); });
    Totals last{totals.sums, {}, {}};
    if (rest > 0) {
      if (rest * reader_.groups() % groups_at_once() != 0)
        for (int64_t m = 0; m < rows_; ++m) last.odd.push_back(zeroed(floats(8)));
      for (int64_t m = 0; m < rows_; ++m) last.minima.push_back(zeroed(floats(rest * reader_.runs())));
      few_rows_unit(weights, number(blocks_ - rest), rest, xs, last);
    }
    for (size_t m = 0; m < xs.size(); ++m) {
      Value* total = frame_.horizontal_sum(b_.CreateFAdd(b_.CreateLoad(floats(half_), totals.sums[m][0]),
                                                         b_.CreateLoad(floats(half_), totals.sums[m][1])));
      if (!last.odd.empty()) total = b_.CreateFAdd(total, total_of(last.odd[m]));
      if (reader_.has_minimum()) total = b_.CreateFAdd(total, total_of(totals.minima[m]));
      if (reader_.has_minimum() && rest > 0) total = b_.CreateFAdd(total, total_of(last.minima[m]));
      frame_.store(0, b_.CreateAdd(number(static_cast<int64_t>(m) * columns_), column), total);
    }
  }

  Value* total_of(AllocaInst* sums) {
    return frame_.horizontal_sum(b_.CreateLoad(sums->getAllocatedType(), sums));
  }

  void few_rows_unit(Value* weights, Value* block, int64_t unit, const std::vector<Value*>& xs,
                     const Totals& totals) {
    Value* first = at(weights, b_.CreateMul(block, number(reader_.bytes())));
    for (int64_t line = 0; line < unit * reader_.bytes(); line += 64) prefetch(at(first, line), kBytesAhead);
    std::vector<Value*> addresses;
    for (int64_t i = 0; i < unit; ++i) addresses.push_back(at(first, i * reader_.bytes()));
    const int64_t groups = unit * reader_.groups();
    const auto quants = [&](int64_t group) {
      std::vector<BlockReader::Group> at_once;
      for (int64_t i = group; i < std::min(group + groups_at_once(), groups); ++i)
        at_once.push_back({addresses[static_cast<size_t>(i / reader_.groups())], i % reader_.groups()});
      return quads_.prepare(reader_.quants(at_once));
    };
    // Scales that are picked out of whole registers come later, or LLVM would pick the weights out of these.
    const bool picks_scales = half_ == 16 && unit == 4;
    std::vector<Quads::Weights> taken;
    for (int64_t group = 0; picks_scales && group < groups; group += groups_at_once())
      taken.push_back(quants(group));
    const BlockReader::Scales scales =
        picks_scales ? reader_.scales_of_four(first) : reader_.scales(addresses);
    const bool by_16 = reader_.run() == 16;
    std::vector<Value*> factors;  // scale of weights · scale of activations, by row of activations
    for (size_t m = 0; m < xs.size(); ++m) {
      factors.push_back(b_.CreateFMul(scales.scale[0], x_table(xs[m], block, unit, x_.scales(), 32)));
      if (reader_.has_minimum())
        add_to(totals.minima[m], scales.minimum[0],
               x_table(xs[m], block, unit, by_16 ? x_.sums_of_16() : x_.sums_of_32(), reader_.run()));
    }
    for (int64_t group = 0; group < groups; group += groups_at_once()) {
      const Quads::Weights q =
          picks_scales ? taken[static_cast<size_t>(group / groups_at_once())] : quants(group);
      const int64_t count = std::min(groups_at_once(), groups - group);
      Value* index = b_.CreateAdd(b_.CreateMul(block, number(reader_.groups())), number(group));
      for (size_t m = 0; m < xs.size(); ++m) {
        Value* x = load(q.bytes->getType(), at(xs[m], b_.CreateMul(index, number(kInt8Block))));
        Value* products = quads_.add(quads_.start(q), q, quads_.activations(x));
        AllocaInst* sum = count == groups_at_once()
                              ? totals.sums[m][static_cast<size_t>(group / groups_at_once() % 2)]
                              : totals.odd[m];
        add_to(sum, to_float(products), run_lanes(factors[m], group, count));
      }
    }
  }

  // 32 weights each, of which a vector takes so many.
  int64_t groups_at_once() const { return half_ / 8; }

  // What a table of the activations, with an entry per `each` elements, holds for these blocks: a lane per
  // run.
  Value* x_table(Value* x, Value* block, int64_t unit, int64_t offset, int64_t each) {
    const int64_t per_block = reader_.weights() / each;
    Value* address = at(x, in_table(offset, b_.CreateMul(block, number(per_block))));
    Value* table = load(floats(unit * per_block), address);
    if (each == reader_.run()) return table;
    std::vector<int> twice;  // two runs share a scale of activations
    for (int i = 0; i < static_cast<int>(unit * reader_.runs()); ++i) twice.push_back(i / 2);
    return b_.CreateShuffleVector(table, twice);
  }

  // The factors of the runs of `count` groups, where their sums lie, 8 lanes per group.
  Value* run_lanes(Value* vector, int64_t group, int64_t count) {
    const int per_group = static_cast<int>(kInt8Block / reader_.run());
    std::vector<int> lanes;
    for (int i = 0; i < 8 * count; ++i)
      lanes.push_back(static_cast<int>(group) * per_group + i * per_group / 8);
    return b_.CreateShuffleVector(vector, lanes);
  }
  Value* to_float(Value* integers) {
    const auto* type = llvm::cast<llvm::FixedVectorType>(integers->getType());
    return b_.CreateSIToFP(integers, floats(type->getNumElements()));
  }

  // Many rows.

  // The panel in the scratch: bytes [K/4][panel][4], scales f32 [runs][panel], minima likewise. For biased
  // activations also what their sums begin with, i32 [runs][panel], and the activations of one tile.
  int64_t depth() const { return x_.depth; }
  int64_t all_runs() const { return blocks_ * reader_.runs(); }
  int64_t scales_at() const { return depth() * panel_; }
  int64_t minima_at() const { return scales_at() + all_runs() * panel_ * 4; }
  int64_t starts_at() const { return minima_at() + (reader_.has_minimum() ? all_runs() * panel_ * 4 : 0); }
  int64_t biased_at() const { return starts_at() + (quads_.is_biased() ? all_runs() * panel_ * 4 : 0); }
  int64_t panel_bytes() const { return biased_at() + (quads_.is_biased() ? tokens_ * depth() : 0); }

  KernelShape many_rows() {
    Value* panel = frame_.scratch();
    const int64_t panels = tiles(columns_, panel_);
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      Value* first = b_.CreateMul(b_.CreateURem(item, number(panels)), number(panel_));
      Value* from = b_.CreateMul(b_.CreateUDiv(item, number(panels)), number(token_block_));
      Value* to = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, b_.CreateAdd(from, number(token_block_)),
                                           number(rows_));
      for (int64_t row = 0; row < panel_; row += half_) unpack(panel, first, row);
      frame_.loop(from, to, tokens_, [&](Value* token) { meet(panel, first, token); });
    });
    return {panels * tiles(rows_, token_block_), 1, panel_bytes()};
  }

  // The panel's rows from `row` on.
  void unpack(Value* panel, Value* first, int64_t row) {
    std::vector<Value*> rows;
    Value* begin = weight_row(first);
    for (int64_t r = row; r < row + half_; ++r)
      rows.push_back(columns_ % panel_ == 0 ? at(begin, r * weight_row_bytes())
                                            : weight_row(b_.CreateAdd(first, number(r))));
    frame_.loop(number(0), number(blocks_), 1, [&](Value* block) {
      std::vector<Value*> addresses;
      for (Value* of_row : rows)
        addresses.push_back(at(of_row, b_.CreateMul(block, number(reader_.bytes()))));
      if (!waits_for_memory())
        for (Value* address : addresses)
          prefetch(address, half_ * weight_row_bytes());  // the rows after these
      unpack_scales(panel, block, row, reader_.scales(addresses));
      for (int64_t group = 0; group < reader_.groups(); ++group) {
        const std::vector<Value*> words = reader_.quants_of_all(addresses, group);
        Value* index = b_.CreateAdd(b_.CreateMul(block, number(reader_.groups())), number(group));
        Value* to = at(panel, b_.CreateMul(index, number(kInt8Block * panel_)));
        for (size_t k = 0; k < words.size(); ++k)
          store(words[k], at(to, (static_cast<int64_t>(k) * panel_ + row) * 4));
        if (quads_.is_biased()) unpack_starts(panel, index, row, words);
      }
    });
  }

  // For a format with one run per group.
  void unpack_starts(Value* panel, Value* run, int64_t row, const std::vector<Value*>& words) {
    Value* all = nullptr;
    for (Value* word : words) {
      Value* start = quads_.start(quads_.prepare(word));
      all = all ? b_.CreateAdd(all, start) : start;
    }
    store(all, at(panel, b_.CreateAdd(b_.CreateMul(run, number(panel_ * 4)), number(starts_at() + row * 4))));
  }

  void unpack_scales(Value* panel, Value* block, int64_t row, const BlockReader::Scales& scales) {
    const auto put = [&](const std::vector<Value*>& values, int64_t offset) {
      Value* run = b_.CreateMul(block, number(reader_.runs()));
      Value* to = at(panel, b_.CreateAdd(b_.CreateMul(run, number(panel_ * 4)), number(offset + row * 4)));
      if (reader_.runs() == 1) return store(values[0], to);
      for (size_t r = 0; r < values.size(); ++r)
        for (int64_t s = 0; s < reader_.runs(); ++s)
          store(b_.CreateExtractElement(values[r], static_cast<uint64_t>(s)),
                at(to, s * panel_ * 4 + static_cast<int64_t>(r) * 4));
    };
    put(scales.scale, scales_at());
    if (reader_.has_minimum()) put(scales.minimum, minima_at());
  }

  // With so few rows of activations most time would go by waiting for weights, were the next panel not on its
  // way from memory while this one is met.
  bool waits_for_memory() const { return rows_ <= kTokenBlock / 4; }

  void prefetch_next_panel(Value* first, Value* group) {
    const int64_t lines = tiles(panel_ * weight_row_bytes(), 64 * (depth() / kInt8Block));  // per group
    Value* row = b_.CreateAdd(first, number(panel_));
    Value* next =
        b_.CreateAdd(b_.CreateMul(row, number(weight_row_bytes())), b_.CreateMul(group, number(64 * lines)));
    Value* line = b_.CreateGEP(b_.getInt8Ty(), frame_.operand(1), next);  // behind the last panel: outside
    for (int64_t i = 0; i < lines; ++i) prefetch(line, 64 * i);
  }

  // Rows of activations: as they lie, and their bytes as they are multiplied.
  struct Tokens {
    std::vector<Value*> rows, bytes;
  };

  Tokens tokens_from(Value* token, Value* panel) {
    Tokens xs;
    for (int64_t t = 0; t < tokens_; ++t) {
      xs.rows.push_back(x_row(b_.CreateAdd(token, number(t))));
      xs.bytes.push_back(quads_.is_biased() ? at(panel, biased_at() + t * depth()) : xs.rows.back());
    }
    if (quads_.is_biased())
      frame_.loop(number(0), number(depth()), kInt8Block, [&](Value* k) {
        for (size_t t = 0; t < xs.rows.size(); ++t)
          store(quads_.activations(load(group_bytes(), at(xs.rows[t], k))), at(xs.bytes[t], k));
      });
    return xs;
  }
  llvm::Type* group_bytes() { return llvm::FixedVectorType::get(b_.getInt8Ty(), kInt8Block); }

  // A tile of panel_ weight rows and tokens_ activation rows.
  void meet(Value* panel, Value* first, Value* token) {
    const Tokens xs = tokens_from(token, panel);
    std::vector<AllocaInst*> sums;
    for (size_t i = 0; i < xs.rows.size() * kHalves; ++i) sums.push_back(zeroed(floats(half_)));
    const int64_t per_group = kInt8Block / reader_.run();
    frame_.loop(number(0), number(depth() / kInt8Block), 1, [&](Value* group) {
      if (waits_for_memory()) prefetch_next_panel(first, group);
      for (int64_t part = 0; part < per_group; ++part) meet_run(panel, group, part, xs, sums);
    });
    for (size_t t = 0; t < xs.rows.size(); ++t) {
      Value* row = b_.CreateAdd(token, number(static_cast<int64_t>(t)));
      Value* inside = rows_ % tokens_ == 0 ? nullptr : b_.CreateICmpULT(row, number(rows_));
      frame_.when(inside, [&] {
        for (size_t h = 0; h < kHalves; ++h)
          put_half(row, b_.CreateAdd(first, number(static_cast<int64_t>(h) * half_)),
                   b_.CreateLoad(floats(half_), sums[t * kHalves + h]));
      });
    }
  }

  void put_half(Value* row, Value* column, Value* values) {
    Value* position = b_.CreateAdd(b_.CreateMul(row, number(columns_)), column);
    Value* address = frame_.address(frame_.outputs()[0], f32, position);
    if (columns_ % panel_ == 0)
      return static_cast<void>(b_.CreateAlignedStore(values, address, llvm::Align(4)));
    llvm::Type* lanes = llvm::FixedVectorType::get(b_.getInt64Ty(), half_);
    Value* left = splat(b_.CreateSub(number(columns_), column), half_);
    b_.CreateMaskedStore(values, address, llvm::Align(4), b_.CreateICmpSLT(b_.CreateStepVector(lanes), left));
  }

  // The sums of a run's products, a vector of i32 each.
  std::vector<AllocaInst*> integer_sums(Value* weights, Value* k, int64_t steps,
                                        const std::vector<Value*>& xs, Value* starts) {
    std::vector<AllocaInst*> sums;
    for (size_t i = 0; i < xs.size() * kHalves; ++i) {
      sums.push_back(zeroed(quads_.quads_type()));
      if (starts)
        b_.CreateStore(load(quads_.quads_type(), at(starts, static_cast<int64_t>(i % kHalves) * half_ * 4)),
                       sums[i]);
    }
    if (quads_.adds_at_once())
      for_products(weights, k, 0, steps, xs, [&](size_t i, const Quads::Weights& w, Value* x) {
        b_.CreateStore(quads_.add(b_.CreateLoad(quads_.quads_type(), sums[i]), w, x), sums[i]);
      });
    else
      add_pairs(weights, k, steps, xs, sums);
    return sums;
  }

  // In 16 bits for as many steps as fit there.
  void add_pairs(Value* weights, Value* k, int64_t steps, const std::vector<Value*>& xs,
                 const std::vector<AllocaInst*>& sums) {
    const int64_t fit = std::min(steps, Quads::pairs_that_fit(reader_.largest()));
    const auto add = [&](AllocaInst* sum, Value* value) {
      b_.CreateStore(b_.CreateAdd(b_.CreateLoad(value->getType(), sum), value), sum);
    };
    if (fit == 1)
      return for_products(weights, k, 0, steps, xs, [&](size_t i, const Quads::Weights& w, Value* x) {
        add(sums[i], quads_.quads(quads_.pairs(w, x)));
      });
    for (int64_t begin = 0; begin < steps; begin += fit) {
      std::vector<AllocaInst*> narrow;
      for (size_t i = 0; i < sums.size(); ++i) narrow.push_back(zeroed(quads_.pairs_type()));
      for_products(weights, k, begin, begin + fit, xs,
                   [&](size_t i, const Quads::Weights& w, Value* x) { add(narrow[i], quads_.pairs(w, x)); });
      for (size_t i = 0; i < narrow.size(); ++i)
        add(sums[i], quads_.quads(b_.CreateLoad(quads_.pairs_type(), narrow[i])));
    }
  }

  // body(index of the sum, weights, activations) for steps of four along k.
  void for_products(Value* weights, Value* k, int64_t begin, int64_t end, const std::vector<Value*>& xs,
                    const std::function<void(size_t, const Quads::Weights&, Value*)>& body) {
    frame_.rolled_loop(number(begin), number(end), 1, [&](Value* step) {
      std::vector<Quads::Weights> w;
      for (size_t h = 0; h < kHalves; ++h) {
        Value* offset =
            b_.CreateAdd(b_.CreateMul(step, number(panel_ * 4)), number(static_cast<int64_t>(h) * half_ * 4));
        w.push_back(quads_.prepare(load(quads_.bytes(), at(weights, offset))));
      }
      for (size_t t = 0; t < xs.size(); ++t) {
        Value* four = load(b_.getInt32Ty(), at(xs[t], b_.CreateAdd(k, b_.CreateMul(step, number(4)))));
        Value* x = b_.CreateBitCast(splat(four, half_), quads_.bytes());
        for (size_t h = 0; h < kHalves; ++h) body(t * kHalves + h, w[h], x);
      }
    });
  }

  // One run of every row: the integer sums, then their scales.
  void meet_run(Value* panel, Value* group, int64_t part, const Tokens& xs,
                const std::vector<AllocaInst*>& sums) {
    const int64_t per_group = kInt8Block / reader_.run(), steps = reader_.run() / 4;
    Value* weights = at(panel, b_.CreateAdd(b_.CreateMul(group, number(kInt8Block * panel_)),
                                            number(part * reader_.run() * panel_)));
    Value* k = b_.CreateAdd(b_.CreateMul(group, number(kInt8Block)), number(part * reader_.run()));
    Value* run = b_.CreateAdd(b_.CreateMul(group, number(per_group)), number(part));
    Value* starts = nullptr;
    if (quads_.is_biased())
      starts = at(panel, b_.CreateAdd(b_.CreateMul(run, number(panel_ * 4)), number(starts_at())));
    const std::vector<AllocaInst*> integers = integer_sums(weights, k, steps, xs.bytes, starts);
    const auto table = [&](int64_t offset, size_t h) {
      return load(floats(half_),
                  at(panel, b_.CreateAdd(b_.CreateMul(run, number(panel_ * 4)),
                                         number(offset + static_cast<int64_t>(h) * half_ * 4))));
    };
    for (size_t h = 0; h < kHalves; ++h) {
      Value* scale = table(scales_at(), h);
      Value* minimum = reader_.has_minimum() ? table(minima_at(), h) : nullptr;
      for (size_t t = 0; t < xs.rows.size(); ++t) {
        AllocaInst* sum = sums[t * kHalves + h];
        Value* x_scale = splat(load(b_.getFloatTy(), at(xs.rows[t], in_table(x_.scales(), group))), half_);
        add_to(sum, to_float(b_.CreateLoad(quads_.quads_type(), integers[t * kHalves + h])),
               b_.CreateFMul(scale, x_scale));
        if (!minimum) continue;
        const int64_t offset = per_group == 2 ? x_.sums_of_16() : x_.sums_of_32();
        add_to(sum, minimum, splat(load(b_.getFloatTy(), at(xs.rows[t], in_table(offset, run))), half_));
      }
    }
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  BlockReader reader_;
  Quads quads_;
  int64_t rows_, columns_;
  Int8Rows x_;
  int64_t blocks_;                // of weights, per row
  int64_t half_, panel_;          // rows of weights: of a vector, of a panel
  int64_t tokens_, token_block_;  // rows of activations that a panel meets at once, and one after the other
};

BlockFormat format_of(const hlo::Op& op) {
  const std::string& name = custom_config(op);
  if (const auto format = block_format_from_name(name)) return *format;
  throw InternalError("no block format is called " + name);
}

}  // namespace

KernelShape emit_block_dot(Frame& frame) { return BlockDot(frame, format_of(*frame.spec().op)).emit(); }

}  // namespace fusebox::cpu
