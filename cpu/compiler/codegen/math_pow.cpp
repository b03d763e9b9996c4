// x^y = e^(y log x).
//
// An error of log x grows with y: in f32, f64 has bits to spare; in f64, log x is a sum of two numbers, about
// 2^-65 off, and y log x likewise.

#include <llvm/IR/IRBuilder.h>

#include <limits>

#include "cpu/compiler/codegen/lanes.h"
#include "cpu/compiler/codegen/math_coefficients.h"

namespace fusebox::cpu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

constexpr double kLn2High = 0x1.62e42fefa38p-1, kLn2Low = 0x1.ef35793c7673p-45;
constexpr double kTwoThirdsHigh = 2.0 / 3.0, kTwoThirdsLow = 0x1.5555555555555p-55;

Pair multiply(Pair a, Pair b) {
  const Pair product = two_product(a.high, b.high);
  const Float rest = multiply_add(a.high, b.low, multiply_add(a.low, b.high, product.low));
  return quick_two_sum(product.high, rest);
}

// log x = k ln 2 + 2 atanh(s), s = f / (2 + f), for positive finite x.
Pair precise_logarithm(Float x) {
  const SplitNumber parts = split_number(x);
  const Float k = to_float(parts.exponent), f = parts.mantissa - 1.0;
  const Pair divisor = quick_two_sum(f.constant(2), f);
  const Float s_high = f / divisor.high;
  const Pair back = two_product(s_high, divisor.high);
  const Float s_low = (((f - back.high) - back.low) - s_high * divisor.low) / divisor.high;
  const Pair s{s_high, s_low}, z = multiply(s, s);

  const Float w = multiply_add(z.high, polynomial(z.high, kLogPowF64), kTwoThirdsLow);
  const Pair cubic = multiply(multiply(s, z), quick_two_sum(f.constant(kTwoThirdsHigh), w));
  const Pair first = two_sum(k * kLn2High, s.high + s.high);
  const Pair second = two_sum(first.high, cubic.high);
  const Float rest = (first.low + second.low) + (2.0 * s.low + cubic.low) + k * kLn2Low;
  return quick_two_sum(second.high, rest);
}

Float power_of_positive(Float x, Float y) {
  if (!x.is_f64()) return narrow(exponential(widen(y) * logarithm(widen(x))));
  const Pair log = precise_logarithm(x);
  // A larger y gives infinity, zero or one all the same, and its products would overflow.
  const Float limited = clamp(y, -0x1p70, 0x1p70);
  const Pair product = two_product(limited, log.high);
  return exponential_of_sum(product.high, multiply_add(limited, log.low, product.low));
}

}  // namespace

llvm::Value* emit_pow(llvm::IRBuilderBase& builder, llvm::Value* base, llvm::Value* exponent,
                      const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, base}, y{&lanes, exponent}, size = absolute(x);
  const Mask y_integer = truncate(y) == y;  // infinities too
  const Mask y_odd = y_integer & differ(truncate(0.5 * y), 0.5 * y);

  const Mask x_zero = size == 0.0, x_infinite = size == kInfinity;
  Float result = power_of_positive(size, y);
  const Float extreme = select(x_zero ^ (y < 0.0), 0.0, x.constant(kInfinity));
  result = select(x_zero | x_infinite, extreme, result);
  const Mask x_negative = (x < 0.0) & !x_infinite;
  result = select(x_negative & !y_integer, kNaN, result);
  result = select(sign_bit(x) & y_odd, -result, result);
  result = select(unordered(x, y), x + y, result);
  return select((x == 1.0) | (y == 0.0) | ((size == 1.0) & (absolute(y) == kInfinity)), 1.0, result).value;
}

}  // namespace fusebox::cpu
