// The plain form of softmax, by the kernel that does it all, at every CPU level.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "tests/cpu/compiler/emulate.h"

namespace fusebox::cpu {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Of 2 x rows x length. What follows can be changed one by one, so that it is something else.
struct Form {
  int64_t rows = 5, length = 37;
  std::string largest = "maximum", from = "0xFF800000", sum_from = "0.0", minuend = "%x", dividend = "%e",
              summed = "2", along = "0, 1";  // the axis of sums, and the axes they are spread along
};

std::string text_of(const Form& form) {
  const std::string all = fmt::format("tensor<2x{}x{}xf32>", form.rows, form.length),
                    row = fmt::format("tensor<2x{}xf32>", form.rows),
                    thin = fmt::format("tensor<2x{}x1xf32>", form.rows);
  return fmt::format(R"(
    func.func @main(%a: {0}) -> {0} {{
      %half = stablehlo.constant dense<0.5> : {0}
      %x = stablehlo.multiply %a, %half : {0}
      %low = stablehlo.constant dense<{4}> : tensor<f32>
      %zero = stablehlo.constant dense<{5}> : tensor<f32>
      %m = stablehlo.reduce(%x init: %low) applies stablehlo.{3} across dimensions = [2] : ({0}, tensor<f32>) -> {1}
      %m1 = stablehlo.reshape %m : ({1}) -> {2}
      %m2 = stablehlo.broadcast_in_dim %m1, dims = [0, 1, 2] : ({2}) -> {0}
      %d = stablehlo.subtract {6}, %m2 : {0}
      %e = stablehlo.exponential %d : {0}
      %s = stablehlo.reduce(%e init: %zero) applies stablehlo.add across dimensions = [{8}] : ({0}, tensor<f32>) -> {1}
      %s2 = stablehlo.broadcast_in_dim %s, dims = [{9}] : ({1}) -> {0}
      %q = stablehlo.divide {7}, %s2 : {0}
      return %q : {0}
    }})",
                     all, row, thin, form.largest, form.from, form.sum_from, form.minuend, form.dividend,
                     form.summed, form.along);
}

std::vector<float> run(const Blob& blob, std::vector<float> x, int threads = 1) {
  std::vector<float> out(x.size());
  const std::vector<std::byte*> arguments = {reinterpret_cast<std::byte*>(x.data())},
                                results = {reinterpret_cast<std::byte*>(out.data())};
  Program(deserialize(serialize(blob))).run(arguments, results, threads);
  return out;
}

std::vector<float> numbers(const Form& form) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, 4);
  std::vector<float> x(static_cast<size_t>(2 * form.rows * form.length));
  for (float& value : x) value = normal(random);
  return x;
}

TEST(Softmax, IsOneKernelOfTheDefinitionsValues) {
  for (const std::string& level : test::levels_to_play())
    for (const Form& form : {Form{5, 37}, Form{1, 2}, Form{3, 128}, Form{2, 200}, Form{150, 130}}) {
      SCOPED_TRACE(fmt::format("{}: {} x {}", level, form.rows, form.length));
      const Blob blob = compile(text_of(form), test::played(level));
      EXPECT_EQ(blob.steps.size(), 1u);
      const std::vector<float> x = numbers(form), got = run(blob, x);
      const auto length = static_cast<size_t>(form.length);
      for (size_t row = 0; row < x.size(); row += length) {
        double largest = -kInfinity, sum = 0;
        for (size_t i = row; i < row + length; ++i) largest = std::max<double>(largest, x[i] / 2);
        for (size_t i = row; i < row + length; ++i) sum += std::exp(x[i] / 2 - largest);
        for (size_t i = row; i < row + length; ++i)
          ASSERT_NEAR(got[i], std::exp(x[i] / 2 - largest) / sum, 4e-6 * got[i] + 1e-12) << i;
      }
      for (const int threads : {2, 3, 8}) EXPECT_EQ(run(blob, x, threads), got) << threads;
    }
}

// As JAX writes it: the largest element once more compared with -inf, axes kept by broadcasts.
TEST(Softmax, IsFoundInJaxsForm) {
  const std::string jax = R"(
    func.func @main(%x: tensor<2x5x37xf32>) -> tensor<2x5x37xf32> {
      %low = stablehlo.constant dense<0xFF800000> : tensor<f32>
      %m = stablehlo.reduce(%x init: %low) applies stablehlo.maximum across dimensions = [2] : (tensor<2x5x37xf32>, tensor<f32>) -> tensor<2x5xf32>
      %lows = stablehlo.broadcast_in_dim %low, dims = [] : (tensor<f32>) -> tensor<2x5xf32>
      %m1 = stablehlo.maximum %lows, %m : tensor<2x5xf32>
      %m2 = stablehlo.broadcast_in_dim %m1, dims = [0, 1] : (tensor<2x5xf32>) -> tensor<2x5x1xf32>
      %m3 = stablehlo.broadcast_in_dim %m2, dims = [0, 1, 2] : (tensor<2x5x1xf32>) -> tensor<2x5x37xf32>
      %d = stablehlo.subtract %x, %m3 : tensor<2x5x37xf32>
      %e = stablehlo.exponential %d : tensor<2x5x37xf32>
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %s = stablehlo.reduce(%e init: %zero) applies stablehlo.add across dimensions = [2] : (tensor<2x5x37xf32>, tensor<f32>) -> tensor<2x5xf32>
      %s1 = stablehlo.broadcast_in_dim %s, dims = [0, 1] : (tensor<2x5xf32>) -> tensor<2x5x1xf32>
      %s2 = stablehlo.broadcast_in_dim %s1, dims = [0, 1, 2] : (tensor<2x5x1xf32>) -> tensor<2x5x37xf32>
      %q = stablehlo.divide %e, %s2 : tensor<2x5x37xf32>
      return %q : tensor<2x5x37xf32>
    })";
  const Blob blob = compile(jax, {.level = std::string(cpu_level())});
  ASSERT_EQ(blob.kernels.size(), 1u);
  EXPECT_TRUE(blob.kernels[0].name.starts_with("softmax")) << blob.kernels[0].name;
  std::vector<float> x = numbers({}), halved = x;
  for (float& value : halved) value /= 2;
  EXPECT_EQ(run(blob, halved), run(compile(text_of({}), {.level = std::string(cpu_level())}), x));
}

// What is no number spoils its own row, as it does by the ops one by one; what is masked is 0.
TEST(Softmax, InfinitiesAndNaNsAreWhereTheyAreByTheOps) {
  const Form form;
  const std::vector<std::string> without = {"use-softmax-kernels"};
  const Blob whole = compile(text_of(form), {.level = std::string(cpu_level())}),
             ops = compile(text_of(form), {.level = std::string(cpu_level()), .disabled_passes = without});
  EXPECT_GT(ops.steps.size(), 1u);
  for (size_t at = 0; at < 37; ++at) {
    std::vector<float> x = numbers(form);
    x[at] = std::numeric_limits<float>::quiet_NaN();
    x[37 + at] = kInfinity;
    x[2 * 37 + at] = -kInfinity;
    std::fill(x.begin() + 3 * 37, x.begin() + 4 * 37, -kInfinity);
    const std::vector<float> got = run(whole, x), want = run(ops, x);
    EXPECT_EQ(got[2 * 37 + at], 0);
    for (size_t i = 0; i < x.size(); ++i) {
      EXPECT_EQ(std::isnan(got[i]), std::isnan(want[i])) << i;
      if (std::isnan(want[i])) continue;
      EXPECT_NEAR(got[i], want[i], 1e-6f * want[i]) << i;
    }
  }
}

TEST(Softmax, WhatIsAlmostItIsLeftAlone) {
  for (const Form& form : {Form{.largest = "minimum"}, Form{.from = "0.0"}, Form{.sum_from = "1.0"},
                           Form{.minuend = "%a"}, Form{.dividend = "%x"}, Form{.rows = 1, .length = 4097},
                           Form{.rows = 37, .summed = "1"}, Form{.rows = 37, .along = "0, 2"}}) {
    const Blob blob = compile(text_of(form), {.level = std::string(cpu_level())});
    EXPECT_GT(blob.steps.size(), 1u) << text_of(form);
  }
}

}  // namespace
}  // namespace fusebox::cpu
