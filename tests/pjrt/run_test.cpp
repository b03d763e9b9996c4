// The whole road on a real plugin: load, compile, move data, run.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "tests/pjrt/xla.h"

namespace fusebox::pjrt {
namespace {

constexpr const char* kTwice = R"(
  module @twice {
    func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
      %y = stablehlo.add %x, %x : tensor<2x3xf32>
      return %y : tensor<2x3xf32>
    }
  })";

TEST(Run, DoublesAMatrix) {
  Client client = xla_cpu();
  EXPECT_EQ(client.platform_name(), "cpu");
  ASSERT_EQ(client.devices().size(), 1u);
  Buffer x = put<float>(client, {2, 3}, f32, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(x.shape(), (Shape{{2, 3}, f32}));

  Executable twice = Executable::compile(client, kTwice, default_compile_options(client));
  const Buffer* arguments[] = {&x};
  Execution run = twice.execute(arguments);
  run.done.await();
  ASSERT_EQ(run.outputs.size(), 1u);
  EXPECT_EQ(get<float>(run.outputs[0]), (std::vector<float>{2, 4, 6, 8, 10, 12}));
}

}  // namespace
}  // namespace fusebox::pjrt
