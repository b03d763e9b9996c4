// Bounds of functions: what mathematics says of them, and how far implementations may be off.
#include <algorithm>
#include <cmath>

#include "tests/cpu/random/bounds_of_ops.h"
#include "tests/cpu/random/bounds_parts.h"

namespace fusebox::cpu::test {

using hlo::OpCode;
using Maybe = std::optional<Bounds>;

namespace {

constexpr double kUnits = 8;  // of a good library; ours has 3

// A function whose values at the ends bound it, with its steepest slope in between, and how many units in the
// last place of the largest magnitude (or of 1) an implementation may be off.
Bounds function(DType dtype, const Bounds& x, double low, double high, double slope, double units) {
  Bounds result = hull({low, high});
  result.error = slope * x.error;
  const double scale = std::max(result.magnitude() + result.error, is_half(dtype) ? 0.0 : 1.0);
  const DType computed = is_half(dtype) ? f32 : dtype;
  result.error += units * 2 * rounding(computed) * std::max(scale, 1.0);
  if (is_half(dtype)) result.error += one_rounding(dtype, result);
  return result;
}

}  // namespace

Maybe bounds_of_power(DType dtype, const Bounds& x, const Bounds& y) {
  if (x.low - x.error < kFarFromPole || x.special || y.special) return std::nullopt;
  const auto [exponent_low, exponent_high] =
      std::minmax({y.low * std::log(x.low), y.low * std::log(x.high), y.high * std::log(x.low),
                   y.high * std::log(x.high)});
  if (exponent_high > 40 || exponent_low < -40) return std::nullopt;
  const double most = std::exp(exponent_high);
  const double log_most = std::max(std::fabs(std::log(x.low)), std::fabs(std::log(x.high)));
  const double error = most * (y.magnitude() / (x.low - x.error) * x.error + log_most * y.error);
  const double units = kUnits * (2 + std::max(exponent_high, -exponent_low));
  Bounds result = function(dtype, x, std::exp(exponent_low), most, 0, units);
  result.error += error * 1.5;
  return result;
}

Maybe bounds_of_angle(DType dtype, const Bounds& y, const Bounds& x) {
  const bool cut = x.low - x.error <= 0 && y.low - y.error <= 0 && y.high + y.error >= 0;
  const double least = std::max(distance(x), distance(y));
  if (cut || least < kFarFromPole || x.special || y.special) return std::nullopt;
  Bounds both = x;
  both.error = x.error + y.error;
  return function(dtype, both, -3.15, 3.15, 1 / least, kUnits);
}

Maybe bounds_of_function(OpCode code, DType dtype, const Bounds& x) {
  const double low = x.low, high = x.high, e = x.error;
  const auto monotone = [&](auto f, double slope) {
    return function(dtype, x, f(low), f(high), slope, kUnits);
  };
  switch (code) {
    case OpCode::exponential:
      if (high > 80) return std::nullopt;
      return monotone([](double v) { return std::exp(v); }, std::exp(high + e));
    case OpCode::exponential_minus_one:
      if (high > 80) return std::nullopt;
      return monotone([](double v) { return std::expm1(v); }, std::exp(high + e));
    case OpCode::log:
      if (low - e < kFarFromPole) return std::nullopt;
      return monotone([](double v) { return std::log(v); }, 1 / (low - e));
    case OpCode::log_plus_one:
      if (low - e < -1 + kFarFromPole) return std::nullopt;
      return monotone([](double v) { return std::log1p(v); }, 1 / (1 + low - e));
    case OpCode::logistic: return monotone([](double v) { return 1 / (1 + std::exp(-v)); }, 0.25);
    case OpCode::tanh: return monotone([](double v) { return std::tanh(v); }, 1);
    case OpCode::sqrt:
      if (low < 0 || (e > 0 && low - e < kFarFromPole)) return std::nullopt;
      return monotone([](double v) { return std::sqrt(v); }, e > 0 ? 0.5 / std::sqrt(low - e) : 0);
    case OpCode::rsqrt:
      if (low - e < kFarFromPole) return std::nullopt;
      return monotone([](double v) { return 1 / std::sqrt(v); }, 0.5 * std::pow(low - e, -1.5));
    case OpCode::cbrt:
      if (e > 0 && distance(x) < kFarFromPole) return std::nullopt;
      return monotone([](double v) { return std::cbrt(v); }, e > 0 ? std::pow(distance(x), -2.0 / 3) / 3 : 0);
    case OpCode::sine:
    case OpCode::cosine:
      if (x.magnitude() > 1000) return std::nullopt;
      return function(dtype, x, -1, 1, 1, kUnits);
    case OpCode::tan:
      if (x.magnitude() + e > 1.4) return std::nullopt;
      return monotone([](double v) { return std::tan(v); }, std::pow(std::cos(x.magnitude() + e), -2.0));
    default: return std::nullopt;
  }
}

}  // namespace fusebox::cpu::test
