// Replies, token by token, on a tiny model.
#include "fusebox/llm/generate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <future>
#include <numeric>
#include <thread>

#include "tests/checkpoint/expect_error.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::llm {
namespace {

const std::vector<int32_t> kPrompt = {40, 7, 99, 0, 71, 71, 12, 96};
const SamplingParams kGreedy = {.temperature = 0};
const SamplingParams kFree = {.temperature = 1.5f, .top_k = 0, .top_p = 1, .min_p = 0, .seed = 5};

// Forces the reply to begin with these characters' tokens, as far as a bias can: it makes all others
// impossible.
SamplingParams only(std::initializer_list<int32_t> tokens) {
  SamplingParams params = kFree;
  for (int32_t id = 0; id < kTinyVocabulary; ++id) params.logit_bias[id] = -INFINITY;
  for (const int32_t id : tokens) params.logit_bias.erase(id);
  return params;
}

Reply reply_to(const std::vector<int32_t>& prompt, const GenerateOptions& options,
               const TokenCallback& callback = {}) {
  Sequence sequence(tiny_model());
  return generate(sequence, prompt, options, callback);
}

TEST(Generate, TellsTokensAsTheyCome) {
  std::vector<int32_t> tokens;
  std::string text;
  const Reply reply = reply_to(kPrompt, {.sampling = kFree, .max_tokens = 20}, [&](const ReplyToken& token) {
    tokens.push_back(token.token);
    text += token.text;
    EXPECT_FALSE(token.logprob);
    return true;
  });
  EXPECT_EQ(reply.tokens.size(), 20u);
  EXPECT_EQ(reply.tokens, tokens);
  EXPECT_EQ(reply.text, text);
  EXPECT_EQ(reply.text, tiny_model()->tokenizer()->decode(reply.tokens, {.skip_special = true}));
  EXPECT_EQ(reply.finish_reason, FinishReason::kLength);
  EXPECT_EQ(reply.seed, 5u);
  EXPECT_GT(reply.timings.prefill_ms, 0);
  EXPECT_GT(reply.timings.tokens_per_second, 0);
}

TEST(Generate, TheEndTokenIsATokenAndNoText) {
  const Reply reply = reply_to(kPrompt, {.sampling = only({kTinyEnd})});
  EXPECT_EQ(reply.tokens, std::vector{kTinyEnd});
  EXPECT_EQ(reply.text, "");
  EXPECT_EQ(reply.finish_reason, FinishReason::kStop);
}

TEST(Generate, EndTokensComeFromTheConfigsToo) {
  const TemporaryFolder folder;
  write_tiny_llama(folder, tiny_llama("tied"));
  folder.write("generation_config.json", R"({"eos_token_id": [104, 7], "temperature": 0.25, "top_k": 9})");
  const auto model = LanguageModel::open(folder.path(), tiny_options());
  for (const int32_t token : {kTinyEnd, 104, 7}) EXPECT_TRUE(model->ends_reply(token)) << token;
  EXPECT_FALSE(model->ends_reply(8));
  EXPECT_EQ(model->defaults().temperature, 0.25f);
  EXPECT_EQ(model->defaults().top_k, 9);
}

TEST(Generate, EndTokensThatAreNoIdsNameTheirFile) {
  for (const char* bad :
       {"4294967398", "[104,-99999999999]", "18446744073709551615", "1.5", "\"</s>\"", "[[2]]"})
    for (const char* file : {"generation_config.json", "config.json"}) {
      const TemporaryFolder folder;
      write_tiny_llama(folder, tiny_llama("tied"));
      auto config = tiny_config(tiny_llama("tied"));
      config["eos_token_id"] = ordered_json::parse(bad);
      folder.write(file, config.dump());
      const Error error = error_of([&] { LanguageModel::open(folder.path(), tiny_options()); });
      EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << bad;
      EXPECT_TRUE(contains(error.file(), file)) << error.what();
      EXPECT_TRUE(contains(error.message(), std::string("'eos_token_id' is ") + bad)) << error.what();
    }
}

// To the system some names are not absent but too long.
TEST(Generate, ModelsThatAreNotThereAreNamed) {
  for (const std::string& path : {std::string("/no/such/model"), std::string(5000, 'a')}) {
    const Error error = error_of([&] { LanguageModel::open(path, tiny_options()); });
    EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
    EXPECT_EQ(error.file(), path);
  }
}

TEST(Generate, BadDefaultsNameTheirFile) {
  const TemporaryFolder folder;
  write_tiny_llama(folder, tiny_llama("tied"));
  folder.write("generation_config.json", R"({"temperature": "warm"})");
  const Error error = error_of([&] { LanguageModel::open(folder.path(), tiny_options()); });
  EXPECT_TRUE(contains(error.what(), "generation_config.json")) << error.what();
  EXPECT_TRUE(contains(error.what(), "temperature")) << error.what();
}

TEST(Generate, NoTokensIfNoneAreWanted) {
  const Reply reply = reply_to(kPrompt, {.sampling = kGreedy, .max_tokens = 0});
  EXPECT_TRUE(reply.tokens.empty());
  EXPECT_EQ(reply.finish_reason, FinishReason::kLength);
}

TEST(Generate, StopStringsDoNotLeakAcrossTokens) {
  const Reply whole = reply_to(kPrompt, {.sampling = kFree, .max_tokens = 24});
  for (const size_t begin : {size_t{4}, size_t{9}, size_t{13}}) {
    const std::string stop = whole.text.substr(begin, 3);
    std::string streamed;
    const Reply reply = reply_to(
        kPrompt, {.sampling = kFree, .max_tokens = 24, .stop = {stop}}, [&](const ReplyToken& token) {
          streamed += token.text;
          EXPECT_TRUE(whole.text.substr(0, whole.text.find(stop)).starts_with(streamed));
          return true;
        });
    EXPECT_EQ(reply.text, whole.text.substr(0, whole.text.find(stop)));
    EXPECT_EQ(streamed, reply.text);
    EXPECT_EQ(reply.finish_reason, FinishReason::kStop);
    EXPECT_LT(reply.tokens.size(), whole.tokens.size());
  }
}

// Text held back for a stop string that does not come belongs to the last token.
TEST(Generate, HeldBackTextComesWithTheLastToken) {
  const Reply whole = reply_to(kPrompt, {.sampling = kFree, .max_tokens = 10});
  const std::string never = whole.text.substr(whole.text.size() - 1) + "never";
  std::vector<std::string> texts;
  const Reply reply =
      reply_to(kPrompt, {.sampling = kFree, .max_tokens = 10, .stop = {never}}, [&](const ReplyToken& token) {
        texts.emplace_back(token.text);
        return true;
      });
  EXPECT_EQ(reply.text, whole.text);
  EXPECT_EQ(texts.size(), 10u);
  EXPECT_EQ(std::accumulate(texts.begin(), texts.end(), std::string()), whole.text);
}

// é is two tokens here: its first byte alone is no text.
TEST(Generate, CharactersComeWhole) {
  const int32_t first = 100, second = 101;
  const Reply half = reply_to(kPrompt, {.sampling = only({first}), .max_tokens = 1});
  EXPECT_EQ(half.text, "\uFFFD");
  const std::vector<int32_t> prompt = {40, 7};
  int calls = 0;
  Sequence sequence(tiny_model());
  SamplingParams params = only({first, second});
  params.repetition_penalty = 1;
  params.presence_penalty = 1e6f;  // the other one next
  const Reply reply =
      generate(sequence, prompt, {.sampling = params, .max_tokens = 2}, [&](const ReplyToken& token) {
        if (calls++ == 0 && token.token == first) {
          EXPECT_EQ(token.text, "");
        }
        return true;
      });
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(reply.text, reply.tokens[0] == first ? "é" : "\uFFFD\uFFFD");
}

TEST(Generate, TheCallbackEndsIt) {
  int calls = 0;
  const Reply reply = reply_to(kPrompt, {.sampling = kFree, .max_tokens = 50},
                               [&](const ReplyToken&) { return ++calls < 3; });
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(reply.tokens.size(), 3u);
  EXPECT_EQ(reply.finish_reason, FinishReason::kCancelled);
}

TEST(Generate, TheFlagEndsIt) {
  std::atomic<bool> cancelled{false};
  int calls = 0;
  const GenerateOptions options = {.sampling = kFree, .max_tokens = 50, .cancelled = &cancelled};
  const Reply reply = reply_to(kPrompt, options, [&](const ReplyToken&) {
    cancelled = ++calls == 3;
    return true;
  });
  EXPECT_EQ(reply.finish_reason, FinishReason::kCancelled);
  EXPECT_EQ(reply.tokens.size(), 4u);  // the one under way is told too
  EXPECT_EQ(calls, 4);

  cancelled = true;  // before the prompt is read
  const Reply none = reply_to(kPrompt, options);
  EXPECT_EQ(none.finish_reason, FinishReason::kCancelled);
  EXPECT_TRUE(none.tokens.empty());
}

// As an interrupt does: from another thread, at any moment, while others go on.
TEST(Generate, TheFlagMayComeFromAnyThread) {
  const std::vector<int32_t> whole = reply_to(kPrompt, {.sampling = kGreedy, .max_tokens = 40}).tokens;
  const auto ends_early = [&](int after) {
    std::atomic<bool> cancelled{false};
    std::atomic<int> told{0};
    auto reply = std::async(std::launch::async, [&] {
      const GenerateOptions options = {.sampling = kGreedy, .max_tokens = 40, .cancelled = &cancelled};
      return reply_to(kPrompt, options, [&](const ReplyToken&) { return ++told, true; });
    });
    while (told < after && reply.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      std::this_thread::yield();
    cancelled = true;
    const Reply got = reply.get();
    const bool in_order =
        got.tokens.size() <= whole.size() && std::equal(got.tokens.begin(), got.tokens.end(), whole.begin());
    return in_order && (got.finish_reason == FinishReason::kCancelled) == (got.tokens != whole);
  };
  std::vector<std::future<bool>> all;
  for (int i = 0; i < 4; ++i)
    all.push_back(std::async(std::launch::async, [&, i] { return ends_early(i) && ends_early(3 * i); }));
  for (auto& one : all) EXPECT_TRUE(one.get());
}

TEST(Generate, SurvivesWhatTheCallbackThrows) {
  Sequence sequence(tiny_model());
  const GenerateOptions options = {.sampling = kGreedy, .max_tokens = 12};
  const Reply want = generate(sequence, kPrompt, options, {});
  int calls = 0;
  EXPECT_THROW(generate(sequence, kPrompt, options,
                        [&](const ReplyToken&) -> bool {
                          if (++calls == 4) throw std::runtime_error("enough");
                          return true;
                        }),
               std::runtime_error);
  EXPECT_EQ(generate(sequence, kPrompt, options, {}).tokens, want.tokens);
}

TEST(Generate, SeedsDecideTheText) {
  GenerateOptions options = {.sampling = kFree, .max_tokens = 16};
  const Reply first = reply_to(kPrompt, options);
  EXPECT_EQ(reply_to(kPrompt, options).tokens, first.tokens);
  options.sampling.seed = 6;
  EXPECT_NE(reply_to(kPrompt, options).tokens, first.tokens);
  options.sampling.seed = {};  // drawn, and told
  const Reply drawn = reply_to(kPrompt, options);
  options.sampling.seed = drawn.seed;
  EXPECT_EQ(reply_to(kPrompt, options).tokens, drawn.tokens);
  // It fits a double, so that JSON may tell it: seeds of 64 bits would all do so once in 2^44 times.
  options.max_tokens = 0;
  options.sampling.seed = {};
  for (int i = 0; i < 4; ++i) EXPECT_LT(reply_to(kPrompt, options).seed, uint64_t{1} << 53);
}

// The same text whether the prompt is fed at once, in pieces, or lies in the cache already.
TEST(Generate, TheTextDoesNotDependOnHowThePromptGotThere) {
  std::vector<int32_t> prompt;
  for (int i = 0; i < 45; ++i) prompt.push_back(i * 7 % 90);
  const GenerateOptions options = {.sampling = kFree, .max_tokens = 16};
  Sequence sequence(tiny_model());
  const Reply first = generate(sequence, prompt, options, {});
  EXPECT_EQ(first.timings.reused, 0u);
  const Reply again = generate(sequence, prompt, options, {});
  EXPECT_EQ(again.timings.reused, prompt.size() - 1);
  EXPECT_EQ(again.tokens, first.tokens);
  sequence.rewind(20);
  const Reply half = generate(sequence, prompt, options, {});
  EXPECT_EQ(half.timings.reused, 20u);
  EXPECT_EQ(half.tokens, first.tokens);
  Sequence steps(tiny_model());
  for (const int32_t token : prompt) steps.feed({{token}});
  EXPECT_EQ(generate(steps, prompt, options, {}).tokens, first.tokens);
}

TEST(Generate, ContinuesAConversation) {
  Sequence sequence(tiny_model());
  const GenerateOptions options = {.sampling = kGreedy, .max_tokens = 6};
  std::vector<int32_t> prompt = kPrompt;
  const Reply first = generate(sequence, prompt, options, {});
  prompt.insert(prompt.end(), first.tokens.begin(), first.tokens.end());
  prompt.insert(prompt.end(), {8, 9});
  const Reply second = generate(sequence, prompt, options, {});
  EXPECT_GE(second.timings.reused, prompt.size() - 3);  // all that was fed: the last token of a reply is not
  EXPECT_EQ(second.tokens, reply_to(prompt, options).tokens);
}

TEST(Generate, PenaltiesSeeThePromptAndTheReply) {
  SamplingParams params = kGreedy;
  params.presence_penalty = 1000;  // nothing twice
  const Reply reply = reply_to(kPrompt, {.sampling = params, .max_tokens = 60});
  std::vector<int32_t> sorted = reply.tokens;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::unique(sorted.begin(), sorted.end()), sorted.end());

  params = kGreedy;
  params.repetition_penalty = 1e6f;  // nothing of the prompt
  for (const int32_t token : reply_to(kPrompt, {.sampling = params, .max_tokens = 10}).tokens)
    EXPECT_EQ(std::count(kPrompt.begin(), kPrompt.end(), token), 0) << token;
}

TEST(Generate, LogprobsAreThoseOfTheModel) {
  Sequence sequence(tiny_model());
  const GenerateOptions options = {
      .sampling = kFree, .max_tokens = 6, .logprobs = static_cast<int>(kTinyVocabulary)};
  const Reply reply = generate(sequence, kPrompt, options, {});
  ASSERT_EQ(reply.logprobs.size(), reply.tokens.size());
  std::vector<int32_t> text = kPrompt;
  text.insert(text.end(), reply.tokens.begin(), reply.tokens.end());
  const std::vector<float> scores = sequence.score(text);  // another program
  for (size_t i = 0; i < reply.tokens.size(); ++i) {
    const ReplyToken& token = reply.logprobs[i];
    EXPECT_EQ(token.token, reply.tokens[i]);
    ASSERT_EQ(token.best.size(), static_cast<size_t>(kTinyVocabulary));
    double total = 0;
    for (const TokenLogprob& other : token.best) {
      total += std::exp(static_cast<double>(other.logprob));
      if (other.token == token.token) {
        EXPECT_EQ(other.logprob, token.logprob);
      }
    }
    EXPECT_NEAR(total, 1, 1e-5);
    EXPECT_TRUE(
        std::is_sorted(token.best.begin(), token.best.end(),
                       [](const TokenLogprob& a, const TokenLogprob& b) { return a.logprob > b.logprob; }));
    EXPECT_NEAR(*token.logprob, scores[kPrompt.size() - 1 + i], 1e-4);
  }
}

TEST(Generate, LogprobsOfOneAreGreedys) {
  const Reply reply = reply_to(kPrompt, {.sampling = kGreedy, .max_tokens = 4, .logprobs = 1});
  for (const ReplyToken& token : reply.logprobs) {
    ASSERT_EQ(token.best.size(), 1u);
    EXPECT_EQ(token.best[0].token, token.token);
  }
  EXPECT_TRUE(
      reply_to(kPrompt, {.sampling = kGreedy, .max_tokens = 4, .logprobs = 0}).logprobs[0].best.empty());
}

TEST(Generate, FillsTheContext) {
  const int64_t context = tiny_model()->context();
  ASSERT_EQ(context, 160);
  std::vector<int32_t> prompt(150, 5);
  Sequence sequence(tiny_model());
  const Reply reply = generate(sequence, prompt, {.sampling = kFree}, {});
  EXPECT_EQ(reply.finish_reason, FinishReason::kLength);
  EXPECT_EQ(reply.tokens.size(), 10u);
  EXPECT_LE(static_cast<int64_t>(sequence.tokens().size()), context);
  prompt.resize(159, 5);
  EXPECT_EQ(generate(sequence, prompt, {.sampling = kFree}, {}).tokens.size(), 1u);
}

TEST(Generate, RefusesWhatDoesNotFitTheContext) {
  Sequence sequence(tiny_model());
  sequence.feed(kPrompt);
  const Error full = error_of([&] { generate(sequence, std::vector<int32_t>(160, 5), {}, {}); });
  EXPECT_EQ(full.kind(), ErrorKind::kContextOverflow);
  EXPECT_TRUE(contains(full.message(), "160 tokens, the context 160")) << full.what();
  const Error feed = error_of([&] { sequence.feed(std::vector<int32_t>(153, 5)); });
  EXPECT_EQ(feed.kind(), ErrorKind::kContextOverflow);
  EXPECT_TRUE(contains(feed.message(), "161 tokens do not fit in a context of 160")) << feed.what();
  EXPECT_EQ(error_of([&] { sequence.score(std::vector<int32_t>(161, 5)); }).kind(),
            ErrorKind::kContextOverflow);
  EXPECT_EQ(std::vector<int32_t>(sequence.tokens().begin(), sequence.tokens().end()), kPrompt);  // as it was
}

TEST(Generate, RefusesTokensThatTheModelHasNot) {
  Sequence sequence(tiny_model());
  sequence.feed(kPrompt);
  const auto refused = [&](const auto& run) {
    const Error error = error_of(run);
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    EXPECT_TRUE(contains(error.message(), "is not one of 108") || contains(error.message(), "no tokens"))
        << error.what();
  };
  for (const int32_t bad : {-1, 108, INT32_MAX}) {
    refused([&] { generate(sequence, {1, bad}, {.sampling = kFree}, {}); });
    refused([&] { generate(sequence, {1, bad}, {.sampling = kGreedy}, {}); });
    refused([&] { sequence.feed({{bad}}); });
    refused([&] { sequence.score({{1, bad}}); });
  }
  refused([&] { generate(sequence, {}, {}, {}); });
  EXPECT_EQ(sequence.tokens().size(), kPrompt.size());
}

TEST(Generate, RefusesSamplingThatMakesNoSense) {
  EXPECT_EQ(error_of([] { reply_to(kPrompt, {.sampling = {.temperature = -1}}); }).kind(),
            ErrorKind::kInvalidArgument);
  SamplingParams params = kFree;
  params.logit_bias = {{108, 1.0f}};
  EXPECT_EQ(error_of([&] { reply_to(kPrompt, {.sampling = params}); }).kind(), ErrorKind::kInvalidArgument);
}

TEST(Sequence, ForkContinuesAsTheOriginalDoes) {
  const GenerateOptions options = {.sampling = kFree, .max_tokens = 8};
  Sequence original(tiny_model());
  original.feed(kPrompt);
  Sequence fork = original.fork();
  EXPECT_TRUE(std::equal(fork.tokens().begin(), fork.tokens().end(), kPrompt.begin(), kPrompt.end()));
  std::vector<int32_t> one = kPrompt, other = kPrompt;
  one.push_back(3), other.push_back(4);
  const Reply a = generate(original, one, options, {});
  const Reply b = generate(fork, other, options, {});  // the original's cache is its own
  EXPECT_EQ(a.timings.reused, kPrompt.size());
  EXPECT_EQ(b.timings.reused, kPrompt.size());
  EXPECT_EQ(a.tokens, reply_to(one, options).tokens);
  EXPECT_EQ(b.tokens, reply_to(other, options).tokens);
  EXPECT_EQ(generate(original, one, options, {}).tokens, a.tokens);
}

TEST(Sequence, RewindForgets) {
  Sequence sequence(tiny_model());
  sequence.feed(kPrompt);
  const std::vector<float> want = sequence.logits();
  sequence.feed(std::vector<int32_t>(40, 9));
  sequence.rewind(kPrompt.size() - 1);
  EXPECT_EQ(sequence.tokens().size(), kPrompt.size() - 1);
  sequence.feed({{kPrompt.back()}});
  const std::vector<float> got = sequence.logits();
  for (size_t i = 0; i < want.size(); ++i) ASSERT_NEAR(got[i], want[i], 1e-4);
  const Error error = error_of([&] { sequence.rewind(9); });
  EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
  EXPECT_TRUE(contains(error.message(), "cannot rewind to 9 tokens: there are 8")) << error.what();
}

TEST(Sequence, Moves) {
  Sequence sequence(tiny_model());
  sequence.feed(kPrompt);
  Sequence moved = std::move(sequence);
  const GenerateOptions options = {.sampling = kFree, .max_tokens = 4};
  const Reply reply = generate(moved, kPrompt, options, {});
  sequence = std::move(moved);
  EXPECT_EQ(generate(sequence, kPrompt, options, {}).tokens, reply.tokens);
}

TEST(Sequence, HasNoResultsBeforeItsFirstStep) {
  Sequence sequence(tiny_model());
  EXPECT_EQ(error_of([&] { sequence.sampled(); }).kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(error_of([&] { sequence.logits(); }).kind(), ErrorKind::kInvalidArgument);
  EXPECT_EQ(error_of([&] { sequence.advance(1); }).kind(), ErrorKind::kInvalidArgument);
}

TEST(Sequence, ManyShareAModelFromManyThreads) {
  const GenerateOptions options = {.sampling = kFree, .max_tokens = 8};
  const std::vector<int32_t> want = reply_to(kPrompt, options).tokens;
  std::vector<std::future<std::vector<int32_t>>> replies;
  for (int i = 0; i < 4; ++i)
    replies.push_back(std::async(std::launch::async, [&] { return reply_to(kPrompt, options).tokens; }));
  for (auto& reply : replies) EXPECT_EQ(reply.get(), want);
}

}  // namespace
}  // namespace fusebox::llm
