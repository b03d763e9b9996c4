// softmax(x) · v, where x is made of q · k element by element. Keys and values of a batch are packed into the
// thread's scratch, where all tiles of queries that it takes meet them. A tile's scores stay there until they
// are multiplied with the values; no more than a tile of them exists.
#include <algorithm>
#include <bit>
#include <sstream>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/kernels/custom.h"
#include "cpu/compiler/kernels/dot.h"
#include "cpu/compiler/kernels/register_tile.h"
#include "cpu/compiler/kernels/softmax.h"
#include "cpu/compiler/kernels/transpose.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int64_t kBlock = 8;             // rows of keys that are turned at once
constexpr int64_t kRows = 48;             // of a tile, about
constexpr int64_t kMostScores = 1 << 18;  // of a tile, which the second cache holds
constexpr int64_t kEnough = 8;            // items for a few threads to share

// Of about as many columns as there are: what lies behind the last is computed, too.
RegisterTile fitted(RegisterTile tile, int64_t size) {
  if (padded(size, tile.columns()) * 9 > padded(size, tile.lanes) * 10) tile.vectors = 1;
  if (size <= kBlock) tile.lanes = kBlock;
  return tile;
}

// So that little is computed twice; a row more costs one load, a tile some vectors.
int64_t fitted_rows(int64_t most, int64_t rows) {
  int64_t best = most;
  const auto cost = [&](int64_t tile) { return tiles(rows, tile) * (tile + 1); };
  for (int64_t tile = most; tile >= most / 2; --tile)
    if (cost(tile) < cost(best)) best = tile;
  return best;
}

class PlainAttention {
 public:
  explicit PlainAttention(Frame& frame)
      : frame_(frame),
        b_(frame.b()),
        elements_(b_, frame.scalars(), frame.spec().expression, frame.inputs()),
        batches_(dims(kQ)[0]),
        rows_(dims(kQ)[1]),
        keys_(dims(kK)[1]),
        size_(dims(kQ)[2]),
        width_(dims(kV)[2]),
        score_tile_(fitted(register_tile_for(frame.level()), keys_)),
        value_tile_(fitted(register_tile_for(frame.level()), width_)) {
    score_tile_.rows = value_tile_.rows = fitted_rows(score_tile_.rows, rows_);
    const int64_t step = score_tile_.rows, steps = tiles(rows_, step);
    score_stride_ =
        padded(keys_, score_tile_.columns()) + kBlock;  // rows fall on different places of a cache
    int64_t most = std::clamp<int64_t>(std::min(kRows, kMostScores / score_stride_) / step, 1, steps);
    while (most > 1 && batches_ * tiles(steps, most) < kEnough) most = (most + 1) / 2;
    tile_ = tiles(steps, tiles(steps, most)) * step;
    key_depth_ = padded(size_, kBlock);
    sum_stride_ = padded(width_, value_tile_.columns());
    lay_out();
  }

  KernelShape emit() {
    scratch_ = frame_.scratch();
    llvm::AllocaInst* packed = frame_.variable(b_.getInt64Ty());  // the batch whose keys and values are
    b_.CreateStore(number(-1), packed);
    const int64_t per_batch = tiles(rows_, tile_);
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      batch_ = b_.CreateUDiv(item, number(per_batch));
      frame_.when(b_.CreateICmpNE(batch_, b_.CreateLoad(b_.getInt64Ty(), packed)), [&] {
        pack_keys();
        pack_values();
        b_.CreateStore(batch_, packed);
      });
      attend(b_.CreateMul(b_.CreateURem(item, number(per_batch)), number(tile_)));
    });
    return {batches_ * per_batch, dot_grain(tile_ * keys_ * (size_ + width_)), floats_ * 4};
  }

 private:
  static constexpr size_t kQ = 0, kK = 1, kV = 2, kX = 4;  // roots; between them, the scores

  const Node& root(size_t which) const { return frame_.spec().expression.node(frame_.spec().roots[which]); }
  const Dims& dims(size_t which) const { return root(which).shape.dims; }
  Value* number(int64_t value) { return frame_.number(value); }
  Value* floats_from(Value* base, Value* floats) {
    return b_.CreateInBoundsGEP(b_.getFloatTy(), base, floats);
  }
  Value* in_scratch(int64_t array, Value* row, int64_t stride) {
    return floats_from(scratch_, b_.CreateAdd(b_.CreateMul(row, number(stride)), number(array)));
  }
  Value* load(llvm::Type* type, Value* address) {
    return b_.CreateAlignedLoad(type, address, llvm::Align(4));
  }
  void store(Value* value, Value* address) { b_.CreateAlignedStore(value, address, llvm::Align(4)); }
  Value* element(size_t which, const Index& index) {
    elements_.forget();
    return elements_.element(frame_.spec().roots[which], index);
  }

  // Keys: panels of [size][columns]; values: panels of [keys][columns].
  void lay_out() {
    const auto take = [&](int64_t floats) {
      const int64_t at = floats_;
      floats_ += padded(floats, 16);
      return at;
    };
    keys_at_ = take(padded(keys_, score_tile_.columns()) * key_depth_);
    values_at_ = take(sum_stride_ * keys_);
    few_keys_at_ = take(kBlock * key_depth_);
    queries_at_ = take(tile_ * size_);
    scores_at_ = take(tile_ * score_stride_);
    sums_at_ = take(tile_ * sum_stride_);
    totals_at_ = take(tile_);
  }

  // Some rows of keys at a time: as they are, then turned. Behind the last they repeat it.
  void pack_keys() {
    const int64_t columns = score_tile_.columns();
    frame_.loop(number(0), number(padded(keys_, columns)), kBlock, [&](Value* first) {
      frame_.rolled_loop(number(0), number(kBlock), 1, [&](Value* i) {
        Value* key = frame_.smaller(b_.CreateAdd(first, i), keys_ - 1);
        Value* to = in_scratch(few_keys_at_, i, key_depth_);
        frame_.loop(number(0), number(size_), 1,
                    [&](Value* c) { store(element(kK, {batch_, key, c}), floats_from(to, c)); });
      });
      Value* panel = b_.CreateMul(b_.CreateUDiv(first, number(columns)), number(key_depth_ * columns));
      Value* to = floats_from(in_scratch(keys_at_, b_.CreateURem(first, number(columns)), 1), panel);
      llvm::Type* eight = llvm::FixedVectorType::get(b_.getFloatTy(), kBlock);
      frame_.loop(number(0), number(key_depth_), kBlock, [&](Value* c) {
        std::vector<Value*> square;
        for (int64_t i = 0; i < kBlock; ++i)
          square.push_back(load(eight, floats_from(in_scratch(few_keys_at_, number(i), key_depth_), c)));
        square = transposed(b_, square);
        for (int64_t i = 0; i < kBlock; ++i)
          store(square[static_cast<size_t>(i)],
                floats_from(to, b_.CreateMul(b_.CreateAdd(c, number(i)), number(columns))));
      });
    });
  }

  // Values are packed by this much smaller, and totals are: no sum of them, each by 1 at most, is too large
  // then. A power of two rounds nothing.
  Value* share() {
    const auto keys = static_cast<double>(std::bit_ceil(static_cast<uint64_t>(keys_)));
    return llvm::ConstantFP::get(b_.getFloatTy(), 1 / keys);
  }

  // What is behind the last column is 0.
  void pack_values() {
    const int64_t columns = value_tile_.columns();
    frame_.loop(number(0), number(sum_stride_), columns, [&](Value* first) {
      Value* panel = in_scratch(values_at_, first, keys_);
      Value* count = frame_.smaller(b_.CreateSub(number(width_), first), columns);
      frame_.loop(number(0), number(keys_), 1, [&](Value* key) {
        Value* to = floats_from(panel, b_.CreateMul(key, number(columns)));
        frame_.loop(number(0), count, 1, [&](Value* c) {
          Value* value = element(kV, {batch_, key, b_.CreateAdd(first, c)});
          store(b_.CreateFMul(value, share()), floats_from(to, c));
        });
        if (width_ % columns != 0)
          frame_.loop(count, number(columns), 1, [&](Value* c) {
            store(llvm::ConstantFP::get(b_.getFloatTy(), 0), floats_from(to, c));
          });
      });
    });
  }

  void attend(Value* first) {
    const int64_t step = score_tile_.rows;
    Value* used = frame_.smaller(b_.CreateSub(number(rows_), first), tile_);
    Value* steps = b_.CreateUDiv(b_.CreateAdd(used, number(step - 1)), number(step));
    Value* all = b_.CreateMul(steps, number(step));  // the last query stands for those behind it
    frame_.loop(number(0), all, 1, [&](Value* i) {
      Value* row = frame_.smaller(b_.CreateAdd(first, i), rows_ - 1);
      Value* to = in_scratch(queries_at_, i, size_);
      frame_.loop(number(0), number(size_), 1,
                  [&](Value* c) { store(element(kQ, {batch_, row, c}), floats_from(to, c)); });
    });
    multiply(score_tile_, all, {queries_at_, size_}, {keys_at_, key_depth_}, size_,
             {scores_at_, score_stride_}, keys_);
    frame_.loop(number(0), used, 1, [&](Value* i) {
      Value* total = soften(b_.CreateAdd(first, i), in_scratch(scores_at_, i, score_stride_));
      store(b_.CreateFMul(total, share()), in_scratch(totals_at_, i, 1));
    });
    multiply(value_tile_, all, {scores_at_, score_stride_}, {values_at_, keys_}, keys_,
             {sums_at_, sum_stride_}, width_);
    frame_.loop(number(0), used, 1, [&](Value* i) { finish(b_.CreateAdd(first, i), i); });
  }

  struct Matrix {
    int64_t at, stride;
  };

  // A panel after the other, so that it stays in the first cache.
  void multiply(const RegisterTile& tile, Value* rows, const Matrix& left, const Matrix& right, int64_t depth,
                const Matrix& to, int64_t columns) {
    frame_.loop(number(0), number(columns), tile.columns(), [&](Value* column) {
      Value* panel = in_scratch(right.at, column, right.stride);
      frame_.loop(number(0), rows, tile.rows, [&](Value* row) {
        const RegisterTile::Sums sums = tile.zeros(frame_);
        tile.multiply(frame_, sums, in_scratch(left.at, row, left.stride), left.stride, panel, number(depth));
        tile.write(frame_, sums, floats_from(in_scratch(to.at, row, to.stride), column), to.stride);
      });
    });
  }

  // A row of scores becomes exponentials; returns their sum.
  Value* soften(Value* row, Value* scores) {
    Dims outer = dims(kX);
    outer.back() = 1;
    Index index = index_of(b_, outer, b_.CreateAdd(b_.CreateMul(batch_, number(rows_)), row));
    return emit_exponentials(frame_, scores, keys_, [&](Value* i) {
      elements_.set_parameters({load(b_.getFloatTy(), floats_from(scores, i))});
      index.back() = i;
      return elements_.element(frame_.spec().roots[kX], index);
    });
  }

  // The sums over their total, in the place that the result has for them.
  void finish(Value* row, Value* in_tile) {
    const Dims& out = frame_.spec().outputs[0].dims;
    std::istringstream order(custom_config(*frame_.spec().op));
    std::vector<size_t> axes(out.size());
    for (size_t& axis : axes) order >> axis;
    Dims dims(out.size()), strides(out.size());
    int64_t stride = 1;
    for (size_t i = out.size(); i-- > 0; stride *= out[i]) dims[axes[i]] = out[i], strides[axes[i]] = stride;
    dims.back() = 1;
    const Index index = index_of(b_, dims, b_.CreateAdd(b_.CreateMul(batch_, number(rows_)), row));
    Value* to = number(0);
    for (size_t i = 0; i + 1 < dims.size(); ++i)
      to = b_.CreateAdd(to, b_.CreateMul(index[i], number(strides[i])));
    Value *sums = in_scratch(sums_at_, in_tile, sum_stride_),
          *total = load(b_.getFloatTy(), in_scratch(totals_at_, in_tile, 1));
    frame_.loop(number(0), number(width_), 1, [&](Value* c) {
      Value* place = b_.CreateAdd(to, b_.CreateMul(c, number(strides.back())));
      frame_.store(0, place, b_.CreateFDiv(load(b_.getFloatTy(), floats_from(sums, c)), total));
    });
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  Elements elements_;
  int64_t batches_, rows_, keys_, size_, width_;
  RegisterTile score_tile_, value_tile_;
  int64_t tile_ = 0;  // queries of an item
  int64_t score_stride_ = 0, sum_stride_ = 0, key_depth_ = 0;
  int64_t keys_at_ = 0, values_at_ = 0, few_keys_at_ = 0, queries_at_ = 0, scores_at_ = 0, sums_at_ = 0,
          totals_at_ = 0, floats_ = 0;
  Value *scratch_ = nullptr, *batch_ = nullptr;
};

}  // namespace

KernelShape emit_plain_attention(Frame& frame) { return PlainAttention(frame).emit(); }

}  // namespace fusebox::cpu
