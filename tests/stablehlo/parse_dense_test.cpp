// Constants in every spelling.
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <limits>

#include "fusebox/base/error.h"
#include "fusebox/stablehlo/parser.h"

namespace fusebox::test {
namespace {

hlo::Literal constant(const std::string& text) {
  const hlo::Program program =
      stablehlo::parse("func.func @main() { %0 = stablehlo.constant " + text + " return }", {.file = "c"});
  return program.find("main")->body.ops[0]->attributes.get<hlo::Literal>("value");
}

template <typename T>
std::vector<T> values(const std::string& text) {
  const hlo::Literal literal = constant(text);
  std::vector<T> out(literal.data->size() / sizeof(T));
  std::memcpy(out.data(), literal.data->data(), literal.data->size());
  return out;
}

std::string complaint(const std::string& text) {
  try {
    constant(text);
  } catch (const Error& error) {
    return error.message().substr(0, error.message().find('\n'));
  }
  return "none";
}

TEST(Dense, lists_nest_as_the_shape_does) {
  EXPECT_EQ(values<int32_t>("dense<[[1, -2, 3], [4, 5, 6]]> : tensor<2x3xi32>"),
            (std::vector{1, -2, 3, 4, 5, 6}));
  EXPECT_EQ(values<int32_t>("dense<7> : tensor<i32>"), (std::vector{7}));
  EXPECT_FALSE(constant("dense<7> : tensor<i32>").splat);
  EXPECT_EQ(values<int32_t>("dense<[\n  1, // a > comment\n  2]> : tensor<2xi32>"), (std::vector{1, 2}));
}

TEST(Dense, splats_are_one_element) {
  const hlo::Literal splat = constant("dense<1.5> : tensor<1000000x1000000xf32>");
  EXPECT_TRUE(splat.splat);
  EXPECT_EQ(splat.data->size(), 4u);
  EXPECT_TRUE(constant("dense<7> : tensor<1xi32>").splat);
  EXPECT_FALSE(constant("dense<[7]> : tensor<1xi32>").splat);
}

TEST(Dense, nothing) {
  EXPECT_EQ(constant("dense<> : tensor<0x3xf32>").data->size(), 0u);
  EXPECT_EQ(constant("dense<[[], []]> : tensor<2x0xf32>").data->size(), 0u);
}

TEST(Dense, bits) {
  EXPECT_EQ(values<uint8_t>("dense<[true, false]> : tensor<2xi1>"), (std::vector<uint8_t>{1, 0}));
  EXPECT_EQ(values<uint8_t>("dense<[1, 0]> : tensor<2xi1>"), (std::vector<uint8_t>{1, 0}));
}

TEST(Dense, integers_of_all_widths) {
  EXPECT_EQ(values<int8_t>("dense<[-128, 127, 255, 0xFE]> : tensor<4xi8>"),
            (std::vector<int8_t>{-128, 127, -1, -2}));
  EXPECT_EQ(values<uint64_t>("dense<[18446744073709551615, 0]> : tensor<2xui64>"),
            (std::vector<uint64_t>{UINT64_MAX, 0}));
  EXPECT_EQ(values<int64_t>("dense<[-9223372036854775808]> : tensor<1xi64>"),
            (std::vector<int64_t>{INT64_MIN}));
  EXPECT_EQ(values<int16_t>("dense<[1]> : tensor<1xsi16>"), (std::vector<int16_t>{1}));
  EXPECT_EQ(values<uint8_t>("dense<[7, -8, -1]> : tensor<3xi4>"), (std::vector<uint8_t>{7, 8, 15}));
}

TEST(Dense, floats_are_decimals_or_bits) {
  EXPECT_EQ(values<float>("dense<[0.1, -1.0e+20, 1.5E-3, 2., 3]> : tensor<5xf32>"),
            (std::vector{0.1f, -1e20f, 1.5e-3f, 2.0f, 3.0f}));
  EXPECT_EQ(values<uint32_t>("dense<[0x7FC00000, 0xFF800000, -0.0]> : tensor<3xf32>"),
            (std::vector<uint32_t>{0x7FC00000, 0xFF800000, 0x80000000}));
  EXPECT_EQ(values<double>("dense<[0.1, 4.9e-324]> : tensor<2xf64>"), (std::vector{0.1, 5e-324}));
  EXPECT_EQ(values<uint16_t>("dense<[1.0, 0x7FC0, 0.1]> : tensor<3xbf16>"),
            (std::vector<uint16_t>{0x3F80, 0x7FC0, 0x3DCD}));
  EXPECT_EQ(values<uint16_t>("dense<[1.0, 65520.0]> : tensor<2xf16>"),
            (std::vector<uint16_t>{0x3C00, 0x7C00}));
  EXPECT_EQ(values<uint8_t>("dense<[1.0, 0x7F]> : tensor<2xf8E4M3FN>"), (std::vector<uint8_t>{0x38, 0x7F}));
  EXPECT_EQ(values<uint8_t>("dense<[0.0, 1.0]> : tensor<2xf8E8M0FNU>"), (std::vector<uint8_t>{0, 127}));
}

TEST(Dense, complex_numbers_are_pairs) {
  EXPECT_EQ(values<float>("dense<[(1.0, -2.0), (0x7F800000, 0.0)]> : tensor<2xcomplex<f32>>"),
            (std::vector{1.0f, -2.0f, std::numeric_limits<float>::infinity(), 0.0f}));
  EXPECT_TRUE(constant("dense<(1.0, 2.0)> : tensor<5xcomplex<f64>>").splat);
}

TEST(Dense, raw_bytes) {
  EXPECT_EQ(values<int32_t>("dense<\"0x0100000002000000\"> : tensor<2xi32>"), (std::vector{1, 2}));
  EXPECT_TRUE(constant("dense<\"0x0100803f\"> : tensor<5xf32>").splat);
  EXPECT_EQ(values<uint8_t>("dense<\"0x0100FF\"> : tensor<3xi1>"), (std::vector<uint8_t>{1, 0, 1}));
  EXPECT_EQ(values<uint8_t>("dense<\"0x07FF\"> : tensor<2xi4>"), (std::vector<uint8_t>{7, 15}));
  // Eight bits to a byte, as older versions wrote them.
  EXPECT_EQ(values<uint8_t>("dense<\"0x0502\"> : tensor<10xi1>"),
            (std::vector<uint8_t>{1, 0, 1, 0, 0, 0, 0, 0, 0, 1}));
}

TEST(Dense, mistakes) {
  EXPECT_EQ(complaint("dense<[1, 2]> : tensor<3xi32>"), "got ']', want 3 items in this list");
  EXPECT_EQ(complaint("dense<[1, 2, 3]> : tensor<2xi32>"), "got ',', want ']' after 2 items");
  EXPECT_EQ(complaint("dense<[[1], [2]]> : tensor<2xi32>"), "got '[', want a number");
  EXPECT_EQ(complaint("dense<[1]> : tensor<1x1xi32>"), "got '1', want '['");
  EXPECT_EQ(complaint("dense<300> : tensor<i8>"), "got '300', want a value of i8");
  EXPECT_EQ(complaint("dense<-129> : tensor<i8>"), "got '-129', want a value of i8");
  EXPECT_EQ(complaint("dense<-1> : tensor<ui8>"), "got '-1', want a value of ui8");
  EXPECT_EQ(complaint("dense<1.5> : tensor<i8>"), "got '1.5', want a value of i8");
  EXPECT_EQ(complaint("dense<0x1FFFFFFFF> : tensor<f32>"), "got '0x1FFFFFFFF', want a value of f32");
  EXPECT_EQ(complaint("dense<true> : tensor<i32>"), "got 'true', want a number");
  EXPECT_EQ(complaint("dense<> : tensor<2xi32>"), "got fewer elements than the 2 of i32[2]");
  EXPECT_EQ(complaint("dense<[1]> : tensor<1000000000000xi32>"),
            "got fewer elements than the 1000000000000 of i32[1000000000000]");
  EXPECT_EQ(complaint("dense<\"0x010000\"> : tensor<2xi32>"), "got 3 bytes, want 8 for i32[2]");
  EXPECT_EQ(complaint("dense<\"0x01\"> : tensor<1000000000000xi32>"),
            "got 1 bytes, want 4000000000000 for i32[1000000000000]");
  EXPECT_EQ(complaint("dense<\"0x0g\"> : tensor<1xi8>"),
            "got a string with other characters than hex digits");
  EXPECT_EQ(complaint("dense<\"0x012\"> : tensor<1xi8>"),
            "got a string, want \"0x and two hex digits for each byte");
  EXPECT_EQ(complaint("dense<1> : tensor<9223372036854775807x2xi8>"),
            "[9223372036854775807, 2] has too many elements");
  EXPECT_EQ(complaint("dense<1> : tensor<99999999999999999999xi8>"),
            "got the size '99999999999999999999', want at most 63 bits");
  EXPECT_EQ(complaint("dense_resource<w> : tensor<2xf32>"),
            "got a constant in a resource, want its elements in the text: dense<…>");
}

}  // namespace
}  // namespace fusebox::test
