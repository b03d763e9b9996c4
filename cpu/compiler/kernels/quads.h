// Quads: sums of products of small integers, four neighbours at a time: 32 weights and 32 activations make 8
// sums, 64 make 16. Exact, and the same on every CPU level. Inside codegen only: it includes LLVM.
//
// LLVM does not find the instructions that CPUs have for this, so they are called by name. They multiply
// unsigned bytes with signed ones. Where both are signed, weights give their sign to the activations; or,
// where one instruction does everything, activations become unsigned by adding 128, and sums begin with what
// that adds to them.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <string>

#include "cpu/compiler/codegen/vectors.h"

namespace fusebox::cpu {

class Quads {
 public:
  // Weights are unsigned bytes, or signed ones; activations are signed bytes from -127 to 127.
  Quads(llvm::IRBuilder<>& builder, const std::string& level, bool is_signed);

  // Sums in a register: 16 where it has 512 bits, else 8. Vectors of other widths may be used, too.
  int64_t lanes() const { return lanes_; }
  // Whether `add` is one instruction, so that sums of pairs win nothing.
  bool adds_at_once() const { return bytes_ == VectorTarget::Bytes::kQuads; }
  // Whether activations are taken plus 128.
  bool is_biased() const { return is_signed_ && adds_at_once(); }

  // Weights, <4n x i8>, as the functions below take them. For signed ones: magnitude, and the weight itself
  // for its sign.
  struct Weights {
    llvm::Value *bytes, *sign;
  };
  Weights prepare(llvm::Value* weights);
  // Activations, <4n x i8>, as the functions below take them.
  llvm::Value* activations(llvm::Value* x);
  // What sums of one product of these weights begin with: zeros, or -128 Σ weights.
  llvm::Value* start(const Weights& weights);

  // sums + products of four: <n x i32>.
  llvm::Value* add(llvm::Value* sums, const Weights& weights, llvm::Value* activations);

  // In two steps, where `add` is more than one instruction. <4n x i8> and <4n x i8> to <2n x i16>: sums of
  // two products, which must fit.
  llvm::Value* pairs(const Weights& weights, llvm::Value* activations);
  // <2n x i16> to <n x i32>: sums of two.
  llvm::Value* quads(llvm::Value* pairs);

  // So many `pairs` of such weights, a power of two, can be added up in 16 bits.
  static int64_t pairs_that_fit(int largest_weight);

  llvm::Type* bytes() const;       // <4n x i8>, n = lanes()
  llvm::Type* pairs_type() const;  // <2n x i16>
  llvm::Type* quads_type() const;  // <n x i32>

 private:
  llvm::Value* even_or_odd(llvm::Value* vector, int first);
  llvm::Value* with_sign(llvm::Value* x, llvm::Value* sign);
  llvm::Value* add_at_once(llvm::Value* sums, llvm::Value* of_unsigned, llvm::Value* of_signed);

  llvm::IRBuilder<>& b_;
  VectorTarget::Bytes bytes_;
  unsigned lanes_;
  bool is_signed_;
};

}  // namespace fusebox::cpu
