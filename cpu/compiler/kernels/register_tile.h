// RegisterTile: a piece of a product of f32 in the thread's scratch, its sums all in registers. Inside
// codegen only: it includes LLVM.
#pragma once

#include <string>
#include <vector>

#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

// `rows` rows by `vectors` vectors of `lanes`. The right operand lies in panels: [depth][columns()].
struct RegisterTile {
  using Sums = std::vector<llvm::AllocaInst*>;

  int64_t rows, vectors, lanes;

  int64_t columns() const { return vectors * lanes; }
  // The widest of this tile and narrower ones whose columns divide the size.
  RegisterTile narrowed(int64_t size) const;

  Sums zeros(Frame& frame) const;
  // sums += left · panel: rows of `left` are `stride` floats apart.
  void multiply(Frame& frame, const Sums& sums, llvm::Value* left, int64_t stride, llvm::Value* panel,
                llvm::Value* depth) const;
  void write(Frame& frame, const Sums& sums, llvm::Value* to, int64_t stride) const;
};

RegisterTile register_tile_for(const std::string& level);

}  // namespace fusebox::cpu
