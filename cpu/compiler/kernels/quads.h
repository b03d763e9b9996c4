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

  // Sums of quads over several steps, in 16 bits as long as they must fit there.
  struct Sum {
    llvm::Value *narrow = nullptr, *wide = nullptr;
    int steps = 0, most = 1;  // added to `narrow`; that fit in it
  };
  Sum start(int largest_weight) const;
  void add(Sum& sum, const Weights& weights, llvm::Value* x);
  llvm::Value* finish(Sum& sum);  // <8 x i32>

  llvm::Type* bytes() const;  // <32 x i8>

 private:
  llvm::Value* even_or_odd(llvm::Value* vector, int first);
  void widen(Sum& sum);

  llvm::IRBuilder<>& b_;
  bool avx2_, is_signed_;
};

}  // namespace fusebox::cpu
