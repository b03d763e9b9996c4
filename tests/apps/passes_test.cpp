// fusebox inspect --passes: how a program is compiled.
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

constexpr const char* kProgram = R"(
func.func @main(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = func.call @twice(%x) : (tensor<8x8xf32>) -> tensor<8x8xf32>
  %1 = stablehlo.exponential %x : tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}
func.func private @twice(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
  %0 = stablehlo.add %x, %x : tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}
)";

class Passes : public testing::Test {
 protected:
  void SetUp() override {
    if (kOwnPluginPath.empty()) GTEST_SKIP() << "this build has no compiler";
  }

  Ran inspect(std::vector<std::string> arguments, const std::string& text = kProgram) {
    arguments.insert(arguments.begin(),
                     {"inspect", folder_.write("program.mlir", text), "--plugin", kOwnPluginPath});
    return run_program(arguments);
  }

  const TemporaryFolder folder_;
};

TEST_F(Passes, AreShownOneAfterTheOther) {
  const Ran ran = inspect({"--passes"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  size_t at = 0;
  for (const char* part : {"stage ", "\nparse ", "\ninline-calls ", "\nmachine code ", "\ntogether ",
                           "\n==== 00-parse.mlir\n", "exponential", "-eliminate-dead-composites.mlir\n",
                           "@twice", "-inline-calls.mlir\n", "stablehlo.add", "-eliminate-dead-code.mlir\n",
                           "\n==== plan.txt\n", "arena of ", "\n==== kernels.ll\n", "\n==== kernels.s\n"}) {
    at = ran.out.find(part, at);
    ASSERT_NE(at, std::string::npos) << part;
  }
  // The value that nobody asks for goes with the dead code, the call with the inlining.
  EXPECT_GT(ran.out.find("-eliminate-dead-composites.mlir"), ran.out.rfind("stablehlo.exponential"));
  EXPECT_GT(ran.out.find("-inline-calls.mlir"), ran.out.rfind("@twice"));
  EXPECT_EQ(inspect({}).out.substr(0, 200).find("stage"), 0u);  // a program's name is enough
}

TEST_F(Passes, GoIntoAFolder) {
  const Ran ran = inspect({"--passes", "--output", folder_ / "out", "--disable-pass", "eliminate-dead-code"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out.find("===="), std::string::npos);
  EXPECT_EQ(ran.out.find("eliminate-dead-code"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("in " + (folder_ / "out") + ":\n  00-parse.mlir\n"), std::string::npos) << ran.out;
  for (const char* file :
       {"00-parse.mlir", "times.txt", "plan.txt", "kernels.ll", "kernels-optimised.ll", "kernels.s"})
    EXPECT_GT(std::filesystem::file_size(folder_ / "out/" + file), 0) << file;
  EXPECT_EQ(run_program({"exec", folder_ / "out/00-parse.mlir", "--plugin", kOwnPluginPath}).out,
            run_program({"exec", folder_ / "program.mlir", "--plugin", kOwnPluginPath}).out);
}

TEST_F(Passes, AreTimedAlone) {
  const Ran ran = inspect({"--time-passes"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_TRUE(ran.out.starts_with("stage ")) << ran.out;
  EXPECT_EQ(ran.out.find("===="), std::string::npos);
}

TEST_F(Passes, ComplainAboutWhatCannotBe) {
  EXPECT_NE(inspect({"--disable-pass", "all"}).err.find("no pass is called 'all'; there are "),
            std::string::npos);
  const Ran wrong = inspect({"--passes"}, "func.func @main() {\n  wrong\n}");
  EXPECT_EQ(wrong.code, 3);
  EXPECT_NE(wrong.err.find("program.mlir:2:3:"), std::string::npos) << wrong.err;
  EXPECT_EQ(inspect({"--passes", "--json"}).code, 2);
  EXPECT_EQ(inspect({"--output", folder_.write("file", "")}).code, 1);
  const Ran foreign = run_program({"inspect", folder_ / "program.mlir", "--plugin", kPluginPath});
  EXPECT_EQ(foreign.code, 3);
  EXPECT_EQ(run_program({"inspect", "/nowhere.mlir", "--plugin", kOwnPluginPath}).code, 3);
}

}  // namespace
}  // namespace fusebox::apps
