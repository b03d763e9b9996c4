#include "tests/cpu/random/bounds_parts.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace fusebox::cpu::test {

double rounding(DType dtype) { return std::ldexp(1, -info(dtype).mantissa_bits - 1); }

double tiny(DType dtype) {
  if (dtype == f16) return std::ldexp(1, -25);
  return dtype == f64 ? std::numeric_limits<double>::min() : std::ldexp(1, -126);
}

Bounds all_of(DType dtype) {
  const int bits = info(dtype).bits;
  if (is_signed_integer(dtype)) return hull({-std::ldexp(1, bits - 1), std::ldexp(1, bits - 1) - 1});
  return hull({0, std::ldexp(1, bits) - 1});
}

Bounds join(const Bounds& a, const Bounds& b) {
  Bounds result = hull({a.low, a.high, b.low, b.high});
  result.error = std::max(a.error, b.error);
  result.product = std::max(a.product, b.product);
  result.special = a.special || b.special;
  result.zero_sign = a.zero_sign && b.zero_sign;
  return result;
}

Bounds hull(std::initializer_list<double> corners) {
  Bounds bounds;
  bounds.low = std::min(corners);
  bounds.high = std::max(corners);
  return bounds;
}

Bounds products(const Bounds& a, const Bounds& b) {
  return hull({a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high});
}

double one_rounding(DType dtype, const Bounds& result) {
  return rounding(dtype) * (result.magnitude() + result.error) + tiny(dtype);
}

Bounds in_type(DType dtype, const Bounds& bounds) {
  const Bounds all = all_of(dtype);
  const bool inside =
      bounds.low >= all.low && bounds.high <= all.high && bounds.magnitude() <= kExactIntegers;
  return inside ? bounds : all;
}

double distance(const Bounds& a) {
  const double least = a.low > 0 ? a.low : a.high < 0 ? -a.high : 0;
  return std::max(0.0, least - a.error);
}

bool is_half(DType dtype) { return dtype == f16 || dtype == bf16; }

Bounds outward(DType dtype, Bounds result) {
  result.low -= std::fabs(result.low) * rounding(dtype);
  result.high += std::fabs(result.high) * rounding(dtype);
  return result;
}

}  // namespace fusebox::cpu::test
