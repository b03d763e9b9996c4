// e^x and what is made of it.
//
// x = k ln 2 + r with |r| <= ln 2 / 2 and an integer k, ln 2 in two parts so that r is exact to the last bit
// (Cody and Waite, 1980); e^x = 2^k e^r, and e^r is a polynomial.

#include <llvm/IR/IRBuilder.h>

#include "cpu/compiler/codegen/lanes.h"
#include "cpu/compiler/codegen/math_coefficients.h"

namespace fusebox::cpu {
namespace {

// ln 2: the first part has so few bits that its product with any k is exact.
constexpr double kLn2High32 = 0x1.62e4p-1, kLn2Low32 = 0x1.7f7d1cp-20;
constexpr double kLn2High64 = 0x1.62e42fefa38p-1, kLn2Low64 = 0x1.ef35793c7673p-45;
constexpr double kLog2E = 1.4426950408889634;

struct Reduced {
  Float rest;  // r
  Int power;   // k
};

Reduced reduce(Float x) {
  const bool wide = x.is_f64();
  const Rounded k = round_small(x * kLog2E);
  const Float rest = multiply_add(k.value, wide ? -kLn2High64 : -kLn2High32, x);
  return {multiply_add(k.value, wide ? -kLn2Low64 : -kLn2Low32, rest), k.integer};
}

// (e^r - 1 - r) / r^2
Float exp_rest(Float r) { return r.is_f64() ? polynomial(r, kExpF64) : polynomial(r, kExpF32); }

}  // namespace

Float exponential(Float x) {
  // Beyond these, the result is infinite or zero.
  const auto [r, k] = reduce(x.is_f64() ? clamp(x, -750, 710) : clamp(x, -106, 90));
  return scale(1.0 + multiply_add(r * r, exp_rest(r), r), k);
}

// 2^k (e^r - 1) + (2^k - 1), all halved on the way so that 2^k does not overflow before its sum does.
Float exponential_minus_1(Float x) {
  // Below, it is -1; above, infinite.
  const auto [r, k] = reduce(x.is_f64() ? clamp(x, -60, 710) : clamp(x, -30, 88.8));
  const Float m = multiply_add(r * r, exp_rest(r), r);
  const Float half_power = power_of_two(x, k - 1);
  const Float half = multiply_add(half_power, m, half_power - 0.5);
  return copy_sign(half + half, x);
}

Float exponential_of_sum(Float a, Float b) {
  const Mask inside = absolute(a) < 760.0;
  const auto [r, k] = reduce(select(inside, a, copy_sign(a.constant(760), a)));
  const Float sum = r + select(inside, b, 0.0);
  return scale(1.0 + multiply_add(sum * sum, exp_rest(sum), sum), k);
}

llvm::Value* emit_exp(llvm::IRBuilderBase& builder, llvm::Value* x, const MathTarget& target) {
  Lanes lanes(builder, target);
  return exponential({&lanes, x}).value;
}

llvm::Value* emit_expm1(llvm::IRBuilderBase& builder, llvm::Value* x, const MathTarget& target) {
  Lanes lanes(builder, target);
  return exponential_minus_1({&lanes, x}).value;
}

// A polynomial up to where 1 - tanh x is the smaller part: there it is 2 / (e^2x + 1), whose error counts
// little.
llvm::Value* emit_tanh(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value}, size = absolute(x);
  const Float z = size * size;
  const Float rest = x.is_f64() ? polynomial(z, kTanhF64) : polynomial(z, kTanhF32);
  const Float small = multiply_add(size * z, rest, size);
  const Float large = 1.0 - 2.0 / (exponential(size + size) + 1.0);
  return copy_sign(select(size < 0.5625, small, large), x).value;
}

// From e^-|x|, so that neither a large result nor a small one loses bits.
llvm::Value* emit_logistic(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  const Float e = exponential(-absolute(x));
  return (select(x >= 0.0, 1.0, e) / (1.0 + e)).value;
}

}  // namespace fusebox::cpu
