#include "cpu/compiler/codegen/machine_code.h"

#include <gtest/gtest.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Target/TargetMachine.h>

#include <chrono>
#include <cmath>
#include <numeric>
#include <thread>

#include "fusebox/base/error.h"
#include "tests/cpu/compiler/codegen/image.h"

namespace fusebox::cpu {
namespace {

MachineCode compile_text(const char* text, const std::string& level, const MachineCodeOptions& options = {}) {
  const auto machine = target_for(level);
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  const auto module = llvm::parseAssemblyString(text, diagnostic, context);
  if (module == nullptr) throw std::runtime_error(diagnostic.getMessage().str());
  return compile_module(*module, *machine, options);
}

constexpr const char* kScale = R"(
define internal float @twice(float %x) alwaysinline {
  %y = fmul float %x, 2.0
  ret float %y
}
define void @scale(ptr noalias %to, ptr noalias %from, i64 %n) {
entry:
  %any = icmp sgt i64 %n, 0
  br i1 %any, label %loop, label %done
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr float, ptr %from, i64 %i
  %q = getelementptr float, ptr %to, i64 %i
  %x = load float, ptr %p
  %y = call float @twice(float %x)
  %z = fadd float %y, 0x400921FB60000000
  store float %z, ptr %q
  %next = add nsw nuw i64 %i, 1
  %more = icmp slt i64 %next, %n
  br i1 %more, label %loop, label %done
done:
  ret void
}
define i64 @seven() {
  ret i64 7
}
)";

TEST(MachineCode, LoopBecomesAKernel) {
  for (const std::string& level : levels_of_this_machine()) {
    const Image image(compile_text(kScale, level));
    ASSERT_EQ(image.code().kernels.size(), 2u);
    std::vector<float> from(1000), to(1000);
    std::iota(from.begin(), from.end(), 0.0f);
    image.kernel<void (*)(float*, const float*, int64_t)>("scale")(to.data(), from.data(), 999);
    for (size_t i = 0; i < 999; ++i) ASSERT_EQ(to[i], from[i] * 2 + 3.14159274f) << level;
    EXPECT_EQ(to[999], 0.0f);
    EXPECT_EQ(image.kernel<int64_t (*)()>("seven")(), 7);
  }
}

TEST(MachineCode, VectorsAreAsWideAsTheLevels) {
  const auto assembly = [](const char* level) {
    return compile_text(kScale, level, {.assembly = true}).assembly;
  };
  EXPECT_NE(assembly("x86-64").find("xmm"), std::string::npos);
  EXPECT_EQ(assembly("x86-64").find("ymm"), std::string::npos);
  EXPECT_NE(assembly("v3").find("ymm"), std::string::npos);
  EXPECT_EQ(assembly("v3").find("zmm"), std::string::npos);
  EXPECT_NE(assembly("v4").find("zmm"), std::string::npos);
  EXPECT_NE(assembly("aarch64").find(".4s"), std::string::npos);
}

TEST(MachineCode, ATinyModuleIsQuick) {
  compile_text(kScale, "v3");  // once, so that LLVM's own tables are there
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < 10; ++i) compile_text(kScale, "v3");
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - start;
  RecordProperty("ms", std::to_string(spent.count() / 10));
}

}  // namespace
}  // namespace fusebox::cpu
