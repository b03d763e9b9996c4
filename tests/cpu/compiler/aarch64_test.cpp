// Whole programs for AArch64, run under qemu-user if that is installed, against the same ones on this
// machine. The plugin itself is not run there: kernels and steps are.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/block_format.h"
#include "fusebox/base/small_float.h"
#include "fusebox/nn/attention.h"
#include "fusebox/stablehlo/printer.h"
#include "fusebox/trace/trace.h"
#include "tests/cpu/compiler/guest.h"

namespace fusebox::cpu {
namespace {

using Bytes = std::vector<std::byte>;

constexpr const char* kLevels[] = {"aarch64", "aarch64-dotprod", "aarch64-i8mm-bf16"};

template <typename T>
Bytes bytes_of(const std::vector<T>& values) {
  const auto bytes = std::as_bytes(std::span(values));
  return {bytes.begin(), bytes.end()};
}

std::vector<float> normal(int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> distribution;
  std::vector<float> values(static_cast<size_t>(count));
  for (float& x : values) x = distribution(random);
  return values;
}

// Small enough that sums of products are exact in any order.
std::vector<float> whole(int64_t count, uint32_t seed) {
  std::vector<float> values = normal(count, seed);
  for (float& x : values) x = std::nearbyint(x * 4);
  return values;
}

std::vector<Bytes> run_here(const std::string& text, std::vector<Bytes> arguments) {
  const Program program(compile(text, {.level = std::string(cpu_level())}));
  std::vector<Bytes> results;
  std::vector<std::byte*> inputs, outputs;
  for (const Shape& shape : program.blob().results) results.emplace_back(static_cast<size_t>(shape.bytes()));
  for (Bytes& argument : arguments) inputs.push_back(argument.data());
  for (Bytes& result : results) outputs.push_back(result.data());
  program.run(inputs, outputs, 1);
  return results;
}

class AArch64 : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::Guest::can_run()) GTEST_SKIP() << "qemu-aarch64 is not installed";
  }

  // Expects the results of this machine at every level, on one thread and on three: the bits, or floats that
  // are no further from them than `tolerance`. The last kernel has that name.
  static void expect_as_here(const std::string& text, const std::vector<Bytes>& arguments,
                             double tolerance = 0, std::string_view kernel = {}) {
    const std::vector<Bytes> here = run_here(text, arguments);
    for (const char* level : kLevels)
      for (const int threads : {1, 3}) {
        SCOPED_TRACE(fmt::format("{}, {} threads", level, threads));
        const Blob blob = compile(text, {.level = level, .disabled_passes = {"keep-for-one"}});
        EXPECT_TRUE(blob.kernels.back().name.starts_with(kernel)) << blob.kernels.back().name;
        const std::vector<Bytes> there = test::run_as_guest(blob, arguments, threads);
        if (tolerance == 0)
          EXPECT_TRUE(there == here);
        else
          expect_near(there.at(0), here.at(0), tolerance);
      }
  }

 private:
  static void expect_near(const Bytes& got, const Bytes& want, double tolerance) {
    ASSERT_EQ(got.size(), want.size());
    for (size_t at = 0; at < want.size(); at += sizeof(float)) {
      float x, y;
      std::memcpy(&x, &got[at], sizeof x);
      std::memcpy(&y, &want[at], sizeof y);
      ASSERT_NEAR(x, y, tolerance) << "at " << at / sizeof x;
    }
  }
};

// Sums of whole numbers are exact.
TEST_F(AArch64, Products) {
  for (const DType dtype : {f32, bf16, f16, f64}) {
    const std::string type(name(dtype));
    const auto numbers = [&](int64_t count, uint32_t seed) {
      const std::vector<float> values = whole(count, seed);
      if (dtype == f64) return bytes_of(std::vector<double>(values.begin(), values.end()));
      Bytes bytes(values.size() * byte_size(dtype));
      encode_floats(dtype, values, bytes);
      return bytes;
    };
    for (const int64_t rows : {1, 7}) {
      SCOPED_TRACE(fmt::format("{} rows of {}", rows, type));
      expect_as_here(fmt::format(R"(
        func.func @main(%x: tensor<{0}x45x{1}>, %y: tensor<37x45x{1}>) -> tensor<{0}x37x{1}> {{
          %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [1] : (tensor<{0}x45x{1}>, tensor<37x45x{1}>) -> tensor<{0}x37x{1}>
          return %0 : tensor<{0}x37x{1}>
        }})",
                                 rows, type),
                     {numbers(rows * 45, 1), numbers(37 * 45, 2)});
    }
  }
}

// Two layers, tanh between them: terms of magnitude 1, of which 64 are added up.
TEST_F(AArch64, Mlp) {
  std::vector<float> in = normal(20 * 64, 1), out = normal(64 * 10, 2);
  for (float& x : in) x /= std::sqrt(20.0f);
  expect_as_here(R"(
    func.func @main(%x: tensor<3x20xf32>, %in: tensor<20x64xf32>, %bias: tensor<64xf32>, %out: tensor<64x10xf32>) -> tensor<3x10xf32> {
      %0 = stablehlo.dot_general %x, %in, contracting_dims = [1] x [0] : (tensor<3x20xf32>, tensor<20x64xf32>) -> tensor<3x64xf32>
      %1 = stablehlo.broadcast_in_dim %bias, dims = [1] : (tensor<64xf32>) -> tensor<3x64xf32>
      %2 = stablehlo.add %0, %1 : tensor<3x64xf32>
      %3 = stablehlo.tanh %2 : tensor<3x64xf32>
      %4 = stablehlo.dot_general %3, %out, contracting_dims = [1] x [0] : (tensor<3x64xf32>, tensor<64x10xf32>) -> tensor<3x10xf32>
      return %4 : tensor<3x10xf32>
    })",
                 {bytes_of(normal(3 * 20, 3)), bytes_of(in), bytes_of(normal(64, 4)), bytes_of(out)}, 2e-5);
}

TEST_F(AArch64, Softmax) {
  expect_as_here(R"(
    func.func @main(%x: tensor<5x300xf32>) -> tensor<5x300xf32> {
      %low = stablehlo.constant dense<0xFF800000> : tensor<f32>
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %0 = stablehlo.reduce(%x init: %low) applies stablehlo.maximum across dimensions = [1] : (tensor<5x300xf32>, tensor<f32>) -> tensor<5xf32>
      %1 = stablehlo.broadcast_in_dim %0, dims = [0] : (tensor<5xf32>) -> tensor<5x300xf32>
      %2 = stablehlo.subtract %x, %1 : tensor<5x300xf32>
      %3 = stablehlo.exponential %2 : tensor<5x300xf32>
      %4 = stablehlo.reduce(%3 init: %zero) applies stablehlo.add across dimensions = [1] : (tensor<5x300xf32>, tensor<f32>) -> tensor<5xf32>
      %5 = stablehlo.broadcast_in_dim %4, dims = [0] : (tensor<5xf32>) -> tensor<5x300xf32>
      %6 = stablehlo.divide %3, %5 : tensor<5x300xf32>
      return %6 : tensor<5x300xf32>
    })",
                 {bytes_of(normal(5 * 300, 1))}, 1e-6);
}

// Scales of 1 and whole activations of up to 127: integers, but for the formats' own scales.
TEST_F(AArch64, ProductsWithLowBitWeights) {
  for (const BlockFormat format : {BlockFormat::q4_0, BlockFormat::q8_0, BlockFormat::q4_k})
    for (const int64_t rows : {1, 2, 5}) {
      SCOPED_TRACE(fmt::format("{} rows by {}", rows, info(format).name));
      const int64_t columns = 19, depth = 256, row_bytes = depth / info(format).weights * info(format).bytes;
      std::mt19937 random(3);
      Bytes weights(static_cast<size_t>(columns * row_bytes));
      for (std::byte& byte : weights) byte = static_cast<std::byte>(random());
      const uint16_t one = 0x3c00;
      for (size_t at = 0; at < weights.size(); at += static_cast<size_t>(info(format).bytes)) {
        std::memcpy(&weights[at], &one, sizeof one);
        if (format == BlockFormat::q4_k) std::memcpy(&weights[at + 2], &one, sizeof one);
      }
      std::vector<float> x = whole(rows * depth, 5);
      for (size_t i = 0; i < x.size(); i += 32) x[i] = 127;
      const TracedProgram traced = trace(
          "main",
          [&](TraceCx& cx) {
            const Tensor values = cx.input("x", {rows, depth}, f32);
            const Tensor blocks = cx.input("blocks", {columns, row_bytes}, u8);
            return dot_general(int8_blocks(values), expand_blocks(blocks, format),
                               {.lhs_contract = {1}, .rhs_contract = {1}});
          },
          TraceOptions{.composites = {"fusebox.int8_blocks", "fusebox.expand"}});
      expect_as_here(stablehlo::print(traced.program), {bytes_of(x), weights}, 0, "block_dot");
    }
}

// One query and many; weights of a sum of 1, values of magnitude 1.
TEST_F(AArch64, Attention) {
  const int64_t heads = 4, kv_heads = 2, size = 64, capacity = 256;
  for (const int64_t queries : {1, 20}) {
    SCOPED_TRACE(fmt::format("{} queries", queries));
    const TracedProgram traced = trace(
        "main",
        [&](TraceCx& cx) {
          nn::KvCache cache = nn::KvCache::spec(1, kv_heads, capacity, size, f16);
          cache = cx.inputs("cache", cache);
          const Tensor q = cx.input("q", {1, queries, heads, size}, f32);
          const Tensor positions = cx.input("positions", {1, queries}, i32);
          return nn::attention(q, cache, positions, cx.input("valid", {1}, i32), 0.125);
        },
        TraceOptions{.composites = {"fusebox.attention"}});
    std::vector<Bytes> arguments;
    for (const uint32_t seed : {1u, 2u}) {
      const std::vector<float> values = normal(kv_heads * capacity * size, seed);
      arguments.emplace_back(values.size() * byte_size(f16));
      encode_floats(f16, values, arguments.back());
    }
    std::vector<int32_t> positions;
    for (int64_t i = 0; i < queries; ++i) positions.push_back(static_cast<int32_t>(150 + i));
    arguments.push_back(bytes_of(normal(queries * heads * size, 3)));
    arguments.push_back(bytes_of(positions));
    arguments.push_back(bytes_of(std::vector<int32_t>{150 + static_cast<int32_t>(queries)}));
    expect_as_here(stablehlo::print(traced.program), arguments, 3e-6, "attention");
  }
}

// What only moves and compares has the same bits: a sort in each round of a loop, then a choice.
TEST_F(AArch64, LoopsBranchesAndSorts) {
  for (const int32_t which : {0, 1, 7}) {
    SCOPED_TRACE(which);
    expect_as_here(R"(
      func.func @main(%x: tensor<3x50xf32>, %which: tensor<i32>) -> (tensor<3x50xf32>, tensor<i32>) {
        %zero = stablehlo.constant dense<0> : tensor<i32>
        %one = stablehlo.constant dense<1> : tensor<i32>
        %three = stablehlo.constant dense<3> : tensor<i32>
        %0:2 = stablehlo.while(%i = %zero, %y = %x) : tensor<i32>, tensor<3x50xf32>
        cond {
          %c = stablehlo.compare LT, %i, %three : (tensor<i32>, tensor<i32>) -> tensor<i1>
          stablehlo.return %c : tensor<i1>
        } do {
          %next = stablehlo.add %i, %one : tensor<i32>
          %sorted = "stablehlo.sort"(%y) <{dimension = 1 : i64, is_stable = true}> ({
          ^bb0(%a: tensor<f32>, %b: tensor<f32>):
            %l = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
            stablehlo.return %l : tensor<i1>
          }) : (tensor<3x50xf32>) -> tensor<3x50xf32>
          %negative = stablehlo.negate %sorted : tensor<3x50xf32>
          stablehlo.return %next, %negative : tensor<i32>, tensor<3x50xf32>
        }
        %1 = "stablehlo.case"(%which) ({
          stablehlo.return %0#1 : tensor<3x50xf32>
        }, {
          %r = stablehlo.reverse %0#1, dims = [1] : tensor<3x50xf32>
          stablehlo.return %r : tensor<3x50xf32>
        }, {
          %a = stablehlo.abs %0#1 : tensor<3x50xf32>
          stablehlo.return %a : tensor<3x50xf32>
        }) : (tensor<i32>) -> tensor<3x50xf32>
        return %1, %0#0 : tensor<3x50xf32>, tensor<i32>
      })",
                   {bytes_of(normal(150, 1)), bytes_of(std::vector{which})});
  }
}

}  // namespace
}  // namespace fusebox::cpu
