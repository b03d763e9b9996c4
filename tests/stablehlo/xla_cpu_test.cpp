// XLA's CPU plugin reads what the printer writes: every op, and constants bit for bit.
#include <gtest/gtest.h>

#include "fusebox/hlo/verify.h"
#include "fusebox/pjrt/pjrt.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/stablehlo/op_sketches.h"

namespace fusebox::test {
namespace {

const pjrt::Client& client() {
  static const pjrt::Client one = pjrt::Client::create(
      pjrt::Plugin::load(FUSEBOX_ASSETS_DIR "/pjrt_c_api_cpu_plugin.so"), {{"cpu_device_count", int64_t{1}}});
  return one;
}

pjrt::Executable compile(const std::string& text) {
  return pjrt::Executable::compile(client(), text, pjrt::default_compile_options(client()));
}

TEST(XlaCpu, compiles_the_text_of_every_op) {
  for (const OpSketch& how : op_sketches()) {
    const auto sketch = draw_common(how);
    hlo::verify(sketch->program);
    const std::string text = stablehlo::print(sketch->program);
    EXPECT_NO_THROW(compile(text)) << text;
  }
}

// `n` elements of a type with bits of every kind, NaN among them.
hlo::Literal mixed_bits(DType dtype, int64_t n) {
  hlo::Literal literal{{{n}, dtype}, nullptr, false};
  auto bytes = std::make_shared<std::vector<std::byte>>(static_cast<size_t>(literal.shape.bytes()));
  const int bits = info(dtype).bits;
  const int mask = bits < 8 ? (1 << bits) - 1 : 255;
  for (size_t i = 0; i < bytes->size(); i++)
    (*bytes)[i] = static_cast<std::byte>(i * 167 & static_cast<size_t>(mask));
  literal.data = std::move(bytes);
  return literal;
}

// As lists and, above 100 elements, as raw bytes.
TEST(XlaCpu, gets_the_bits_of_constants) {
  for (size_t i = 0; i < static_cast<size_t>(token); i++) {
    const auto dtype = static_cast<DType>(i);
    if (dtype == f6e2m3fn || dtype == f6e3m2fn) continue;  // XLA ends the process at a constant of these
    for (int64_t n : {40, 300}) {
      const hlo::Literal literal = mixed_bits(dtype, n);
      Sketch s;
      s.ret({s.op(OpCode::constant, {}, {{"value", literal}})});
      const auto run = compile(stablehlo::print(s.program)).execute({});
      std::vector<std::byte> bytes(literal.data->size());
      run.outputs[0].to_host(bytes).await();
      EXPECT_TRUE(bytes == *literal.data) << name(dtype) << " × " << n;
    }
  }
}

}  // namespace
}  // namespace fusebox::test
