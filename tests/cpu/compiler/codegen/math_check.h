// Errors in units of the last place, and the numbers to look for them at.
#pragma once

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <random>

#include "tests/cpu/compiler/codegen/image.h"
#include "tests/cpu/compiler/codegen/math_functions.h"

namespace fusebox::cpu {

template <typename T>
struct Inputs {
  std::vector<T> x, y;
  void add(T a, T b) {
    x.push_back(a);
    y.push_back(b);
  }
};

template <typename T>
using BitsOf = std::conditional_t<sizeof(T) == 4, uint32_t, uint64_t>;

// Every exponent, with random mantissas, and what is special.
template <typename T>
Inputs<T> samples(int count, bool binary) {
  Inputs<T> inputs;
  std::mt19937_64 random(7);
  const int shift = sizeof(T) * 8 - 20;
  for (int i = 0; i < count; ++i) {
    const auto top = static_cast<BitsOf<T>>(i & 0xfffff) << shift;
    const auto raw = static_cast<BitsOf<T>>(top | (random() & ((BitsOf<T>{1} << shift) - 1)));
    inputs.add(std::bit_cast<T>(raw), std::bit_cast<T>(static_cast<BitsOf<T>>(random())));
  }
  std::uniform_real_distribution<double> near(-30, 30), unit(-1.5, 1.5), wide(-760, 720);
  for (int i = 0; i < count; ++i) {
    inputs.add(static_cast<T>(near(random)), static_cast<T>(near(random)));
    inputs.add(static_cast<T>(unit(random)), static_cast<T>(unit(random)));
    // A power of any size that there is.
    const double base = std::exp(near(random)), exponent = wide(random) / std::log(base);
    inputs.add(static_cast<T>(binary ? base : wide(random)), static_cast<T>(exponent));
  }
  using Limits = std::numeric_limits<T>;
  const std::vector<T> special = {0,
                                  0.5,
                                  1,
                                  2,
                                  3,
                                  4,
                                  1.5,
                                  T(1e15),
                                  T(3e7),
                                  T(16777215),
                                  Limits::infinity(),
                                  Limits::quiet_NaN(),
                                  Limits::max(),
                                  Limits::min(),
                                  Limits::denorm_min(),
                                  Limits::epsilon(),
                                  1 + Limits::epsilon(),
                                  1 - Limits::epsilon() / 2};
  for (const T a : special) {
    for (const T b : special) {
      for (const int signs : {0, 1, 2, 3}) inputs.add((signs & 1) != 0 ? -a : a, (signs & 2) != 0 ? -b : b);
    }
  }
  return inputs;
}

// All values of the 16-bit formats.
inline Inputs<float> all_small_floats() {
  Inputs<float> inputs;
  for (uint32_t i = 0; i < 0x10000; ++i) {
    inputs.add(std::bit_cast<float>(i << 16), std::bit_cast<float>((i * 40503u) << 16));
    const uint32_t exponent = i >> 10 & 31, mantissa = i & 1023;
    float value = std::ldexp(static_cast<float>(exponent == 0 ? mantissa : mantissa | 1024),
                             static_cast<int>(exponent == 0 ? 1 : exponent) - 25);
    if (exponent == 31) value = mantissa == 0 ? INFINITY : NAN;
    inputs.add((i & 0x8000) != 0 ? -value : value, value / 7);
  }
  return inputs;
}

// How far `got` is from `want`, in units of the last place of want.
template <typename T, typename Exact>
double ulps(T got, Exact want) {
  const T rounded = static_cast<T>(want);
  if (std::isnan(want) || std::isnan(got)) return std::isnan(want) && std::isnan(got) ? 0 : INFINITY;
  if (got == 0 && rounded == 0) return std::signbit(got) == std::signbit(rounded) ? 0 : INFINITY;
  if (got == rounded && std::isinf(got)) return 0;
  if (std::isinf(got) || std::isinf(rounded)) {  // next to what overflows: one apart
    const T finite = std::isinf(got) ? rounded : got;
    return std::abs(finite) == std::numeric_limits<T>::max() ? 1 : INFINITY;
  }
  const int exponent = std::max(std::ilogb(want), std::numeric_limits<T>::min_exponent - 1);
  const Exact ulp = std::ldexp(Exact{1}, exponent - (std::numeric_limits<T>::digits - 1));
  return static_cast<double>(std::abs(static_cast<Exact>(got) - want) / ulp);
}

struct Worst {
  double error = 0;
  size_t at = 0;
};

template <typename T, typename Exact>
Worst worst_error(LoopFunction run, const Inputs<T>& inputs, Exact (*exact)(Exact, Exact)) {
  std::vector<T> got(inputs.x.size());
  run(got.data(), inputs.x.data(), inputs.y.data(), static_cast<int64_t>(got.size()));
  Worst worst;
  for (size_t i = 0; i < got.size(); ++i) {
    const double error = ulps<T, Exact>(got[i], exact(inputs.x[i], inputs.y[i]));
    if (error > worst.error) worst = {error, i};
  }
  return worst;
}

template <typename T, typename Exact>
double check(const Image& image, const MathFunction& function, const Inputs<T>& inputs,
             Exact (*exact)(Exact, Exact), double limit, const std::string& where) {
  const auto run = image.kernel<LoopFunction>(function.name + std::string(sizeof(T) == 4 ? "_f32" : "_f64"));
  const Worst worst = worst_error<T, Exact>(run, inputs, exact);
  T got = 0;
  run(&got, &inputs.x[worst.at], &inputs.y[worst.at], 1);
  EXPECT_LE(worst.error, limit) << where << " " << function.name << "(" << inputs.x[worst.at] << ", "
                                << inputs.y[worst.at] << ") = " << got << ", want "
                                << exact(inputs.x[worst.at], inputs.y[worst.at]);
  return worst.error;
}

// All functions as "exp_f32", "exp_f64", …
inline std::vector<LoopKernel> all_kernels() {
  std::vector<LoopKernel> kernels;
  for (const MathFunction& f : math_functions()) {
    kernels.push_back({std::string(f.name) + "_f32", "float", "float", f.one, f.two});
    kernels.push_back({std::string(f.name) + "_f64", "double", "double", f.one, f.two});
  }
  return kernels;
}

}  // namespace fusebox::cpu
