// BlockDot: what products of int8 activations (int8_rows.h) with low-bit weights (block_reader.h) have in
// common. Weights are read where they lie. Inside codegen only: it includes LLVM.
//
// The sums of products within a run are exact integers; across runs they are added in f32, in an
// order that is the same for every tile and thread, and another one for each of the kernels below.
#pragma once

#include <functional>
#include <optional>

#include "cpu/compiler/kernels/block_reader.h"
#include "cpu/compiler/kernels/dot_results.h"
#include "cpu/compiler/kernels/frame.h"
#include "cpu/compiler/kernels/int8_rows.h"

namespace fusebox::cpu {

class BlockDot {
 public:
  BlockDot(Frame& frame, BlockFormat format);

 protected:
  llvm::Value* number(int64_t value) { return frame_.number(value); }
  llvm::Value* at(llvm::Value* from, llvm::Value* bytes) {
    return b_.CreateInBoundsGEP(b_.getInt8Ty(), from, bytes);
  }
  llvm::Value* at(llvm::Value* from, int64_t bytes) { return at(from, number(bytes)); }
  llvm::Type* floats(int64_t lanes) {
    return llvm::FixedVectorType::get(b_.getFloatTy(), static_cast<unsigned>(lanes));
  }
  llvm::Value* load(llvm::Type* type, llvm::Value* address) {
    return b_.CreateAlignedLoad(type, address, llvm::Align(1));
  }
  void store(llvm::Value* value, llvm::Value* address) {
    b_.CreateAlignedStore(value, address, llvm::Align(1));
  }
  llvm::Value* splat(llvm::Value* scalar, int64_t lanes) {
    return b_.CreateVectorSplat(static_cast<unsigned>(lanes), scalar);
  }
  llvm::AllocaInst* zeroed(llvm::Type* type);
  // sum += x · y
  void add_to(llvm::AllocaInst* sum, llvm::Value* x, llvm::Value* y);
  llvm::Value* to_float(llvm::Value* integers);

  int64_t weight_row_bytes() const { return frame_.operand_shape(1).dims[1]; }
  // What lies beyond the last row repeats it, and is not stored.
  llvm::Value* weight_row(llvm::Value* row);
  llvm::Value* x_row(llvm::Value* row);
  // The offset of element `index` of a table of f32 at `offset` in a row of activations.
  llvm::Value* in_table(int64_t offset, llvm::Value* index) {
    return b_.CreateAdd(b_.CreateMul(index, number(4)), number(offset));
  }
  // What is `ahead` of an address may lie beyond the weights.
  void prefetch(llvm::Value* address, int64_t ahead);
  // Blocks of results have so many rows and columns at the most; see dot_results.h.
  void gather(const DotResults::Block& most, int64_t scratch_taken = 0) {
    results_.emplace(frame_, DotResults::Sizes{1, rows_, columns_}, most, scratch_taken);
  }
  // The share's items, tiles of so many rows of weights: body(the first of them).
  void for_items(int64_t tile, const std::function<void(llvm::Value* column)>& body);
  // Products of a row of activations with the rows of weights from `column` on, those there are. Weights are
  // met in tiles of so many rows.
  void put(llvm::Value* row, llvm::Value* column, llvm::Value* values, int64_t tile);

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  BlockReader reader_;
  int64_t rows_, columns_;  // of activations, and of weights
  Int8Rows x_;
  int64_t blocks_;  // of weights, per row
  std::optional<DotResults> results_ = {};
};

// Few rows of activations: each block is taken apart once and met by every row, at the memory's speed for
// one. Of one row of weights after the other:
KernelShape emit_block_dot_by_row(Frame& frame, BlockFormat format);
// Of four rows of weights side by side, for levels with vectors of 512 bits and formats with a scale per
// block:
KernelShape emit_block_dot_by_four(Frame& frame, BlockFormat format);
// Many rows of activations: a panel of weights is taken apart into the thread's scratch, and every row passes
// by.
KernelShape emit_block_dot_by_panel(Frame& frame, BlockFormat format);

}  // namespace fusebox::cpu
