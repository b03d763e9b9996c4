// Attention of many queries: a chunk of the cache is converted to f32 and packed into the thread's scratch,
// and tiles of queries are multiplied with it, as many sums at once as there are registers.
#include "cpu/compiler/kernels/attention.h"
#include "cpu/compiler/kernels/register_tile.h"
#include "cpu/compiler/kernels/transpose.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kHalf = 8;  // rows or columns that are packed at once

class AttentionOfMany : public Attention {
 public:
  explicit AttentionOfMany(Frame& frame)
      : Attention(frame),
        score_tile_(register_tile_for(frame.level())),
        value_tile_(score_tile_.narrowed(sizes_.size)) {}

 private:
  int64_t row_step() const override { return score_tile_.rows; }
  int64_t more_scratch() const override { return (2 * sizes_.size + padded_rows()) * kAttentionChunk; }

  int64_t total_lanes() const override { return kHalf; }
  llvm::Type* eight() { return vector(kHalf); }

  // Panels of K: [chunk / columns][size][columns]; of V: [size / columns][chunk][columns].
  Value* keys() { return more(); }
  Value* packed_values() { return floats_from(more(), number(sizes_.size * kAttentionChunk)); }
  Value* score(Value* row) {
    Value* at = b_.CreateAdd(row, number(2 * sizes_.size));
    return floats_from(more(), b_.CreateMul(at, number(kAttentionChunk)));
  }

  void scores(const Chunk& chunk, const Queries& queries) override {
    frame_.loop(number(0), chunk.count, kHalf, [&](Value* row) {
      frame_.loop(number(0), number(sizes_.size), kHalf,
                  [&](Value* column) { pack_keys(chunk, row, column); });
    });
    frame_.loop(number(0), chunk.count, score_tile_.columns(), [&](Value* column) {
      Value* panel = floats_from(keys(), b_.CreateMul(column, number(sizes_.size)));
      frame_.loop(number(0), queries.padded, score_tile_.rows, [&](Value* row) {
        const RegisterTile::Sums sums = score_tile_.zeros(frame_);
        score_tile_.multiply(frame_, sums, query(row), sizes_.size, panel, number(sizes_.size));
        score_tile_.write(frame_, sums, floats_from(score(row), column), kAttentionChunk);
      });
    });
  }

  // 8 rows of K by 8 of their elements, turned.
  void pack_keys(const Chunk& chunk, Value* row, Value* column) {
    std::vector<Value*> square;
    for (int64_t i = 0; i < kHalf; ++i) {
      Value* offset = b_.CreateMul(b_.CreateAdd(row, number(i)), number(sizes_.size));
      square.push_back(cached(1, b_.CreateAdd(chunk.offset, b_.CreateAdd(offset, column)), kHalf));
    }
    square = transposed(b_, square);
    if (has_scales()) {
      Value* scales = load(eight(), scales_from(1, b_.CreateAdd(chunk.row, row)));
      for (Value*& of_rows : square) of_rows = b_.CreateFMul(of_rows, scales);
    }
    const int64_t columns = score_tile_.columns();
    Value* panel = b_.CreateUDiv(row, number(columns));
    Value* to = b_.CreateMul(b_.CreateAdd(b_.CreateMul(panel, number(sizes_.size)), column), number(columns));
    to = b_.CreateAdd(to, b_.CreateURem(row, number(columns)));
    for (int64_t i = 0; i < kHalf; ++i)
      store(square[static_cast<size_t>(i)], floats_from(keys(), b_.CreateAdd(to, number(i * columns))));
  }

  // In three rounds, so that exponentials are taken of many at once: the tops, the fades, the weights.
  void soften(const Chunk& chunk, const Queries& queries) override {
    frame_.loop(number(0), queries.used, 1, [&](Value* row) { raise_top(chunk, row); });
    frame_.loop(number(0), queries.used, kHalf,
                [&](Value* row) { store(emit_exp(b_, load(eight(), fade(row)), target_), fade(row)); });
    frame_.loop(number(0), queries.used, 1, [&](Value* row) { weigh(chunk, row); });
  }

  // visible(i): which of the chunk's rows from i on the query sees.
  std::function<Value*(Value*)> visible(const Chunk& chunk, Value* row) {
    Value* first = b_.CreateTrunc(chunk.first, b_.getInt32Ty());
    Value* left = b_.CreateSub(b_.CreateLoad(b_.getInt32Ty(), seen(row)), first);
    return [this, left](Value* i) {
      Value* behind = b_.CreateSub(left, b_.CreateTrunc(i, b_.getInt32Ty()));
      Value* steps = b_.CreateStepVector(llvm::FixedVectorType::get(b_.getInt32Ty(), kHalf));
      return b_.CreateICmpSLT(steps, b_.CreateVectorSplat(kHalf, behind));
    };
  }

  // The new top, and how far above the old one it is.
  void raise_top(const Chunk& chunk, Value* row) {
    Value* old_top = load(b_.getFloatTy(), top(row));
    AllocaInst* tops = frame_.variable(eight());
    b_.CreateStore(splat(old_top, kHalf), tops);
    const auto seen_at = visible(chunk, row);
    Value* none = llvm::ConstantFP::get(eight(), kNoScore);
    frame_.loop(number(0), chunk.count, kHalf, [&](Value* i) {
      Value* x = b_.CreateSelect(seen_at(i), load(eight(), floats_from(score(row), i)), none);
      b_.CreateStore(larger(x, b_.CreateLoad(eight(), tops)), tops);
    });
    Value* x = b_.CreateLoad(eight(), tops);
    x = larger(x, b_.CreateShuffleVector(x, {4, 5, 6, 7, 0, 1, 2, 3}));
    x = larger(x, b_.CreateShuffleVector(x, {2, 3, 0, 1, 6, 7, 4, 5}));
    x = larger(x, b_.CreateShuffleVector(x, {1, 0, 3, 2, 5, 4, 7, 6}));
    Value* new_top = b_.CreateExtractElement(x, uint64_t{0});
    store(b_.CreateFSub(old_top, new_top), fade(row));
    store(new_top, top(row));
  }

  void weigh(const Chunk& chunk, Value* row) {
    Value* tops = splat(load(b_.getFloatTy(), top(row)), kHalf);
    Value* faded = splat(load(b_.getFloatTy(), fade(row)), kHalf);
    AllocaInst* sums = frame_.variable(eight());
    b_.CreateStore(b_.CreateFMul(load(eight(), total(row)), faded), sums);
    const auto seen_at = visible(chunk, row);
    frame_.loop(number(0), chunk.count, kHalf, [&](Value* i) {
      Value* address = floats_from(score(row), i);
      Value* x = emit_exp(b_, b_.CreateFSub(load(eight(), address), tops), target_);
      x = b_.CreateSelect(seen_at(i), x, llvm::Constant::getNullValue(eight()));
      store(x, address);
      b_.CreateStore(b_.CreateFAdd(b_.CreateLoad(eight(), sums), x), sums);
    });
    store(b_.CreateLoad(eight(), sums), total(row));
  }

  void values(const Chunk& chunk, const Queries& queries) override {
    const int64_t columns = value_tile_.columns();
    frame_.loop(number(0), chunk.count, 1, [&](Value* row) {
      Value* offset = b_.CreateAdd(chunk.offset, b_.CreateMul(row, number(sizes_.size)));
      Value* scale = nullptr;
      if (has_scales())
        scale = splat(load(b_.getFloatTy(), scales_from(2, b_.CreateAdd(chunk.row, row))), value_tile_.lanes);
      for (int64_t i = 0; i < sizes_.size; i += value_tile_.lanes) {
        Value* to = b_.CreateAdd(b_.CreateMul(row, number(columns)),
                                 number(i / columns * columns * kAttentionChunk + i % columns));
        Value* x = cached(2, b_.CreateAdd(offset, number(i)), value_tile_.lanes);
        store(scale ? b_.CreateFMul(x, scale) : x, floats_from(packed_values(), to));
      }
    });
    frame_.loop(number(0), number(sizes_.size), columns, [&](Value* column) {
      Value* panel = floats_from(packed_values(), b_.CreateMul(column, number(kAttentionChunk)));
      frame_.loop(number(0), queries.padded, value_tile_.rows, [&](Value* row) {
        Value* to = floats_from(sum(row), column);
        const RegisterTile::Sums sums = faded(row, to);
        value_tile_.multiply(frame_, sums, score(row), kAttentionChunk, panel, chunk.count);
        value_tile_.write(frame_, sums, to, sizes_.size);
      });
    });
  }

  RegisterTile::Sums faded(Value* row, Value* from) {
    RegisterTile::Sums sums;
    for (int64_t r = 0; r < value_tile_.rows; ++r) {
      Value* factor = splat(load(b_.getFloatTy(), fade(b_.CreateAdd(row, number(r)))), value_tile_.lanes);
      for (int64_t v = 0; v < value_tile_.vectors; ++v) {
        Value* x = load(vector(value_tile_.lanes),
                        floats_from(from, number(r * sizes_.size + v * value_tile_.lanes)));
        sums.push_back(frame_.variable(vector(value_tile_.lanes)));
        b_.CreateStore(b_.CreateFMul(x, factor), sums.back());
      }
    }
    return sums;
  }

  RegisterTile score_tile_, value_tile_;
};

}  // namespace

KernelShape emit_attention_of_many(Frame& frame) { return AttentionOfMany(frame).emit(); }

}  // namespace fusebox::cpu
