// --trace of a model at work.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::json;

TEST(Trace, OfAReplyHasEveryStep) {
  if (kOwnPluginPath.empty()) GTEST_SKIP() << "this build has no compiler";
  const TemporaryFolder folder;
  const std::string request =
      "{\"prompt\": \"The capital of France is\", \"temperature\": 0, \"max_tokens\": 4}\n";
  const Ran ran = run_program({"run", kModelPath, "--context", "512", "--plugin", kOwnPluginPath, "--threads",
                               "2", "--no-cache", "--trace", folder / "t.json"},
                              request);
  ASSERT_EQ(ran.code, 0) << ran.err;
  std::map<std::string, std::map<std::string, int>> names;
  std::map<int, int> threads;  // of kernels
  const json all = json::parse(read_file(folder / "t.json"));
  for (const json& event : all.at("traceEvents")) {
    if (event.at("ph") != "X") continue;
    ++names[event.at("cat")][event.at("name")];
    if (event.at("cat") == "kernel") ++threads[event.at("tid")];
  }
  for (const char* stage : {"open plugin", "trace decode", "print decode", "load weights", "read tokenizer"})
    EXPECT_EQ(names["host"][stage], 1) << stage;
  int executions = 0;
  for (const auto& [program, count] : names["program"]) executions += count;
  EXPECT_GE(executions, 4);
  EXPECT_GE(threads.size(), 2u);
  EXPECT_GT(names["kernel"].size(), 10u);
}

}  // namespace
}  // namespace fusebox::apps
