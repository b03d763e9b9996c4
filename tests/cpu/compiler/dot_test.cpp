// Matrix products of floats at every CPU level against the definition in C++: sizes with and without whole
// tiles, both ways in which the right operand can lie.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/small_float.h"
#include "tests/cpu/compiler/emulate.h"

namespace fusebox::cpu {
namespace {

struct Case {
  DType dtype;
  int64_t rows, columns, depth;
  bool columns_innermost;  // the right operand is [depth, columns], not [columns, depth]
};

constexpr Case kCases[] = {{f32, 1, 13, 100, false},  {f32, 7, 9, 33, false},   {f32, 5, 70, 19, true},
                           {bf16, 1, 5, 45, false},   {bf16, 9, 6, 64, false},  {f16, 6, 17, 21, false},
                           {bf16, 2, 33, 16, true},   {f16, 1, 130, 7, true},   {f64, 3, 11, 18, false},
                           {f64, 4, 21, 5, true},     {f32, 1, 64, 128, true},  {f32, 48, 16, 9, true},
                           {f32, 67, 130, 21, true},  {bf16, 97, 33, 16, true}, {f16, 64, 19, 10, true},
                           {f64, 70, 21, 6, true},    {f32, 101, 64, 12, true}, {f32, 67, 130, 21, false},
                           {bf16, 97, 70, 16, false}, {f16, 64, 66, 10, false}, {f64, 70, 65, 6, false}};

std::string text_of(const Case& c) {
  const std::string_view type = name(c.dtype);
  const auto [first, second] =
      c.columns_innermost ? std::pair(c.depth, c.columns) : std::pair(c.columns, c.depth);
  return fmt::format(R"(
    func.func @main(%x: tensor<{0}x{1}x{2}>, %y: tensor<{3}x{4}x{2}>) -> tensor<{0}x{5}x{2}> {{
      %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [{6}] : (tensor<{0}x{1}x{2}>, tensor<{3}x{4}x{2}>) -> tensor<{0}x{5}x{2}>
      return %0 : tensor<{0}x{5}x{2}>
    }})",
                     c.rows, c.depth, type, first, second, c.columns, c.columns_innermost ? 0 : 1);
}

// Numbers that the type holds.
std::vector<double> numbers(int64_t count, DType dtype, std::mt19937& random) {
  std::normal_distribution<float> normal;
  std::vector<double> values;
  for (int64_t i = 0; i < count; ++i)
    values.push_back(dtype == f64 || dtype == f32 ? normal(random)
                                                  : decode_float(dtype, encode_float(dtype, normal(random))));
  return values;
}

std::vector<std::byte> bytes_of(const std::vector<double>& values, DType dtype) {
  std::vector<std::byte> bytes(values.size() * byte_size(dtype));
  if (dtype == f64) {
    std::memcpy(bytes.data(), values.data(), bytes.size());
  } else {
    const std::vector<float> narrow(values.begin(), values.end());
    encode_floats(dtype, narrow, bytes);
  }
  return bytes;
}

TEST(Dot, EveryLevelGivesTheDefinitionsValues) {
  std::mt19937 random(1);
  for (const Case& c : kCases) {
    const std::vector<double> x = numbers(c.rows * c.depth, c.dtype, random),
                              y = numbers(c.columns * c.depth, c.dtype, random);
    for (const std::string& level : test::levels_to_play()) {
      SCOPED_TRACE(fmt::format("{} at {}: {} x {} x {}", name(c.dtype), level, c.rows, c.columns, c.depth));
      const Blob blob = compile(text_of(c), test::played(level));
      std::vector<std::byte> left = bytes_of(x, c.dtype), right = bytes_of(y, c.dtype);
      std::vector<std::byte> out(static_cast<size_t>(c.rows * c.columns) * byte_size(c.dtype));
      const std::vector<std::byte*> arguments = {left.data(), right.data()}, results = {out.data()};
      Program(deserialize(serialize(blob))).run(arguments, results, 2);
      const double rounding = c.dtype == bf16 ? 4e-3 : c.dtype == f16 ? 5e-4 : c.dtype == f32 ? 1e-6 : 1e-14;
      for (int64_t m = 0; m < c.rows; ++m)
        for (int64_t n = 0; n < c.columns; ++n) {
          double want = 0, magnitude = 0;
          for (int64_t k = 0; k < c.depth; ++k) {
            const double product =
                x[static_cast<size_t>(m * c.depth + k)] *
                y[static_cast<size_t>(c.columns_innermost ? k * c.columns + n : n * c.depth + k)];
            want += product;
            magnitude += std::fabs(product);
          }
          const std::byte* at = out.data() + static_cast<size_t>(m * c.columns + n) * byte_size(c.dtype);
          double got = 0;
          if (c.dtype == f64) {
            std::memcpy(&got, at, sizeof got);
          } else {
            float narrow = 0;
            decode_floats(c.dtype, std::span(at, byte_size(c.dtype)), std::span(&narrow, 1));
            got = static_cast<double>(narrow);
          }
          ASSERT_NEAR(got, want, rounding * std::max(magnitude, 1e-3)) << m << ", " << n;
        }
    }
  }
}

std::vector<float> multiplied(const Blob& blob, std::vector<float> x, std::vector<float> y, int threads) {
  std::vector<float> out(static_cast<size_t>(blob.results[0].elements()));
  const std::vector<std::byte*> arguments = {reinterpret_cast<std::byte*>(x.data()),
                                             reinterpret_cast<std::byte*>(y.data())},
                                results = {reinterpret_cast<std::byte*>(out.data())};
  Program(deserialize(serialize(blob))).run(arguments, results, threads);
  return out;
}

// Where columns are innermost, a panel is copied for many rows, and by each thread that meets it; rows are
// met in tiles of several sizes.
TEST(Dot, WhereColumnsAreInnermostARowsResultsDependNeitherOnOthersNorOnThreads) {
  constexpr int64_t kColumns = 150, kDepth = 90, kMost = 203;
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  std::vector<float> x(kMost * kDepth), y(kDepth * kColumns);
  for (float& value : x) value = normal(random);
  for (float& value : y) value = normal(random);
  for (const std::string& level : test::levels_to_play()) {
    const auto compiled = [&](int64_t rows) {
      return compile(text_of({f32, rows, kColumns, kDepth, true}), test::played(level));
    };
    const std::vector<float> all = multiplied(compiled(kMost), x, y, 1);
    for (const int64_t rows : {1, 5, 50, 64, 203}) {
      const std::vector<float> first(x.begin(), x.begin() + rows * kDepth),
          want(all.begin(), all.begin() + rows * kColumns);
      const Blob blob = compiled(rows);
      for (const int threads : {1, 2, 3, 8})
        EXPECT_EQ(multiplied(blob, first, y, threads), want) << level << ", " << rows << " rows";
    }
  }
}

// Along a batch, each product has a panel of its own, copied as it lies or turned.
TEST(Dot, PanelsOfABatchAreTheirOwn) {
  constexpr int64_t kBatch = 3, kRows = 65, kColumns = 72, kDepth = 7;
  std::vector<float> x(kBatch * kRows * kDepth), y(kBatch * kDepth * kColumns);
  for (size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 11) - 5;  // sums are exact
  for (size_t i = 0; i < y.size(); ++i) y[i] = static_cast<float>(i % 13) - 6;
  for (const bool columns_innermost : {true, false}) {
    const auto [first, second] =
        columns_innermost ? std::pair(kDepth, kColumns) : std::pair(kColumns, kDepth);
    const Blob blob =
        compile(fmt::format(R"(
      func.func @main(%x: tensor<{0}x{1}x{2}xf32>, %y: tensor<{0}x{3}x{4}xf32>) -> tensor<{0}x{1}x{5}xf32> {{
        %0 = stablehlo.dot_general %x, %y, batching_dims = [0] x [0], contracting_dims = [2] x [{6}] : (tensor<{0}x{1}x{2}xf32>, tensor<{0}x{3}x{4}xf32>) -> tensor<{0}x{1}x{5}xf32>
        return %0 : tensor<{0}x{1}x{5}xf32>
      }})",
                            kBatch, kRows, kDepth, first, second, kColumns, columns_innermost ? 1 : 2),
                test::played(test::levels_to_play().back()));
    std::vector<float> want;
    for (int64_t b = 0; b < kBatch; ++b)
      for (int64_t m = 0; m < kRows; ++m)
        for (int64_t n = 0; n < kColumns; ++n) {
          float sum = 0;
          for (int64_t k = 0; k < kDepth; ++k) {
            const int64_t at =
                columns_innermost ? (b * kDepth + k) * kColumns + n : (b * kColumns + n) * kDepth + k;
            sum += x[static_cast<size_t>((b * kRows + m) * kDepth + k)] * y[static_cast<size_t>(at)];
          }
          want.push_back(sum);
        }
    for (const int threads : {1, 3}) EXPECT_EQ(multiplied(blob, x, y, threads), want);
  }
}

TEST(Dot, ResultsMayBeNarrowerThanOperands) {
  for (const bool columns_innermost : {true, false}) {
    std::string text = text_of({f64, 3, 40, 8, columns_innermost});
    const std::string wide = "tensor<3x40xf64>";  // that of the results, and of nothing else
    for (size_t at = text.find(wide); at != std::string::npos; at = text.find(wide))
      text.replace(at, wide.size(), "tensor<3x40xf32>");
    std::vector<double> x(24, 1.5), y(320, 2);
    std::vector<float> results(120);
    const std::vector<std::byte*> arguments = {reinterpret_cast<std::byte*>(x.data()),
                                               reinterpret_cast<std::byte*>(y.data())},
                                  out = {reinterpret_cast<std::byte*>(results.data())};
    Program(compile(text, test::played(std::string(cpu_level())))).run(arguments, out, 1);
    EXPECT_EQ(results, std::vector<float>(120, 24.0f));
  }
}

}  // namespace
}  // namespace fusebox::cpu
