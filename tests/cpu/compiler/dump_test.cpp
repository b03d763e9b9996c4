// What the compiler shows of its work.
#include "cpu/compiler/dump.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

#include "cpu/compiler/compiler.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"
#include "fusebox/stablehlo/parser.h"
#include "tests/base/temporary_folder.h"

namespace fusebox::cpu {
namespace {

// A call, an op that nobody needs, a sum and a product.
constexpr std::string_view kProgram = R"(
  func.func @main(%x: tensor<8x8xf32>) -> tensor<8xf32> {
    %0 = func.call @twice(%x) : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %1 = stablehlo.exponential %x : tensor<8x8xf32>
    %2 = stablehlo.dot_general %0, %x, contracting_dims = [1] x [0] : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %3 = stablehlo.constant dense<0.0> : tensor<f32>
    %4 = stablehlo.reduce(%2 init: %3) applies stablehlo.add across dimensions = [0] : (tensor<8x8xf32>, tensor<f32>) -> tensor<8xf32>
    return %4 : tensor<8xf32>
  }
  func.func private @twice(%x: tensor<8x8xf32>) -> tensor<8x8xf32> {
    %0 = stablehlo.add %x, %x : tensor<8x8xf32>
    return %0 : tensor<8x8xf32>
  })";

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Blob compile_to(const std::string& folder, std::vector<std::string> disabled = {}) {
  return compile(
      kProgram,
      {.level = std::string(cpu_level()), .disabled_passes = std::move(disabled), .dump_to = folder});
}

TEST(Dump, HasTheProgramAfterEachPass) {
  const TemporaryFolder folder;
  compile_to(folder.path());
  int number = 0;
  std::vector<std::string> stages = {"parse"};
  for (const Pass& pass : all_passes()) stages.emplace_back(pass.name);
  std::string last;
  bool inlined = false;
  for (const std::string& stage : stages) {
    inlined = inlined || stage == "inline-calls";
    const std::string text =
        read(folder / ((number < 10 ? "0" : "") + std::to_string(number) + "-" + stage + ".mlir"));
    ++number;
    ASSERT_FALSE(text.empty()) << stage;
    EXPECT_NO_THROW(stablehlo::parse(text)) << stage;
    EXPECT_NE(text.find("@twice") != std::string::npos, inlined) << stage;
    last = text;
  }
  EXPECT_EQ(last.find("exponential"), std::string::npos) << last;
}

TEST(Dump, HasPlanAndKernels) {
  const TemporaryFolder folder;
  const Blob blob = compile_to(folder.path());
  const std::string plan = read(folder / "plan.txt"), emitted = read(folder / "kernels.ll");
  EXPECT_NE(plan.find("arena of " + std::to_string(blob.arena_bytes) + " bytes"), std::string::npos) << plan;
  EXPECT_NE(plan.find("argument"), std::string::npos) << plan;
  EXPECT_NE(plan.find("f32[8, 8]"), std::string::npos) << plan;
  EXPECT_NE(plan.find("lives in steps 0 to 1"), std::string::npos) << plan;
  ASSERT_FALSE(blob.kernels.empty());
  for (const KernelInfo& kernel : blob.kernels) {
    EXPECT_NE(plan.find(" " + kernel.name + "  "), std::string::npos) << plan;
    EXPECT_NE(emitted.find("@" + kernel.name), std::string::npos) << kernel.name;
    EXPECT_NE(read(folder / "kernels-optimised.ll").find("@" + kernel.name), std::string::npos)
        << kernel.name;
    EXPECT_NE(read(folder / "kernels.s").find(kernel.name + ":"), std::string::npos) << kernel.name;
  }
  EXPECT_EQ(compile(kProgram, {.level = std::string(cpu_level())}).code, blob.code)
      << "looking changes the code";
}

TEST(Dump, TimesEveryStage) {
  const TemporaryFolder folder;
  compile_to(folder.path(), {"eliminate-dead-code"});
  const std::string times = read(folder / "times.txt");
  for (const char* line : {" ops parse\n", " ops inline-calls\n", " steps plan\n", " kernels kernels\n",
                           " bytes machine code\n"})
    EXPECT_NE(times.find(line), std::string::npos) << line << times;
  EXPECT_EQ(times.find("eliminate-dead-code"), std::string::npos) << times;
}

TEST(Dump, SaysWhereItCannotWrite) {
  try {
    compile_to("/nowhere");
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kIo);
    EXPECT_TRUE(error.file().starts_with("/nowhere/")) << error.what();
  }
}

}  // namespace
}  // namespace fusebox::cpu
