// Text that is no program: what the messages say, and that no text takes the parser down.
#include <gtest/gtest.h>

#include <random>

#include "fusebox/base/error.h"
#include "fusebox/stablehlo/parser.h"
#include "tests/stablehlo/text_sections.h"

namespace fusebox::test {
namespace {

Error error_of(const std::string& text) {
  try {
    stablehlo::parse(text, {.file = "f.mlir"});
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::kInternal, "no error"};
}

std::string complaint(const std::string& text) { return error_of(text).what(); }

// A function with one line.
std::string function(std::string_view line) {
  return "func.func @main(%x: tensor<2xf32>, %y: tensor<3xf32>) {\n  " + std::string(line) + "\n  return\n}";
}

TEST(ParseErrors, say_where_with_a_caret) {
  EXPECT_EQ(complaint(function("%0 = stablehlo.add %x, %z : tensor<2xf32>")),
            "[add] f.mlir:2:26: %z is not defined here\n"
            "    %0 = stablehlo.add %x, %z : tensor<2xf32>\n"
            "                           ^");
  EXPECT_EQ(
      complaint(function("%0 = stablehlo.add %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>")),
      "[add] f.mlir:2:8: got f32[2] and f32[3], want equal shapes\n"
      "    %0 = stablehlo.add %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>\n"
      "         ^");
  EXPECT_EQ(complaint("func.func @main(%x: tensor<2xf32>) {\n\treturn\n"),
            "f.mlir:3:1: got the end of the text, want '}'\n"
            "  \n"
            "  ^");
}

TEST(ParseErrors, show_a_part_of_long_lines) {
  const std::string pad(1000, ' ');
  EXPECT_EQ(complaint(function("%0 = stablehlo.negate" + pad + "%q" + pad + ": tensor<2xf32>")),
            "[negate] f.mlir:2:1024: %q is not defined here\n  …" + std::string(50, ' ') + "%q" +
                std::string(48, ' ') + "…\n   " + std::string(50, ' ') + "^");
}

TEST(ParseErrors, of_ops) {
  const std::pair<const char*, const char*> kCases[] = {
      {"%0 = stablehlo.ad %x, %x : tensor<2xf32>",
       "f.mlir:2:8: there is no op 'stablehlo.ad'; did you mean 'add' or 'and' or 'pad'?"},
      {"%0 = arith.addf %x, %x : tensor<2xf32>", "f.mlir:2:8: there is no op 'arith.addf'"},
      {"%x = stablehlo.negate %x : tensor<2xf32>", "f.mlir:2:3: %x is defined already"},
      {"%0 = stablehlo.negate %x : tensor<3xf32>",
       "[negate] f.mlir:2:30: got the type f32[3] for operand 0, which is f32[2]"},
      {"%0:2 = stablehlo.negate %x : tensor<2xf32>",
       "[negate] f.mlir:2:10: got 1 results, 1 types and 2 names for them"},
      {"%0 = stablehlo.negate %x#1 : tensor<2xf32>", "[negate] f.mlir:2:25: got %x#1, there are 1 of them"},
      {"%0 = stablehlo.transpose %x, dimensions = [0] : tensor<2xf32>",
       "[transpose] f.mlir:2:32: this op has no 'dimensions'"},
      {R"(%0 = "stablehlo.transpose"(%x) <{permutatio = array<i64: 0>}> : (tensor<2xf32>) -> tensor<2xf32>)",
       "[transpose] f.mlir:2:36: there is no attribute 'permutatio'; did you mean 'permutation'?"},
      {"%0 = stablehlo.transpose %x : tensor<2xf32>",
       "[transpose] f.mlir:2:8: attribute permutation is missing"},
      {"%0 = stablehlo.compare LESS, %x, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>",
       "[compare] f.mlir:2:26: got 'LESS', want EQ, NE, GE, GT, LE, LT"},
      {"%0 = stablehlo.sort %x : tensor<2xf32>",
       "[sort] f.mlir:2:8: this op has no short form, want \"stablehlo.sort\"(…)"},
      {"%0 = call @g(%x) : (tensor<2xf32>) -> tensor<2xf32>", "[call] f.mlir:2:8: there is no function g"},
      {"call @main(%x, %y) : (tensor<2xf32>, tensor<3xf32>) -> ()",
       "f.mlir:1:1: main calls itself, directly or through others"},
      {"return %x : tensor<2xf32>", "[return] f.mlir:3:3: the block has returned already"},
      {"%0 = stablehlo.constant dense<1> : tensor<2x?xi32>",
       "[constant] f.mlir:2:47: got a size that is not known (?), want static shapes"},
      {"%0 = stablehlo.tuple %x : tuple<tensor<2xf32>>",
       "[tuple] f.mlir:2:29: got the type 'tuple<tensor<2xf32>>', want a tensor of numbers or a token"},
      {"%0 = stablehlo.uniform_quantize %x : (tensor<2xf32>) -> tensor<2x!quant.uniform<i8:f32, 1.0>>",
       "[uniform_quantize] f.mlir:2:68: got the type '!quant.uniform<i8:f32, 1.0>', want a tensor of numbers "
       "or a "
       "token"},
      {R"("cf.br"()[^bb1] : () -> ())", "f.mlir:2:3: there is no op 'cf.br'"},
  };
  for (const auto& [line, want] : kCases) {
    const std::string text = complaint(function(line));
    EXPECT_EQ(text.substr(0, text.find('\n')), want);
  }
}

TEST(ParseErrors, of_functions) {
  const std::pair<const char*, const char*> kCases[] = {
      {"", "f.mlir:1:1: got the end of the text, want a module or a function"},
      {"hello", "f.mlir:1:1: got 'hello', want a function (func.func)"},
      {"module { func.func @f() { return } } module {}", "f.mlir:1:38: got a second module, want one"},
      {"func.func @f() { return }\nfunc.func @f() { return }", "f.mlir:2:1: two functions are named 'f'"},
      {"func.func private @f(tensor<2xf32>)", "f.mlir:1:22: 'f' has no body, want all functions in the text"},
      {"func.func @f() -> tensor<2xf32> { return }",
       "f.mlir:1:35: 'f' returns other types than its signature says"},
      {"func.func @f(%x: tensor<2xf32>) { }", "f.mlir:1:35: got the end of a block without a return"},
      {"func.func @f(%x: tensor<2xf32>) { return ^bb1: return }",
       "f.mlir:1:42: got a second block, want one in each region"},
      {"func.func @f(%x: tensor<*xf32>) { return }", "f.mlir:1:25: got a tensor without a rank, want a rank"},
      {"func.func @f(%x: tensor<2xi7>) { return }", "f.mlir:1:27: got the element type 'i7'"},
      {"func.func @f(%x: tensor<2xf32, #a.b>) { return }",
       "f.mlir:1:30: got a tensor with an encoding, want sizes and an element type only"},
      {"func.func @f(%x: tensor<2xf32>, %x: tensor<2xf32>) { return }", "f.mlir:1:33: %x is defined already"},
      {"func.func @f(%x: tensor<2xf32> {tf.aliasing_output = 3 : i32}) { return }",
       "f.mlir:1:1: argument 0 of f aliases output 3, there are 0"},
      {"func.func @\"f", "f.mlir:1:12: got a string without an end"},
      {"func.func @\"\\q\"() { return }",
       R"(f.mlir:1:13: got an unknown escape, want \\, \", \n, \t or two hex digits)"},
  };
  for (const auto& [source, want] : kCases) {
    const std::string text = complaint(source);
    EXPECT_EQ(text.substr(0, text.find('\n')), want);
  }
}

std::string repeat(std::string_view what, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; i++) text += what;
  return text;
}

// Whatever nests can nest 10,000 deep and more; that is an error or nothing special, and never the stack's
// end.
TEST(ParseErrors, of_deep_nesting) {
  constexpr size_t kDeep = 100'000;
  const auto negate = [](const std::string& attribute) {
    return function("%0 = stablehlo.negate %x {a.b = " + attribute + "} : tensor<2xf32>");
  };
  EXPECT_EQ(error_of(function(repeat("%0 = \"stablehlo.case\"(%x) ({", kDeep))).kind(),
            ErrorKind::kUnsupported);
  EXPECT_EQ(error_of(function(repeat("stablehlo.while() cond {", kDeep))).kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(error_of(negate(repeat("{a = ", kDeep))).kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(error_of(negate(repeat("{a = ", kDeep) + "1" + repeat("}", kDeep))).kind(),
            ErrorKind::kUnsupported);
  EXPECT_EQ(error_of(negate(repeat("[", kDeep))).kind(), ErrorKind::kInvalidFile);
  EXPECT_EQ(error_of(negate(repeat("[", kDeep) + repeat("]", kDeep))).message(), "no error");
  EXPECT_EQ(error_of(negate(repeat("() -> ", kDeep) + "()")).message(), "no error");
  EXPECT_EQ(error_of(negate("#a<" + repeat("<", kDeep))).kind(), ErrorKind::kInvalidFile);
  const std::string lists = repeat("[", kDeep) + "1" + repeat("]", kDeep);
  EXPECT_EQ(error_of(function("%0 = stablehlo.constant dense<" + lists + "> : tensor<1xi32>")).kind(),
            ErrorKind::kInvalidFile);
  EXPECT_EQ(
      error_of(function("%0 = stablehlo.constant dense<1> : tensor<" + repeat("1x", kDeep) + "i32>")).kind(),
      ErrorKind::kUnsupported);
  EXPECT_EQ(error_of("func.func @f(%x: " + repeat("tuple<", kDeep)).kind(), ErrorKind::kInvalidFile);
  EXPECT_EQ(
      error_of(function("%0 = stablehlo.negate %x : tensor<2xf32> loc(" + repeat("fused[", kDeep))).kind(),
      ErrorKind::kInvalidFile);
}

// Aliases can stand for themselves, or for more text than there is memory.
TEST(ParseErrors, of_aliases) {
  const std::string use = function("%0 = stablehlo.negate %x {a.b = #a0} : tensor<2xf32>");
  EXPECT_EQ(error_of("#a0 = #a0\n" + use).kind(), ErrorKind::kUnsupported);
  EXPECT_EQ(error_of("#a0 = [#a0, #a0]\n" + use).kind(), ErrorKind::kUnsupported);
  for (const auto& [open, close] : {std::pair{"[", "]"}, std::pair{"{x = ", "}"}}) {
    std::string aliases;
    for (int i = 0; i < 40; i++) {
      const std::string next = "#a" + std::to_string(i + 1);
      aliases += "#a" + std::to_string(i) + " = " + open + next + (open[0] == '[' ? ", " : ", y = ") + next +
                 close + "\n";
    }
    EXPECT_EQ(error_of(aliases + "#a40 = 1\n" + use).kind(), ErrorKind::kUnsupported);
  }
  EXPECT_EQ(error_of(function("%0 = stablehlo.negate %x : tensor<2xf32> loc(#loc)") + "\n#loc = loc(#loc)")
                .message(),
            "no error");
}

TEST(ParseErrors, of_many_attributes) {
  std::string dict;
  for (int i = 0; i < 2000; i++) dict += (i > 0 ? ", a.b" : "a.b") + std::to_string(i) + " = 1";
  EXPECT_EQ(error_of(function("%0 = stablehlo.negate %x {" + dict + "} : tensor<2xf32>")).kind(),
            ErrorKind::kUnsupported);
}

// Every text that ends too early, and some in which one character is another.
TEST(ParseErrors, damaged_text_is_an_error_or_another_program) {
  std::mt19937 random(1);
  int errors = 0;
  for (const auto& [name, text] : text_sections("jax_texts.mlir")) {
    if (text.size() > 6000) continue;
    const auto parse = [&](std::string_view damaged) {
      try {
        stablehlo::parse(damaged);
      } catch (const Error& error) {
        EXPECT_NE(error.kind(), ErrorKind::kInternal) << error.what();
        errors++;
      }
    };
    for (size_t end = 0; end < text.size(); end += 97) parse(std::string_view(text).substr(0, end));
    for (int i = 0; i < 30; i++) {
      std::string damaged = text;
      damaged[random() % damaged.size()] = "<>(){}[]\"%#@:,=x0-. \n\xff"[random() % 22];
      parse(damaged);
    }
  }
  EXPECT_GT(errors, 500);
}

}  // namespace
}  // namespace fusebox::test
