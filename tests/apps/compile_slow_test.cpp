// fusebox compile: an artifact is written whole or not at all, and stands for its model.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/apps/json_answers.h"
#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

const std::string kRequest =
    "{\"prompt\": \"The capital of France is\", \"temperature\": 0, \"max_tokens\": 2}\n";

Ran compile(const std::string& output, const std::string& plugin = kPluginPath) {
  return run_program({"compile", kModelPath, "-o", output, "--plugin", plugin, "--context", "1024"});
}

// With an empty cache: nothing may be compiled.
void expect_answers(const std::string& artifact, const std::string& plugin = kPluginPath) {
  const TemporaryFolder cache;
  const Ran ran =
      run_program({"run", artifact, "--plugin", plugin}, kRequest, {"FUSEBOX_CACHE=" + (cache / "cache")});
  const auto all = answers(ran);
  ASSERT_EQ(all.size(), 1u) << ran.err;
  EXPECT_EQ(all[0]["text"], " Paris.") << all[0];
  EXPECT_EQ(ran.err.find("compile "), std::string::npos) << ran.err;
}

size_t files_in(const TemporaryFolder& folder) {
  return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

// The second time all programs come from the compile cache, which must be as good.
TEST(Compile, MakesAnArtifactThatRuns) {
  const TemporaryFolder folder;
  const std::string artifact = folder / "model.fusebox";
  for (int i = 0; i < 2; ++i) {
    const Ran ran = compile(artifact);
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(ran.out, "");
    EXPECT_NE(ran.err.find("prefill 512"), std::string::npos) << ran.err;
    EXPECT_NE(ran.err.find("wrote " + artifact), std::string::npos) << ran.err;
    EXPECT_EQ(files_in(folder), 1u);
    expect_answers(artifact);
  }
  EXPECT_EQ(answers(run_program({"tokenize", artifact}, "{\"text\": \"Hello\"}\n")).at(0)["ids"][0], 19556);
  EXPECT_EQ(answers(run_program({"template", artifact}, "{\"messages\": []}\n")).size(), 1u);
  const Ran other = run_program({"run", artifact, "--plugin", kPluginPath, "--context", "512"}, kRequest);
  EXPECT_EQ(other.code, 6);
  EXPECT_NE(other.err.find("1024"), std::string::npos) << other.err;
}

// The artifact takes the model's low-bit weights as they are, and says so where it does not fit.
TEST(Compile, KeepsLowBitWeights) {
  if (kOwnPluginPath.empty()) GTEST_SKIP() << "the build has no compiler of ours";
  const TemporaryFolder folder;
  const std::string artifact = folder / "model.fusebox";
  const Ran ran = compile(artifact, kOwnPluginPath);
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("Q4_1"), std::string::npos) << ran.err;
  expect_answers(artifact, kOwnPluginPath);
  const Ran wide = run_program({"run", artifact, "--plugin", kOwnPluginPath, "--dtype", "f32"}, kRequest);
  EXPECT_EQ(wide.code, 6);
  EXPECT_NE(wide.err.find("compiled for blocks"), std::string::npos) << wide.err;
}

TEST(Compile, LeavesNoHalfFileOnAFullDisk) {
  const TemporaryFolder folder;
  rlimit before = {};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);  // the program inherits both
  const rlimit little = {size_t{1} << 20, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &little);
  const Ran ran = compile(folder / "model.fusebox");
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("model.fusebox: cannot write the file"), std::string::npos) << ran.err;
  EXPECT_EQ(files_in(folder), 0u);
}

TEST(Compile, RefusesAPlaceItCannotWriteToAtOnce) {
  const Ran nowhere = compile("/nowhere/model.fusebox");
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_NE(nowhere.err.find("No such file or directory"), std::string::npos) << nowhere.err;
  const TemporaryFolder folder;
  EXPECT_NE(compile(folder.path()).err.find("no file"), std::string::npos);
  EXPECT_EQ(run_program({"compile", kModelPath}).code, 2);
  EXPECT_NE(compile("").err.find("--output is empty"), std::string::npos);
}

}  // namespace
}  // namespace fusebox::apps
