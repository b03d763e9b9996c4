// How likely the real model finds a text, against an independent implementation; and what weights of half the
// size cost.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>

#include "fusebox/llm/sequence.h"
#include "tests/llm/real_model.h"

namespace fusebox::llm {
namespace {

double perplexity(std::span<const float> log_probs) {
  const double sum = std::accumulate(log_probs.begin(), log_probs.end(), 0.0);
  return std::exp(-sum / static_cast<double>(log_probs.size()));
}

TEST(Perplexity, EqualsAnIndependentImplementations) {
  const auto want = golden("smollm2-perplexity.json");
  const auto ids = want["ids"].get<std::vector<int32_t>>();
  Sequence sequence(real_model());
  const std::vector<float> scores = sequence.score(ids);
  ASSERT_EQ(scores.size(), want["log_probs"].size());
  double largest = 0;
  for (size_t i = 0; i < scores.size(); ++i)
    largest = std::max(largest, std::abs(scores[i] - want["log_probs"][i].get<double>()));
  EXPECT_LT(largest, 1e-3);
  EXPECT_NEAR(perplexity(scores), want["perplexity"].get<double>(), 1e-3);
  std::printf("perplexity %.4f, largest error of a log-probability %.2g\n", perplexity(scores), largest);
}

// How roundings fall depends on the order of sums, and moves the perplexity of a few hundred tokens by some
// tenths of a percent: so this takes more of them.
std::vector<int32_t> long_text() {
  std::ifstream file(FUSEBOX_SOURCE_DIR "/LICENSE");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  std::vector<int32_t> ids = real_model()->tokenizer()->encode(text);
  if (ids.size() < 1500) throw std::length_error("LICENSE is too short");
  ids.resize(1500);
  return ids;
}

double perplexity_of_f32() {
  static const double value = perplexity(Sequence(real_model()).score(long_text()));
  return value;
}

TEST(Perplexity, OfBf16IsThatOfF32) {
  if (!test::on_ours()) GTEST_SKIP() << "layers and tokens hold other plugins to the values of f32";
  Sequence narrow(
      LanguageModel::open(kModelPath, {.device = {.plugin = kPluginPath}, .dtype = bf16, .context = 2048}));
  const double bf16_perplexity = perplexity(narrow.score(long_text()));
  EXPECT_NEAR(bf16_perplexity / perplexity_of_f32(), 1, 2e-3);
  std::printf("perplexity: f32 %.4f, bf16 %.4f\n", perplexity_of_f32(), bf16_perplexity);
}

// The cache alone in eight bits: within what low-bit weights may cost.
TEST(Perplexity, OfCachesInEightBitsIsNearlyThatOfF32) {
  if (!test::on_ours()) GTEST_SKIP() << "cache_dtype_test.cpp holds other plugins to the same values";
  Sequence sequence(LanguageModel::open(
      kModelPath, {.device = {.plugin = kPluginPath}, .dtype = f32, .cache_dtype = i8, .context = 2048}));
  const double i8_perplexity = perplexity(sequence.score(long_text()));
  EXPECT_LT(i8_perplexity / perplexity_of_f32(), 1.008);
  EXPECT_GT(i8_perplexity / perplexity_of_f32(), 0.99);
  std::printf("perplexity: f32 %.4f, with caches in i8 %.4f\n", perplexity_of_f32(), i8_perplexity);
}

// The file's own low-bit weights, with activations in int8 and the cache in f16 or i8, against all of it in
// f32.
TEST(Perplexity, OfLowBitWeightsIsNearlyThatOfF32) {
  const auto want = golden("smollm2-perplexity.json");
  for (const std::optional<DType> caches : {std::optional<DType>(), std::optional(i8)}) {
    const auto model = LanguageModel::open(
        kModelPath, {.device = {.plugin = kPluginPath}, .cache_dtype = caches, .context = 4096});
    if (!model->in_blocks()) GTEST_SKIP() << "the device has no kernels for blocks";
    EXPECT_EQ(model->weights_name(), "Q4_1");
    EXPECT_EQ(model->cache_dtype(), caches.value_or(f16));
    Sequence sequence(model);
    const std::vector<float> scores = sequence.score(want["ids"].get<std::vector<int32_t>>());
    const double ratio = perplexity(scores) / want["perplexity"].get<double>();
    EXPECT_LT(ratio, 1.008);
    EXPECT_GT(ratio, 0.99);
    std::printf("perplexity: f32 %.4f, Q4_1 with caches in %s %.4f\n", want["perplexity"].get<double>(),
                std::string(name(model->cache_dtype())).c_str(), perplexity(scores));
  }
}

}  // namespace
}  // namespace fusebox::llm
