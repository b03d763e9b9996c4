// A panel of weights is taken apart into the thread's scratch, four bytes along k of some rows side by side,
// and every row of activations passes by. Rows of zeros at the end cost next to nothing: in a prompt's last
// chunk they are padding.
#include <algorithm>
#include <functional>

#include "cpu/compiler/codegen/vectors.h"
#include "cpu/compiler/kernels/block_dot.h"
#include "cpu/compiler/kernels/quads.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr size_t kHalves = 2;  // a panel's rows of weights: so many vectors
// About so many rows of activations meet a panel, in blocks as equal as can be: they stay in the L2 cache.
constexpr int64_t kTokenBlock = 128;
// Where there are several of them, so many groups of panels take turns: enough for some threads to share
// evenly.
constexpr int64_t kPanelGroups = 4;

class ByPanel : public BlockDot {
 public:
  ByPanel(Frame& frame, BlockFormat format)
      : BlockDot(frame, format),
        quads_(b_, frame.level(), reader_.is_signed()),
        half_(quads_.lanes()),
        panel_(half_ * static_cast<int64_t>(kHalves)) {
    // As many rows of activations at once as there are registers for sums.
    const int64_t most = vector_target_for(frame.level()).bits == 512 ? 6 : 4;
    tokens_ = std::min(tiles(rows_, tiles(rows_, most)), most);
    smallest_ = tokens_;
    if (rows_ > 2 * most) tokens_ = most, smallest_ = most - 2;
    token_block_ = tiles(tiles(rows_, tiles(rows_, kTokenBlock)), tokens_) * tokens_;
  }

  KernelShape emit() {
    Value* panel = frame_.scratch();
    const int64_t panels = tiles(columns_, panel_);
    Value* used = used_rows();
    gather({token_block_, panel_}, panel_bytes());
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      const Item place = place_of(item, panels);
      Value* first = b_.CreateMul(place.panel, number(panel_));
      Value* from = b_.CreateMul(place.token_block, number(token_block_));
      Value* to = frame_.smaller(b_.CreateAdd(from, number(token_block_)), number(rows_));
      results_->begin_block(number(0), from, first);
      Value* met = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umax, frame_.smaller(to, used), from);
      Value* is_met = b_.CreateICmpULT(from, met);
      for (int64_t row = 0; row < panel_; row += half_) unpack(panel, first, row, is_met);
      meet_in_tiles(panel, first, from, met);
      frame_.when(b_.CreateICmpULT(met, to), [&] { put_products_of_zeros(panel, first, met, to); });
      results_->end_block(to, frame_.smaller(b_.CreateAdd(first, number(panel_)), number(columns_)));
    });
    return {panels * tiles(rows_, token_block_), 1, results_->scratch_bytes()};
  }

 private:
  // The panel in the scratch: bytes [K/4][panel][4], scales f32 [runs][panel], minima likewise. For biased
  // activations also what their sums begin with, i32 [runs][panel], and the activations of one tile.
  int64_t depth() const { return x_.depth; }
  int64_t all_runs() const { return blocks_ * reader_.runs(); }
  int64_t scales_at() const { return depth() * panel_; }
  int64_t minima_at() const { return scales_at() + all_runs() * panel_ * 4; }
  int64_t starts_at() const { return minima_at() + (reader_.has_minimum() ? all_runs() * panel_ * 4 : 0); }
  int64_t biased_at() const { return starts_at() + (quads_.is_biased() ? all_runs() * panel_ * 4 : 0); }
  int64_t panel_bytes() const { return biased_at() + (quads_.is_biased() ? tokens_ * depth() : 0); }

  struct Item {
    Value *panel, *token_block;
  };

  // A block of activations is met by some panels, then the next one by the same panels: a thread's items,
  // which are neighbours, are of all blocks then, wherever padding begins.
  Item place_of(Value* item, int64_t panels) {
    const int64_t blocks = tiles(rows_, token_block_), some = tiles(panels, kPanelGroups);
    if (blocks == 1) return {item, number(0)};
    Value* group = b_.CreateUDiv(item, number(some * blocks));
    Value* in_group = b_.CreateURem(item, number(some * blocks));
    Value* first = b_.CreateMul(group, number(some));
    Value* size = frame_.smaller(number(some), b_.CreateSub(number(panels), first));
    return {b_.CreateAdd(first, b_.CreateURem(in_group, size)), b_.CreateUDiv(in_group, size)};
  }

  // The panel's rows from `row` on; without `all` their scales only.
  void unpack(Value* panel, Value* first, int64_t row, Value* all) {
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
      frame_.when(all, [&] {
        for (int64_t group = 0; group < reader_.groups(); ++group)
          unpack_quants(panel, block, row, group, reader_.quants_of_all(addresses, group));
      });
    });
  }

  void unpack_quants(Value* panel, Value* block, int64_t row, int64_t group,
                     const std::vector<Value*>& words) {
    Value* index = b_.CreateAdd(b_.CreateMul(block, number(reader_.groups())), number(group));
    Value* to = at(panel, b_.CreateMul(index, number(kInt8Block * panel_)));
    for (size_t k = 0; k < words.size(); ++k)
      store(words[k], at(to, (static_cast<int64_t>(k) * panel_ + row) * 4));
    if (quads_.is_biased()) unpack_starts(panel, index, row, words);
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

  Tokens tokens_from(Value* token, int64_t count, Value* panel) {
    Tokens xs;
    for (int64_t t = 0; t < count; ++t) {
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

  // Rows of activations up to the last that is not zero.
  Value* used_rows() {
    llvm::Function* function = b_.GetInsertBlock()->getParent();
    auto* head = llvm::BasicBlock::Create(b_.getContext(), "used", function);
    auto* look = llvm::BasicBlock::Create(b_.getContext(), "look", function);
    auto* found = llvm::BasicBlock::Create(b_.getContext(), "found", function);
    AllocaInst* used = frame_.variable(b_.getInt64Ty());
    b_.CreateStore(number(rows_), used);
    b_.CreateBr(head);
    b_.SetInsertPoint(head);
    Value* rows = b_.CreateLoad(b_.getInt64Ty(), used);
    b_.CreateCondBr(b_.CreateICmpEQ(rows, number(0)), found, look);
    b_.SetInsertPoint(look);
    Value* last = b_.CreateSub(rows, number(1));
    Value* is_zero = is_row_of_zeros(x_row(last));
    b_.CreateStore(b_.CreateSelect(is_zero, last, rows), used);
    b_.CreateCondBr(is_zero, head, found);
    b_.SetInsertPoint(found);
    return b_.CreateLoad(b_.getInt64Ty(), used);
  }

  // A block's scale is zero where all of it is, and NaN where one of it is not finite.
  Value* is_row_of_zeros(Value* row) {
    AllocaInst* bits = zeroed(b_.getInt32Ty());
    frame_.loop(number(0), number(x_.blocks()), 1, [&](Value* block) {
      Value* scale = load(b_.getInt32Ty(), at(row, in_table(x_.scales(), block)));
      b_.CreateStore(b_.CreateOr(b_.CreateLoad(b_.getInt32Ty(), bits), scale), bits);
    });
    return b_.CreateICmpEQ(b_.CreateLoad(b_.getInt32Ty(), bits), b_.getInt32(0));
  }

  // What meet() would give: zero, where all scales of a row of weights are finite, else NaN.
  void put_products_of_zeros(Value* panel, Value* first, Value* from, Value* to) {
    Value* zero = llvm::Constant::getNullValue(floats(half_));
    for (size_t h = 0; h < kHalves; ++h) {
      AllocaInst* sum = zeroed(floats(half_));
      frame_.loop(number(0), number(all_runs()), 1, [&](Value* run) {
        add_to(sum, zero, scales_of_run(panel, scales_at(), run, h));
        if (reader_.has_minimum()) add_to(sum, zero, scales_of_run(panel, minima_at(), run, h));
      });
      Value* products = b_.CreateLoad(floats(half_), sum);
      frame_.loop(from, to, 1, [&](Value* row) {
        put(row, b_.CreateAdd(first, number(static_cast<int64_t>(h) * half_)), products, panel_);
      });
    }
  }
  Value* scales_of_run(Value* panel, int64_t table, Value* run, size_t half) {
    Value* offset = b_.CreateAdd(b_.CreateMul(run, number(panel_ * 4)),
                                 number(table + static_cast<int64_t>(half) * half_ * 4));
    return load(floats(half_), at(panel, offset));
  }

  // The rows [from, to) in as few tiles as there can be, as equal as can be: those of one row more go first.
  // Of few rows, the last tile may be torn.
  void meet_in_tiles(Value* panel, Value* first, Value* from, Value* to) {
    Value* rows = b_.CreateSub(to, from);
    Value* count = b_.CreateUDiv(b_.CreateAdd(rows, number(tokens_ - 1)), number(tokens_));
    Value *token = from, *larger = number(0);  // tiles that are larger than `size`
    for (int64_t size = tokens_; size > smallest_; --size) {
      Value* as_large = b_.CreateSub(rows, b_.CreateMul(count, number(size - 1)));
      as_large = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, as_large, number(0));
      as_large = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, as_large, count);
      Value* end = b_.CreateAdd(token, b_.CreateMul(b_.CreateSub(as_large, larger), number(size)));
      frame_.loop(token, end, size, [&](Value* at) { meet(panel, first, at, size, nullptr); });
      token = end, larger = as_large;
    }
    frame_.loop(token, to, smallest_, [&](Value* at) { meet(panel, first, at, smallest_, to); });
  }

  // A tile of panel_ weight rows and `count` activation rows, or those of them before `end`.
  void meet(Value* panel, Value* first, Value* token, int64_t count, Value* end) {
    const Tokens xs = tokens_from(token, count, panel);
    std::vector<AllocaInst*> sums;
    for (size_t i = 0; i < xs.rows.size() * kHalves; ++i) sums.push_back(zeroed(floats(half_)));
    const int64_t per_group = kInt8Block / reader_.run();
    frame_.loop(number(0), number(depth() / kInt8Block), 1, [&](Value* group) {
      if (waits_for_memory()) prefetch_next_panel(first, group);
      for (int64_t part = 0; part < per_group; ++part) meet_run(panel, group, part, xs, sums);
    });
    for (size_t t = 0; t < xs.rows.size(); ++t) {
      Value* row = b_.CreateAdd(token, number(static_cast<int64_t>(t)));
      Value* inside = end ? b_.CreateICmpULT(row, end) : nullptr;
      frame_.when(inside, [&] {
        for (size_t h = 0; h < kHalves; ++h)
          put(row, b_.CreateAdd(first, number(static_cast<int64_t>(h) * half_)),
              b_.CreateLoad(floats(half_), sums[t * kHalves + h]), panel_);
      });
    }
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
    for (size_t h = 0; h < kHalves; ++h) {
      Value* scale = scales_of_run(panel, scales_at(), run, h);
      Value* minimum = reader_.has_minimum() ? scales_of_run(panel, minima_at(), run, h) : nullptr;
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

  Quads quads_;
  int64_t half_, panel_;  // rows of weights: of a vector, of a panel
  // Rows of activations that a panel meets at once, at most and at least, and one after the other.
  int64_t tokens_, smallest_, token_block_;
};

}  // namespace

KernelShape emit_block_dot_by_panel(Frame& frame, BlockFormat format) {
  return ByPanel(frame, format).emit();
}

}  // namespace fusebox::cpu
