// Rotary embeddings: frequencies, angles and turned features against NumPy with Hugging Face's formulas.
#include <array>

#include "fusebox/base/error.h"
#include "tests/nn/golden.h"

namespace fusebox::nn {
namespace {

using Kind = RotaryScaling::Kind;

struct Case {
  const char* name;
  RotaryEmbedding rotary;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"default", {.size = 8, .scaling = {}}},
      {"linear", {.size = 8, .scaling = {.kind = Kind::kLinear, .factor = 4}}},
      {"llama3",
       {.size = 16,
        .theta = 500000,
        .scaling = {.kind = Kind::kLlama3, .factor = 8, .original_context = 8192, .low_freq_factor = 1}}},
      {"yarn", {.size = 16, .scaling = {.kind = Kind::kYarn, .factor = 4, .original_context = 4096}}},
      {"yarn_exact",
       {.size = 16,
        .scaling = {.kind = Kind::kYarn,
                    .factor = 8,
                    .original_context = 2048,
                    .beta_fast = 16,
                    .beta_slow = 2,
                    .attention_factor = 1.25,
                    .truncate = false}}},
  };
  return all;
}

TEST(Rotary, FrequenciesAreHuggingFaces) {
  ASSERT_EQ(golden()["rotary"].size(), cases().size());
  for (const auto& [name, rotary] : cases()) {
    SCOPED_TRACE(name);
    const auto& want = golden()["rotary"].at(name);
    const std::vector<double> got = rotary.frequencies();
    ASSERT_EQ(got.size(), want["frequencies"].size());
    for (size_t i = 0; i < got.size(); ++i)
      EXPECT_NEAR(got[i] / want["frequencies"][i].get<double>(), 1, 1e-7);
    EXPECT_NEAR(rotary.magnitude(), want["magnitude"].get<double>(), 1e-12);
  }
}

struct Results {
  Tensor cos, sin, halves, interleaved;
};

TEST(Rotary, TurnsFeaturesAsNumPyDoes) {
  const Outputs out = run_on_patterns([](TraceCx& cx) {
    const Tensor positions =
        cx.constant(Dims{2, 3}, std::span<const int32_t>(std::array{0, 1, 7, 40, 500, 4095}));
    const Tensor x = cx.input("x", {{2, 3, 2, 18}, f32});
    std::vector<Results> results;
    for (const auto& [name, rotary] : cases()) {
      const auto angles = rotary.angles(positions);
      RotaryEmbedding interleaved = rotary;
      interleaved.pairing = RotaryPairing::kInterleaved;
      results.push_back(
          {angles.first, angles.second, rotary.rotate(x, angles), interleaved.rotate(x, angles)});
    }
    return results;
  });
  ASSERT_EQ(out.size(), 4 * cases().size());
  for (size_t i = 0; i < cases().size(); ++i) {
    SCOPED_TRACE(cases()[i].name);
    const auto& want = golden()["rotary"].at(cases()[i].name);
    // Where the angle is large, one bit of a frequency is one of 2^-24 · 4095 radians.
    constexpr double kTolerance = 4e-4;
    expect_near(out[4 * i].to_floats(), want["cos"], kTolerance);
    expect_near(out[4 * i + 1].to_floats(), want["sin"], kTolerance);
    expect_near(out[4 * i + 2].to_floats(), want["halves"], kTolerance);
    expect_near(out[4 * i + 3].to_floats(), want["interleaved"], kTolerance);
  }
}

// GGUF gives Llama 3's scaling as one divisor per pair.
TEST(Rotary, DivisorsDivide) {
  RotaryEmbedding rotary = {.size = 8, .scaling = {}, .divisors = {1, 2, 4, 8}};
  EXPECT_DOUBLE_EQ(rotary.frequencies()[3], 1e-3 / 8);
}

TEST(Rotary, RefusesSettingsThatGiveNoAngles) {
  const auto refused = [](const RotaryEmbedding& rotary) {
    try {
      rotary.frequencies();
    } catch (const Error& error) {
      return error.kind() == ErrorKind::kInvalidArgument && error.op() == "rotary";
    }
    return false;
  };
  EXPECT_FALSE(refused({.size = 8}));
  EXPECT_FALSE(refused({.size = 0}));
  EXPECT_TRUE(refused({.size = 7}));
  EXPECT_TRUE(refused({.size = -8}));
  EXPECT_TRUE(refused({.size = 8, .theta = 0}));
  EXPECT_TRUE(refused({.size = 8, .divisors = {1, 2, 3, 4, 5}}));  // more than there are pairs
  EXPECT_TRUE(refused({.size = 4, .divisors = {1, 0}}));
  EXPECT_TRUE(refused({.size = 8, .scaling = {.kind = Kind::kLinear, .factor = 0}}));
  EXPECT_TRUE(refused({.size = 8, .scaling = {.kind = Kind::kYarn, .factor = 4}}));  // no context
  EXPECT_TRUE(refused({.size = 8,
                       .scaling = {.kind = Kind::kLlama3,
                                   .factor = 8,
                                   .original_context = 8192,
                                   .low_freq_factor = 4}}));  // nothing between the factors
}

TEST(Rotary, RefusesWhatDoesNotFit) {
  const auto refused = [](const Shape& x, const Shape& positions) {
    try {
      trace("main", [&](TraceCx& cx) {
        const RotaryEmbedding rotary = {.size = 8};
        return rotary.rotate(cx.input("x", x), rotary.angles(cx.input("positions", positions)));
      });
    } catch (const Error& error) {
      EXPECT_TRUE(error.source().starts_with("rotary_test.cpp:")) << error.what();
      return error.op() == "rotary";
    }
    return false;
  };
  EXPECT_FALSE(refused({{1, 2, 3, 8}, f32}, {{1, 2}, i32}));
  EXPECT_TRUE(refused({{1, 2, 3, 6}, f32}, {{1, 2}, i32}));  // smaller heads
  EXPECT_TRUE(refused({{2, 3, 8}, f32}, {{1, 2}, i32}));
  EXPECT_TRUE(refused({{1, 2, 3, 8}, f32}, {{2, 2}, i32}));  // would broadcast
  EXPECT_TRUE(refused({{1, 2, 3, 8}, f32}, {{2}, i32}));
  EXPECT_TRUE(refused({{1, 2, 3, 8}, f32}, {{1, 2}, f32}));
  EXPECT_TRUE(refused({{1, 2, 3, 8}, i32}, {{1, 2}, i32}));
}

// Queries and keys, both pairings, whole heads and parts of them, in one program.
TEST(Rotary, IsACompositeForDevicesThatKnowIt) {
  const auto turned = [](TraceCx& cx) {
    const Tensor q = cx.input("q", {{2, 3, 4, 18}, f32}), k = cx.input("k", {{2, 3, 2, 18}, f32});
    const Tensor positions =
        cx.constant(Dims{2, 3}, std::span<const int32_t>(std::array{0, 1, 7, 40, 500, 4095}));
    std::vector<Tensor> all;
    for (const int64_t size : {18, 8})
      for (const RotaryPairing pairing : {RotaryPairing::kHalves, RotaryPairing::kInterleaved}) {
        const RotaryEmbedding rotary = {.size = size, .scaling = {}, .pairing = pairing};
        const auto angles = rotary.angles(positions);
        for (const Tensor& x : {q, k, convert(q, bf16)}) all.push_back(rotary.rotate(x, angles));
      }
    return all;
  };
  expect_same_as_composite("fusebox.rotary", turned, 0);
}

// Both pairings are the same rotation of features in another order.
TEST(Rotary, KeepsLengthsAndDTypes) {
  const Outputs out = run_on_patterns([](TraceCx& cx) {
    const RotaryEmbedding rotary = {.size = 18, .scaling = {}};
    const Tensor x = cx.input("x", {{1, 2, 2, 18}, f32});
    const Tensor turned = rotary.rotate(x, rotary.angles(cx.full({1, 2}, {77}, i32)));
    return std::vector<Tensor>{sum(x * x, -1), sum(turned * turned, -1),
                               rotary.rotate(convert(x, bf16), rotary.angles(cx.zeros({1, 2}, i32)))};
  });
  const auto before = out[0].to_floats(), after = out[1].to_floats();
  for (size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-5);
  EXPECT_EQ(out[2].shape, (Shape{{1, 2, 2, 18}, bf16}));
}

}  // namespace
}  // namespace fusebox::nn
