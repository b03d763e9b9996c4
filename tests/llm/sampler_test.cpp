// The sampler on XLA, 4096 draws at a time: one slot each, at positions one after the other.
#include "fusebox/llm/sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "fusebox/llm/sampling.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox::llm {
namespace {

constexpr int64_t kDraws = 4096, kTokens = 16;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One draw's situation; the same for all slots but for the position.
struct Situation {
  std::vector<float> logits;  // of the first tokens; the others' are far below
  SamplingParams params = {.temperature = 1, .top_k = 0, .top_p = 1, .min_p = 0};
  std::vector<int32_t> before = {}, reply = {};  // tokens of the prompt and of the reply
  uint64_t seed = 7;
  int32_t first_position = 0;
  std::vector<int32_t> top_ks = {};  // slot by slot, over and over; empty: that of params
};

template <typename T>
HostTensor filled(Dims dims, DType dtype, const std::vector<T>& each) {
  HostTensor tensor{{std::move(dims), dtype}, {}};
  const auto bytes = std::as_bytes(std::span(each));
  while (static_cast<int64_t>(tensor.data.size()) < tensor.shape.bytes())
    tensor.data.insert(tensor.data.end(), bytes.begin(), bytes.end());
  return tensor;
}

const Session& sampler() {
  static const Session session = [] {
    const CompiledModel model = cpu().compile("sampler", [](TraceCx& cx) {
      const Tensor logits = cx.input("logits", {kDraws, kTokens}, f32);
      const auto inputs = cx.inputs("sampler", SamplerInputs::spec(kDraws, kTokens));
      const Tensor counts = cx.input("counts", {kDraws, kCountRows, kTokens}, i32);
      return sample(logits, inputs, counts, cx.input("position", {kDraws}, i32));
    });
    return session_without_weights(model);
  }();
  return session;
}

std::vector<int32_t> draw(const Situation& s) {
  std::vector<float> logits = s.logits, bias(kTokens);
  logits.resize(kTokens, -50);
  for (const auto& [token, value] : s.params.logit_bias) bias[static_cast<size_t>(token)] = value;
  std::vector<int32_t> counts(kCountRows * kTokens), positions(kDraws);
  for (const int32_t token : s.before) ++counts[static_cast<size_t>(token)];
  for (const int32_t token : s.reply) ++counts[static_cast<size_t>(kTokens + token)];
  std::iota(positions.begin(), positions.end(), s.first_position);
  const auto number = [](float value) { return filled<float>({kDraws}, f32, {value}); };
  const std::vector<uint32_t> seed = {static_cast<uint32_t>(s.seed >> 32), static_cast<uint32_t>(s.seed)};
  const std::vector<uint8_t> active = {!s.params.plain_greedy()};
  const Outputs out = sampler().run({
      {"logits", filled({kDraws, kTokens}, f32, logits)},
      {"sampler.temperature", number(s.params.temperature)},
      {"sampler.top_p", number(s.params.top_p)},
      {"sampler.min_p", number(s.params.min_p)},
      {"sampler.top_k", filled({kDraws}, i32, s.top_ks.empty() ? std::vector{s.params.top_k} : s.top_ks)},
      {"sampler.repetition", number(s.params.repetition_penalty)},
      {"sampler.presence", number(s.params.presence_penalty)},
      {"sampler.frequency", number(s.params.frequency_penalty)},
      {"sampler.seed", filled({kDraws, 2}, u32, seed)},
      {"sampler.bias", filled({kDraws, kTokens}, f32, bias)},
      {"sampler.active", filled({}, i1, active)},
      {"counts", filled({kDraws, kCountRows, kTokens}, i32, counts)},
      {"position", positions},
  });
  const auto tokens = out[0].as<int32_t>();
  return {tokens.begin(), tokens.end()};
}

std::set<int32_t> drawn(const Situation& s) {
  const auto tokens = draw(s);
  return {tokens.begin(), tokens.end()};
}

std::vector<float> logs(const std::vector<double>& probabilities) {
  std::vector<float> out;
  for (const double p : probabilities) out.push_back(static_cast<float>(std::log(p)));
  return out;
}

// Pearson's statistic of draws against probabilities; tokens of no probability must not come at all.
double chi_square(const std::vector<int32_t>& tokens, const std::vector<double>& probabilities) {
  std::vector<double> counts(kTokens);
  for (const int32_t token : tokens) ++counts.at(static_cast<size_t>(token));
  double sum = 0;
  for (size_t i = 0; i < counts.size(); ++i) {
    const double want = i < probabilities.size() ? probabilities[i] * kDraws : 0;
    if (want > 0) sum += (counts[i] - want) * (counts[i] - want) / want;
    if (want == 0 && counts[i] > 0) return kInfinity;
  }
  return sum;
}

const std::vector<double> kFour = {0.4, 0.3, 0.2, 0.1};

TEST(Sampler, DrawsFromTheSoftmax) {
  // 99.9 % of draws of three degrees of freedom stay below 16.3.
  EXPECT_LT(chi_square(draw({.logits = logs(kFour)}), kFour), 16.3);
  EXPECT_GT(chi_square(draw({.logits = logs(kFour)}), {0.25, 0.25, 0.25, 0.25}), 16.3);
}

TEST(Sampler, TemperatureSharpensAndFlattens) {
  for (const double temperature : {0.5, 2.0}) {
    std::vector<double> want;
    double total = 0;
    for (const double p : kFour) want.push_back(std::pow(p, 1 / temperature)), total += want.back();
    for (double& p : want) p /= total;
    Situation s = {.logits = logs(kFour)};
    s.params.temperature = static_cast<float>(temperature);
    EXPECT_LT(chi_square(draw(s), want), 16.3) << temperature;
  }
}

TEST(Sampler, TopKKeepsTheGreatestAndTheirTies) {
  Situation s = {.logits = {0, 3, 1, 2, 2, -1}};
  const std::vector<std::pair<int32_t, std::set<int32_t>>> kept = {
      {1, {1}},          {2, {1, 3, 4}},       {3, {1, 3, 4}},
      {4, {1, 2, 3, 4}}, {5, {0, 1, 2, 3, 4}}, {1000, {0, 1, 2, 3, 4, 5}}};
  for (const auto& [k, tokens] : kept) {
    s.params.top_k = k;
    EXPECT_EQ(drawn(s), tokens) << k;
  }
}

// A slot that wants no top-k beside one that does.
TEST(Sampler, SlotsDoNotSeeEachOthersOptions) {
  Situation s = {.logits = logs(kFour)};
  const std::vector<int32_t> free = draw(s);
  s.top_ks = {0, 1};
  const std::vector<int32_t> mixed = draw(s);
  for (size_t i = 0; i < mixed.size(); ++i) ASSERT_EQ(mixed[i], i % 2 == 0 ? free[i] : 0) << i;
}

TEST(Sampler, TopKSeesSignsAndZeros) {
  Situation s = {.logits = {-1, -2, -0.0f, 0.0f, -3}};
  s.params.top_k = 3;
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0, 2, 3}));
}

TEST(Sampler, TopPKeepsTheSmallestNucleus) {
  Situation s = {.logits = logs(kFour)};
  const std::vector<std::pair<float, std::set<int32_t>>> kept = {
      {0.01f, {0}},       {0.39f, {0}},          {0.41f, {0, 1}},  {0.69f, {0, 1}},
      {0.71f, {0, 1, 2}}, {0.95f, {0, 1, 2, 3}}, {1, {0, 1, 2, 3}}};
  for (const auto& [p, tokens] : kept) {
    s.params.top_p = p;
    EXPECT_EQ(drawn(s), tokens) << p;
  }
  s.params.top_p = 0.69f;
  EXPECT_LT(chi_square(draw(s), {4.0 / 7, 3.0 / 7}), 10.8);  // one degree of freedom
}

TEST(Sampler, TopPKeepsTies) {
  Situation s = {.logits = logs({0.25, 0.25, 0.25, 0.25})};
  s.params.top_p = 0.3f;
  EXPECT_EQ(drawn(s).size(), 4u);
}

TEST(Sampler, MinPComparesWithTheMostLikely) {
  Situation s = {.logits = logs(kFour)};
  s.params.min_p = 0.6f;
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0, 1}));
  s.params.min_p = 0.4f;
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0, 1, 2}));
  s.params.min_p = 1;
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0}));
}

// After top-k the rest is 4/7 and 3/7: half of that is in the first alone.
TEST(Sampler, TopPCountsWhatTopKLeft) {
  Situation s = {.logits = logs(kFour)};
  s.params.top_k = 2;
  s.params.top_p = 0.5f;
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0}));
}

TEST(Sampler, GreedyTakesTheFirstOfTheGreatest) {
  Situation s = {.logits = {1, 5, 5, 2}};
  s.params.temperature = 0;
  ASSERT_TRUE(s.params.plain_greedy());
  EXPECT_EQ(drawn(s), (std::set<int32_t>{1}));
  s.params.logit_bias = {{3, 0.5f}};  // no plain greedy any more, but the same
  EXPECT_EQ(drawn(s), (std::set<int32_t>{1}));
}

TEST(Sampler, RepetitionPenaltyShrinksWhatWasSeen) {
  Situation s = {.logits = {2, 1.9f, -50}};
  s.params.temperature = 0;
  s.params.repetition_penalty = 1.2f;
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0}));
  s.before = {0};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{1}));  // 2 / 1.2 < 1.9
  s.before = {}, s.reply = {0, 0};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{1}));
  s.logits = {-1, -1.1f};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{1}));  // -1 · 1.2 < -1.1
}

TEST(Sampler, PresenceAndFrequencyLookAtTheReplyOnly) {
  Situation s = {.logits = {2, 1}};
  s.params.temperature = 0;
  s.params.presence_penalty = 1.5f;
  s.before = {0, 0, 0, 0};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0}));
  s.reply = {0};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{1}));
  s.params.presence_penalty = 0;
  s.params.frequency_penalty = 0.4f;
  s.reply = {0, 0};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0}));  // 2 - 0.8
  s.reply = {0, 0, 0};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{1}));  // 2 - 1.2
}

TEST(Sampler, BiasForcesAndBans) {
  Situation s = {.logits = logs(kFour)};
  s.params.logit_bias = {{9, 200.0f}};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{9}));
  s.params.logit_bias = {{0, -INFINITY}, {1, -INFINITY}};
  EXPECT_LT(chi_square(draw(s), {0, 0, 2.0 / 3, 1.0 / 3}), 10.8);
}

// What would be infinite minus infinite somewhere.
TEST(Sampler, SurvivesExtremes) {
  Situation s = {.logits = {1, 3, 2}};
  s.params.temperature = 1e-38f;
  EXPECT_EQ(drawn(s), (std::set<int32_t>{1}));
  s.params.logit_bias = {{2, 3e38f}};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{2}));
  s.params = {.temperature = 1e30f, .top_k = 2, .top_p = 1, .min_p = 0};
  EXPECT_EQ(drawn(s).size(), 2u);
  s.params = {.temperature = 1, .top_k = 0, .top_p = 0.9f, .min_p = 0.1f, .repetition_penalty = 1e-38f};
  s.logits = {100, 3, 2};
  s.before = {0};
  EXPECT_EQ(drawn(s), (std::set<int32_t>{0}));
}

TEST(Sampler, SeedAndPositionDecideAlone) {
  const Situation s = {.logits = std::vector<float>(kTokens, 0.0f)};
  const std::vector<int32_t> first = draw(s);
  EXPECT_EQ(draw(s), first);
  Situation later = s;  // the slots stand elsewhere
  later.first_position = 100;
  const std::vector<int32_t> shifted = draw(later);
  EXPECT_TRUE(std::equal(first.begin() + 100, first.end(), shifted.begin()));
  EXPECT_NE(first, shifted);
  for (const uint64_t seed : {uint64_t{8}, uint64_t{7} << 32}) {
    Situation other = s;
    other.seed = seed;
    const std::vector<int32_t> tokens = draw(other);
    int equal = 0;
    for (size_t i = 0; i < tokens.size(); ++i) equal += tokens[i] == first[i];
    EXPECT_NEAR(equal, kDraws / kTokens, 80) << seed;  // as often as chance has it: five deviations
  }
}

}  // namespace
}  // namespace fusebox::llm
