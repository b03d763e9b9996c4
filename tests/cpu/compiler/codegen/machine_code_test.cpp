#include "cpu/compiler/codegen/machine_code.h"

#include <gtest/gtest.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Target/TargetMachine.h>

#include <bit>
#include <cmath>
#include <ctime>
#include <numeric>
#include <random>
#include <thread>

#include "fusebox/base/error.h"
#if defined(__has_feature)  // Clang
#if __has_feature(address_sanitizer)
#define FUSEBOX_LSAN
#include <sanitizer/lsan_interface.h>
#endif
#endif
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
  double best = 1e9;           // of the processor's time, since other tests run at the same time
  for (int i = 0; i < 10; ++i) {
    const std::clock_t start = std::clock();
    compile_text(kScale, "v3");
    best = std::min(best, 1e3 * static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
  }
  RecordProperty("ms", std::to_string(best));
#if defined(__OPTIMIZE__) && !defined(FUSEBOX_LSAN)
  EXPECT_LE(best, 10);
#endif
}

TEST(MachineCode, SameModuleSameBytesOnAnyThread) {
  const MachineCode want = compile_text(kScale, "v3");
  std::vector<std::thread> threads;
  std::vector<MachineCode> got(4);
  for (MachineCode& code : got) threads.emplace_back([&code] { code = compile_text(kScale, "v3"); });
  for (std::thread& thread : threads) thread.join();
  for (const MachineCode& code : got) EXPECT_TRUE(code.code == want.code);
}

TEST(MachineCode, KernelsCarryTheirNamesAndSizes) {
  const MachineCode code = compile_text(kScale, "x86-64", {.ir = true});
  ASSERT_EQ(code.kernels.size(), 2u);
  EXPECT_EQ(code.kernels[0].name, "scale");  // not @twice, which is internal
  EXPECT_EQ(code.kernels[1].name, "seven");
  EXPECT_GE(code.kernels[1].offset, code.kernels[0].offset + code.kernels[0].size);
  EXPECT_LE(code.kernels[1].offset + code.kernels[1].size, code.code.size());
  EXPECT_NE(code.ir.find("<4 x float>"), std::string::npos);
}

constexpr const char* kMemory = R"(
declare void @llvm.memcpy.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)
declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)
declare i32 @memcmp(ptr, ptr, i64)
define void @copy(ptr %to, ptr %from, i64 %n) {
  call void @llvm.memcpy.p0.p0.i64(ptr %to, ptr %from, i64 %n, i1 false)
  ret void
}
define void @move(ptr %to, ptr %from, i64 %n) {
  call void @llvm.memmove.p0.p0.i64(ptr %to, ptr %from, i64 %n, i1 false)
  ret void
}
define void @set(ptr %to, i8 %value, i64 %n) {
  call void @llvm.memset.p0.i64(ptr %to, i8 %value, i64 %n, i1 false)
  ret void
}
define i32 @compare(ptr %a, ptr %b, i64 %n) {
  %order = call i32 @memcmp(ptr %a, ptr %b, i64 %n)
  ret i32 %order
}
)";

TEST(MachineCode, MemoryFunctionsAreWithinTheImage) {
  for (const std::string& level : levels_of_this_machine()) {
    const Image image(compile_text(kMemory, level));
    ASSERT_EQ(image.code().kernels.size(), 4u);  // memcpy and the like are no kernels
    const auto copy = image.kernel<void (*)(char*, const char*, int64_t)>("copy");
    const auto move = image.kernel<void (*)(char*, const char*, int64_t)>("move");
    const auto set = image.kernel<void (*)(char*, char, int64_t)>("set");
    const auto compare = image.kernel<int (*)(const char*, const char*, int64_t)>("compare");
    std::vector<char> from(600);
    for (size_t i = 0; i < from.size(); ++i) from[i] = static_cast<char>(i * 7 + i / 256);
    for (int64_t n = 0; n < 200; ++n) {
      for (int64_t distance : {-100, -33, -32, -31, -7, -1, 0, 1, 5, 16, 31, 32, 64, 150}) {
        std::vector<char> got = from, want = from;
        move(got.data() + 200 + distance, got.data() + 200, n);
        std::memmove(want.data() + 200 + distance, want.data() + 200, static_cast<size_t>(n));
        ASSERT_EQ(got, want) << n << ' ' << distance;
      }
      std::vector<char> to(300, 'x'), want(300, 'x');
      copy(to.data() + 3, from.data() + 1, n);
      std::memcpy(want.data() + 3, from.data() + 1, static_cast<size_t>(n));
      ASSERT_EQ(to, want) << n;
      EXPECT_EQ(compare(to.data() + 3, from.data() + 1, n), 0);
      set(to.data() + 5, 'y', n);
      std::memset(want.data() + 5, 'y', static_cast<size_t>(n));
      ASSERT_EQ(to, want) << n;
    }
    EXPECT_LT(compare("abc", "abd", 3), 0);
    EXPECT_GT(compare("\xff", "a", 1), 0);
  }
}

TEST(MachineCode, RemainderIsWithinTheImage) {
  const Image image(compile_text(R"(
define double @f64(double %x, double %y) {
  %r = frem double %x, %y
  ret double %r
}
define float @f32(float %x, float %y) {
  %r = frem float %x, %y
  ret float %r
}
)",
                                 levels_of_this_machine().back()));
  const auto f64 = image.kernel<double (*)(double, double)>("f64");
  const auto f32 = image.kernel<float (*)(float, float)>("f32");
  std::mt19937_64 random(3);
  const auto expect = [](auto got, auto want, auto x, auto y) {
    if (std::isnan(want))
      EXPECT_TRUE(std::isnan(got)) << x << ' ' << y;
    else
      EXPECT_TRUE(got == want && std::signbit(got) == std::signbit(want)) << x << ' ' << y << ' ' << got;
  };
  const double special[] = {0, -0.0, 1, -3, 5e-324, 1e-310, 3e-308, 1e308, 0.1, INFINITY, -INFINITY, NAN};
  for (const double x : special) {
    for (const double y : special) {
      expect(f64(x, y), std::fmod(x, y), x, y);
      const auto a = static_cast<float>(x), b = static_cast<float>(y);
      expect(f32(a, b), std::fmod(a, b), a, b);
    }
  }
  for (int i = 0; i < 20000; ++i) {
    const double x = std::bit_cast<double>(random()), y = std::bit_cast<double>(random());
    expect(f64(x, y), std::fmod(x, y), x, y);
    const auto a = std::bit_cast<float>(static_cast<uint32_t>(random()));
    const auto b = std::bit_cast<float>(static_cast<uint32_t>(random()));
    expect(f32(a, b), std::fmod(a, b), a, b);
  }
}

// What LLVM held when it gave up is lost; that is no leak of the test's.
class MayLeak {
#ifdef FUSEBOX_LSAN
  __lsan::ScopedDisabler disabler_;
#endif
};

void expect_internal_error(const char* text, const char* level, const std::string& words) {
  try {
    compile_text(text, level);
    ADD_FAILURE() << "compiled, want an error with \"" << words << '"';
  } catch (const InternalError& error) {
    EXPECT_NE(error.message().find(words), std::string::npos) << error.message();
  }
}

TEST(MachineCode, WhatIsNotInTheImageIsNamed) {
  expect_internal_error(
      "declare void @elsewhere()\n define void @k() {\n call void @elsewhere()\n ret void }", "v3",
      "calls elsewhere");
  expect_internal_error(
      "declare double @llvm.exp2.f64(double)\n define double @k(double %x) {\n"
      " %y = call double @llvm.exp2.f64(double %x)\n ret double %y }",
      "v3", "calls exp2");
  expect_internal_error(
      "@there = external global i32\n define i32 @k() {\n %x = load i32, ptr @there\n ret i32 %x }", "v3",
      "there");
}

TEST(MachineCode, NothingIsWrittenToInTheImage) {
  expect_internal_error(
      "@state = internal global i32 1\n define void @k() {\n %x = load i32, ptr @state\n"
      " %y = add i32 %x, 1\n store i32 %y, ptr @state\n ret void }",
      "v3", "memory to write to");
}

TEST(MachineCode, LlvmGivesUpAndTheProcessGoesOn) {
  [[maybe_unused]] const MayLeak may_leak;
  constexpr const char* kOfAnotherLevel = R"(
declare <16 x float> @llvm.x86.avx512.rcp14.ps.512(<16 x float>, <16 x float>, i16)
define void @k(ptr %p) {
  %x = load <16 x float>, ptr %p
  %y = call <16 x float> @llvm.x86.avx512.rcp14.ps.512(<16 x float> %x, <16 x float> %x, i16 -1)
  store <16 x float> %y, ptr %p
  ret void
}
)";
  for (int i = 0; i < 3; ++i) {
    expect_internal_error(kOfAnotherLevel, "x86-64", "LLVM gave up");
    EXPECT_EQ(compile_text(kScale, "x86-64").kernels.size(), 2u);
  }
  EXPECT_EQ(compile_text(kOfAnotherLevel, "v4").kernels.size(), 1u);
}

// Inlined functions, constants and errors, over parts.
TEST(MachineCode, PartsShareWhatIsInternal) {
  std::string text =
      "@table = internal constant [4 x i64] [i64 3, i64 5, i64 7, i64 9]\n"
      "define internal i64 @shared(i64 %i) noinline {\n %p = getelementptr i64, ptr @table, i64 %i\n"
      " %x = load i64, ptr %p\n ret i64 %x }\n";
  for (int i = 0; i < 12; ++i)
    text += "define i64 @k" + std::to_string(i) +
            "(i64 %i) {\n %x = call i64 @shared(i64 %i)\n %y = add i64 %x, " + std::to_string(100 * i) +
            "\n ret i64 %y }\n";
  for (int parallel : {1, 2, 3}) {
    const Image image(compile_text(text.c_str(), levels_of_this_machine().back(), {.parallel = parallel}));
    ASSERT_EQ(image.code().kernels.size(), 12u);
    for (int i = 0; i < 12; ++i)
      EXPECT_EQ(image.kernel<int64_t (*)(int64_t)>("k" + std::to_string(i))(2), 100 * i + 7);
  }
#ifndef FUSEBOX_LSAN  // whose disabler is for one thread
  text +=
      "define <8 x double> @bad(<8 x double> %x) {\n %y = call <8 x double> "
      "@llvm.x86.avx512.mask.getexp.pd.512("
      "<8 x double> %x, <8 x double> %x, i8 -1, i32 4)\n ret <8 x double> %y }\n"
      "declare <8 x double> @llvm.x86.avx512.mask.getexp.pd.512(<8 x double>, <8 x double>, i8, i32)\n";
  EXPECT_THROW(compile_text(text.c_str(), "x86-64", {.parallel = 2}), InternalError);
#endif
}

TEST(MachineCode, UnknownLevelsAreTold) {
  try {
    target_for("v5");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
    EXPECT_NE(error.message().find("v4-vnni-bf16"), std::string::npos);
  }
}

TEST(MachineCode, EveryLevelCompiles) {
  for (const std::string& level : levels())
    EXPECT_EQ(compile_text(kScale, level).kernels.size(), 2u) << level;
}

}  // namespace
}  // namespace fusebox::cpu
