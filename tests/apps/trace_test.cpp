// --trace: what ran when, for Perfetto.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::json;

constexpr const char* kProgram = R"(
module @demo {
  func.func @main(%x: tensor<64x64xf32>) -> tensor<64x64xf32> {
    %0 = stablehlo.dot_general %x, %x, contracting_dims = [1] x [0] : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
    return %0 : tensor<64x64xf32>
  }
}
)";

class Trace : public testing::Test {
 protected:
  void SetUp() override {
    if (kOwnPluginPath.empty()) GTEST_SKIP() << "this build has no compiler";
  }

  Ran exec(const std::string& plugin, const std::string& trace) {
    return run_program(
        {"exec", folder_.write("program.mlir", kProgram), "--plugin", plugin, "--trace", trace});
  }

  // Names by category.
  std::map<std::string, std::set<std::string>> names(const std::string& path) {
    std::map<std::string, std::set<std::string>> found;
    const json all = json::parse(read_file(path));
    for (const json& event : all.at("traceEvents")) {
      if (event.at("ph") != "X") continue;
      found[event.at("cat")].insert(event.at("name"));
      EXPECT_GE(event.at("dur"), 0) << event;
    }
    return found;
  }

  const TemporaryFolder folder_;
};

TEST_F(Trace, HasTheProgramAndItsKernels) {
  const Ran ran = exec(kOwnPluginPath, folder_ / "t.json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  auto found = names(folder_ / "t.json");
  EXPECT_EQ(found["host"], (std::set<std::string>{"compile", "run"}));
  EXPECT_EQ(found["program"], (std::set<std::string>{"demo"}));
  ASSERT_EQ(found["kernel"].size(), 1u);
  EXPECT_TRUE(found["kernel"].begin()->starts_with("dot")) << *found["kernel"].begin();
}

TEST_F(Trace, HasWhatItCanOfOtherPlugins) {
  const Ran ran = exec(kPluginPath, folder_ / "t.json");
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_NE(ran.err.find("does not tell of its kernels"), std::string::npos) << ran.err;
  EXPECT_EQ(names(folder_ / "t.json"),
            (std::map<std::string, std::set<std::string>>{{"host", {"compile", "run"}}}));
}

TEST_F(Trace, ReplacesAnOldFileAndSaysWhereItCannot) {
  folder_.write("t.json", std::string(100'000, 'x'));
  EXPECT_EQ(exec(kOwnPluginPath, folder_ / "t.json").code, 0);
  EXPECT_EQ(names(folder_ / "t.json").size(), 3u);
  const Ran ran = exec(kOwnPluginPath, "/nowhere/t.json");
  EXPECT_EQ(ran.code, 1);
  EXPECT_NE(ran.err.find("/nowhere/t.json: cannot write a trace"), std::string::npos) << ran.err;
}

}  // namespace
}  // namespace fusebox::apps
