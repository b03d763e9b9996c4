// What a second start takes from the cache, and when it does not.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::json;

// One token of a reply, by this build's program or another; with a cache of the test's own.
class Start : public ::testing::Test {
 protected:
  void SetUp() override {
    if (kOwnPluginPath.empty()) GTEST_SKIP() << "this build has no compiler";
  }

  // The stages of making the decode step ready.
  std::set<std::string> stages(const std::string& program = kProgramPath,
                               std::vector<std::string> environment = {}) {
    environment.push_back("FUSEBOX_CACHE=" + (folder_ / "cache"));
    const std::string request =
        "{\"prompt\": \"The capital of France is\", \"temperature\": 0, "
        "\"max_tokens\": 1}\n";
    const Ran ran = run_program({"run", kModelPath, "--context", "512", "--plugin", kOwnPluginPath,
                                 "--threads", "2", "--trace", folder_ / "t.json"},
                                request, environment, program);
    EXPECT_EQ(ran.code, 0) << ran.err;
    EXPECT_NE(ran.out.find("\" Paris\""), std::string::npos) << ran.out;
    std::set<std::string> names;
    const json all = json::parse(read_file(folder_ / "t.json"));
    for (const json& event : all.at("traceEvents"))
      if (const std::string name = event.at("name"); name.ends_with(" decode")) names.insert(name);
    return names;
  }

  // The program as another build would be: with another build id.
  std::string other_build() const {
    const std::string copy = folder_ / "fusebox";
    std::string bytes = read_file(kProgramPath);
    const std::string note("\x14\0\0\0\x03\0\0\0GNU\0", 12);  // 20 bytes, NT_GNU_BUILD_ID
    const size_t at = bytes.find(note);
    if (at == std::string::npos) throw std::runtime_error("the program has no build id");
    bytes[at + note.size()] = static_cast<char>(bytes[at + note.size()] ^ 1);
    folder_.write("fusebox", bytes);
    std::filesystem::permissions(copy, std::filesystem::perms::owner_all);
    return copy;
  }

  const std::set<std::string> kCold = {"trace decode", "print decode", "compile decode"};
  const std::set<std::string> kWarm = {"load from cache decode"};
  const TemporaryFolder folder_;
};

TEST_F(Start, WithAWarmCacheNeitherTracesNorCompiles) {
  EXPECT_EQ(stages(), kCold);
  EXPECT_EQ(stages(), kWarm);
}

TEST_F(Start, OfAnotherBuildTraces) {
  stages();
  const std::string other = other_build();
  EXPECT_EQ(stages(other), (std::set<std::string>{"trace decode", "print decode", "load from cache decode"}));
  EXPECT_EQ(stages(other), kWarm);
  EXPECT_EQ(stages(), kWarm);
}

TEST_F(Start, OnAnotherLevelCompiles) {
  stages();
  EXPECT_EQ(stages(kProgramPath, {"FUSEBOX_CPU_LEVEL=x86-64"}), kCold);
  EXPECT_EQ(stages(kProgramPath, {"FUSEBOX_CPU_LEVEL=x86-64"}), kWarm);
  EXPECT_EQ(stages(), kWarm);
}

}  // namespace
}  // namespace fusebox::apps
