// fusebox run with the real model: one process answers all requests of this file.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/apps/json_answers.h"
#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr double kSureGap = 0.01;  // where the best logit leads by less, two f32 implementations may differ

class Run : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    golden_ = new ordered_json(read_golden("smollm2-greedy.json"));
    answers_ = new std::map<std::string, ordered_json>;
    std::vector<std::string> names;
    std::string input;
    const auto add = [&](const std::string& name, const std::string& line) {
      names.push_back(name);
      input += line + "\n";
    };
    for (const ordered_json& chat : (*golden_)["cases"])
      add(chat["name"],
          ordered_json{
              {"messages", chat["messages"]}, {"temperature", 0}, {"max_tokens", chat["greedy_ids"].size()}}
              .dump());
    const std::string paris = R"("prompt": "The capital of France is", )";
    add("seed 7",
        "{" + paris + R"("seed": 7, "max_tokens": 16, "temperature": 1.5, "top_k": 0, "min_p": 0})");
    add("seed 8",
        "{" + paris + R"("seed": 8, "max_tokens": 16, "temperature": 1.5, "top_k": 0, "min_p": 0})");
    add("other", R"({"prompt": "Once upon a time", "max_tokens": 3})");
    add("seed 7 anew",
        "{" + paris + R"("seed": 7, "max_tokens": 16, "temperature": 1.5, "top_k": 0, "min_p": 0})");
    add("flag's limit", "{" + paris + R"("temperature": 0})");
    add("stop", "{" + paris + R"("temperature": 0, "max_tokens": 20, "stop": ["This means", "ris."]})");
    add("no tokens", "{" + paris + R"("max_tokens": 0})");
    add("logprobs", "{" + paris + R"("temperature": 0, "max_tokens": 4, "logprobs": 20})");
    add("logprobs of the chosen", "{" + paris + R"("seed": 1, "max_tokens": 4, "logprobs": true})");
    add("bias", "{" + paris + R"("temperature": 0, "max_tokens": 3, "logit_bias": {"28": 100}})");
    add("parts",
        R"({"messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}], "max_tokens": 1})");
    add("plain", R"({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1})");
    add("kwargs", R"({"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1,
        "chat_template_kwargs": {"add_generation_prompt": false}})" +
                      std::string());
    for (const auto& [name, line] : kBad) add(name, line);
    std::string words;
    for (int i = 0; i < 1100; ++i) words += " word";
    add("too long", R"({"prompt": ")" + words + "\"}");
    add("last", "{" + paris + R"("temperature": 0, "max_tokens": 3})");
    // A request may not have line ends: they are blanks to JSON.
    for (size_t at = 0; (at = input.find("\n        ", at)) != std::string::npos;) input.replace(at, 9, " ");
    const Ran ran =
        run_program({"run", kModelPath, "--dtype", "f32", "--context", "1024", "--max-tokens", "2"}, input);
    const auto all = answers(ran);
    ASSERT_EQ(all.size(), names.size()) << ran.err;
    for (size_t i = 0; i < all.size(); ++i) (*answers_)[names[i]] = all[i];
  }
  static void TearDownTestSuite() {
    delete golden_;
    delete answers_;
  }

  static const ordered_json& answer(const std::string& name) { return answers_->at(name); }

  inline static ordered_json* golden_ = nullptr;
  inline static std::map<std::string, ordered_json>* answers_ = nullptr;
  inline static const std::vector<std::pair<std::string, std::string>> kBad = {
      {"not JSON", "hello"},
      {"neither", R"({"max_tokens": 1})"},
      {"both", R"({"prompt": "a", "messages": [{"role": "user", "content": "a"}]})"},
      {"empty prompt", R"({"prompt": ""})"},
      {"no messages", R"({"messages": []})"},
      {"no role", R"({"messages": [{"content": "a"}]})"},
      {"content is a number", R"({"messages": [{"role": "user", "content": 5}]})"},
      {"an image",
       R"({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "x"}]}]})"},
      {"temperature is a text", R"({"prompt": "a", "temperature": "hot"})"},
      {"temperature below 0", R"({"prompt": "a", "temperature": -1})"},
      {"top_p of 2", R"({"prompt": "a", "top_p": 2})"},
      {"too many logprobs", R"({"prompt": "a", "logprobs": 21})"},
      {"bias of no token", R"({"prompt": "a", "logit_bias": {"99999999": 1}})"},
      {"stop is a number", R"({"prompt": "a", "stop": 1})"},
      {"invalid UTF-8", "{\"prompt\": \"\xc3\x28\"}"},
  };
};

// Each prompt begins as the one before did, so this also shows that a shared beginning changes nothing.
TEST_F(Run, AnswersGreedilyAsTheGoldenModelDoes) {
  for (const ordered_json& chat : (*golden_)["cases"]) {
    SCOPED_TRACE(chat["name"].get<std::string>());
    const ordered_json& reply = answer(chat["name"]);
    EXPECT_EQ(reply["prompt_tokens"], chat["prompt_ids"]);
    size_t sure = 0;
    while (sure < chat["gap"].size() && chat["gap"][sure].get<double>() >= kSureGap) ++sure;
    ASSERT_EQ(sure, chat["greedy_ids"].size());  // all golden steps are sure ones today
    EXPECT_EQ(reply["tokens"], chat["greedy_ids"]);
    EXPECT_EQ(reply["text"], chat["greedy_text"]);
    EXPECT_EQ(reply["finish_reason"], chat["stopped_at_eos"] ? "stop" : "length");
  }
  EXPECT_GT(answer("rust-loop")["timings"]["reused_tokens"], 10);
}

TEST_F(Run, TheSameSeedGivesTheSameText) {
  EXPECT_EQ(answer("seed 7")["seed"], 7);
  EXPECT_EQ(answer("seed 7")["tokens"].size(), 16u);
  EXPECT_NE(answer("seed 7")["text"], answer("seed 8")["text"]);
  EXPECT_EQ(answer("seed 7")["tokens"], answer("seed 7 anew")["tokens"]);
  EXPECT_GT(answer("seed 8")["timings"]["reused_tokens"], 0);
  EXPECT_EQ(answer("seed 7 anew")["timings"]["reused_tokens"], 0);
}

TEST_F(Run, EndsWhereItWasTold) {
  EXPECT_EQ(answer("flag's limit")["tokens"].size(), 2u);  // --max-tokens of the command line
  EXPECT_EQ(answer("flag's limit")["finish_reason"], "length");
  EXPECT_EQ(answer("other")["tokens"].size(), 3u);
  EXPECT_EQ(answer("stop")["text"], " Pa");
  EXPECT_EQ(answer("stop")["finish_reason"], "stop");
  EXPECT_EQ(answer("no tokens")["text"], "");
  EXPECT_EQ(answer("no tokens")["tokens"], ordered_json::array());
  EXPECT_EQ(answer("no tokens")["finish_reason"], "length");
}

TEST_F(Run, ListsLogprobs) {
  const ordered_json& list = answer("logprobs")["logprobs"];
  ASSERT_EQ(list.size(), 4u);
  for (const ordered_json& token : list) {
    ASSERT_EQ(token["top"].size(), 20u);
    EXPECT_EQ(token["token"], token["top"][0]["token"]);  // greedy: the best one
    EXPECT_EQ(token["logprob"], token["top"][0]["logprob"]);
    double total = 0, before = 0;
    for (const ordered_json& best : token["top"]) {
      EXPECT_LE(best["logprob"].get<double>(), before);
      before = best["logprob"];
      total += std::exp(before);
    }
    EXPECT_GT(total, 0.2);
    EXPECT_LE(total, 1.00001);
  }
  EXPECT_EQ(list[0]["text"], " Paris");
  ASSERT_EQ(answer("logprobs of the chosen")["logprobs"].size(), 4u);
  EXPECT_EQ(answer("logprobs of the chosen")["logprobs"][0]["top"], ordered_json::array());
  EXPECT_FALSE(answer("stop").contains("logprobs"));
}

TEST_F(Run, AddsTheBias) { EXPECT_EQ(answer("bias")["tokens"], ordered_json::parse("[28, 28, 28]")); }

TEST_F(Run, TakesContentInPartsAndTemplateVariables) {
  EXPECT_EQ(answer("parts")["prompt_tokens"], answer("plain")["prompt_tokens"]);
  const size_t size = answer("plain")["prompt_tokens"].size();
  EXPECT_EQ(answer("kwargs")["prompt_tokens"].size(), size - 4);  // "<|im_start|>assistant\n"
}

TEST_F(Run, AnswersBadRequestsAndGoesOn) {
  for (const auto& [name, line] : kBad) {
    SCOPED_TRACE(name);
    EXPECT_TRUE(answer(name).contains("error") && answer(name)["error"].is_string()) << answer(name);
    EXPECT_TRUE(answer(name)["kind"].is_string());
    EXPECT_FALSE(answer(name).contains("text"));
  }
  EXPECT_EQ(answer("too many logprobs")["error"],
            "'logprobs' is 21, want true, false or a whole number from 0 to 20");
  EXPECT_EQ(answer("an image")["kind"], "unsupported");
  EXPECT_EQ(answer("last")["text"], " Paris.\n");
}

TEST_F(Run, AnOverflowHasBothNumbers) {
  EXPECT_EQ(answer("too long")["kind"], "context overflow");
  const std::string error = answer("too long")["error"];
  EXPECT_NE(error.find("1100"), std::string::npos) << error;
  EXPECT_NE(error.find("1024"), std::string::npos) << error;
}

TEST_F(Run, TellsTimings) {
  const ordered_json& timings = answer("seed 7 anew")["timings"];
  EXPECT_GT(timings["prefill_ms"], 0);
  EXPECT_GT(timings["decode_ms"], 0);
  EXPECT_GE(timings["ttft_ms"], timings["prefill_ms"]);
  const double rate = 15 * 1000 / timings["decode_ms"].get<double>();
  EXPECT_NEAR(timings["tokens_per_second"].get<double>(), rate, rate * 0.01);
}

}  // namespace
}  // namespace fusebox::apps
