// choose-layouts: which transposes next to products go, and that the values stay.
#include <gtest/gtest.h>

#include <algorithm>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
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
    {"the same for many rows", "%x: tensor<70x19xf32>, %w: tensor<77x19xf32>", R"(
      %t = stablehlo.transpose %w, dims = [1, 0] : (tensor<77x19xf32>) -> tensor<19x77xf32>
      %r = stablehlo.dot_general %x, %t, contracting_dims = [1] x [0] : (tensor<70x19xf32>, tensor<19x77xf32>) -> tensor<70x77xf32>)",
     "tensor<70x77xf32>", 0},
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
    {"the left operand alone", "%x: tensor<2x19x5xf32>, %w: tensor<37x19x2xf32>", R"(
      %a = stablehlo.transpose %x, dims = [0, 2, 1] : (tensor<2x19x5xf32>) -> tensor<2x5x19xf32>
      %t = stablehlo.transpose %w, dims = [2, 1, 0] : (tensor<37x19x2xf32>) -> tensor<2x19x37xf32>
      %r = stablehlo.dot_general %a, %t, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<2x5x19xf32>, tensor<2x19x37xf32>) -> tensor<2x5x37xf32>)",
     "tensor<2x5x37xf32>", 1},
    {"the right operand alone", "%x: tensor<19x5xf32>, %w: tensor<37x19xf32>", R"(
      %a = stablehlo.transpose %x, dims = [1, 0] : (tensor<19x5xf32>) -> tensor<5x19xf32>
      %t = stablehlo.transpose %w, dims = [1, 0] : (tensor<37x19xf32>) -> tensor<19x37xf32>
      %r = stablehlo.dot_general %a, %t, contracting_dims = [1] x [0] : (tensor<5x19xf32>, tensor<19x37xf32>) -> tensor<5x37xf32>)",
     "tensor<5x37xf32>", 1},
    {"two columns, whose vectors would be of two", "%x: tensor<5x19xf32>, %w: tensor<19x2xf32>", R"(
      %t = stablehlo.transpose %w, dims = [1, 0] : (tensor<19x2xf32>) -> tensor<2x19xf32>
      %r = stablehlo.dot_general %x, %t, contracting_dims = [1] x [1] : (tensor<5x19xf32>, tensor<2x19xf32>) -> tensor<5x2xf32>)",
     "tensor<5x2xf32>", 1},
    {"a product turned around", "%x: tensor<70x19xf32>, %w: tensor<37x19xf32>", R"(
      %p = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : (tensor<70x19xf32>, tensor<37x19xf32>) -> tensor<70x37xf32>
      %r = stablehlo.transpose %p, dims = [1, 0] : (tensor<70x37xf32>) -> tensor<37x70xf32>)",
     "tensor<37x70xf32>", 0},
    {"products of a batch turned around", "%x: tensor<2x38x19xf32>, %w: tensor<2x37x19xf32>", R"(
      %p = stablehlo.dot_general %x, %w, batching_dims = [0] x [0], contracting_dims = [2] x [2] : (tensor<2x38x19xf32>, tensor<2x37x19xf32>) -> tensor<2x38x37xf32>
      %r = stablehlo.transpose %p, dims = [0, 2, 1] : (tensor<2x38x37xf32>) -> tensor<2x37x38xf32>)",
     "tensor<2x37x38xf32>", 0},
    {"a product with too few columns for threads to share", "%x: tensor<5x19xf32>, %w: tensor<37x19xf32>", R"(
      %p = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : (tensor<5x19xf32>, tensor<37x19xf32>) -> tensor<5x37xf32>
      %r = stablehlo.transpose %p, dims = [1, 0] : (tensor<5x37xf32>) -> tensor<37x5xf32>)",
     "tensor<37x5xf32>", 1},
    {"a product whose operand is updated before the transpose",
     "%x: tensor<70x19xf32>, %w: tensor<37x19xf32>", R"(
      %p = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : (tensor<70x19xf32>, tensor<37x19xf32>) -> tensor<70x37xf32>
      %z = stablehlo.constant dense<0> : tensor<i32>
      %v = stablehlo.slice %x [0:5, 0:19] : (tensor<70x19xf32>) -> tensor<5x19xf32>
      %u = stablehlo.dynamic_update_slice %w, %v, %z, %z : (tensor<37x19xf32>, tensor<5x19xf32>, tensor<i32>, tensor<i32>) -> tensor<37x19xf32>
      %t = stablehlo.transpose %p, dims = [1, 0] : (tensor<70x37xf32>) -> tensor<37x70xf32>
      %s = stablehlo.slice %t [0:37, 0:19] : (tensor<37x70xf32>) -> tensor<37x19xf32>
      %r = stablehlo.add %s, %u : tensor<37x19xf32>)",
     "tensor<37x19xf32>", 1},
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
    {"integers, whose sums would go along columns", "%x: tensor<5x19xi32>, %w: tensor<19x37xi32>", R"(
      %t = stablehlo.transpose %w, dims = [1, 0] : (tensor<19x37xi32>) -> tensor<37x19xi32>
      %i = stablehlo.dot_general %x, %t, contracting_dims = [1] x [1] : (tensor<5x19xi32>, tensor<37x19xi32>) -> tensor<5x37xi32>
      %r = stablehlo.convert %i : (tensor<5x37xi32>) -> tensor<5x37xf32>)",
     "tensor<5x37xf32>", 1},
    {"what is updated in place after it was read", "%x: tensor<5x19xf32>, %w: tensor<37x19xf32>", R"(
      %t = stablehlo.transpose %w, dims = [1, 0] : (tensor<37x19xf32>) -> tensor<19x37xf32>
      %z = stablehlo.constant dense<0> : tensor<i32>
      %u = stablehlo.dynamic_update_slice %w, %x, %z, %z : (tensor<37x19xf32>, tensor<5x19xf32>, tensor<i32>, tensor<i32>) -> tensor<37x19xf32>
      %p = stablehlo.dot_general %x, %t, contracting_dims = [1] x [0] : (tensor<5x19xf32>, tensor<19x37xf32>) -> tensor<5x37xf32>
      %r = stablehlo.dot_general %p, %u, contracting_dims = [1] x [0] : (tensor<5x37xf32>, tensor<37x19xf32>) -> tensor<5x19xf32>)",
     "tensor<5x19xf32>", 1},
    {"a product turned twice", "%x: tensor<16x24xf32>, %w: tensor<8x2x24xf32>", R"(
      %p = stablehlo.dot_general %x, %w, contracting_dims = [1] x [2] : (tensor<16x24xf32>, tensor<8x2x24xf32>) -> tensor<16x8x2xf32>
      %t = stablehlo.transpose %p, dims = [1, 2, 0] : (tensor<16x8x2xf32>) -> tensor<8x2x16xf32>
      %r = stablehlo.transpose %t, dims = [2, 0, 1] : (tensor<8x2x16xf32>) -> tensor<16x8x2xf32>)",
     "tensor<16x8x2xf32>", 1},
    {"a product outside of the loop that turns it", "%x: tensor<5x19xf32>, %w: tensor<5x19xf32>", R"(
      %p = stablehlo.dot_general %x, %w, contracting_dims = [1] x [1] : (tensor<5x19xf32>, tensor<5x19xf32>) -> tensor<5x5xf32>
      %z = stablehlo.constant dense<0> : tensor<i32>
      %n = stablehlo.constant dense<3> : tensor<i32>
      %one = stablehlo.constant dense<1> : tensor<i32>
      %zero = stablehlo.constant dense<0.0> : tensor<5x5xf32>
      %l:2 = stablehlo.while(%i = %z, %a = %zero) : tensor<i32>, tensor<5x5xf32>
      cond {
        %c = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %c : tensor<i1>
      } do {
        %t = stablehlo.transpose %p, dims = [1, 0] : (tensor<5x5xf32>) -> tensor<5x5xf32>
        %s = stablehlo.add %a, %t : tensor<5x5xf32>
        %j = stablehlo.add %i, %one : tensor<i32>
        stablehlo.return %j, %s : tensor<i32>, tensor<5x5xf32>
      }
      %r = stablehlo.add %l#1, %zero : tensor<5x5xf32>)",
     "tensor<5x5xf32>", 1},
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
  int64_t left = 0;
  for_each_block(program.find("main")->body, [&](const hlo::Block& block) {
    left +=
        std::ranges::count_if(block.ops, [](const auto& op) { return op->code == hlo::OpCode::transpose; });
  });
  return left;
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
