// Functions of math.h that give one right answer.

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "cpu/compiler/codegen/math.h"
#include "fusebox/base/small_float.h"
#include "tests/cpu/compiler/codegen/image.h"
#include "tests/cpu/compiler/codegen/math_check.h"

namespace fusebox::cpu {
namespace {

struct ExactFunction {
  const char* name;
  Emit1 one;
  Emit2 two;
  float (*f32)(float, float);
  double (*f64)(double, double);
};

template <typename T>
T sign(T x) {
  return x > 0 ? T{1} : x < 0 ? T{-1} : x;
}

template <typename T>
T minimum(T a, T b) {
  if (std::isnan(a) || std::isnan(b)) return std::numeric_limits<T>::quiet_NaN();
  return a < b || (a == b && std::signbit(a)) ? a : b;
}

template <typename T>
T maximum(T a, T b) {
  return -minimum(-a, -b);
}

#define EXACT(name, emit, expression)                                        \
  ExactFunction {                                                            \
    name, emit, nullptr, [](float x, float) -> float { return expression; }, \
        [](double x, double) -> double { return expression; }                \
  }

std::vector<ExactFunction> exact_functions() {
  return {
      EXACT("floor", emit_floor, std::floor(x)),
      EXACT("ceil", emit_ceil, std::ceil(x)),
      EXACT("trunc", emit_trunc, std::trunc(x)),
      EXACT("round_nearest_even", emit_round_nearest_even, std::nearbyint(x)),
      EXACT("round_nearest_afz", emit_round_nearest_afz, std::round(x)),
      EXACT("sign", emit_sign, sign(x)),
      {"min", nullptr, emit_min, minimum<float>, minimum<double>},
      {"max", nullptr, emit_max, maximum<float>, maximum<double>},
  };
}

#undef EXACT

template <typename T>
void expect_same(const Image& image, const std::string& name, T (*want)(T, T), Inputs<T> inputs) {
  for (const T whole : {0, 1, 2, 3, 4, 5, 1 << 20, (1 << 23) - 1, 1 << 23}) {
    for (const double part : {0.0, 0.25, 0.49999997, 0.5, 0.50000006, 0.75}) {
      inputs.add(whole + static_cast<T>(part), 0);
      inputs.add(-whole - static_cast<T>(part), -whole);
    }
  }
  std::vector<T> got(inputs.x.size());
  image.kernel<LoopFunction>(name)(got.data(), inputs.x.data(), inputs.y.data(),
                                   static_cast<int64_t>(got.size()));
  for (size_t i = 0; i < got.size(); ++i) {
    const T right = want(inputs.x[i], inputs.y[i]);
    if (std::isnan(got[i]) && std::isnan(right)) continue;
    ASSERT_EQ(std::bit_cast<BitsOf<T>>(got[i]), std::bit_cast<BitsOf<T>>(right))
        << name << '(' << inputs.x[i] << ", " << inputs.y[i] << ") = " << got[i] << ", want " << right;
  }
}

TEST(Rounding, IsExact) {
  std::vector<LoopKernel> kernels;
  for (const ExactFunction& f : exact_functions()) {
    kernels.push_back({std::string(f.name) + "_f32", "float", "float", f.one, f.two});
    kernels.push_back({std::string(f.name) + "_f64", "double", "double", f.one, f.two});
  }
  for (const std::string& level : levels_of_this_machine()) {
    SCOPED_TRACE(level);
    const Image image(compile_loops(kernels, level));
    for (const ExactFunction& f : exact_functions()) {
      expect_same<float>(image, std::string(f.name) + "_f32", f.f32, samples<float>(1 << 14, false));
      expect_same<double>(image, std::string(f.name) + "_f64", f.f64, samples<double>(1 << 14, false));
    }
  }
}

class Conversions : public testing::TestWithParam<std::string> {
 protected:
  const Image image_{compile_loops({{"bf16_to_f32", "i16", "float", emit_bf16_to_f32},
                                    {"f16_to_f32", "i16", "float", emit_f16_to_f32},
                                    {"f32_to_bf16", "float", "i16", emit_to_bf16},
                                    {"f32_to_f16", "float", "i16", emit_to_f16},
                                    {"f64_to_bf16", "double", "i16", emit_to_bf16},
                                    {"f64_to_f16", "double", "i16", emit_to_f16}},
                                   GetParam())};

  template <typename To, typename From>
  std::vector<To> run(const char* kernel, const std::vector<From>& from) {
    std::vector<To> to(from.size());
    image_.kernel<LoopFunction>(kernel)(to.data(), from.data(), nullptr, static_cast<int64_t>(from.size()));
    return to;
  }

  template <typename From>
  void expect_rounded(const char* kernel, DType dtype, const std::vector<From>& from) {
    const std::vector<uint16_t> got = run<uint16_t>(kernel, from);
    for (size_t i = 0; i < got.size(); ++i) {
      if (std::isnan(from[i])) {
        ASSERT_TRUE(std::isnan(decode_float(dtype, got[i]))) << kernel;
        continue;
      }
      ASSERT_EQ(got[i], encode_float(dtype, from[i])) << kernel << '(' << from[i] << ')';
    }
  }
};

TEST_P(Conversions, WideningIsExact) {
  std::vector<uint16_t> all(0x10000);
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<uint16_t>(i);
  const std::vector<float> bf16 = run<float>("bf16_to_f32", all), f16 = run<float>("f16_to_f32", all);
  for (size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(std::bit_cast<uint32_t>(bf16[i]), i << 16);
    const float want = decode_float(DType::f16, all[i]);
    if (std::isnan(want))
      ASSERT_TRUE(std::isnan(f16[i])) << i;
    else
      ASSERT_EQ(std::bit_cast<uint32_t>(f16[i]), std::bit_cast<uint32_t>(want)) << i;
  }
}

// Numbers, and between neighbours of the narrow type the middle and what is next to it.
TEST_P(Conversions, NarrowingRoundsToNearestEven) {
  std::vector<float> f32 = samples<float>(1 << 16, false).x;
  std::vector<double> f64 = samples<double>(1 << 16, false).x;
  for (uint32_t i = 0; i < 0x10000; ++i) {
    for (const float neighbour : {decode_float(DType::f16, i), decode_float(DType::bf16, i)}) {
      const float next =
          std::bit_cast<float>(std::bit_cast<uint32_t>(neighbour) + (i % 2 == 0 ? 0x1000 : 0x8000));
      f32.insert(f32.end(), {next, std::nextafter(next, 0.0f), std::nextafter(next, INFINITY)});
      f64.insert(f64.end(), {next, std::nextafter(double{next}, 0.0), std::nextafter(double{next}, 1e300)});
    }
  }
  expect_rounded("f32_to_bf16", DType::bf16, f32);
  expect_rounded("f32_to_f16", DType::f16, f32);
  expect_rounded("f64_to_bf16", DType::bf16, f64);
  expect_rounded("f64_to_f16", DType::f16, f64);
}

INSTANTIATE_TEST_SUITE_P(Levels, Conversions, testing::ValuesIn(levels_of_this_machine()),
                         [](const auto& level) { return "level" + std::to_string(level.index); });

}  // namespace
}  // namespace fusebox::cpu
