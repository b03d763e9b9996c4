#include "cpu/compiler/codegen/lanes.h"

#include <llvm/IR/Constants.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>

namespace fusebox::cpu {
namespace {

using Predicate = llvm::CmpInst::Predicate;

// The type with the same number of lanes, of another element.
llvm::Type* with_element(llvm::Type* type, llvm::Type* element) {
  const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(type);
  return vector == nullptr ? element : llvm::FixedVectorType::get(element, vector->getNumElements());
}

llvm::Type* int_type(llvm::Type* type, unsigned width) {
  return with_element(type, llvm::Type::getIntNTy(type->getContext(), width));
}

unsigned width(Int x) { return x.value->getType()->getScalarSizeInBits(); }
unsigned width(Float x) { return x.is_f64() ? 64 : 32; }
unsigned mantissa_bits(Float x) { return x.is_f64() ? 52 : 23; }
uint64_t exponent_bias(Float x) { return x.is_f64() ? 1023 : 127; }

Mask compare(Predicate predicate, Float a, Float b) {
  return {a.in, a.in->builder.CreateFCmp(predicate, a.value, b.value)};
}

}  // namespace

Lanes::Lanes(llvm::IRBuilderBase& b, const MathTarget& t) : builder(b), target(t), flags_(0) {
  const llvm::FastMathFlags flags = builder.getFastMathFlags();
  for (const bool flag : {flags.allowReassoc(), flags.noNaNs(), flags.noInfs(), flags.noSignedZeros(),
                          flags.allowReciprocal(), flags.allowContract(), flags.approxFunc()})
    flags_ = flags_ * 2 + (flag ? 1 : 0);
  builder.clearFastMathFlags();
}

Lanes::~Lanes() {
  llvm::FastMathFlags flags;
  flags.setAllowReassoc((flags_ & 64) != 0);
  flags.setNoNaNs((flags_ & 32) != 0);
  flags.setNoInfs((flags_ & 16) != 0);
  flags.setNoSignedZeros((flags_ & 8) != 0);
  flags.setAllowReciprocal((flags_ & 4) != 0);
  flags.setAllowContract((flags_ & 2) != 0);
  flags.setApproxFunc((flags_ & 1) != 0);
  builder.setFastMathFlags(flags);
}

bool Float::is_f64() const { return value->getType()->getScalarType()->isDoubleTy(); }
Float Float::constant(double c) const { return {in, llvm::ConstantFP::get(value->getType(), c)}; }
Int Int::constant(uint64_t c) const { return {in, llvm::ConstantInt::get(value->getType(), c)}; }

Float operator+(Float a, Float b) { return {a.in, a.in->builder.CreateFAdd(a.value, b.value)}; }
Float operator-(Float a, Float b) { return {a.in, a.in->builder.CreateFSub(a.value, b.value)}; }
Float operator*(Float a, Float b) { return {a.in, a.in->builder.CreateFMul(a.value, b.value)}; }
Float operator/(Float a, Float b) { return {a.in, a.in->builder.CreateFDiv(a.value, b.value)}; }
Float operator-(Float a) { return {a.in, a.in->builder.CreateFNeg(a.value)}; }

Float multiply_add(Float a, Float b, Float c) {
  if (!a.in->target.fma) return a * b + c;
  return {a.in, a.in->builder.CreateIntrinsic(llvm::Intrinsic::fma, {a.value->getType()},
                                              {a.value, b.value, c.value})};
}

Float polynomial(Float x, std::span<const double> coefficients) {
  Float sum = x.constant(coefficients.back());
  for (size_t i = coefficients.size() - 1; i-- > 0;) sum = multiply_add(sum, x, coefficients[i]);
  return sum;
}

Mask operator<(Float a, Float b) { return compare(Predicate::FCMP_OLT, a, b); }
Mask operator<=(Float a, Float b) { return compare(Predicate::FCMP_OLE, a, b); }
Mask operator>(Float a, Float b) { return compare(Predicate::FCMP_OGT, a, b); }
Mask operator>=(Float a, Float b) { return compare(Predicate::FCMP_OGE, a, b); }
Mask operator==(Float a, Float b) { return compare(Predicate::FCMP_OEQ, a, b); }
Mask differ(Float a, Float b) { return compare(Predicate::FCMP_UNE, a, b); }
Mask is_nan(Float a) { return compare(Predicate::FCMP_UNO, a, a); }
Mask unordered(Float a, Float b) { return compare(Predicate::FCMP_UNO, a, b); }
Mask operator&(Mask a, Mask b) { return {a.in, a.in->builder.CreateAnd(a.value, b.value)}; }
Mask operator|(Mask a, Mask b) { return {a.in, a.in->builder.CreateOr(a.value, b.value)}; }
Mask operator^(Mask a, Mask b) { return {a.in, a.in->builder.CreateXor(a.value, b.value)}; }
Mask operator!(Mask a) { return {a.in, a.in->builder.CreateNot(a.value)}; }

Float select(Mask condition, Float yes, Float no) {
  return {yes.in, yes.in->builder.CreateSelect(condition.value, yes.value, no.value)};
}
Int select(Mask condition, Int yes, Int no) {
  return {yes.in, yes.in->builder.CreateSelect(condition.value, yes.value, no.value)};
}

Float absolute(Float x) { return {x.in, x.in->builder.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x.value)}; }
Float copy_sign(Float magnitude, Float sign) {
  return {sign.in,
          sign.in->builder.CreateBinaryIntrinsic(llvm::Intrinsic::copysign, magnitude.value, sign.value)};
}
Mask sign_bit(Float x) { return less_signed(bits(x), bits(x).constant(0)); }
Float square_root(Float x) {
  return {x.in, x.in->builder.CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x.value)};
}

Float widen(Float x) {
  llvm::Type* type = x.value->getType();
  return {x.in, x.in->builder.CreateFPExt(x.value,
                                          with_element(type, llvm::Type::getDoubleTy(type->getContext())))};
}
Float narrow(Float x) {
  llvm::Type* type = x.value->getType();
  return {x.in, x.in->builder.CreateFPTrunc(x.value,
                                            with_element(type, llvm::Type::getFloatTy(type->getContext())))};
}

Int bits(Float x) {
  return {x.in, x.in->builder.CreateBitCast(x.value, int_type(x.value->getType(), width(x)))};
}
Float as_float(Int x) {
  llvm::LLVMContext& context = x.value->getContext();
  llvm::Type* element = width(x) == 64 ? llvm::Type::getDoubleTy(context) : llvm::Type::getFloatTy(context);
  return {x.in, x.in->builder.CreateBitCast(x.value, with_element(x.value->getType(), element))};
}
Int operator+(Int a, Int b) { return {a.in, a.in->builder.CreateAdd(a.value, b.value)}; }
Int operator-(Int a, Int b) { return {a.in, a.in->builder.CreateSub(a.value, b.value)}; }
Int operator*(Int a, Int b) { return {a.in, a.in->builder.CreateMul(a.value, b.value)}; }
Int operator&(Int a, Int b) { return {a.in, a.in->builder.CreateAnd(a.value, b.value)}; }
Int operator|(Int a, Int b) { return {a.in, a.in->builder.CreateOr(a.value, b.value)}; }
Int operator^(Int a, Int b) { return {a.in, a.in->builder.CreateXor(a.value, b.value)}; }
Int operator<<(Int a, Int count) { return {a.in, a.in->builder.CreateShl(a.value, count.value)}; }
Int operator<<(Int a, unsigned count) { return a << a.constant(count); }
Int operator>>(Int a, unsigned count) {
  return {a.in, a.in->builder.CreateLShr(a.value, a.constant(count).value)};
}
Int shift_right_signed(Int a, unsigned count) {
  return {a.in, a.in->builder.CreateAShr(a.value, a.constant(count).value)};
}
Int funnel_left(Int high, Int low, Int count) {
  return {high.in, high.in->builder.CreateIntrinsic(llvm::Intrinsic::fshl, {high.value->getType()},
                                                    {high.value, low.value, count.value})};
}
Mask operator==(Int a, Int b) { return {a.in, a.in->builder.CreateICmpEQ(a.value, b.value)}; }
Mask less_signed(Int a, Int b) { return {a.in, a.in->builder.CreateICmpSLT(a.value, b.value)}; }
Mask less_unsigned(Int a, Int b) { return {a.in, a.in->builder.CreateICmpULT(a.value, b.value)}; }
Int widen(Int x) { return {x.in, x.in->builder.CreateZExt(x.value, int_type(x.value->getType(), 64))}; }
Int widen_signed(Int x) {
  return {x.in, x.in->builder.CreateSExt(x.value, int_type(x.value->getType(), 64))};
}
Int narrow(Int x) { return {x.in, x.in->builder.CreateTrunc(x.value, int_type(x.value->getType(), 32))}; }
Mask bit(Int x, unsigned index) { return !((x & (uint64_t{1} << index)) == 0); }
Mask low_bit(Int x) { return bit(x, 0); }

// Adding 1.5 · 2^mantissa pushes what is behind the point out of the number, and leaves the integer in its
// lowest bits.
Rounded round_small(Float x) {
  const Float magic = x.constant(x.is_f64() ? 0x1.8p52 : 0x1.8p23);
  const Float sum = x + magic;
  return {sum - magic, bits(sum) - bits(magic)};
}

Float power_of_two(Float like, Int k) { return as_float((k + exponent_bias(like)) << mantissa_bits(like)); }

Float scale(Float x, Int k) {
  const Int half = shift_right_signed(k, 1);
  return x * power_of_two(x, half) * power_of_two(x, k - half);
}

SplitNumber split_number(Float x) {
  const bool wide = x.is_f64();
  const Mask subnormal = x < (wide ? 0x1p-1022 : 0x1p-126);
  const Int raw = bits(select(subnormal, x * (wide ? 0x1p52 : 0x1p23), x));
  const unsigned mantissa = wide ? 52 : 23;
  const Int above = raw - (wide ? 0x3fe6a09e00000000 : 0x3f3504f3);  // of sqrt(1/2)
  const Int k = shift_right_signed(above, mantissa);
  const Int shift = select(subnormal, k.constant(mantissa), k.constant(0));
  return {as_float(raw - (k << mantissa)), k - shift};
}

Float to_float(Int k) {
  // Into the lowest bits of a large number, which then goes away.
  const Float magic =
      as_float(k).constant(k.value->getType()->getScalarSizeInBits() == 64 ? 0x1.8p52 : 0x1.8p23);
  return as_float(bits(magic) + k) - magic;
}

Float clamp(Float x, double low, double high) {
  const Float below = select(x > high, high, x);
  return select(below < low, low, below);
}

Pair two_sum(Float a, Float b) {  // Knuth
  const Float sum = a + b;
  const Float part = sum - a;
  return {sum, (a - (sum - part)) + (b - part)};
}

Pair quick_two_sum(Float a, Float b) {  // Dekker
  const Float sum = a + b;
  return {sum, b - (sum - a)};
}

namespace {

// Veltkamp's split into two halves of the mantissa.
Pair split(Float a) {
  const Float scaled = a * (a.is_f64() ? 0x1p27 + 1 : 0x1p12 + 1);
  const Float high = scaled - (scaled - a);
  return {high, a - high};
}

}  // namespace

Pair two_product(Float a, Float b) {
  const Float product = a * b;
  if (a.in->target.fma) return {product, multiply_add(a, b, -product)};
  const Pair x = split(a), y = split(b);
  return {product, ((x.high * y.high - product) + x.high * y.low + x.low * y.high) + x.low * y.low};
}

}  // namespace fusebox::cpu
