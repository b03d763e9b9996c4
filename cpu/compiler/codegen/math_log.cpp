// Logarithms.
//
// x = 2^k (1 + f) with 1 + f between sqrt(1/2) and sqrt(2); log x = k ln 2 + log(1 + f). In f32, log(1 + f)
// is a polynomial in f; in f64, one in s = f / (2 + f), as log(1 + f) = 2 atanh(s), with the rounding of s
// taken out as in FreeBSD's e_log.c: log(1 + f) = f - (f^2/2 - s (f^2/2 + R(s^2))).

#include <llvm/IR/IRBuilder.h>

#include <limits>

#include "cpu/compiler/codegen/lanes.h"
#include "cpu/compiler/codegen/math_coefficients.h"

namespace fusebox::cpu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// ln 2: the first part has so few bits that its product with any k is exact.
constexpr double kLn2High32 = 0x1.62e4p-1, kLn2Low32 = 0x1.7f7d1cp-20;
constexpr double kLn2High64 = 0x1.62e42fefa38p-1, kLn2Low64 = 0x1.ef35793c7673p-45;

// k ln 2 + log(1 + f)
Float log_of_parts(Float k, Float f) {
  const Float half_square = 0.5 * f * f;
  if (f.is_f64()) {
    const Float s = f / (2.0 + f);
    const Float z = s * s;
    const Float rest = z * polynomial(z, kLogF64);
    const Float low = multiply_add(s, half_square + rest, k * kLn2Low64);
    return multiply_add(k, kLn2High64, f - (half_square - low));
  }
  const Float cubic = f * f * f * polynomial(f, kLogF32);
  const Float low = multiply_add(k, kLn2Low32, cubic);
  return multiply_add(k, kLn2High32, f - (half_square - low));
}

// -inf for 0, NaN below, +inf for itself; NaN stays.
Float with_special_values(Float log, Float x) {
  const Float finite = select(x < kInfinity, log, x);  // +inf and NaN are their own logarithms
  return select(x > 0.0, finite, select(x == 0.0, -kInfinity, x.constant(kNaN)));
}

}  // namespace

Float logarithm(Float x) {
  const SplitNumber parts = split_number(x);
  return with_special_values(log_of_parts(to_float(parts.exponent), parts.mantissa - 1.0), x);
}

llvm::Value* emit_log(llvm::IRBuilderBase& builder, llvm::Value* x, const MathTarget& target) {
  Lanes lanes(builder, target);
  return logarithm({&lanes, x}).value;
}

// The logarithm of 1 + x as the sum of two numbers, the second too small for more than a correction of f.
llvm::Value* emit_log1p(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  const Pair sum = two_sum(x.constant(1), x);
  const SplitNumber parts = split_number(sum.high);
  const Int small = at_most(parts.exponent, 100);  // far above, the correction is nothing
  const Float rest = select(x < 0x1p60, sum.low, 0.0) * power_of_two(x, small.constant(0) - small);
  const Float log = log_of_parts(to_float(parts.exponent), (parts.mantissa - 1.0) + rest);
  const Float finite = select(x < kInfinity, log, x);
  const Float whole = select(x > -1.0, finite, select(x == -1.0, -kInfinity, x.constant(kNaN)));
  return copy_sign(whole, x).value;
}

}  // namespace fusebox::cpu
