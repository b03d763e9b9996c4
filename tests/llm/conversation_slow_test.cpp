// Conversations with the real model: what is kept, what is computed again, what is forgotten.
#include <gtest/gtest.h>

#include "fusebox/base/error.h"
#include "fusebox/llm/conversation.h"
#include "fusebox/llm/prompt.h"
#include "tests/llm/real_model.h"

namespace fusebox::llm {
namespace {

using nlohmann::ordered_json;

GenerateOptions greedy(int64_t max_tokens) {
  GenerateOptions options;
  options.sampling = {.temperature = 0};
  options.max_tokens = max_tokens;
  return options;
}

TEST(EncodeChat, EqualsTheGoldenPrompts) {
  const auto file = golden("smollm2-greedy.json");
  ASSERT_FALSE(file["cases"].empty());
  for (const auto& chat : file["cases"]) {
    EXPECT_EQ(render_chat(*real_model(), chat["messages"]), chat["template_text"]);
    EXPECT_EQ(encode_chat(*real_model(), chat["messages"]), chat["prompt_ids"].get<std::vector<int32_t>>());
  }
}

TEST(EncodeChat, RefusesWhatAreNoMessages) {
  for (const char* text : {"null", "[]", "{}", "[1]", "[{}]", R"([{"role": 1}])"}) {
    try {
      encode_chat(*real_model(), ordered_json::parse(text));
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument) << text;
    }
  }
}

TEST(Conversation, TheSecondTurnComputesOnlyWhatIsNew) {
  Conversation talk(real_model());
  talk.say("Name a planet.", greedy(12), nullptr);
  const size_t held = talk.tokens();
  const Reply second = talk.say("And another one.", greedy(8), nullptr);
  // All but the last token that was sampled, which was never fed.
  EXPECT_GE(second.timings.reused + 1, held);
  EXPECT_LT(second.timings.reused, talk.prompt_tokens());

  // And gives what is computed from nothing.
  ordered_json messages = talk.messages();
  ASSERT_EQ(messages.size(), 4);
  messages.erase(3);
  Sequence fresh(real_model());
  EXPECT_EQ(generate(fresh, encode_chat(*real_model(), messages), greedy(8), nullptr).text, second.text);
}

TEST(Conversation, AReplyThatIsStoppedStaysAsFarAsItCame) {
  Conversation talk(real_model(), {.system = "Be brief."});
  std::string seen;
  const Reply reply = talk.say("Count to ten.", greedy(30), [&](const ReplyToken& token) {
    seen += token.text;
    return seen.size() < 6;
  });
  EXPECT_EQ(reply.finish_reason, FinishReason::kCancelled);
  ASSERT_EQ(talk.messages().size(), 3);
  EXPECT_EQ(talk.messages()[2]["content"], reply.text);

  const std::atomic<bool> at_once = true;
  GenerateOptions cancelled = greedy(5);
  cancelled.cancelled = &at_once;
  talk.say("Go on.", cancelled, nullptr);
  EXPECT_EQ(talk.messages().size(), 3) << "a turn without a reply is taken back";

  talk.clear();
  EXPECT_EQ(talk.messages(), ordered_json::parse(R"([{"role": "system", "content": "Be brief."}])"));
  talk.set_system({});
  EXPECT_TRUE(talk.messages().empty());
}

TEST(Conversation, OverflowIsAnErrorOrForgetsTheOldestTurns) {
  if (!test::on_ours()) GTEST_SKIP() << "what is forgotten is the host's work, whatever the device is";
  // One such text fits in the context of 512, two do not.
  std::string text = "Please remember these words:";
  for (int i = 0; i < 275; ++i) text += " apple";
  const auto model =
      LanguageModel::open(kModelPath, {.device = {.plugin = kPluginPath}, .dtype = f32, .context = 512});
  Conversation strict(model), forgetful(model, {.overflow = Overflow::kDropOldestTurns});
  strict.say(text, greedy(2), nullptr);
  const ordered_json before = strict.messages();
  try {
    strict.say(text, greedy(2), nullptr);
    ADD_FAILURE() << "fits: " << strict.prompt_tokens();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kContextOverflow);
    EXPECT_NE(error.message().find("512"), std::string::npos) << error.message();
    EXPECT_NE(error.message().find(std::to_string(strict.prompt_tokens())), std::string::npos)
        << error.message();
  }
  EXPECT_EQ(strict.messages(), before) << "the conversation is as it was";

  forgetful.say("Hello!", greedy(2), nullptr);
  forgetful.say(text, greedy(2), nullptr);
  EXPECT_EQ(forgetful.dropped_turns(), 0);
  forgetful.say("And these too: " + text, greedy(2), nullptr);
  EXPECT_EQ(forgetful.dropped_turns(), 2);
  ASSERT_EQ(forgetful.messages().size(), 2);
  EXPECT_TRUE(forgetful.messages()[0]["content"].get<std::string>().starts_with("And these too:"));
}

}  // namespace
}  // namespace fusebox::llm
