// Activations that are rounded to bytes: blocks of zeros, which are not computed element by element.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "fusebox/stablehlo/printer.h"
#include "fusebox/trace/trace.h"
#include "tests/cpu/compiler/emulate.h"

namespace fusebox::cpu {
namespace {

using Floats = std::vector<float>;

constexpr int64_t kRows = 4, kBlocks = 3, kDepth = 32 * kBlocks;

// The sums of the rounded activations sigmoid(x) + y: products with weights of one.
std::string text() {
  const TracedProgram traced = trace(
      "main",
      [](TraceCx& cx) {
        const Tensor x = cx.input("x", {kRows, kDepth}, f32), y = cx.input("y", {kRows, kDepth}, f32);
        const Tensor ones = expand_blocks(cx.input("ones", {1, 34 * kBlocks}, u8), BlockFormat::q8_0);
        return dot_general(int8_blocks(sigmoid(x) + y), ones, {.lhs_contract = {1}, .rhs_contract = {1}});
      },
      TraceOptions{.composites = {"fusebox.int8_blocks", "fusebox.expand"}});
  return stablehlo::print(traced.program);
}

Floats run(const Blob& blob, Floats x, Floats y) {
  std::vector<std::byte> ones(34 * kBlocks, std::byte{1});
  for (size_t block = 0; block < kBlocks; ++block) {
    ones[34 * block] = std::byte{0};  // the scale: 1 in f16
    ones[34 * block + 1] = std::byte{0x3c};
  }
  Floats sums(kRows);
  const auto bytes = [](Floats& values) { return reinterpret_cast<std::byte*>(values.data()); };
  const std::vector<std::byte*> arguments = {bytes(x), bytes(y), ones.data()}, results = {bytes(sums)};
  Program(deserialize(serialize(blob))).run(arguments, results, 1);
  return sums;
}

Floats numbers(uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  Floats values(static_cast<size_t>(kRows * kDepth));
  std::ranges::generate(values, [&] { return normal(random); });
  return values;
}

TEST(Int8Rows, BlocksOfZerosBecomeWhatTheirElementsWould) {
  Floats x = numbers(1), y = numbers(2);
  const auto clear = [](Floats& values, int64_t row, int64_t from, int64_t to) {
    std::fill(values.begin() + row * kDepth + from, values.begin() + row * kDepth + to, 0.0f);
  };
  clear(x, 1, 0, kDepth);  // a whole row,
  clear(y, 1, 0, kDepth);
  clear(x, 2, 32, 64);  // one block of both, and one of one alone;
  clear(y, 2, 32, 64);
  clear(y, 2, 64, 96);
  clear(x, 3, 0, kDepth);  // and all but one that is none.
  clear(y, 3, 0, kDepth);
  y[3 * kDepth + 63] = 100;
  const std::string text = cpu::text();
  const auto sums_at = [&](const std::string& level, std::vector<std::string> disabled) {
    CompileOptions options = test::played(level);
    options.disabled_passes = std::move(disabled);
    return run(compile(text, options), x, y);
  };
  for (const std::string& level : test::levels_to_play()) {
    const Floats got = sums_at(level, {}), want = sums_at(level, {"use-block-kernels"});
    // Where the two differ by a bit before rounding: a few steps of 1/127 of the largest.
    for (size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 0.1) << level << ", row " << i;
    EXPECT_NEAR(got[1], 0.5 * kDepth, 1e-3) << level;
  }
  y[kDepth + 40] = std::numeric_limits<float>::quiet_NaN();
  for (const std::string& level : test::levels_to_play())
    EXPECT_TRUE(std::isnan(sums_at(level, {})[1])) << level;
}

}  // namespace
}  // namespace fusebox::cpu
