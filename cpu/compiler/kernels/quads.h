// Quads: sums of products of small integers, four neighbours at a time: 32 weights and 32 activations make 8
// sums. Exact on every CPU level. Inside codegen only: it includes LLVM.
//
// LLVM does not find the instructions that CPUs have for this, so they are called by name.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <string>

namespace fusebox::cpu {

class Quads {
 public:
  // Weights are unsigned bytes, or signed ones; activations are signed bytes from -127 to 127.
  Quads(llvm::IRBuilder<>& builder, const std::string& level, bool is_signed);

  // Weights as `pairs` takes them. For signed ones: magnitude, and the weight itself for its sign.
  struct Weights {
    llvm::Value *bytes, *sign;
  };
  Weights prepare(llvm::Value* weights);

  // <32 x i8> and <32 x i8> to <16 x i16>: sums of two products, which must fit.
  llvm::Value* pairs(const Weights& weights, llvm::Value* x);
  // <16 x i16> to <8 x i32>: sums of two.
  llvm::Value* quads(llvm::Value* pairs);

  // So many `pairs` of such weights, a power of two, can be added up in 16 bits.
  static int64_t pairs_that_fit(int largest_weight);

  llvm::Type* bytes() const;       // <32 x i8>
  llvm::Type* pairs_type() const;  // <16 x i16>
  llvm::Type* quads_type() const;  // <8 x i32>

 private:
  llvm::Value* even_or_odd(llvm::Value* vector, int first);

  llvm::IRBuilder<>& b_;
  bool avx2_, is_signed_;
};

}  // namespace fusebox::cpu
