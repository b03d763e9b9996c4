#include "cpu/compiler/kernels/quads.h"

#include <llvm/IR/IntrinsicsX86.h>

#include <vector>

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int kLargestActivation = 127, kLargest16 = 32767;
constexpr uint64_t kBias = 128;

unsigned lanes_of(const Value* vector) {
  return llvm::cast<llvm::FixedVectorType>(vector->getType())->getNumElements();
}

}  // namespace

Quads::Quads(llvm::IRBuilder<>& builder, const std::string& level, bool is_signed)
    : b_(builder), is_signed_(is_signed) {
  const VectorTarget target = vector_target_for(level);
  bytes_ = target.bytes;
  lanes_ = target.bits == 512 ? 16 : 8;
}

llvm::Type* Quads::bytes() const { return llvm::FixedVectorType::get(b_.getInt8Ty(), 4 * lanes_); }
llvm::Type* Quads::pairs_type() const { return llvm::FixedVectorType::get(b_.getInt16Ty(), 2 * lanes_); }
llvm::Type* Quads::quads_type() const { return llvm::FixedVectorType::get(b_.getInt32Ty(), lanes_); }

Quads::Weights Quads::prepare(Value* weights) {
  if (!is_signed_ || is_biased()) return {weights, nullptr};
  return {b_.CreateBinaryIntrinsic(llvm::Intrinsic::abs, weights, b_.getFalse()), weights};
}

Value* Quads::activations(Value* x) {
  return is_biased() ? b_.CreateXor(x, llvm::ConstantInt::get(x->getType(), kBias)) : x;
}

// The sum of ~weight = -weight - 1, four times, is what the products with 128 need; the ones are added back.
Value* Quads::start(const Weights& weights) {
  llvm::Type* sums = llvm::FixedVectorType::get(b_.getInt32Ty(), lanes_of(weights.bytes) / 4);
  if (!is_biased()) return llvm::Constant::getNullValue(sums);
  return add_at_once(llvm::ConstantInt::get(sums, 4 * kBias),
                     llvm::ConstantInt::get(weights.bytes->getType(), kBias), b_.CreateNot(weights.bytes));
}

Value* Quads::add(Value* sums, const Weights& weights, Value* x) {
  if (is_biased()) return add_at_once(sums, x, weights.bytes);
  if (adds_at_once()) return add_at_once(sums, weights.bytes, x);
  return b_.CreateAdd(sums, quads(pairs(weights, x)));
}

Value* Quads::add_at_once(Value* sums, Value* of_unsigned, Value* of_signed) {
  llvm::Type* words = sums->getType();
  return b_.CreateIntrinsic(lanes_of(sums) == 16 ? llvm::Intrinsic::x86_avx512_vpdpbusd_512
                                                 : llvm::Intrinsic::x86_avx512_vpdpbusd_256,
                            {},
                            {sums, b_.CreateBitCast(of_unsigned, words), b_.CreateBitCast(of_signed, words)});
}

Value* Quads::even_or_odd(Value* vector, int first) {
  std::vector<int> lanes;
  for (int i = first; i < static_cast<int>(lanes_of(vector)); i += 2) lanes.push_back(i);
  return b_.CreateShuffleVector(vector, lanes);
}

// x where the sign is positive, -x where it is negative; where it is 0, either.
Value* Quads::with_sign(Value* x, Value* sign) {
  if (lanes_of(x) == 32) return b_.CreateIntrinsic(llvm::Intrinsic::x86_avx2_psign_b, {}, {x, sign});
  Value* is_negative = b_.CreateICmpSLT(sign, llvm::Constant::getNullValue(sign->getType()));
  return b_.CreateSelect(is_negative, b_.CreateNeg(x), x);
}

Value* Quads::pairs(const Weights& weights, Value* x) {
  const unsigned count = lanes_of(x);
  if (bytes_ == VectorTarget::Bytes::kPairs) {
    if (is_signed_) x = with_sign(x, weights.sign);
    return b_.CreateIntrinsic(
        count == 64 ? llvm::Intrinsic::x86_avx512_pmaddubs_w_512 : llvm::Intrinsic::x86_avx2_pmadd_ub_sw, {},
        {weights.bytes, x});
  }
  llvm::Type* wide = llvm::FixedVectorType::get(b_.getInt16Ty(), count);
  Value* w = is_signed_ ? b_.CreateSExt(weights.sign, wide) : b_.CreateZExt(weights.bytes, wide);
  Value* products = b_.CreateMul(w, b_.CreateSExt(x, wide));
  return b_.CreateAdd(even_or_odd(products, 0), even_or_odd(products, 1));
}

Value* Quads::quads(Value* pairs) {
  const unsigned count = lanes_of(pairs);
  if (bytes_ == VectorTarget::Bytes::kPairs)
    return b_.CreateIntrinsic(
        count == 32 ? llvm::Intrinsic::x86_avx512_pmaddw_d_512 : llvm::Intrinsic::x86_avx2_pmadd_wd, {},
        {pairs, llvm::ConstantInt::get(pairs->getType(), 1)});
  llvm::Type* wide = llvm::FixedVectorType::get(b_.getInt32Ty(), count / 2);
  return b_.CreateAdd(b_.CreateSExt(even_or_odd(pairs, 0), wide), b_.CreateSExt(even_or_odd(pairs, 1), wide));
}

int64_t Quads::pairs_that_fit(int largest_weight) {
  int64_t count = 1;
  while (2 * count * 2 * largest_weight * kLargestActivation <= kLargest16) count *= 2;
  return count;
}

}  // namespace fusebox::cpu
