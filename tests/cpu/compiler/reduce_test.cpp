// Reductions through the compiler: of nothing, of long rows in parts, in vectors.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "tests/base/temporary_folder.h"
#include "tests/cpu/compiler/run.h"

namespace fusebox::cpu {
namespace {

TEST(Reduce, WhatIsReducedMayBeEmpty) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<0xf32>, %y: tensor<0xf32>, %a: tensor<2xf32>) -> (tensor<f32>, tensor<f32>, tensor<2xf32>) {
      %seven = stablehlo.constant dense<7.0> : tensor<f32>
      %at = stablehlo.constant dense<0> : tensor<i32>
      %both = stablehlo.concatenate %x, %y, dim = 0 : (tensor<0xf32>, tensor<0xf32>) -> tensor<0xf32>
      %0 = stablehlo.reduce(%both init: %seven) applies stablehlo.add across dimensions = [0] : (tensor<0xf32>, tensor<f32>) -> tensor<f32>
      %sum = stablehlo.add %x, %y : tensor<0xf32>
      %square = stablehlo.reshape %sum : (tensor<0xf32>) -> tensor<0x5xf32>
      %1 = stablehlo.reduce(%square init: %seven) applies stablehlo.add across dimensions = [0, 1] : (tensor<0x5xf32>, tensor<f32>) -> tensor<f32>
      %2 = stablehlo.dynamic_update_slice %a, %both, %at : (tensor<2xf32>, tensor<0xf32>, tensor<i32>) -> tensor<2xf32>
      return %0, %1, %2 : tensor<f32>, tensor<f32>, tensor<2xf32>
    })");
  EXPECT_EQ(run(blob, {{}, {}, {1, 2}}), (std::vector<Floats>{{7}, {7}, {1, 2}}));
}

// A long row is reduced in parts, by all threads; also where it is the maximum's place that is wanted, the
// first of equals.
TEST(Reduce, LongReductionsAreSharedByThreads) {
  const std::string text = R"(
    func.func @main(%x: tensor<2x49152xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %low = stablehlo.constant dense<0xFF800000> : tensor<f32>
      %sum = stablehlo.reduce(%x init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<2x49152xf32>, tensor<f32>) -> tensor<2xf32>
      %places = stablehlo.iota dim = 1 : tensor<2x49152xf32>
      %top:2 = stablehlo.reduce(%x init: %low), (%places init: %zero) across dimensions = [1] : (tensor<2x49152xf32>, tensor<2x49152xf32>, tensor<f32>, tensor<f32>) -> (tensor<2xf32>, tensor<2xf32>)
        reducer(%a: tensor<f32>, %b: tensor<f32>) (%i: tensor<f32>, %j: tensor<f32>) {
          %greater = stablehlo.compare GT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
          %equal = stablehlo.compare EQ, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
          %before = stablehlo.compare LT, %i, %j : (tensor<f32>, tensor<f32>) -> tensor<i1>
          %first = stablehlo.and %equal, %before : tensor<i1>
          %left = stablehlo.or %greater, %first : tensor<i1>
          %value = stablehlo.select %left, %a, %b : tensor<i1>, tensor<f32>
          %place = stablehlo.select %left, %i, %j : tensor<i1>, tensor<f32>
          stablehlo.return %value, %place : tensor<f32>, tensor<f32>
        }
      return %sum, %top#1 : tensor<2xf32>, tensor<2xf32>
    })";
  Floats x(2 * 49152);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 7);  // sums are exact
  x[40'000] = x[41'000] = 9;
  x[49152 + 3] = 9;
  float first = 0, second = 0;
  for (size_t i = 0; i < 49152; ++i) first += x[i], second += x[49152 + i];
  const Blob shared = compiled(text);
  for (const int threads : {1, 2, 3, 8})
    EXPECT_EQ(run(shared, {x}, threads), (std::vector<Floats>{{first, second}, {40'000, 3}})) << threads;
  const auto most_items = [](const Blob& blob) {
    int64_t most = 0;
    for (const Step& step : blob.steps) most = std::max(most, step.items);
    return most;
  };
  EXPECT_EQ(most_items(shared), 2 * 64);
  const Blob whole =
      compile(text, {.level = std::string(cpu_level()), .disabled_passes = {"split-long-reductions"}});
  EXPECT_EQ(most_items(whole), 2);
  EXPECT_EQ(run(whole, {x}), run(shared, {x}));
}

// Where elements may change places, parts are reduced side by side; a NaN is still one.
TEST(Reduce, LongReductionsByOneOpAreSharedToo) {
  const std::string text = R"(
    func.func @main(%x: tensor<3x32768xf32>) -> (tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) {
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %low = stablehlo.constant dense<0xFF800000> : tensor<f32>
      %high = stablehlo.constant dense<0x7F800000> : tensor<f32>
      %sum = stablehlo.reduce(%x init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<3x32768xf32>, tensor<f32>) -> tensor<3xf32>
      %most = stablehlo.reduce(%x init: %low) applies stablehlo.maximum across dimensions = [1] : (tensor<3x32768xf32>, tensor<f32>) -> tensor<3xf32>
      %least = stablehlo.reduce(%x init: %high) applies stablehlo.minimum across dimensions = [1] : (tensor<3x32768xf32>, tensor<f32>) -> tensor<3xf32>
      return %sum, %most, %least : tensor<3xf32>, tensor<3xf32>, tensor<3xf32>
    })";
  constexpr size_t kRow = 32768;
  Floats x(3 * kRow);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 7);  // sums are exact
  x[12'345] = 9, x[kRow + 1] = -1, x[2 * kRow + 30'000] = std::numeric_limits<float>::quiet_NaN();
  Floats sums(3);
  for (size_t i = 0; i < x.size(); ++i) sums[i / kRow] += x[i];
  const Blob shared = compiled(text);
  for (const int threads : {1, 2, 3, 8}) {
    const std::vector<Floats> results = run(shared, {x}, threads);
    const auto finite = [&](size_t i) { return Floats(results[i].begin(), results[i].begin() + 2); };
    EXPECT_EQ(finite(0), (Floats{sums[0], sums[1]}));
    EXPECT_EQ(finite(1), (Floats{9, 6}));
    EXPECT_EQ(finite(2), (Floats{0, -1}));
    for (const Floats& result : results) EXPECT_TRUE(std::isnan(result[2])) << threads;
  }
  for (const Step& step : shared.steps) EXPECT_TRUE(step.items == 3 * 8 || step.items == 3) << step.items;
}

// Of floats of different signs of zero, and with a NaN among them, whatever lanes they fall into.
TEST(Reduce, TheLargestOfARowIsTakenInVectors) {
  constexpr size_t kRow = 37;
  const TemporaryFolder folder;
  const std::string_view text = R"(
    func.func @main(%x: tensor<4x37xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
      %low = stablehlo.constant dense<0xFF800000> : tensor<f32>
      %high = stablehlo.constant dense<0x7F800000> : tensor<f32>
      %most = stablehlo.reduce(%x init: %low) applies stablehlo.maximum across dimensions = [1] : (tensor<4x37xf32>, tensor<f32>) -> tensor<4xf32>
      %least = stablehlo.reduce(%x init: %high) applies stablehlo.minimum across dimensions = [1] : (tensor<4x37xf32>, tensor<f32>) -> tensor<4xf32>
      return %most, %least : tensor<4xf32>, tensor<4xf32>
    })";
  const Blob blob = compile(text, {.level = std::string(cpu_level()), .dump_to = folder.path()});
  std::ifstream file(folder / "kernels-optimised.ll");
  const std::string code((std::istreambuf_iterator<char>(file)), {});
  for (const char* op : {"@llvm.maximum.v", "@llvm.minimum.v"})
    EXPECT_NE(code.find(op), std::string::npos) << op;
  for (size_t at = 0; at < kRow; ++at) {
    Floats x(4 * kRow, 1);
    x[at] = 2, x[(at + 5) % kRow] = -3;
    std::fill(x.begin() + kRow, x.begin() + 2 * kRow, -0.0f), x[kRow + at] = 0.0f;
    std::fill(x.begin() + 2 * kRow, x.begin() + 3 * kRow, 0.0f), x[2 * kRow + at] = -0.0f;
    x[3 * kRow + at] = std::numeric_limits<float>::quiet_NaN();
    const std::vector<Floats> got = run(blob, {x});
    EXPECT_EQ(got[0][0], 2);
    EXPECT_EQ(got[1][0], -3);
    EXPECT_TRUE(got[0][1] == 0 && !std::signbit(got[0][1])) << at;
    EXPECT_TRUE(got[1][2] == 0 && std::signbit(got[1][2])) << at;
    EXPECT_TRUE(std::isnan(got[0][3]) && std::isnan(got[1][3])) << at;
  }
}

}  // namespace
}  // namespace fusebox::cpu
