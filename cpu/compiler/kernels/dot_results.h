// DotResults: where a product's results go, and what is made of them before they are stored (KernelSpec's
// epilogue). Inside codegen only: it includes LLVM.
//
// Results come in blocks. Where nothing is made of them their places are the output's. Otherwise a block is
// gathered in the thread's scratch, in the product's own type, as if it were stored; once it is complete, and
// still in the first cache or the second, its elements are computed with in a loop that becomes vectors.
#pragma once

#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

class DotResults {
 public:
  // Of the product. A block has so many rows and columns at the most.
  struct Sizes {
    int64_t batches, rows, columns;
  };
  struct Block {
    int64_t rows, columns;
  };
  // The first bytes of the scratch are somebody else's.
  DotResults(Frame& frame, const Sizes& sizes, const Block& most, int64_t scratch_taken = 0);

  // Of the thread, with what is somebody else's.
  int64_t scratch_bytes() const { return scratch_bytes_; }
  // From here on results are of the block of a batch that begins at this row and column.
  void begin_block(llvm::Value* batch, llvm::Value* row, llvm::Value* column);
  // The address of a result of the block. It may be stored several times.
  llvm::Value* address(llvm::Value* row, llvm::Value* column);
  // The block's results are all there, up to this row and column.
  void end_block(llvm::Value* row, llvm::Value* column);
  // A result by itself, that is in no block.
  void put(llvm::Value* batch, llvm::Value* row, llvm::Value* column, llvm::Value* result);

 private:
  struct Place {
    llvm::Value *batch, *row, *column;
  };
  llvm::Value* in_output(const Place& place);
  // What is made of the result.
  llvm::Value* made(const Place& place, llvm::Value* result);

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  Sizes sizes_;
  DType dtype_;
  Elements elements_;
  int epilogue_;
  int64_t stride_, scratch_bytes_;
  llvm::Value* gathered_ = nullptr;  // where a block begins in the scratch
  Place block_ = {};
};

}  // namespace fusebox::cpu
