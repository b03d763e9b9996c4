#include "tests/cpu/random/bounds_of_ops.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "fusebox/base/small_float.h"
#include "tests/cpu/random/bounds_parts.h"

namespace fusebox::cpu::test {

using hlo::OpCode;
using Maybe = std::optional<Bounds>;

namespace {

constexpr double kLargestInexact = 1e8;
constexpr double kWorstError = 1.0 / 16;  // of the magnitude

double largest(DType dtype) {
  if (dtype == f16) return 65504;
  return dtype == f64 ? std::numeric_limits<double>::max() : 3.3e38;
}

// The result of an operation that IEEE 754 defines to the bit; `error` is what its operands' errors make.
Bounds rounded(DType dtype, Bounds result, double error) {
  if (error == 0) return outward(dtype, result);
  result.error = error + one_rounding(dtype, result);
  return result;
}

Bounds sum(DType dtype, const Bounds& a, const Bounds& b, bool minus) {
  Bounds result = minus ? hull({a.low - b.high, a.high - b.low}) : hull({a.low + b.low, a.high + b.high});
  return rounded(dtype, result, a.error + b.error + a.product + b.product);
}

Bounds product(DType dtype, const Bounds& a, const Bounds& b) {
  Bounds result =
      rounded(dtype, products(a, b), a.magnitude() * b.error + b.magnitude() * a.error + a.error * b.error);
  if (!is_half(dtype)) result.product = one_rounding(dtype, result);
  return result;
}

Maybe quotient(DType dtype, const Bounds& a, const Bounds& b) {
  const double least = distance(b);
  if (least < kFarFromPole) return std::nullopt;
  const Bounds result = hull({a.low / b.low, a.low / b.high, a.high / b.low, a.high / b.high});
  return rounded(dtype, result, (a.error + result.magnitude() * b.error) / least);
}

Bounds extreme(const Bounds& a, const Bounds& b, bool most) {
  Bounds result = most ? hull({std::max(a.low, b.low), std::max(a.high, b.high)})
                       : hull({std::min(a.low, b.low), std::min(a.high, b.high)});
  result.error = std::max(a.error, b.error);
  result.product = std::max(a.product, b.product);
  return result;
}

double decoded(DType dtype, const std::byte* bytes) {
  if (dtype == f64) {
    double value = 0;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }
  uint64_t bits = 0;
  std::memcpy(&bits, bytes, byte_size(dtype));
  if (is_float(dtype)) return static_cast<double>(decode_float(dtype, static_cast<uint32_t>(bits)));
  if (!is_signed_integer(dtype)) return static_cast<double>(bits);
  const int unused = 64 - info(dtype).bits;
  return static_cast<double>(static_cast<int64_t>(bits << unused) >> unused);
}

Bounds of_literal(const hlo::Literal& literal) {
  Bounds bounds;
  bool any = false;
  for (size_t at = 0; at < literal.bytes().size(); at += byte_size(literal.shape.dtype)) {
    const double x = decoded(literal.shape.dtype, literal.bytes().data() + at);
    if (!std::isfinite(x)) {
      bounds.special = true;
      continue;
    }
    bounds.low = any ? std::min(bounds.low, x) : x;
    bounds.high = any ? std::max(bounds.high, x) : x;
    any = true;
  }
  return bounds;
}

// The least 2^k - 1 that is no less.
double ones_above(double x) {
  double ones = 0;
  while (ones < x) ones = ones * 2 + 1;
  return ones;
}

// Division by zero and powers to huge or negative exponents are for each implementation to define.
bool is_defined(OpCode code, DType dtype, std::span<const Bounds> x) {
  if (code == OpCode::divide || code == OpCode::remainder) return !x[1].contains(0);
  if (code == OpCode::power) return x[1].low >= 0 && x[1].high < std::ldexp(1, info(dtype).bits - 1);
  return true;
}

Bounds integers(OpCode code, DType dtype, std::span<const Bounds> x) {
  const auto positive = [&] { return x[0].low >= 0 && x[1].low >= 0; };
  switch (code) {
    case OpCode::add:
      return dtype == i1 ? all_of(i1) : in_type(dtype, hull({x[0].low + x[1].low, x[0].high + x[1].high}));
    case OpCode::subtract: return in_type(dtype, hull({x[0].low - x[1].high, x[0].high - x[1].low}));
    case OpCode::multiply: return in_type(dtype, products(x[0], x[1]));
    case OpCode::negate: return in_type(dtype, hull({-x[0].low, -x[0].high}));
    case OpCode::abs: return in_type(dtype, hull({0, x[0].magnitude()}));
    case OpCode::maximum: return extreme(x[0], x[1], true);
    case OpCode::minimum: return extreme(x[0], x[1], false);
    case OpCode::clamp: return extreme(extreme(x[1], x[0], true), x[2], false);
    case OpCode::sign: return hull({-1, 1});
    case OpCode::popcnt:
    case OpCode::count_leading_zeros: return hull({0, static_cast<double>(info(dtype).bits)});
    case OpCode::remainder: return in_type(dtype, hull({-x[0].magnitude(), 0, x[0].high}));
    case OpCode::divide: return in_type(dtype, hull({-x[0].magnitude(), x[0].magnitude()}));
    case OpCode::and_:
      if (positive()) return hull({0, std::min(x[0].high, x[1].high)});
      if (x[0].low >= 0 || x[1].low >= 0) return hull({0, x[0].low >= 0 ? x[0].high : x[1].high});
      return all_of(dtype);
    case OpCode::or_:
    case OpCode::xor_:
      if (positive() && dtype != i1)
        return in_type(dtype, hull({0, ones_above(std::max(x[0].high, x[1].high))}));
      return all_of(dtype);
    default: return all_of(dtype);
  }
}

// 1 or 0 where all pairs compare alike.
Maybe comparison(const hlo::Op& op, const Bounds& a, const Bounds& b) {
  const std::string& direction = op.attributes.get<hlo::Keyword>("comparison_direction").value;
  const bool total = op.attributes.get_or<hlo::Keyword>("compare_type", {}).value == "TOTALORDER";
  if (total && (a.special || b.special || !a.zero_sign || !b.zero_sign)) return std::nullopt;
  const bool special = a.special || b.special;
  const double slack = a.error + b.error;
  const bool below = a.high + slack < b.low && !special, above = a.low - slack > b.high && !special;
  const auto known = [](bool value) { return hull({value ? 1.0 : 0.0}); };
  if (below) return known(direction == "LT" || direction == "LE" || direction == "NE");
  if (above) return known(direction == "GT" || direction == "GE" || direction == "NE");
  if (!a.exact() || !b.exact()) return std::nullopt;
  if (a.low == a.high && b.low == b.high && a.low == b.low && !special)  // as where a loop ends
    return known(direction == "EQ" || direction == "LE" || direction == "GE");
  return all_of(i1);
}

Maybe converted(DType from, DType to, const Bounds& x) {
  Bounds result = x;
  if (is_float(from) && is_float(to)) {
    const bool narrower = info(to).mantissa_bits < info(from).mantissa_bits || (from == bf16 && to == f16);
    if (!narrower) return result;
    result.product = 0;
    // Some go from f64 to a half through f32, and round twice.
    if (!x.exact() || (from == f64 && is_half(to))) result.error += one_rounding(to, result) * 1.01;
    return outward(to, result);
  }
  if (to == i1) return x.exact() ? Maybe(all_of(i1)) : std::nullopt;
  if (is_float(from)) {
    const Bounds all = all_of(to);
    if (!x.exact() || x.special || x.low <= all.low - 1 || x.high >= all.high) return std::nullopt;
    return hull({std::trunc(x.low), std::trunc(x.high)});
  }
  if (is_float(to)) {
    const double widest = std::ldexp(1, 24);
    if (is_half(to) && x.magnitude() > widest) result.error = one_rounding(to, result) * 1.01;
    return outward(to, result);
  }
  return in_type(to, x);
}

// To fewer bits of exponent and mantissa, in the same type: what is below the least normal number becomes 0.
Maybe with_precision(const hlo::Op& op, DType dtype, const Bounds& x) {
  const auto exponent = static_cast<int>(op.attributes.get<int64_t>("exponent_bits"));
  const auto mantissa = static_cast<int>(op.attributes.get<int64_t>("mantissa_bits"));
  if (x.special && mantissa == 0) return std::nullopt;  // no bit for NaN
  Bounds result = x;
  if (mantissa < info(dtype).mantissa_bits) {
    const double unit = std::ldexp(1, -mantissa - 1);
    result.low -= std::fabs(x.low) * unit;
    result.high += std::fabs(x.high) * unit;
    if (!x.exact()) result.error += unit * (x.magnitude() + x.error) * 1.01 + x.product;
    result.product = 0;
  }
  if (exponent < info(dtype).exponent_bits) {
    const int range = (1 << (exponent - 1)) - 1;
    if (x.magnitude() + x.error >= std::ldexp(1, range)) return std::nullopt;
    const double least = std::ldexp(1, 1 - range);
    if (!x.exact()) result.error += least;
    if (distance(x) < least) result.low = std::min(result.low, 0.0), result.high = std::max(result.high, 0.0);
  }
  return result;
}

// Only positive normal floats have bits that are ordered as they are.
Maybe bits_as(DType from, DType to, const Bounds& x) {
  if (is_float(from)) {
    if (!x.exact() || x.special || (!x.zero_sign && x.contains(0))) return std::nullopt;
    return is_float(to) ? Maybe() : all_of(to);
  }
  if (!is_float(to)) return in_type(to, all_of(to));
  const auto as_float = [&](double bits) {
    const auto whole = static_cast<uint64_t>(bits);
    return decoded(to, reinterpret_cast<const std::byte*>(&whole));
  };
  if (x.low < 1 || x.magnitude() > kExactIntegers) return std::nullopt;
  const double low = as_float(x.low), high = as_float(x.high);
  if (!std::isfinite(low) || !std::isfinite(high) || low < tiny(to) * 2 || high < low) return std::nullopt;
  return hull({low, high});
}

Maybe floats(const hlo::Op& op, DType dtype, std::span<const Bounds> x) {
  switch (op.code) {
    case OpCode::add: return sum(dtype, x[0], x[1], false);
    case OpCode::subtract: return sum(dtype, x[0], x[1], true);
    case OpCode::multiply: return product(dtype, x[0], x[1]);
    case OpCode::divide: return quotient(dtype, x[0], x[1]);
    case OpCode::maximum: return extreme(x[0], x[1], true);
    case OpCode::minimum: return extreme(x[0], x[1], false);
    case OpCode::clamp: return extreme(extreme(x[1], x[0], true), x[2], false);
    case OpCode::power: return bounds_of_power(dtype, x[0], x[1]);
    case OpCode::atan2: return bounds_of_angle(dtype, x[0], x[1]);
    case OpCode::negate: {
      Bounds result = x[0];
      result.low = -x[0].high;
      result.high = -x[0].low;
      return result;
    }
    case OpCode::abs: {
      Bounds result = x[0];
      result.low = x[0].low > 0 ? x[0].low : x[0].high < 0 ? -x[0].high : 0;
      result.high = x[0].magnitude();
      return result;
    }
    case OpCode::sign:
      if (!x[0].exact() && distance(x[0]) == 0) return std::nullopt;
      return hull({x[0].low > 0 ? 1.0 : -1.0, x[0].high < 0 ? -1.0 : 1.0});
    case OpCode::remainder: {
      if (!x[0].exact() || !x[1].exact()) return std::nullopt;
      Bounds result = hull({-x[0].magnitude(), x[0].magnitude()});
      result.special = x[1].contains(0);
      return result;
    }
    case OpCode::floor:
    case OpCode::ceil:
    case OpCode::round_nearest_afz:
    case OpCode::round_nearest_even:
      if (!x[0].exact()) return std::nullopt;
      return hull({std::floor(x[0].low), std::ceil(x[0].high)});
    default: return bounds_of_function(op.code, dtype, x[0]);
  }
}

bool has_limit_one(OpCode code) {
  return code == OpCode::tanh || code == OpCode::logistic || code == OpCode::sign;
}

Maybe elementwise(const hlo::Op& op, DType dtype, std::span<const Bounds> x) {
  const DType from = op.operands[0]->shape.dtype;
  switch (op.code) {
    case OpCode::compare: return comparison(op, x[0], x[1]);
    case OpCode::select: return join(x[1], x[2]);
    case OpCode::convert: return converted(from, dtype, x[0]);
    case OpCode::reduce_precision: return with_precision(op, dtype, x[0]);
    case OpCode::bitcast_convert: return bits_as(from, dtype, x[0]);
    case OpCode::is_finite: return all_of(i1);
    default: break;
  }
  if (!is_float(from))
    return is_defined(op.code, dtype, x) ? Maybe(integers(op.code, dtype, x)) : std::nullopt;
  Maybe result = floats(op, dtype, x);
  if (!result) return result;
  const bool chooses = op.code == OpCode::maximum || op.code == OpCode::minimum || op.code == OpCode::clamp;
  for (const Bounds& operand : x) {
    result->special = result->special || operand.special;
    result->zero_sign = result->zero_sign && operand.zero_sign;
    if (!operand.special) continue;
    // Infinite operands make finite results: limits of functions, or the other operand.
    const double limit = op.code == OpCode::exponential_minus_one ? -1 : 0;
    result->low = std::min(result->low, has_limit_one(op.code) ? -1 : limit);
    result->high = std::max(result->high, has_limit_one(op.code) ? 1 : limit);
    for (const Bounds& other : x) {
      if (!chooses) break;
      result->low = std::min(result->low, other.low);
      result->high = std::max(result->high, other.high);
    }
  }
  // XLA leaves out to add 0, also to -0.
  const bool adds = op.code == OpCode::add || op.code == OpCode::subtract;
  const bool adds_zero = adds && x[0].contains(0) && x[1].contains(0);
  if (!result->exact() || chooses || adds_zero) result->zero_sign = false;
  return result;
}

}  // namespace

bool takes_huge_index(const hlo::Op& op, std::span<const Bounds> x) {
  size_t first = x.size(), last = x.size();
  if (op.code == OpCode::gather || op.code == OpCode::dynamic_slice) first = 1;
  if (op.code == OpCode::dynamic_update_slice) first = 2;
  if (op.code == OpCode::scatter) first = x.size() / 2, last = first + 1;
  for (size_t i = first; i < last; ++i)
    if (x[i].high >= std::ldexp(1, info(op.operands[i]->shape.dtype).bits - 1)) return true;
  return false;
}

bool fits(DType dtype, const Bounds& bounds) {
  if (!is_float(dtype)) return bounds.exact();
  const double most = bounds.exact() ? largest(dtype) / 4 : std::min(largest(dtype) / 4, kLargestInexact);
  if (!(bounds.magnitude() + bounds.error + bounds.product <= most)) return false;
  return bounds.error <= bounds.magnitude() * kWorstError;
}

std::optional<Bounds> bounds_of(const hlo::Op& op, std::span<const Bounds> x) {
  const Shape& shape = op.results[0].shape;
  if (takes_huge_index(op, x)) return std::nullopt;
  switch (op.code) {
    case OpCode::constant: return of_literal(op.attributes.get<hlo::Literal>("value"));
    case OpCode::iota: {
      const auto axis = static_cast<size_t>(op.attributes.get<int64_t>("iota_dimension"));
      const Bounds counted = hull({0, static_cast<double>(std::max<int64_t>(0, shape.dims[axis] - 1))});
      return is_float(shape.dtype) ? Maybe(counted) : in_type(shape.dtype, counted);
    }
    case OpCode::broadcast_in_dim:
    case OpCode::reshape:
    case OpCode::transpose:
    case OpCode::reverse:
    case OpCode::slice:
    case OpCode::dynamic_slice:
    case OpCode::gather: return x[0];
    case OpCode::pad:
    case OpCode::dynamic_update_slice: return join(x[0], x[1]);
    case OpCode::concatenate: {
      Bounds result = x[0];
      for (const Bounds& part : x) result = join(result, part);
      return result;
    }
    case OpCode::dot_general: return bounds_of_dot(op, x[0], x[1]);
    case OpCode::convolution: return bounds_of_convolution(op, x[0], x[1]);

    default: return elementwise(op, shape.dtype, x);
  }
}

}  // namespace fusebox::cpu::test
