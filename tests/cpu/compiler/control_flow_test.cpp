// Loops and branches: what they hand on is where it should be although buffers are shared.
#include <gtest/gtest.h>

#include "tests/cpu/compiler/run.h"

namespace fusebox::cpu {
namespace {

// What a loop begins with is read inside of it as it was, in the last round, too.
TEST(ControlFlow, ALoopMayReadWhatItsVariableBeganWith) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %0 = stablehlo.multiply %x, %x : tensor<2xf32>
      %1:2 = stablehlo.while(%i = %zero, %y = %0) : tensor<f32>, tensor<2xf32>
      cond {
        %three = stablehlo.constant dense<3.0> : tensor<f32>
        %2 = stablehlo.compare LT, %i, %three : (tensor<f32>, tensor<f32>) -> tensor<i1>
        stablehlo.return %2 : tensor<i1>
      } do {
        %one = stablehlo.constant dense<1.0> : tensor<f32>
        %3 = stablehlo.add %i, %one : tensor<f32>
        %4 = stablehlo.reduce(%0 init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<2xf32>, tensor<f32>) -> tensor<f32>
        %5 = stablehlo.broadcast_in_dim %4, dims = [] : (tensor<f32>) -> tensor<2xf32>
        %6 = stablehlo.add %y, %5 : tensor<2xf32>
        stablehlo.return %3, %6 : tensor<f32>, tensor<2xf32>
      }
      return %1#1 : tensor<2xf32>
    })");
  EXPECT_EQ(run(blob, {{1, 2}})[0], (Floats{16, 19}));
}

TEST(ControlFlow, BranchesAreTaken) {
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<2xf32>, %p: tensor<f32>) -> tensor<2xf32> {
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %c = stablehlo.compare GT, %p, %zero : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %0 = "stablehlo.if"(%c) ({
        %1 = stablehlo.negate %x : tensor<2xf32>
        stablehlo.return %1 : tensor<2xf32>
      }, {
        stablehlo.return %x : tensor<2xf32>
      }) : (tensor<i1>) -> tensor<2xf32>
      return %0 : tensor<2xf32>
    })";
  const Blob blob = compiled(kText);
  EXPECT_EQ(run(blob, {{1, 2}, {1}})[0], (Floats{-1, -2}));
  EXPECT_EQ(run(blob, {{1, 2}, {-1}})[0], (Floats{1, 2}));
}

TEST(ControlFlow, BranchesDoNotMixUpWhatTheyReturn) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<2xf32>, %p: tensor<f32>) -> tensor<2xf32> {
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %c = stablehlo.compare GT, %p, %zero : (tensor<f32>, tensor<f32>) -> tensor<i1>
      %rows = stablehlo.reshape %x : (tensor<2xf32>) -> tensor<1x2xf32>
      %0 = stablehlo.dot_general %rows, %rows, contracting_dims = [0] x [0] : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<2x2xf32>
      %1 = stablehlo.dot_general %0, %0, contracting_dims = [1] x [0] : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
      %2 = "stablehlo.if"(%c) ({
        stablehlo.return %0 : tensor<2x2xf32>
      }, {
        stablehlo.return %1 : tensor<2x2xf32>
      }) : (tensor<i1>) -> tensor<2x2xf32>
      %3 = stablehlo.dot_general %2, %x, contracting_dims = [1] x [0] : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
      return %3 : tensor<2xf32>
    })");
  EXPECT_EQ(run(blob, {{1, 2}, {1}})[0], (Floats{5, 10}));
  EXPECT_EQ(run(blob, {{1, 2}, {-1}})[0], (Floats{25, 50}));
}

TEST(ControlFlow, ALoopsResultOutlivesAnUpdateOfWhatItBeganWith) {
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<f32>) {
      %zero = stablehlo.constant dense<0> : tensor<i32>
      %0 = stablehlo.negate %x : tensor<2xf32>
      %r:2 = stablehlo.while(%i = %zero, %s = %0) : tensor<i32>, tensor<2xf32>
      cond {
        %n = stablehlo.constant dense<3> : tensor<i32>
        %c = stablehlo.compare LT, %i, %n : (tensor<i32>, tensor<i32>) -> tensor<i1>
        stablehlo.return %c : tensor<i1>
      } do {
        %one = stablehlo.constant dense<1> : tensor<i32>
        %j = stablehlo.add %i, %one : tensor<i32>
        stablehlo.return %j, %s : tensor<i32>, tensor<2xf32>
      }
      %u = stablehlo.constant dense<8.0> : tensor<1xf32>
      %1 = stablehlo.dynamic_update_slice %0, %u, %zero : (tensor<2xf32>, tensor<1xf32>, tensor<i32>) -> tensor<2xf32>
      %2 = stablehlo.dot_general %1, %1, contracting_dims = [0] x [0] : (tensor<2xf32>, tensor<2xf32>) -> tensor<f32>
      return %r#1, %2 : tensor<2xf32>, tensor<f32>
    })");
  const auto results = run(blob, {{1, 2}});
  EXPECT_EQ(results[0], (Floats{-1, -2}));
  EXPECT_EQ(results[1], (Floats{68}));
}

}  // namespace
}  // namespace fusebox::cpu
