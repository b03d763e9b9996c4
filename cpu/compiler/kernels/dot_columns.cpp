// dot_general, the right operand's free axis innermost: vectors along n, the left one's elements broadcast.
//
// A panel of columns is met by the rows, some at once, whose sums fill the registers. From kPackedRows rows
// on a panel that is not too large is copied to the thread's scratch first, one row of it behind the other:
// where it lies, each is on a page of its own, and the strides of wide matrices share few places of a cache.
// Where k is innermost it is turned on the way. An element is summed in the order of k in any case.
#include <algorithm>

#include "cpu/compiler/kernels/dot.h"
#include "cpu/compiler/kernels/transpose.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int64_t kPackedRows = 64;                // from here on a copy pays: measured with bench_against
constexpr int64_t kTurnedColumns = 64;             // and if it is turned, so many columns, too
constexpr int64_t kBlock = 8;                      // rows and columns that are turned at once
constexpr int64_t kPanelBytes = int64_t{1} << 20;  // of a copy, which the second cache holds

class ColumnDot {
 public:
  ColumnDot(const DotOperands& dot, const DotForm& form)
      : dot_(dot), frame_(dot.frame()), b_(frame_.b()), form_(form) {
    const bool many_registers = dot.registers() >= 32;
    vectors_ = std::min<int64_t>(many_registers ? 4 : 2, tiles(dot.columns(), dot.width()));
    // A multiplication waits for the sum before it, so there should be eight at least; a row more costs one
    // load, a vector more as well.
    tile_ = std::min<int64_t>((many_registers ? 24 : 12) / vectors_, 12);
    row_blocks_ = tiles(dot.rows(), kRowBlock);
    panels_ = tiles(dot.columns(), panel());
    const int64_t bytes = dot.depth() * panel() * byte_size(dot.out() == f64 ? f64 : f32);
    turned_ = form.n.stride != 1;
    packed_ = dot.rows() >= kPackedRows && bytes <= kPanelBytes && form.kr.stride != panel();
    packed_bytes_ = packed_ ? bytes : 0;
    // The rows that whole tiles leave over, in the last block: by one tile, or with a whole one's by two that
    // are equal.
    rest_ = dot.rows() % kRowBlock % tile_;
    if (rest_ > 0 && dot.rows() % kRowBlock > tile_) rest_ += tile_;
    rest_tile_ = rest_ > tile_ ? tiles(rest_, 2) : rest_;
  }

  // Where the right operand's k is innermost.
  bool can_turn() const {
    return packed_ && dot_.columns() >= kTurnedColumns && form_.kr.stride == 1 && panel() % kBlock == 0;
  }

  KernelShape emit() {
    Value* scratch = packed_ ? frame_.scratch() : nullptr;
    DotResults results = dot_.results({std::min(dot_.rows(), kRowBlock), panel()}, packed_bytes_);
    llvm::AllocaInst* in_scratch = frame_.variable(b_.getInt64Ty());  // the panel that it holds
    b_.CreateStore(number(-1), in_scratch);
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      Value* all_panels = b_.CreateUDiv(item, number(row_blocks_));  // of all batches
      Value* batch = b_.CreateUDiv(all_panels, number(panels_));
      const Panel panel = panel_at(batch, b_.CreateURem(all_panels, number(panels_)), scratch);
      if (packed_)
        frame_.when(b_.CreateICmpNE(all_panels, b_.CreateLoad(b_.getInt64Ty(), in_scratch)), [&] {
          pack(panel);
          b_.CreateStore(all_panels, in_scratch);
        });
      Value* left = dot_.batch_offset(dot_.lhs(), batch);
      Value* begin = b_.CreateMul(b_.CreateURem(item, number(row_blocks_)), number(kRowBlock));
      Value* end = frame_.smaller(b_.CreateAdd(begin, number(kRowBlock)), dot_.rows());
      Value* whole = frame_.smaller(end, dot_.rows() - rest_);
      results.begin_block(batch, begin, panel.first);
      const auto meet = [&](Value* row, int64_t rows) { meet_rows(panel, left, row, rows, results); };
      if (rest_ < dot_.rows()) frame_.loop(begin, whole, tile_, [&](Value* row) { meet(row, tile_); });
      if (rest_ > 0)  // the last tile may meet a row again, with the same result
        frame_.loop(whole, end, rest_tile_,
                    [&](Value* row) { meet(frame_.smaller(row, dot_.rows() - rest_tile_), rest_tile_); });
      results.end_block(end,
                        frame_.smaller(b_.CreateAdd(panel.first, number(this->panel())), dot_.columns()));
    });
    const int64_t rows = std::min(dot_.rows(), kRowBlock);
    return {dot_.batches() * panels_ * row_blocks_, dot_grain(dot_.depth() * panel() * rows),
            results.scratch_bytes()};
  }

 private:
  int64_t panel() const { return vectors_ * dot_.width(); }  // columns
  Value* number(int64_t value) { return frame_.number(value); }

  struct Panel {
    Value *first, *batch;       // the first column; where its batch begins in the right operand
    std::vector<Value*> masks;  // of columns that exist; null if all do
    Value* copy;                // where it begins in the scratch, or null
  };

  Panel panel_at(Value* batch, Value* index, Value* scratch) {
    Panel panel;
    panel.first = b_.CreateMul(index, number(this->panel()));
    panel.batch = dot_.batch_offset(dot_.rhs(), batch);
    panel.copy = scratch;
    for (int64_t v = 0; v < vectors_; ++v)
      panel.masks.push_back(
          dot_.columns() % this->panel() == 0
              ? nullptr
              : dot_.first_lanes(b_.CreateSub(number(dot_.columns() - v * dot_.width()), panel.first)));
    return panel;
  }

  Value* lying(const Panel& panel, Value* k, size_t vector) {
    Value* row =
        b_.CreateAdd(b_.CreateAdd(panel.batch, panel.first), b_.CreateMul(k, number(form_.kr.stride)));
    return dot_.load(1, b_.CreateAdd(row, number(static_cast<int64_t>(vector) * dot_.width())),
                     panel.masks[vector]);
  }

  // Its place in the scratch.
  Value* copied(const Panel& panel, Value* k, size_t vector) {
    Value* index = b_.CreateAdd(b_.CreateMul(k, number(vectors_)), number(static_cast<int64_t>(vector)));
    return b_.CreateInBoundsGEP(dot_.vector_type(), panel.copy, index);
  }

  void pack(const Panel& panel) {
    if (turned_) return pack_turned(panel);
    frame_.loop(number(0), number(dot_.depth()), 1, [&](Value* k) {
      for (size_t v = 0; v < panel.masks.size(); ++v) b_.CreateStore(lying(panel, k, v), copied(panel, k, v));
    });
  }

  // The operand's rows become columns of the panel; those behind the last repeat it, and are not stored
  // later.
  void pack_turned(const Panel& panel) {
    const int64_t whole = dot_.depth() / kBlock * kBlock;
    frame_.loop(number(0), number(this->panel()), kBlock, [&](Value* first) {
      std::vector<Value*> begins;
      for (int64_t i = 0; i < kBlock; ++i) {
        Value* column = b_.CreateAdd(b_.CreateAdd(panel.first, first), number(i));
        column = frame_.smaller(column, dot_.columns() - 1);
        begins.push_back(b_.CreateAdd(panel.batch, b_.CreateMul(column, number(form_.n.stride))));
      }
      const auto place = [&](Value* k, int64_t i) {
        Value* row = b_.CreateMul(b_.CreateAdd(k, number(i)), number(this->panel()));
        return b_.CreateInBoundsGEP(dot_.scalar_type(), panel.copy, b_.CreateAdd(row, first));
      };
      const auto turn = [&](Value* k, Value* mask, int64_t rows) {
        std::vector<Value*> square;
        for (Value* begin : begins) square.push_back(dot_.load(1, b_.CreateAdd(begin, k), mask, kBlock));
        square = transposed(b_, square);
        for (int64_t i = 0; i < rows; ++i)
          b_.CreateAlignedStore(square[static_cast<size_t>(i)], place(k, i), llvm::Align(4));
      };
      if (whole > 0)
        frame_.loop(number(0), number(whole), kBlock, [&](Value* k) { turn(k, nullptr, kBlock); });
      if (const int64_t rest = dot_.depth() - whole; rest > 0)
        turn(number(whole), dot_.first_lanes(number(rest), kBlock), rest);
    });
  }

  // `rows` rows from `first_row` on, of the batch that begins at `left`.
  void meet_rows(const Panel& panel, Value* left, Value* first_row, int64_t rows, DotResults& results) {
    left = b_.CreateAdd(left, b_.CreateMul(first_row, number(form_.m.stride)));
    const size_t vectors = panel.masks.size();
    const auto sums = dot_.new_sums(static_cast<size_t>(rows) * vectors);
    const DType dtype = dot_.lhs().shape.dtype;
    frame_.loop(number(0), number(dot_.depth()), 1, [&](Value* k) {
      std::vector<Value*> y;
      for (size_t v = 0; v < vectors; ++v)
        y.push_back(panel.copy ? b_.CreateLoad(dot_.vector_type(), copied(panel, k, v)) : lying(panel, k, v));
      Value* at_k = b_.CreateAdd(left, b_.CreateMul(k, number(form_.kl.stride)));
      for (size_t i = 0; i < static_cast<size_t>(rows); ++i) {
        Value* position = b_.CreateAdd(at_k, number(static_cast<int64_t>(i) * form_.m.stride));
        Value* element = frame_.scalars().load(frame_.address(frame_.operand(0), dtype, position), dtype);
        Value* x = b_.CreateVectorSplat(dot_.width(), element);
        for (size_t v = 0; v < vectors; ++v) dot_.add_to(sums[i * vectors + v], x, y[v]);
      }
    });
    for (size_t i = 0; i < sums.size(); ++i) {
      const auto row = static_cast<int64_t>(i / vectors), v = static_cast<int64_t>(i % vectors);
      Value* column = b_.CreateAdd(panel.first, number(v * dot_.width()));
      dot_.store(results.address(b_.CreateAdd(first_row, number(row)), column),
                 b_.CreateLoad(dot_.vector_type(), sums[i]), panel.masks[i % vectors]);
    }
  }

  const DotOperands& dot_;
  Frame& frame_;
  llvm::IRBuilder<>& b_;
  const DotForm form_;
  int64_t vectors_, tile_, row_blocks_, panels_, packed_bytes_, rest_, rest_tile_;
  bool turned_, packed_;
};

}  // namespace

bool suits_columns(const DotOperands& dot, const DotForm& form) {
  if (form.kind == DotForm::Kind::kColumns) return true;
  return form.has_axes && form.n.stride != 1 && ColumnDot(dot, form).can_turn();
}

KernelShape emit_dot_by_columns(const DotOperands& dot, const DotForm& form) {
  return ColumnDot(dot, form).emit();
}

}  // namespace fusebox::cpu
