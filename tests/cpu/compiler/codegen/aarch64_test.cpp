// Code for AArch64, run under qemu-user if that is installed: a program that calls each kernel once.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/cpu/compiler/codegen/math_check.h"
#include "tests/cpu/compiler/guest.h"

namespace fusebox::cpu {
namespace {

using test::Guest;

template <typename T>
struct Arrays {
  Inputs<T> inputs = samples<T>(1 << 10, false);
  uint64_t x, y;
  explicit Arrays(Guest& guest)
      : x(guest.add(std::as_bytes(std::span(inputs.x)))), y(guest.add(std::as_bytes(std::span(inputs.y)))) {}
  size_t bytes() const { return inputs.x.size() * sizeof(T); }
};

// What is found at `output`, which goes on behind it.
template <typename T, typename Exact>
void expect_near(const std::byte*& output, const char* name, const Inputs<T>& inputs,
                 Exact (*exact)(Exact, Exact), double limit) {
  std::vector<T> got(inputs.x.size());
  std::memcpy(got.data(), output, got.size() * sizeof(T));
  output += got.size() * sizeof(T);
  for (size_t i = 0; i < got.size(); ++i)
    ASSERT_LE((ulps<T, Exact>(got[i], exact(inputs.x[i], inputs.y[i]))), limit) << name << ' ' << inputs.x[i];
}

TEST(AArch64, MathIsWithinThreeUlps) {
  if (!Guest::can_run()) GTEST_SKIP() << "qemu-aarch64 is not installed";
  Guest guest;
  const MachineCode code = compile_loops(all_kernels(), "aarch64");
  const uint64_t image = guest.add(code.code);
  const Arrays<float> f32(guest);
  const Arrays<double> f64(guest);
  const size_t size = (f32.bytes() + f64.bytes()) * math_functions().size();
  const uint64_t output = guest.add_zeros(size);

  uint64_t to = output;
  const auto call = [&](const std::string& name, const auto& arrays) {
    for (const MachineCode::Symbol& kernel : code.kernels)
      if (kernel.name == name)
        guest.call(image + kernel.offset, {to, arrays.x, arrays.y, arrays.inputs.x.size()});
    to += arrays.bytes();
  };
  for (const MathFunction& f : math_functions()) {
    call(std::string(f.name) + "_f32", f32);
    call(std::string(f.name) + "_f64", f64);
  }

  const std::vector<std::byte> got = guest.run(output, size);
  const std::byte* at = got.data();
  for (const MathFunction& f : math_functions()) {
    expect_near<float, double>(at, f.name, f32.inputs, f.f32, f.ulp32);
    expect_near<double, long double>(at, f.name, f64.inputs, f.f64, f.ulp64);
  }
}

}  // namespace
}  // namespace fusebox::cpu
