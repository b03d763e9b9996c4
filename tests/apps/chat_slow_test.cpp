// fusebox chat with the real model, without a terminal; chat_terminal_test.py is the one with.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

const std::vector<std::string> kChat = {"chat",      kModelPath, "--plugin", kPluginPath,
                                        "--context", "2048",     "--temp",   "0"};

Ran chat(std::vector<std::string> arguments, const std::string& input = {}) {
  arguments.insert(arguments.begin(), kChat.begin(), kChat.end());
  return run_program(arguments, input);
}

TEST(Chat, AnswersAPromptWithTheGoldenTextAndNothingElse) {
  const ordered_json golden =
      ordered_json::parse(read_file(FUSEBOX_SOURCE_DIR "/tests/golden/smollm2-greedy.json"));
  const ordered_json& spain = golden["cases"][0];
  ASSERT_TRUE(spain["stopped_at_eos"]);
  const Ran ran = chat({"--prompt", spain["messages"][0]["content"]});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, spain["greedy_text"].get<std::string>() + "\n");
  EXPECT_NE(ran.err.find("[prompt 37 (0 reused) · 29 tokens"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("seed"), std::string::npos) << ran.err;
}

TEST(Chat, TakesEachLineOfAPipeAsATurn) {
  const TemporaryFolder folder;
  const std::string saved = folder / "talk.json";
  const Ran ran = chat({"--max-tokens", "6", "--system", "Be brief."},
                       "Name a planet.\n\n/save " + saved + "\nAnd \\\nanother.\n");
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("(0 reused)"), std::string::npos) << ran.err;
  const size_t second = ran.err.find("[prompt", ran.err.find("[prompt") + 1);
  ASSERT_NE(second, std::string::npos) << ran.err;
  EXPECT_EQ(ran.err.find("(0 reused)", second), std::string::npos)
      << "the second turn reuses the first: " << ran.err;
  const ordered_json messages = ordered_json::parse(read_file(saved))["messages"];
  ASSERT_EQ(messages.size(), 3);
  EXPECT_EQ(messages[0]["content"], "Be brief.");
  EXPECT_TRUE(ran.out.starts_with(messages[2]["content"].get<std::string>() + "\n")) << ran.out;
}

TEST(Chat, NeedsAChatTemplate) {
  const TemporaryFolder folder;
  std::string bytes = read_file(kModelPath);
  const std::string key = "tokenizer.chat_template";
  const size_t at = bytes.find(key);
  ASSERT_NE(at, std::string::npos);
  bytes[at + key.size() - 1] = 'X';
  const Ran ran =
      run_program({"chat", folder.write("plain.gguf", bytes), "--plugin", kPluginPath, "--prompt", "Hello"});
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_NE(ran.err.find("the model has no chat template"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("fusebox run"), std::string::npos) << ran.err;
}

TEST(Chat, SaysWhatIsWrongWithItsInput) {
  const Ran bytes = chat({"--max-tokens", "2"}, "Hello \xff\n");
  EXPECT_EQ(bytes.code, 1);
  EXPECT_NE(bytes.err.find("line 1, byte 7 is no UTF-8"), std::string::npos) << bytes.err;
  EXPECT_TRUE(bytes.out.empty());

  std::string words;
  for (int i = 0; i < 3000; ++i) words += "word ";
  const Ran full = chat({"--prompt", words});
  EXPECT_EQ(full.code, 1);
  EXPECT_NE(full.err.find("the context 2048"), std::string::npos) << full.err;
}

}  // namespace
}  // namespace fusebox::apps
