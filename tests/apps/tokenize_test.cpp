// fusebox tokenize: Hugging Face's ids, and an answer to every line.
#include <gtest/gtest.h>
#include <spawn.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/apps/json_answers.h"
#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

// They need no device.
const std::vector<std::string> kNoPlugin = {"FUSEBOX_PLUGIN=/nowhere"};

std::vector<ordered_json> tokenize(const std::string& input, const std::vector<std::string>& flags = {}) {
  std::vector<std::string> arguments = {"tokenize", kModelPath};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return answers(run_program(arguments, input, kNoPlugin));
}

TEST(Tokenize, EqualsTheGoldenIds) {
  const ordered_json golden = read_golden("tokenizer-smollm2.json");
  const ordered_json& cases = golden["cases"];
  ASSERT_FALSE(cases.empty());
  std::vector<ordered_json> parsed, plain;
  for (const ordered_json& one : cases) {
    parsed.push_back({{"text", one["text"]}});
    plain.push_back({{"text", one["text"]}, {"add_special", false}, {"parse_special", false}});
  }
  const auto ids = tokenize(lines(parsed)), as_text = tokenize(lines(plain));
  ASSERT_EQ(ids.size(), cases.size());
  ASSERT_EQ(as_text.size(), cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    EXPECT_EQ(ids[i], (ordered_json{{"ids", cases[i]["ids"]}})) << cases[i]["text"];
    EXPECT_EQ(as_text[i], (ordered_json{{"ids", cases[i]["ids_specials_as_text"]}})) << cases[i]["text"];
  }
}

TEST(Tokenize, DecodesTheGoldenIds) {
  const ordered_json golden = read_golden("tokenizer-smollm2.json");
  ASSERT_FALSE(golden["decode_cases"].empty());
  std::vector<ordered_json> requests, wanted;
  for (const ordered_json& one : golden["decode_cases"]) {
    requests.push_back({{"ids", one["ids"]}});
    wanted.push_back({{"text", one["decode"]}});
    requests.push_back({{"ids", one["ids"]}, {"skip_special", true}});
    wanted.push_back({{"text", one["decode_skip_special"]}});
  }
  EXPECT_EQ(tokenize(lines(requests), {"--decode"}), wanted);
}

TEST(Tokenize, AnswersBadLinesAndGoesOn) {
  const std::string good = R"({"text": "Hello"})";
  const std::string bad[] = {"no JSON",
                             "[1]",
                             "{}",
                             R"({"text": 5})",
                             R"({"text": "a", "add_special": 1})",
                             "{\"text\": \"\xff\"}",
                             R"({"text": "\ud800"})",
                             std::string(1000, '[')};
  std::string input;
  for (const std::string& line : bad) input += line + "\n\n \t\r\n" + good + "\r\n";
  input.pop_back();  // the last line need not end
  const auto all = tokenize(input);
  ASSERT_EQ(all.size(), 2 * std::size(bad));
  for (size_t i = 0; i < all.size(); i += 2) {
    EXPECT_TRUE(all[i].contains("error") && all[i]["error"].is_string()) << all[i];
    EXPECT_EQ(all[i]["kind"], "invalid argument");
    EXPECT_EQ(all[i + 1], ordered_json::parse(R"({"ids": [19556]})"));
  }
  EXPECT_EQ(all[6]["error"], "'text' is a number, want a string");
}

TEST(Tokenize, RefusesIdsThatAreNone) {
  const auto all = tokenize(R"({"ids": [-1]})"
                            "\n"
                            R"({"ids": [1.5]})"
                            "\n"
                            R"({"ids": "1"})"
                            "\n"
                            R"({"ids": [4294967296]})"
                            "\n"
                            R"({"ids": [49152]})"
                            "\n",
                            {"--decode"});
  ASSERT_EQ(all.size(), 5u);
  for (size_t i = 0; i < 4; ++i) EXPECT_TRUE(all[i].contains("error")) << all[i];
  EXPECT_EQ(all[0]["error"], "'ids' has -1, want a list of token ids");
  EXPECT_EQ(all[4], (ordered_json{{"text", ""}}));  // an id without a token
}

TEST(Tokenize, RefusesALineThatIsTooLong) {
  const std::string good = R"({"text": "Hello"})";
  const auto all = tokenize(std::string((size_t{64} << 20) + 1, ' ') + "\n" + good + "\n");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_NE(all[0]["error"].get<std::string>().find("67108864"), std::string::npos) << all[0];
  EXPECT_TRUE(all[1].contains("ids"));
}

TEST(Tokenize, TellsAModelThatIsNotThereBeforeItReads) {
  const Ran ran = run_program({"tokenize", "/nowhere/model.gguf"}, R"({"text": "Hello"})");
  EXPECT_EQ(ran.code, 3);
  EXPECT_EQ(ran.out, "");
  EXPECT_NE(ran.err.find("/nowhere/model.gguf"), std::string::npos) << ran.err;
}

TEST(Tokenize, HelpBeginsWithAnExample) {
  const Ran ran = run_program({"tokenize", "--help"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_LT(ran.out.find("echo '{\"text\""), ran.out.find("Usage: fusebox tokenize"));
  EXPECT_EQ(run_program({"tokenize"}).code, 2);
}

// Answers come at once, not when stdin ends; Ctrl-C between requests ends with 130.
TEST(Tokenize, EndsAtCtrlC) {
  int in[2], out[2];
  ASSERT_EQ(pipe2(in, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(out, O_CLOEXEC), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  const char* const words[] = {"fusebox", "tokenize", kModelPath.c_str(), nullptr};
  pid_t child = 0;
  ASSERT_EQ(
      posix_spawn(&child, kProgramPath.c_str(), &actions, nullptr, const_cast<char* const*>(words), environ),
      0);
  posix_spawn_file_actions_destroy(&actions);
  const std::string request = "{\"text\": \"Hello\"}\n";
  ASSERT_EQ(write(in[1], request.data(), request.size()), static_cast<ssize_t>(request.size()));
  char answer[100] = {};
  ASSERT_GT(read(out[0], answer, sizeof answer - 1), 0);
  EXPECT_STREQ(answer, "{\"ids\":[19556]}\n");
  kill(child, SIGINT);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  for (const int end : {in[0], in[1], out[0], out[1]}) close(end);
}

}  // namespace
}  // namespace fusebox::apps
