// Matrix products of floats at every CPU level against the definition in C++: sizes with and without whole
// tiles, both ways in which the right operand can lie.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "fusebox/base/small_float.h"
#include "tests/cpu/compiler/emulate.h"

namespace fusebox::cpu {
namespace {

struct Case {
  DType dtype;
  int64_t rows, columns, depth;
  bool columns_innermost;  // the right operand is [depth, columns], not [columns, depth]
};

constexpr Case kCases[] = {{f32, 1, 13, 100, false}, {f32, 7, 9, 33, false},  {f32, 5, 70, 19, true},
                           {bf16, 1, 5, 45, false},  {bf16, 9, 6, 64, false}, {f16, 6, 17, 21, false},
                           {bf16, 2, 33, 16, true},  {f16, 1, 130, 7, true},  {f64, 3, 11, 18, false},
                           {f64, 4, 21, 5, true},    {f32, 1, 64, 128, true}};

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

}  // namespace
}  // namespace fusebox::cpu
