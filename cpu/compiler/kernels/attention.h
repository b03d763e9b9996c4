// Attention: what kernels of attention have in common. They differ in how they multiply. Inside codegen only:
// it includes LLVM.
#pragma once

#include "cpu/compiler/kernels/attention_sizes.h"
#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

// The sizes of a call from the shapes of its operands q and k.
AttentionSizes attention_sizes(const Frame& frame);

// An item takes a tile of queries through its part of the filled rows, a chunk at a time: scores, a softmax
// that goes on from chunk to chunk (Milakov and Gimelshein, 2018), values.
class Attention {
 public:
  explicit Attention(Frame& frame);
  virtual ~Attention() = default;

  KernelShape emit();

 protected:
  // The rows of the cache that are met at present.
  struct Chunk {
    llvm::Value* row;     // of the first, in rows of K and V
    llvm::Value* offset;  // the same in elements
    llvm::Value* first;   // its number
    llvm::Value* count;   // at most kAttentionChunk
  };
  // Queries that are met: `used`, and a few more up to a multiple of row_step().
  struct Queries {
    llvm::Value *used, *padded;
  };

  // Queries are taken so many at once.
  virtual int64_t row_step() const = 0;
  // Totals stand as so many lanes of sums.
  virtual int64_t total_lanes() const { return 1; }
  // Floats of scratch beside what is below.
  virtual int64_t more_scratch() const = 0;
  // score(query, i) = q · K[i] for all queries and rows of the chunk.
  virtual void scores(const Chunk& chunk, const Queries& queries) = 0;
  // Scores become weights, 0 for what is not seen; top, total and fade follow.
  virtual void soften(const Chunk& chunk, const Queries& queries) = 0;
  // sum(query) = sum(query) · fade(query) + Σ score(query, i) · V[i].
  virtual void values(const Chunk& chunk, const Queries& queries) = 0;

  // In the scratch, per query. f32 but for `seen`, which is i32: how many rows of the cache it sees.
  llvm::Value* query(llvm::Value* row) { return in_scratch(queries_at_, row, sizes_.size); }
  llvm::Value* sum(llvm::Value* row) { return in_scratch(sums_at_, row, sizes_.size); }
  llvm::Value* top(llvm::Value* row) { return in_scratch(tops_at_, row, 1); }
  llvm::Value* total(llvm::Value* row) { return in_scratch(totals_at_, row, total_lanes()); }
  llvm::Value* fade(llvm::Value* row) { return in_scratch(fades_at_, row, 1); }
  llvm::Value* seen(llvm::Value* row) { return in_scratch(seen_at_, row, 1); }
  llvm::Value* more() { return in_scratch(more_at_, number(0), 1); }
  int64_t padded_rows() const;

  llvm::Value* number(int64_t value) { return frame_.number(value); }
  llvm::Value* floats_from(llvm::Value* base, llvm::Value* floats) {
    return b_.CreateInBoundsGEP(b_.getFloatTy(), base, floats);
  }
  llvm::Type* vector(int64_t lanes) {
    return llvm::FixedVectorType::get(b_.getFloatTy(), static_cast<unsigned>(lanes));
  }
  llvm::Value* load(llvm::Type* type, llvm::Value* address) {
    return b_.CreateAlignedLoad(type, address, llvm::Align(4));
  }
  llvm::Value* splat(llvm::Value* scalar, int64_t lanes) {
    return b_.CreateVectorSplat(static_cast<unsigned>(lanes), scalar);
  }
  void store(llvm::Value* value, llvm::Value* address) {
    b_.CreateAlignedStore(value, address, llvm::Align(4));
  }
  // The larger, or `y` where either is NaN.
  llvm::Value* larger(llvm::Value* x, llvm::Value* y) {
    return b_.CreateSelect(b_.CreateFCmpOGT(x, y), x, y);
  }
  // Elements of K (operand 1) or V (2), as f32; where there are scales, they are still to be multiplied with.
  llvm::Value* cached(size_t operand, llvm::Value* offset, int64_t lanes);
  bool has_scales() const { return frame_.spec().roots.size() > kScales; }
  // Those of rows of K (1) or V (2), from `row` on.
  llvm::Value* scales_from(size_t operand, llvm::Value* row) {
    return floats_from(frame_.operand(operand - 1 + kScales), row);
  }
  // Asks the memory for the row that is `rows` behind the one at `offset`.
  void prefetch(size_t operand, llvm::Value* offset, int64_t rows);

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  AttentionSizes sizes_;
  MathTarget target_;

 private:
  static constexpr size_t kScales = 5;  // the operand of K's; V's follow

  struct Item {
    llvm::Value *slot, *head, *first, *part;  // `head` of the cache; `first` position of the tile
  };

  llvm::Value* in_scratch(int64_t array, llvm::Value* row, int64_t stride) {
    return floats_from(scratch_, b_.CreateAdd(b_.CreateMul(row, number(stride)), number(array)));
  }
  void lay_out_scratch();
  Item item(llvm::Value* index);
  void attend(const Item& item);
  // How many rows of the cache any of the item's positions sees, and how many positions there are up to the
  // last that sees one: behind it stands a prompt's padding.
  struct Seen {
    llvm::Value *rows, *positions;
  };
  Seen seen_by(const Item& item, llvm::Value* positions);
  void prepare(const Item& item, const Queries& queries);
  llvm::Value* rows_seen(llvm::Value* slot, llvm::Value* position);
  llvm::Value* destination(const Item& item, llvm::Value* row);
  void finish(const Item& item, llvm::Value* row);
  void finish_empty(const Item& item, llvm::Value* row);
  llvm::Value* whole_total(llvm::Value* row);

  double scale_;
  int64_t parts_;
  int64_t queries_at_ = 0, sums_at_ = 0, fades_at_ = 0, tops_at_ = 0, totals_at_ = 0, seen_at_ = 0,
          more_at_ = 0, scratch_floats_ = 0;
  llvm::Value* scratch_ = nullptr;
};

// Less than any score that is met, and finite.
inline constexpr double kNoScore = -1e30;

KernelShape emit_attention_of_few(Frame& frame);
KernelShape emit_attention_of_many(Frame& frame);

}  // namespace fusebox::cpu
