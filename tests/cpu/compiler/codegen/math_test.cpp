#include "cpu/compiler/codegen/math.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "tests/cpu/compiler/codegen/image.h"
#include "tests/cpu/compiler/codegen/math_check.h"

namespace fusebox::cpu {
namespace {

TEST(Math, IsWithinThreeUlps) {
  const int count = 1 << 18;
  const Inputs<float> small = all_small_floats();
  for (const std::string& level : levels_of_this_machine()) {
    const Image image(compile_loops(all_kernels(), level));
    for (const MathFunction& f : math_functions()) {
      const bool binary = f.two != nullptr;
      double error32 = check<float, double>(image, f, samples<float>(count, binary), f.f32, f.ulp32, level);
      error32 = std::max(error32, check<float, double>(image, f, small, f.f32, f.ulp32, level));
      const double error64 =
          check<double, long double>(image, f, samples<double>(count / 4, binary), f.f64, f.ulp64, level);
      RecordProperty(fmt::format("{}_{}", level, f.name),
                     fmt::format("f32 {:.2f}, f64 {:.2f}", error32, error64));
    }
  }
}

// What is written for numbers does the same for vectors, bit for bit.
TEST(Math, VectorsGiveTheSameBits) {
  const Inputs<float> f32 = samples<float>(1 << 12, false);
  const Inputs<double> f64 = samples<double>(1 << 12, false);
  for (const std::string& level : levels_of_this_machine()) {
    std::vector<LoopKernel> kernels = all_kernels();
    for (LoopKernel kernel : all_kernels()) {
      kernel.name += "_vector";
      kernel.lanes = 4;
      kernels.push_back(kernel);
    }
    const Image image(compile_loops(kernels, level));
    const auto results = [&](const std::string& name, const auto& inputs) {
      auto out = inputs.x;
      image.kernel<LoopFunction>(name)(out.data(), inputs.x.data(), inputs.y.data(),
                                       static_cast<int64_t>(inputs.x.size() / 4 * 4));
      for (auto& number : out)  // whose NaN it is, is left open
        if (std::isnan(number)) number = 12345;
      return out;
    };
    const auto same = [](const auto& a, const auto& b) {
      return std::memcmp(a.data(), b.data(), a.size() * sizeof(a[0])) == 0;
    };
    for (const MathFunction& f : math_functions()) {
      const std::string name = f.name;
      EXPECT_TRUE(same(results(name + "_f32", f32), results(name + "_f32_vector", f32))) << level << name;
      EXPECT_TRUE(same(results(name + "_f64", f64), results(name + "_f64_vector", f64))) << level << name;
    }
  }
}

// A large module in parts, each on its thread: the same code in another order.
TEST(Math, PartsGiveTheSameFunctions) {
  const Inputs<float> inputs = samples<float>(1 << 10, false);
  const std::string level = levels_of_this_machine().back();
  const Image whole(compile_loops(all_kernels(), level));
  const Image parts(compile_loops(all_kernels(), level, {.assembly = true, .parallel = 3}));
  ASSERT_EQ(parts.code().kernels.size(), all_kernels().size());
  EXPECT_EQ(parts.code().code, compile_loops(all_kernels(), level, {.parallel = 3}).code);
  for (const LoopKernel& kernel : all_kernels()) {
    EXPECT_NE(parts.code().assembly.find(kernel.name), std::string::npos);
    if (kernel.from != "float") continue;
    std::vector<float> a(inputs.x.size()), b(inputs.x.size());
    const auto n = static_cast<int64_t>(a.size());
    whole.kernel<LoopFunction>(kernel.name)(a.data(), inputs.x.data(), inputs.y.data(), n);
    parts.kernel<LoopFunction>(kernel.name)(b.data(), inputs.x.data(), inputs.y.data(), n);
    EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size() * sizeof(float)), 0) << kernel.name;
  }
}

// The loop vectoriser takes every function, at every level.
TEST(Math, LoopsBecomeVectorCode) {
  const auto assembly = [](const MathFunction& f, const char* level) {
    return compile_loops({{"loop", "float", "float", f.one, f.two}}, level, {.assembly = true}).assembly;
  };
  for (const MathFunction& f : math_functions()) {
    EXPECT_NE(assembly(f, "x86-64").find("ps\t"), std::string::npos) << f.name;
    EXPECT_NE(assembly(f, "v3").find("%ymm"), std::string::npos) << f.name;
    EXPECT_NE(assembly(f, "v4").find("%zmm"), std::string::npos) << f.name;
    const std::string arm = assembly(f, "aarch64");
    EXPECT_TRUE(arm.find(".4s") != std::string::npos || arm.find(".2d") != std::string::npos) << f.name;
  }
}

}  // namespace
}  // namespace fusebox::cpu
