// Sampling parameters: where they come from, which level wins, what is refused.
#include "fusebox/llm/sampling.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fusebox/base/error.h"
#include "tests/checkpoint/expect_error.h"

namespace fusebox::llm {
namespace {

using nlohmann::ordered_json;

SamplingOverrides request(const char* text) {
  return SamplingOverrides::from_request(ordered_json::parse(text));
}

TEST(Sampling, ReadsEveryFieldOfARequest) {
  const SamplingOverrides all = request(R"({
      "temperature": 0.5, "top_k": 7, "top_p": 0.25, "min_p": 0, "repetition_penalty": 1.5, "presence_penalty": -1,
      "frequency_penalty": 2, "seed": 18446744073709551615, "max_tokens": 12, "stop": ["a", "b"],
      "logit_bias": {"5": -100, "7": 1.5}, "messages": [], "something": "else"})");
  EXPECT_EQ(all.temperature, 0.5f);
  EXPECT_EQ(all.top_k, 7);
  EXPECT_EQ(all.top_p, 0.25f);
  EXPECT_EQ(all.min_p, 0.0f);
  EXPECT_EQ(all.repetition_penalty, 1.5f);
  EXPECT_EQ(all.presence_penalty, -1.0f);
  EXPECT_EQ(all.frequency_penalty, 2.0f);
  EXPECT_EQ(all.seed, 18446744073709551615u);
  EXPECT_EQ(all.max_tokens, 12);
  EXPECT_EQ(all.stop, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(all.logit_bias, (std::map<int32_t, float>{{5, -100.0f}, {7, 1.5f}}));
}

TEST(Sampling, KnowsTheOtherSpellings) {
  EXPECT_EQ(request(R"({"repeat_penalty": 1.25})").repetition_penalty, 1.25f);
  EXPECT_EQ(request(R"({"max_completion_tokens": 3})").max_tokens, 3);
  EXPECT_EQ(request(R"({"stop": "one"})").stop, std::vector<std::string>{"one"});
  EXPECT_EQ(request(R"({"seed": -1})").seed, 18446744073709551615u);
}

TEST(Sampling, NullAndAbsentLeaveAFieldOpen) {
  const SamplingOverrides open = request(R"({"temperature": null, "stop": null, "seed": null})");
  EXPECT_FALSE(open.temperature || open.stop || open.seed || open.top_k || open.logit_bias);
}

TEST(Sampling, NamesTheFieldThatMakesNoSense) {
  const auto message = [](const char* text) {
    const Error error = error_of([&] { request(text).resolve().validate(100); });
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument) << text;
    return error.message();
  };
  EXPECT_EQ(message(R"({"temperature": "hot"})"), R"('temperature' is "hot", want a number)");
  EXPECT_EQ(message(R"({"temperature": -1})"), "'temperature' is -1, want a number >= 0");
  EXPECT_EQ(message(R"({"temperature": 1e300})"), "'temperature' is inf, want a number >= 0");
  EXPECT_EQ(message(R"({"top_k": 1.5})"), "'top_k' is 1.5, want a whole number");
  EXPECT_EQ(message(R"({"top_k": -2})"), "'top_k' is -2, want a whole number >= 0 (0: off)");
  EXPECT_TRUE(contains(message(R"({"top_k": 3000000000})"), "3000000000"));
  EXPECT_EQ(message(R"({"top_p": 0})"), "'top_p' is 0, want a number in (0, 1]");
  EXPECT_EQ(message(R"({"top_p": 1.5})"), "'top_p' is 1.5, want a number in (0, 1]");
  EXPECT_EQ(message(R"({"min_p": -0.5})"), "'min_p' is -0.5, want a number in [0, 1]");
  EXPECT_EQ(message(R"({"repetition_penalty": 0})"), "'repetition_penalty' is 0, want a number > 0");
  EXPECT_EQ(message(R"({"presence_penalty": 1e39})"), "'presence_penalty' is inf, want a finite number");
  EXPECT_TRUE(contains(message(R"({"seed": 0.5})"), "'seed' is 0.5"));
  EXPECT_TRUE(contains(message(R"({"max_tokens": -1})"), "'max_tokens' is -1"));
  EXPECT_TRUE(contains(message(R"({"stop": 5})"), "'stop' is 5, want a string or a list of strings"));
  EXPECT_TRUE(contains(message(R"({"stop": ["a", 5]})"), "want a string or a list of strings"));
  EXPECT_TRUE(contains(message(R"({"logit_bias": [1]})"), "an object of token ids and numbers"));
  EXPECT_TRUE(contains(message(R"({"logit_bias": {"five": 1}})"), "an object of token ids and numbers"));
  EXPECT_TRUE(contains(message(R"({"logit_bias": {"100": 1}})"), "token ids below 100"));
  EXPECT_TRUE(contains(message(R"({"logit_bias": {"-1": 1}})"), "token ids below 100"));
}

TEST(Sampling, RefusesBiasesThatAreNoNumbers) {
  SamplingParams params;
  params.logit_bias = {{1, -INFINITY}};  // a ban
  EXPECT_NO_THROW(params.validate(10));
  for (const float bad : {INFINITY, NAN}) {
    params.logit_bias = {{1, bad}};
    EXPECT_THROW(params.validate(10), Error);
  }
}

TEST(Sampling, TheStrongerLevelWinsFieldByField) {
  const auto config = SamplingOverrides::from_generation_config(
      ordered_json::parse(R"({"temperature": 0.6, "top_p": 0.9, "top_k": 50, "eos_token_id": 2})"));
  const SamplingOverrides line = {.temperature = {},
                                  .top_p = 0.5f,
                                  .min_p = {},
                                  .repetition_penalty = {},
                                  .presence_penalty = {},
                                  .frequency_penalty = {},
                                  .top_k = {},
                                  .logit_bias = {},
                                  .seed = 1,
                                  .max_tokens = {},
                                  .stop = {}};
  const SamplingParams params = request(R"({"top_k": 1})").over(line).over(config).resolve();
  EXPECT_EQ(params.top_k, 1);     // the request
  EXPECT_EQ(params.top_p, 0.5f);  // the command line
  EXPECT_EQ(params.seed, 1u);
  EXPECT_EQ(params.temperature, 0.6f);  // generation_config.json
  EXPECT_EQ(params.min_p, SamplingParams().min_p);
}

TEST(Sampling, DoSampleFalseMeansGreedy) {
  const auto config = [](const char* text) {
    return SamplingOverrides::from_generation_config(ordered_json::parse(text));
  };
  EXPECT_EQ(config(R"({"do_sample": false, "temperature": 0.6})").temperature, 0.0f);
  EXPECT_EQ(config(R"({"do_sample": true, "temperature": 0.6})").temperature, 0.6f);
  EXPECT_FALSE(config("{}").temperature);
}

TEST(Sampling, GreedyIsPlainOnlyWithoutPenaltiesAndBiases) {
  SamplingParams params = {.temperature = 0};
  EXPECT_TRUE(params.plain_greedy());
  params.frequency_penalty = 1;
  EXPECT_FALSE(params.plain_greedy());
  params = {.temperature = 0};
  params.logit_bias = {{1, 1.0f}};
  EXPECT_FALSE(params.plain_greedy());
  EXPECT_FALSE(SamplingParams().plain_greedy());
}

}  // namespace
}  // namespace fusebox::llm
