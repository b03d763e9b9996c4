// Products of int8 activations (int8_rows.h) with low-bit weights (block_reader.h), read where they lie.
//
//   few rows   each block is taken apart once and met by every row: at the memory's speed for one row
//   many rows  a panel of weights is taken apart into the thread's scratch, four bytes along k of kPanel rows
//              side by side, and every row passes by
//
// The sums of products within a run are exact integers; across runs they are added in f32 in the order of k,
// whatever the tile or the thread; by few rows and by many in different orders.
#include <llvm/IR/IntrinsicsX86.h>

#include <algorithm>
#include <array>

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
constexpr int64_t kHalf = 8, kPanel = 16;  // rows of weights: of a vector, of a panel
constexpr int64_t kTokens = 4;             // rows of activations that a panel meets at once
constexpr int64_t kTokenBlock = 128;       // and one after the other: they stay in the L2 cache
constexpr int64_t kBytesAhead = 2048;      // of prefetches: measured with bench_kernels

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
        blocks_(shape(1).dims[1] / reader_.bytes()) {}

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
    return {columns_, std::max<int64_t>(1, 16 * kGrainElements / work), 0};
  }

  struct Totals {
    // By row of activations. Two sums of <8 x f32>, or one addition would wait for the other.
    std::vector<std::array<AllocaInst*, 2>> sums;
    std::vector<AllocaInst*> minima;  // a lane per run of a unit
  };

  void few_rows_column(Value* column) {
    const int64_t unit = reader_.runs() == 1 ? 4 : 1, rest = blocks_ % unit;
    Value* weights = at(frame_.operand(1), b_.CreateMul(column, number(weight_row_bytes())));
    std::vector<Value*> xs;
    Totals totals;
    for (int64_t m = 0; m < rows_; ++m) {
      xs.push_back(x_row(number(m)));
      totals.sums.push_back({zeroed(floats(8)), zeroed(floats(8))});
      totals.minima.push_back(zeroed(floats(unit * reader_.runs())));
    }
    frame_.loop(number(0), number(blocks_ - rest), unit,
                [&](Value* block) { few_rows_unit(weights, block, unit, xs, totals); });
    Totals last{totals.sums, {}};
    if (rest > 0) {
      for (int64_t m = 0; m < rows_; ++m) last.minima.push_back(zeroed(floats(rest * reader_.runs())));
      few_rows_unit(weights, number(blocks_ - rest), rest, xs, last);
    }
    for (size_t m = 0; m < xs.size(); ++m) {
      Value* total = frame_.horizontal_sum(b_.CreateFAdd(b_.CreateLoad(floats(8), totals.sums[m][0]),
                                                         b_.CreateLoad(floats(8), totals.sums[m][1])));
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
    const BlockReader::Scales scales = reader_.scales(addresses);
    const bool by_16 = reader_.run() == 16;
    std::vector<Value*> factors;  // scale of weights · scale of activations, by row of activations
    for (size_t m = 0; m < xs.size(); ++m) {
      factors.push_back(b_.CreateFMul(scales.scale[0], x_table(xs[m], block, unit, x_.scales(), 32)));
      if (reader_.has_minimum())
        add_to(totals.minima[m], scales.minimum[0],
               x_table(xs[m], block, unit, by_16 ? x_.sums_of_16() : x_.sums_of_32(), reader_.run()));
    }
    for (int64_t group = 0; group < unit * reader_.groups(); ++group) {
      Value* address = addresses[static_cast<size_t>(group / reader_.groups())];
      const Quads::Weights q = quads_.prepare(reader_.quants(address, group % reader_.groups()));
      Value* index = b_.CreateAdd(b_.CreateMul(block, number(reader_.groups())), number(group));
      for (size_t m = 0; m < xs.size(); ++m) {
        Value* x = load(quads_.bytes(), at(xs[m], b_.CreateMul(index, number(kInt8Block))));
        add_to(totals.sums[m][static_cast<size_t>(group % 2)], to_float(quads_.quads(quads_.pairs(q, x))),
               run_lanes(factors[m], group));
      }
    }
  }

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

  // The factors of the group's runs, where their sums lie among 8 lanes.
  Value* run_lanes(Value* vector, int64_t group) {
    const int per_group = static_cast<int>(kInt8Block / reader_.run());
    std::vector<int> lanes;
    for (int i = 0; i < 8; ++i) lanes.push_back(static_cast<int>(group) * per_group + i * per_group / 8);
    return b_.CreateShuffleVector(vector, lanes);
  }
  Value* to_float(Value* integers) { return b_.CreateSIToFP(integers, floats(8)); }

  // Many rows.

  // The panel in the scratch: bytes [K/4][kPanel][4], scales f32 [runs][kPanel], minima likewise.
  int64_t depth() const { return x_.depth; }
  int64_t all_runs() const { return blocks_ * reader_.runs(); }
  int64_t scales_at() const { return depth() * kPanel; }
  int64_t minima_at() const { return scales_at() + all_runs() * kPanel * 4; }
  int64_t panel_bytes() const { return minima_at() + (reader_.has_minimum() ? all_runs() * kPanel * 4 : 0); }

  KernelShape many_rows() {
    Value* panel = frame_.scratch();
    const int64_t panels = tiles(columns_, kPanel);
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      Value* first = b_.CreateMul(b_.CreateURem(item, number(panels)), number(kPanel));
      Value* from = b_.CreateMul(b_.CreateUDiv(item, number(panels)), number(kTokenBlock));
      Value* to = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, b_.CreateAdd(from, number(kTokenBlock)),
                                           number(rows_));
      for (int64_t half = 0; half < kPanel / kHalf; ++half) unpack(panel, first, half);
      frame_.loop(from, to, kTokens, [&](Value* token) { meet(panel, first, token); });
    });
    return {panels * tiles(rows_, kTokenBlock), 1, panel_bytes()};
  }

  void unpack(Value* panel, Value* first, int64_t half) {
    std::vector<Value*> rows;
    for (int64_t r = 0; r < kHalf; ++r)
      rows.push_back(weight_row(b_.CreateAdd(first, number(half * kHalf + r))));
    frame_.loop(number(0), number(blocks_), 1, [&](Value* block) {
      std::vector<Value*> addresses;
      for (Value* row : rows) addresses.push_back(at(row, b_.CreateMul(block, number(reader_.bytes()))));
      if (!waits_for_memory())
        for (Value* address : addresses)
          prefetch(address, kHalf * weight_row_bytes());  // the next eight rows
      unpack_scales(panel, block, half, reader_.scales(addresses));
      for (int64_t group = 0; group < reader_.groups(); ++group) {
        const std::vector<Value*> words = reader_.quants_of_8(addresses, group);
        Value* index = b_.CreateAdd(b_.CreateMul(block, number(reader_.groups())), number(group));
        Value* to = at(panel, b_.CreateMul(index, number(kInt8Block * kPanel)));
        for (size_t k = 0; k < words.size(); ++k)
          store(words[k], at(to, (static_cast<int64_t>(k) * kPanel + half * kHalf) * 4));
      }
    });
  }

  void unpack_scales(Value* panel, Value* block, int64_t half, const BlockReader::Scales& scales) {
    const auto put = [&](const std::vector<Value*>& values, int64_t offset) {
      Value* run = b_.CreateMul(block, number(reader_.runs()));
      Value* to =
          at(panel, b_.CreateAdd(b_.CreateMul(run, number(kPanel * 4)), number(offset + half * kHalf * 4)));
      if (reader_.runs() == 1) return store(values[0], to);
      for (size_t r = 0; r < values.size(); ++r)
        for (int64_t s = 0; s < reader_.runs(); ++s)
          store(b_.CreateExtractElement(values[r], static_cast<uint64_t>(s)),
                at(to, s * kPanel * 4 + static_cast<int64_t>(r) * 4));
    };
    put(scales.scale, scales_at());
    if (reader_.has_minimum()) put(scales.minimum, minima_at());
  }

  // With so few rows of activations most time would go by waiting for weights, were the next panel not on its
  // way from memory while this one is met.
  bool waits_for_memory() const { return rows_ <= kTokenBlock / 4; }

  void prefetch_next_panel(Value* first, Value* group) {
    const int64_t lines = tiles(kPanel * weight_row_bytes(), 64 * (depth() / kInt8Block));  // per group
    Value* row = b_.CreateAdd(first, number(kPanel));
    Value* next =
        b_.CreateAdd(b_.CreateMul(row, number(weight_row_bytes())), b_.CreateMul(group, number(64 * lines)));
    for (int64_t i = 0; i < lines; ++i) prefetch(at(frame_.operand(1), next), 64 * i);
  }

  // A tile of kPanel weight rows and kTokens activation rows.
  void meet(Value* panel, Value* first, Value* token) {
    constexpr size_t kHalves = kPanel / kHalf;
    std::vector<Value*> xs;
    std::vector<AllocaInst*> sums;
    for (int64_t t = 0; t < kTokens; ++t) xs.push_back(x_row(b_.CreateAdd(token, number(t))));
    for (size_t i = 0; i < xs.size() * kHalves; ++i) sums.push_back(zeroed(floats(kHalf)));
    const int64_t per_group = kInt8Block / reader_.run();
    frame_.loop(number(0), number(depth() / kInt8Block), 1, [&](Value* group) {
      if (waits_for_memory()) prefetch_next_panel(first, group);
      for (int64_t part = 0; part < per_group; ++part) meet_run(panel, group, part, xs, sums);
    });
    for (size_t t = 0; t < xs.size(); ++t) {
      Value* row = b_.CreateAdd(token, number(static_cast<int64_t>(t)));
      Value* inside = rows_ % kTokens == 0 ? nullptr : b_.CreateICmpULT(row, number(rows_));
      frame_.when(inside, [&] {
        for (size_t h = 0; h < kHalves; ++h)
          put_half(row, b_.CreateAdd(first, number(static_cast<int64_t>(h) * kHalf)),
                   b_.CreateLoad(floats(kHalf), sums[t * kHalves + h]));
      });
    }
  }

  void put_half(Value* row, Value* column, Value* values) {
    Value* position = b_.CreateAdd(b_.CreateMul(row, number(columns_)), column);
    Value* address = frame_.address(frame_.outputs()[0], f32, position);
    if (columns_ % kPanel == 0)
      return static_cast<void>(b_.CreateAlignedStore(values, address, llvm::Align(4)));
    llvm::Type* lanes = llvm::FixedVectorType::get(b_.getInt64Ty(), kHalf);
    Value* left = splat(b_.CreateSub(number(columns_), column), kHalf);
    b_.CreateMaskedStore(values, address, llvm::Align(4), b_.CreateICmpSLT(b_.CreateStepVector(lanes), left));
  }

  // The sums of a run's products, <8 x i32> each: in 16 bits for as many steps as fit there.
  std::vector<AllocaInst*> integer_sums(Value* weights, Value* k, int64_t steps,
                                        const std::vector<Value*>& xs) {
    constexpr size_t kHalves = kPanel / kHalf;
    const int64_t fit = std::min(steps, Quads::pairs_that_fit(reader_.largest()));
    std::vector<AllocaInst*> wide;
    for (size_t i = 0; i < xs.size() * kHalves; ++i) wide.push_back(zeroed(quads_.quads_type()));
    const auto add = [&](AllocaInst* sum, Value* value) {
      b_.CreateStore(b_.CreateAdd(b_.CreateLoad(value->getType(), sum), value), sum);
    };
    for (int64_t begin = 0; begin < steps; begin += fit == 1 ? steps : fit) {
      std::vector<AllocaInst*> narrow;
      if (fit > 1)
        for (size_t i = 0; i < wide.size(); ++i) narrow.push_back(zeroed(quads_.pairs_type()));
      frame_.rolled_loop(number(begin), number(fit == 1 ? steps : begin + fit), 1, [&](Value* step) {
        std::vector<Quads::Weights> w;
        for (size_t h = 0; h < kHalves; ++h) {
          Value* offset = b_.CreateAdd(b_.CreateMul(step, number(kPanel * 4)),
                                       number(static_cast<int64_t>(h) * kHalf * 4));
          w.push_back(quads_.prepare(load(quads_.bytes(), at(weights, offset))));
        }
        for (size_t t = 0; t < xs.size(); ++t) {
          Value* four = load(b_.getInt32Ty(), at(xs[t], b_.CreateAdd(k, b_.CreateMul(step, number(4)))));
          Value* x = b_.CreateBitCast(splat(four, kHalf), quads_.bytes());
          for (size_t h = 0; h < kHalves; ++h) {
            Value* pairs = quads_.pairs(w[h], x);
            if (fit > 1)
              add(narrow[t * kHalves + h], pairs);
            else
              add(wide[t * kHalves + h], quads_.quads(pairs));
          }
        }
      });
      for (size_t i = 0; i < narrow.size(); ++i)
        add(wide[i], quads_.quads(b_.CreateLoad(quads_.pairs_type(), narrow[i])));
    }
    return wide;
  }

  // One run of every row: the integer sums, then their scales.
  void meet_run(Value* panel, Value* group, int64_t part, const std::vector<Value*>& xs,
                const std::vector<AllocaInst*>& sums) {
    constexpr size_t kHalves = kPanel / kHalf;
    const int64_t per_group = kInt8Block / reader_.run(), steps = reader_.run() / 4;
    Value* weights = at(panel, b_.CreateAdd(b_.CreateMul(group, number(kInt8Block * kPanel)),
                                            number(part * reader_.run() * kPanel)));
    Value* k = b_.CreateAdd(b_.CreateMul(group, number(kInt8Block)), number(part * reader_.run()));
    const std::vector<AllocaInst*> integers = integer_sums(weights, k, steps, xs);
    Value* run = b_.CreateAdd(b_.CreateMul(group, number(per_group)), number(part));
    const auto table = [&](int64_t offset, size_t h) {
      return load(floats(kHalf),
                  at(panel, b_.CreateAdd(b_.CreateMul(run, number(kPanel * 4)),
                                         number(offset + static_cast<int64_t>(h) * kHalf * 4))));
    };
    for (size_t h = 0; h < kHalves; ++h) {
      Value* scale = table(scales_at(), h);
      Value* minimum = reader_.has_minimum() ? table(minima_at(), h) : nullptr;
      for (size_t t = 0; t < xs.size(); ++t) {
        AllocaInst* sum = sums[t * kHalves + h];
        Value* x_scale = splat(load(b_.getFloatTy(), at(xs[t], in_table(x_.scales(), group))), kHalf);
        add_to(sum, to_float(b_.CreateLoad(quads_.quads_type(), integers[t * kHalves + h])),
               b_.CreateFMul(scale, x_scale));
        if (!minimum) continue;
        const int64_t offset = per_group == 2 ? x_.sums_of_16() : x_.sums_of_32();
        add_to(sum, minimum, splat(load(b_.getFloatTy(), at(xs[t], in_table(offset, run))), kHalf));
      }
    }
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  BlockReader reader_;
  Quads quads_;
  int64_t rows_, columns_;
  Int8Rows x_;
  int64_t blocks_;  // of weights, per row
};

BlockFormat format_of(const hlo::Op& op) {
  const std::string& name = custom_config(op);
  if (const auto format = block_format_from_name(name)) return *format;
  throw InternalError("no block format is called " + name);
}

}  // namespace

KernelShape emit_block_dot(Frame& frame) { return BlockDot(frame, format_of(*frame.spec().op)).emit(); }

}  // namespace fusebox::cpu
