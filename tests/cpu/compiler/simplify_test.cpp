// canonicalize and fold-constants: what is left of a function's body, op by op.
#include <gtest/gtest.h>

#include <cstring>

#include "cpu/compiler/passes/pass.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/parser.h"

namespace fusebox::cpu {
namespace {

// The names of the ops that are left when both passes and dead code elimination have run; constants as their
// one element.
std::string left_of(const std::string& results, const std::string& body) {
  hlo::Program program = stablehlo::parse("func.func @main(%x: tensor<2x3xf32>, %i: tensor<2x3xi32>) -> (" +
                                          results + ") {\n" + body + "\n}");
  for (const auto pass : {canonicalize, fold_constants, canonicalize, eliminate_dead_code}) {
    pass(program);
    hlo::verify(program);
  }
  std::string left;
  for (const auto& op : program.find("main")->body.ops) {
    if (op->code == hlo::OpCode::return_) continue;
    left += (left.empty() ? "" : " ") + std::string(hlo::name(op->code));
    if (op->code != hlo::OpCode::constant) continue;
    const auto& literal = op->attributes.get<hlo::Literal>("value");
    int32_t value = 0;
    std::memcpy(&value, literal.bytes().data(), std::min(literal.bytes().size(), sizeof value));
    left += " " + std::to_string(value);
  }
  return left;
}

TEST(Canonicalize, WhatChangesNothingGoes) {
  for (const char* op : {"reshape %x : (tensor<2x3xf32>) -> tensor<2x3xf32>",
                         "transpose %x, dims = [0, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>",
                         "convert %x : (tensor<2x3xf32>) -> tensor<2x3xf32>",
                         "slice %x [0:2, 0:3] : (tensor<2x3xf32>) -> tensor<2x3xf32>",
                         "broadcast_in_dim %x, dims = [0, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>",
                         "concatenate %x, dim = 0 : (tensor<2x3xf32>) -> tensor<2x3xf32>",
                         "multiply %x, %one : tensor<2x3xf32>", "multiply %one, %x : tensor<2x3xf32>",
                         "divide %x, %one : tensor<2x3xf32>", "add %x, %minus_zero : tensor<2x3xf32>",
                         "subtract %x, %zero : tensor<2x3xf32>", "maximum %low, %x : tensor<2x3xf32>",
                         "maximum %x, %low : tensor<2x3xf32>", "minimum %x, %high : tensor<2x3xf32>",
                         "select %true, %x, %one : tensor<2x3xi1>, tensor<2x3xf32>",
                         "select %yes, %x, %x : tensor<2x3xi1>, tensor<2x3xf32>"})
    EXPECT_EQ(left_of("tensor<2x3xf32>", R"(
      %one = stablehlo.constant dense<1.0> : tensor<2x3xf32>
      %zero = stablehlo.constant dense<0.0> : tensor<2x3xf32>
      %minus_zero = stablehlo.constant dense<-0.0> : tensor<2x3xf32>
      %low = stablehlo.constant dense<0xFF800000> : tensor<2x3xf32>
      %high = stablehlo.constant dense<0x7F800000> : tensor<2x3xf32>
      %true = stablehlo.constant dense<true> : tensor<2x3xi1>
      %yes = stablehlo.compare GT, %x, %zero : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
      %0 = stablehlo.)" + std::string(op) + "\nreturn %0 : tensor<2x3xf32>"),
              "")
        << op;
}

// -0 + 0 is 0: a sign would be lost.
TEST(Canonicalize, WhatChangesSomethingStays) {
  for (const char* op : {"add %x, %zero : tensor<2x3xf32>", "subtract %x, %minus_zero : tensor<2x3xf32>",
                         "multiply %x, %zero : tensor<2x3xf32>", "divide %one, %x : tensor<2x3xf32>",
                         "minimum %low, %x : tensor<2x3xf32>", "maximum %zero, %x : tensor<2x3xf32>"})
    EXPECT_NE(left_of("tensor<2x3xf32>", R"(
      %one = stablehlo.constant dense<1.0> : tensor<2x3xf32>
      %zero = stablehlo.constant dense<0.0> : tensor<2x3xf32>
      %minus_zero = stablehlo.constant dense<-0.0> : tensor<2x3xf32>
      %low = stablehlo.constant dense<0xFF800000> : tensor<2x3xf32>
      %0 = stablehlo.)" + std::string(op) + "\nreturn %0 : tensor<2x3xf32>"),
              "")
        << op;
}

TEST(Canonicalize, TwoMovesAreOneOrNone) {
  EXPECT_EQ(left_of("tensor<3x2xf32>", R"(
    %0 = stablehlo.reshape %x : (tensor<2x3xf32>) -> tensor<6xf32>
    %1 = stablehlo.reshape %0 : (tensor<6xf32>) -> tensor<3x2xf32>
    return %1 : tensor<3x2xf32>)"),
            "reshape");
  EXPECT_EQ(left_of("tensor<2x3xf32>", R"(
    %0 = stablehlo.transpose %x, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %1 = stablehlo.transpose %0, dims = [1, 0] : (tensor<3x2xf32>) -> tensor<2x3xf32>
    return %1 : tensor<2x3xf32>)"),
            "");
}

TEST(Canonicalize, WhatMovesAxesOfOneElementIsAReshape) {
  for (const char* ops : {R"(
    %0 = stablehlo.broadcast_in_dim %x, dims = [0, 2] : (tensor<2x3xf32>) -> tensor<2x1x3x1xf32>
    %1 = stablehlo.transpose %0, dims = [3, 0, 2, 1] : (tensor<2x1x3x1xf32>) -> tensor<1x2x3x1xf32>)",
                          R"(
    %0 = stablehlo.reshape %x : (tensor<2x3xf32>) -> tensor<2x3x1x1xf32>
    %1 = stablehlo.transpose %0, dims = [2, 0, 1, 3] : (tensor<2x3x1x1xf32>) -> tensor<1x2x3x1xf32>)"})
    EXPECT_EQ(left_of("tensor<1x2x3x1xf32>", std::string(ops) + "\nreturn %1 : tensor<1x2x3x1xf32>"),
              "reshape");
  EXPECT_EQ(left_of("tensor<3x1x2xf32>", R"(
    %0 = stablehlo.broadcast_in_dim %x, dims = [2, 0] : (tensor<2x3xf32>) -> tensor<3x1x2xf32>
    return %0 : tensor<3x1x2xf32>)"),
            "broadcast_in_dim");
}

TEST(FoldConstants, IntegersWrapAroundAndKeepTheirShape) {
  EXPECT_EQ(left_of("tensor<2x3xi32>", R"(
    %a = stablehlo.constant dense<2147483647> : tensor<2x3xi32>
    %b = stablehlo.constant dense<2> : tensor<i32>
    %c = stablehlo.broadcast_in_dim %b, dims = [] : (tensor<i32>) -> tensor<2x3xi32>
    %0 = stablehlo.add %a, %c : tensor<2x3xi32>
    return %0 : tensor<2x3xi32>)"),
            "constant -2147483647");
}

TEST(FoldConstants, ComparesAsTheTypeDoes) {
  for (const auto& [type, expected] : {std::pair("i8", "constant 1"), {"ui8", "constant 0"}}) {
    const std::string t = "tensor<" + std::string(type) + ">";
    const char* high = type == std::string("i8") ? "-1" : "255";
    EXPECT_EQ(left_of("tensor<i1>", "%a = stablehlo.constant dense<" + std::string(high) + "> : " + t +
                                        "\n%b = stablehlo.constant dense<1> : " + t +
                                        "\n%0 = stablehlo.compare LT, %a, %b : (" + t + ", " + t +
                                        ") -> tensor<i1>\nreturn %0 : tensor<i1>"),
              expected);
  }
}

TEST(FoldConstants, LeavesWhatIsNotKnown) {
  EXPECT_EQ(left_of("tensor<2x3xi32>", R"(
    %a = stablehlo.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
    %0 = stablehlo.add %i, %a : tensor<2x3xi32>
    return %0 : tensor<2x3xi32>)"),
            "constant 1 add");
}

}  // namespace
}  // namespace fusebox::cpu
