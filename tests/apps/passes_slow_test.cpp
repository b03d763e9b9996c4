// fusebox inspect --passes of a real model, as it is run.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

TEST(Passes, OfAModelAreThoseOfWhatItRuns) {
  if (kOwnPluginPath.empty()) GTEST_SKIP() << "this build has no compiler";
  const TemporaryFolder folder;
  const Ran ran = run_program({"inspect", kModelPath, "--passes", "prefill_32", "--context", "1024",
                               "--output", folder / "out", "--plugin", kOwnPluginPath});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::string text = read_file(folder / "out/00-parse.mlir"), plan = read_file(folder / "out/plan.txt");
  EXPECT_NE(text.find("tensor<1x32xi32>"), std::string::npos) << text.substr(0, 1000);
  EXPECT_NE(plan.find("arena of "), std::string::npos);
  EXPECT_NE(plan.find(" items in grains of "), std::string::npos);
  const Ran wrong = run_program({"inspect", kModelPath, "--passes", "encode", "--plugin", kOwnPluginPath});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_NE(wrong.err.find("want decode, prefill_N"), std::string::npos) << wrong.err;
}

}  // namespace
}  // namespace fusebox::apps
