// Each function of one f32, at every 512th number there is.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/cpu/compiler/codegen/math_check.h"

namespace fusebox::cpu {
namespace {

TEST(Math, IsWithinThreeUlpsOverAllOfF32) {
  const std::string level = levels_of_this_machine().back();
  const Image image(compile_loops(all_kernels(), level));
  for (const MathFunction& f : math_functions()) {
    if (f.one == nullptr) continue;
    double error = 0;
    for (uint64_t block = 0; block < 8; ++block) {
      Inputs<float> inputs;
      for (uint64_t i = 0; i < 1 << 20; ++i)
        inputs.add(std::bit_cast<float>(static_cast<uint32_t>((block << 29) + (i << 9) + (i * 333 & 511))),
                   0);
      error = std::max(error, check<float, double>(image, f, inputs, f.f32, f.ulp32, level));
    }
    RecordProperty(f.name, fmt::format("{:.3f}", error));
  }
}

}  // namespace
}  // namespace fusebox::cpu
