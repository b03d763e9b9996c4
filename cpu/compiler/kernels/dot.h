// What the forms of dot_general share. Inside codegen only: it includes LLVM.
#pragma once

#include "cpu/compiler/kernels/dot_results.h"
#include "cpu/compiler/plan/dot_form.h"

namespace fusebox::cpu {

// The operands of a dot_general, and how many elements its axes have together.
class DotOperands {
 public:
  explicit DotOperands(Frame& frame);

  Frame& frame() const { return frame_; }
  const DotOperand& lhs() const { return lhs_; }
  const DotOperand& rhs() const { return rhs_; }
  DType out() const { return frame_.spec().op->results[0].shape.dtype; }  // the product's
  int64_t batches() const { return batches_; }
  int64_t rows() const { return rows_; }
  int64_t columns() const { return columns_; }
  int64_t depth() const { return depth_; }
  unsigned width() const { return width_; }  // lanes of a register of what is computed with
  int registers() const { return registers_; }

  llvm::Type* scalar_type() const { return frame_.scalars().type(out()); }
  llvm::Type* vector_type() const { return llvm::FixedVectorType::get(scalar_type(), width_); }
  // Where the operand's part for a batch begins, in elements.
  llvm::Value* batch_offset(const DotOperand& operand, llvm::Value* batch) const;
  // A vector of the left (0) or right (1) operand from `position` on, or of those lanes that the mask has, as
  // what is computed with.
  llvm::Value* load(size_t operand, llvm::Value* position, llvm::Value* mask) const {
    return load(operand, position, mask, width_);
  }
  llvm::Value* load(size_t operand, llvm::Value* position, llvm::Value* mask, unsigned lanes) const;
  void store(llvm::Value* address, llvm::Value* vector, llvm::Value* mask) const;
  DotResults results(const DotResults::Block& most, int64_t scratch_taken = 0) const {
    return {frame_, {batches_, rows_, columns_}, most, scratch_taken};
  }
  // A mask of the lanes below `count`.
  llvm::Value* first_lanes(llvm::Value* count) const { return first_lanes(count, width_); }
  llvm::Value* first_lanes(llvm::Value* count, unsigned lanes) const;
  // Variables of zeros.
  std::vector<llvm::AllocaInst*> new_sums(size_t count) const;
  void add_to(llvm::AllocaInst* sum, llvm::Value* x, llvm::Value* y) const;

 private:
  Frame& frame_;
  DotOperand lhs_, rhs_;
  int64_t batches_, rows_, columns_, depth_;
  unsigned width_;
  int registers_;
};

// So many rows meet some columns before those after them do, and what is read stays in the second cache:
// whole tiles, whatever their size.
inline constexpr int64_t kRowBlock = 48;

// Of so many multiplications a chunk of a dot's items should have, if there are as many.
int64_t dot_grain(int64_t multiplications_per_item);

// See dot_columns.cpp.
bool suits_columns(const DotOperands& dot, const DotForm& form);
KernelShape emit_dot_by_columns(const DotOperands& dot, const DotForm& form);

}  // namespace fusebox::cpu
