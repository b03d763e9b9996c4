#include "cpu/compiler/kernels/quads.h"

#include <llvm/IR/IntrinsicsX86.h>

#include <vector>

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int kLargestActivation = 127, kLargest16 = 32767;

}  // namespace

Quads::Quads(llvm::IRBuilder<>& builder, const std::string& level, bool is_signed)
    : b_(builder), avx2_(level.starts_with("v")), is_signed_(is_signed) {}

llvm::Type* Quads::bytes() const { return llvm::FixedVectorType::get(b_.getInt8Ty(), 32); }
llvm::Type* Quads::pairs_type() const { return llvm::FixedVectorType::get(b_.getInt16Ty(), 16); }
llvm::Type* Quads::quads_type() const { return llvm::FixedVectorType::get(b_.getInt32Ty(), 8); }

Quads::Weights Quads::prepare(Value* weights) {
  if (!is_signed_) return {weights, nullptr};
  return {b_.CreateBinaryIntrinsic(llvm::Intrinsic::abs, weights, b_.getFalse()), weights};
}

Value* Quads::even_or_odd(Value* vector, int first) {
  const auto count = llvm::cast<llvm::FixedVectorType>(vector->getType())->getNumElements();
  std::vector<int> lanes;
  for (int i = first; i < static_cast<int>(count); i += 2) lanes.push_back(i);
  return b_.CreateShuffleVector(vector, lanes);
}

Value* Quads::pairs(const Weights& weights, Value* x) {
  if (avx2_) {
    if (is_signed_) x = b_.CreateIntrinsic(llvm::Intrinsic::x86_avx2_psign_b, {}, {x, weights.sign});
    return b_.CreateIntrinsic(llvm::Intrinsic::x86_avx2_pmadd_ub_sw, {}, {weights.bytes, x});
  }
  llvm::Type* wide = llvm::FixedVectorType::get(b_.getInt16Ty(), 32);
  Value* w = is_signed_ ? b_.CreateSExt(weights.sign, wide) : b_.CreateZExt(weights.bytes, wide);
  Value* products = b_.CreateMul(w, b_.CreateSExt(x, wide));
  return b_.CreateAdd(even_or_odd(products, 0), even_or_odd(products, 1));
}

Value* Quads::quads(Value* pairs) {
  if (avx2_)
    return b_.CreateIntrinsic(llvm::Intrinsic::x86_avx2_pmadd_wd, {},
                              {pairs, llvm::ConstantInt::get(pairs_type(), 1)});
  return b_.CreateAdd(b_.CreateSExt(even_or_odd(pairs, 0), quads_type()),
                      b_.CreateSExt(even_or_odd(pairs, 1), quads_type()));
}

int64_t Quads::pairs_that_fit(int largest_weight) {
  int64_t count = 1;
  while (2 * count * 2 * largest_weight * kLargestActivation <= kLargest16) count *= 2;
  return count;
}

}  // namespace fusebox::cpu
