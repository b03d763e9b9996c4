// XLA's CPU plugin compiles the text of every op.
#include <gtest/gtest.h>

#include "fusebox/hlo/verify.h"
#include "fusebox/pjrt/pjrt.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/stablehlo/op_sketches.h"

namespace fusebox::test {
namespace {

TEST(XlaCpu, compiles_the_text_of_every_op) {
  const pjrt::Plugin& plugin = pjrt::Plugin::load(FUSEBOX_ASSETS_DIR "/pjrt_c_api_cpu_plugin.so");
  const pjrt::Client client = pjrt::Client::create(plugin, {{"cpu_device_count", int64_t{1}}});
  const auto options = pjrt::default_compile_options(client);
  for (const OpSketch& how : op_sketches()) {
    const auto sketch = draw_common(how);
    hlo::verify(sketch->program);
    const std::string text = stablehlo::print(sketch->program);
    EXPECT_NO_THROW(pjrt::Executable::compile(client, text, options)) << text;
  }
}

}  // namespace
}  // namespace fusebox::test
