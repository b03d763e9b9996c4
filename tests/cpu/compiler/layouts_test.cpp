// choose-layouts: which transposes next to products go, and that the values stay.
#include <gtest/gtest.h>

#include <algorithm>

#include "cpu/compiler/passes/pass.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/parser.h"
#include "tests/cpu/compiler/run.h"

namespace fusebox::cpu {
namespace {

struct Case {
  const char* what;
  const char* parameters;
  const char* body;  // its last value is %r
  const char* result;
  int transposes;  // that are left
};

// Sizes without whole vectors and tiles.
constexpr Case kCases[] = {
    {"weights as files hold them", "%x: tensor<5x19xf32>, %w: tensor<37x19xf32>", R"(
      %t = stablehlo.transpose %w, dims = [1, 0] : (tensor<37x19xf32>) -> tensor<19x37xf32>
      %r = stablehlo.dot_general %x, %t, contracting_dims = [1] x [0] : (tensor<5x19xf32>, tensor<19x37xf32>) -> tensor<5x37xf32>)",
     "tensor<5x37xf32>", 0},
    {"the same for many rows", "%x: tensor<70x19xf32>, %w: tensor<37x19xf32>", R"(
      %t = stablehlo.transpose %w, dims = [1, 0] : (tensor<37x19xf32>) -> tensor<19x37xf32>
      %r = stablehlo.dot_general %x, %t, contracting_dims = [1] x [0] : (tensor<70x19xf32>, tensor<19x37xf32>) -> tensor<70x37xf32>)",
     "tensor<70x37xf32>", 0},
    {"both operands turned", "%x: tensor<19x5xf32>, %w: tensor<19x37xf32>", R"(
      %a = stablehlo.transpose %x, dims = [1, 0] : (tensor<19x5xf32>) -> tensor<5x19xf32>
      %b = stablehlo.transpose %w, dims = [1, 0] : (tensor<19x37xf32>) -> tensor<37x19xf32>
      %r = stablehlo.dot_general %a, %b, contracting_dims = [1] x [1] : (tensor<5x19xf32>, tensor<37x19xf32>) -> tensor<5x37xf32>)",
     "tensor<5x37xf32>", 0},
    {"heads in front", "%x: tensor<6x3x20xf32>, %y: tensor<9x3x20xf32>", R"(
      %a = stablehlo.transpose %x, dims = [1, 0, 2] : (tensor<6x3x20xf32>) -> tensor<3x6x20xf32>
      %b = stablehlo.transpose %y, dims = [1, 2, 0] : (tensor<9x3x20xf32>) -> tensor<3x20x9xf32>
      %r = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<3x6x20xf32>, tensor<3x20x9xf32>) -> tensor<3x6x9xf32>)",
     "tensor<3x6x9xf32>", 0},
    {"a product turned around", "%x: tensor<5x19xf32>, %w: tensor<37x19xf32>", R"(
      %p = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : (tensor<5x19xf32>, tensor<37x19xf32>) -> tensor<5x37xf32>
      %r = stablehlo.transpose %p, dims = [1, 0] : (tensor<5x37xf32>) -> tensor<37x5xf32>)",
     "tensor<37x5xf32>", 0},
    {"products of a batch turned around", "%x: tensor<2x5x19xf32>, %w: tensor<2x37x19xf32>", R"(
      %p = stablehlo.dot_general %x, %w, batching_dims = [0] x [0], contracting_dims = [2] x [2] : (tensor<2x5x19xf32>, tensor<2x37x19xf32>) -> tensor<2x5x37xf32>
      %r = stablehlo.transpose %p, dims = [0, 2, 1] : (tensor<2x5x37xf32>) -> tensor<2x37x5xf32>)",
     "tensor<2x37x5xf32>", 0},
    {"a product that is needed both ways", "%x: tensor<5x19xf32>, %w: tensor<5x19xf32>", R"(
      %p = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : (tensor<5x19xf32>, tensor<5x19xf32>) -> tensor<5x5xf32>
      %t = stablehlo.transpose %p, dims = [1, 0] : (tensor<5x5xf32>) -> tensor<5x5xf32>
      %r = stablehlo.subtract %p, %t : tensor<5x5xf32>)",
     "tensor<5x5xf32>", 1},
    {"no vectors without it", "%x: tensor<2x5x19xf32>, %w: tensor<37x19x2xf32>", R"(
      %t = stablehlo.transpose %w, dims = [2, 1, 0] : (tensor<37x19x2xf32>) -> tensor<2x19x37xf32>
      %r = stablehlo.dot_general %x, %t, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x5x19xf32>, tensor<2x19x37xf32>) -> tensor<2x5x37xf32>)",
     "tensor<2x5x37xf32>", 1},
    {"free axes in another order", "%x: tensor<5x19xf32>, %w: tensor<4x3x19xf32>", R"(
      %t = stablehlo.transpose %w, dims = [1, 0, 2] : (tensor<4x3x19xf32>) -> tensor<3x4x19xf32>
      %r = stablehlo.dot_general %x, %t, contracting_dims = [1] x [2] : (tensor<5x19xf32>, tensor<3x4x19xf32>) -> tensor<5x3x4xf32>)",
     "tensor<5x3x4xf32>", 1},
};

std::string text_of(const Case& c) {
  return std::string("func.func @main(") + c.parameters + ") -> " + c.result + " {" + c.body +
         "\n return %r : " + c.result + "\n}";
}

int64_t transposes_left(const std::string& text) {
  hlo::Program program = stablehlo::parse(text);
  for (const auto pass : {choose_layouts, eliminate_dead_code}) {
    pass(program);
    hlo::verify(program);
  }
  return std::ranges::count_if(program.find("main")->body.ops,
                               [](const auto& op) { return op->code == hlo::OpCode::transpose; });
}

TEST(ChooseLayouts, TransposesNextToProductsGo) {
  for (const Case& c : kCases) EXPECT_EQ(transposes_left(text_of(c)), c.transposes) << c.what;
}

// Small whole numbers: whatever the order of a sum, it is exact.
TEST(ChooseLayouts, ValuesStay) {
  for (const Case& c : kCases) {
    const std::string text = text_of(c);
    const Blob blob = compiled(text);
    std::vector<Floats> arguments;
    for (const auto& parameter : blob.parameters) {
      Floats& values = arguments.emplace_back(static_cast<size_t>(parameter.shape.elements()));
      for (size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>((i * 7 + arguments.size()) % 23) - 11;
    }
    const Blob without =
        compile(text, {.level = std::string(cpu_level()), .disabled_passes = {"choose-layouts"}});
    EXPECT_EQ(run(blob, arguments), run(without, arguments)) << c.what;
  }
}

}  // namespace
}  // namespace fusebox::cpu
