// Ops on windows of their operands: convolution, reduce_window, scatter; and reduce_precision.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

template <typename T>
std::vector<std::byte> bytes_of(const std::vector<T>& values) {
  const auto* first = reinterpret_cast<const std::byte*>(values.data());
  return {first, first + values.size() * sizeof(T)};
}

// The first result, on 1 thread and, the same, on 3.
template <typename T>
std::vector<T> run(std::string_view text, std::vector<std::vector<std::byte>> arguments) {
  const Blob blob = compile(text, {.level = std::string(cpu_level()), .disabled_passes = {"keep-for-one"}});
  std::vector<T> first;
  for (const int threads : {1, 3}) {
    std::vector<std::vector<std::byte>> results;
    for (const Shape& shape : blob.results) results.emplace_back(static_cast<size_t>(shape.bytes()));
    std::vector<std::byte*> inputs, outputs;
    for (auto& argument : arguments) inputs.push_back(argument.data());
    for (auto& result : results) outputs.push_back(result.data());
    Program(deserialize(serialize(blob))).run(inputs, outputs, threads);
    std::vector<T> values(results[0].size() / sizeof(T));
    std::memcpy(values.data(), results[0].data(), results[0].size());
    if (threads == 1) first = values;
    EXPECT_EQ(bytes_of(values), bytes_of(first)) << threads << " threads";
  }
  return first;
}

std::vector<float> ramp(int64_t count, int64_t factor) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i * factor % 13 - 6));
  return values;
}

// A convolution of [b, 0, 1, f] with [0, 1, i, o]; small integers, so that sums are exact in any order.
struct Case {
  int64_t batch = 1, height = 5, width = 6, features = 2, window[2] = {2, 3}, results = 4;
  int64_t stride[2] = {1, 1}, low[2] = {0, 0}, high[2] = {0, 0}, dilate[2] = {1, 1},
          kernel_dilate[2] = {1, 1};
  bool reversed[2] = {false, false};
  int64_t feature_groups = 1, batch_groups = 1;

  int64_t count(int axis) const {
    const int64_t size = axis == 0 ? height : width;
    const int64_t padded = low[axis] + (size - 1) * dilate[axis] + 1 + high[axis];
    return (padded - (window[axis] - 1) * kernel_dilate[axis] - 1) / stride[axis] + 1;
  }
  // The element that a window's element falls on, or none.
  std::optional<int64_t> place(int axis, int64_t window_at, int64_t inside) const {
    const int64_t turned = reversed[axis] ? window[axis] - 1 - inside : inside;
    const int64_t at = window_at * stride[axis] + turned * kernel_dilate[axis] - low[axis];
    if (at < 0 || at % dilate[axis] != 0 || at / dilate[axis] >= (axis == 0 ? height : width)) return {};
    return at / dilate[axis];
  }
  std::string text() const {
    const int64_t out_batch = batch / batch_groups, in = features / feature_groups;
    return fmt::format(
        "func.func @main(%x: tensor<{0}x{1}x{2}x{3}xf32>, %w: tensor<{4}x{5}x{6}x{7}xf32>) -> "
        "tensor<{8}x{9}x{10}x{7}xf32> {{\n"
        "  %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window "
        "= {{"
        "stride = [{11}, {12}], pad = [[{13}, {14}], [{15}, {16}]], lhs_dilate = [{17}, {18}], "
        "rhs_dilate = [{19}, {20}], reverse = [{21}, {22}]}} {{batch_group_count = {23} : i64, "
        "feature_group_count = {24} : i64}} : (tensor<{0}x{1}x{2}x{3}xf32>, tensor<{4}x{5}x{6}x{7}xf32>) -> "
        "tensor<{8}x{9}x{10}x{7}xf32>\n  return %0 : tensor<{8}x{9}x{10}x{7}xf32>\n}}",
        batch, height, width, features, window[0], window[1], in, results, out_batch, count(0), count(1),
        stride[0], stride[1], low[0], high[0], low[1], high[1], dilate[0], dilate[1], kernel_dilate[0],
        kernel_dilate[1], reversed[0], reversed[1], batch_groups, feature_groups);
  }
  // As the specification has it, one product after the other.
  std::vector<float> want(const std::vector<float>& x, const std::vector<float>& w) const {
    const int64_t out_batch = batch / batch_groups, in = features / feature_groups;
    std::vector<float> result;
    for (int64_t n = 0; n < out_batch; ++n)
      for (int64_t i = 0; i < count(0); ++i)
        for (int64_t j = 0; j < count(1); ++j)
          for (int64_t o = 0; o < results; ++o) {
            float sum = 0;
            const int64_t from_batch = n + o / (results / batch_groups) * out_batch;
            const int64_t from_feature = o / (results / feature_groups) * in;
            for (int64_t a = 0; a < window[0]; ++a)
              for (int64_t b = 0; b < window[1]; ++b)
                for (int64_t f = 0; f < in; ++f) {
                  const auto row = place(0, i, a), column = place(1, j, b);
                  if (!row || !column) continue;
                  const int64_t at =
                      ((from_batch * height + *row) * width + *column) * features + from_feature + f;
                  sum += x[static_cast<size_t>(at)] *
                         w[static_cast<size_t>(((a * window[1] + b) * in + f) * results + o)];
                }
            result.push_back(sum);
          }
    return result;
  }
};

TEST(Windows, ConvolutionsAreAsSpecified) {
  const Case cases[] = {
      {},
      {.batch = 3, .features = 1},
      {.stride = {2, 3}, .low = {1, 2}, .high = {2, 1}},
      {.low = {-1, 0}, .high = {0, -2}},
      {.dilate = {2, 3}, .kernel_dilate = {3, 2}},
      {.stride = {2, 1}, .low = {1, 1}, .high = {1, 1}, .dilate = {2, 1}, .reversed = {true, true}},
      {.features = 4, .kernel_dilate = {1, 2}, .reversed = {false, true}, .feature_groups = 2},
      {.features = 4, .results = 8, .feature_groups = 4},
      {.batch = 4, .results = 6, .low = {1, 1}, .batch_groups = 2},
      {.window = {5, 6}},
      {.window = {1, 1}},
  };
  for (const Case& c : cases) {
    const auto x = ramp(c.batch * c.height * c.width * c.features, 7);
    const auto w = ramp(c.window[0] * c.window[1] * c.features / c.feature_groups * c.results, 5);
    EXPECT_EQ(run<float>(c.text(), {bytes_of(x), bytes_of(w)}), c.want(x, w)) << c.text();
  }
}

// Layout [b, f, 0], as audio models have it, and no window at all.
TEST(Windows, ConvolutionsOfOtherRanks) {
  EXPECT_EQ(run<float>(R"(
    func.func @main(%x: tensor<1x2x4xf32>, %w: tensor<1x2x3xf32>) -> tensor<1x1x4xf32> {
      %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, f, 0]x[o, i, 0]->[b, f, 0], window = {pad = [[1, 1]]} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x2x4xf32>, tensor<1x2x3xf32>) -> tensor<1x1x4xf32>
      return %0 : tensor<1x1x4xf32>
    })",
                       {bytes_of<float>({1, 2, 3, 4, 10, 20, 30, 40}), bytes_of<float>({1, 2, 3, 0, 0, 1})}),
            (std::vector<float>{8 + 20, 14 + 30, 20 + 40, 11}));
  EXPECT_EQ(run<float>(R"(
    func.func @main(%x: tensor<2x2xf32>, %w: tensor<2x1xf32>) -> tensor<2x1xf32> {
      %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, f]x[i, o]->[b, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
      return %0 : tensor<2x1xf32>
    })",
                       {bytes_of<float>({1, 2, 3, 4}), bytes_of<float>({10, 1})}),
            (std::vector<float>{12, 34}));
}

// A window that is larger than what it moves over fits nowhere.
TEST(Windows, ConvolutionsMayHaveNoResults) {
  EXPECT_EQ(run<float>(R"(
    func.func @main(%x: tensor<1x1x2xf32>, %w: tensor<1x1x3xf32>) -> tensor<1x1x0xf32> {
      %0 = stablehlo.convolution(%x, %w) dim_numbers = [b, f, 0]x[o, i, 0]->[b, f, 0], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<1x1x2xf32>, tensor<1x1x3xf32>) -> tensor<1x1x0xf32>
      return %0 : tensor<1x1x0xf32>
    })",
                       {bytes_of<float>({1, 2}), bytes_of<float>({1, 2, 3})}),
            std::vector<float>());
}

constexpr std::string_view kPooling = R"(
  func.func @main(%x: tensor<4x5xf32>) -> tensor<RESULT> {
    %z = stablehlo.constant dense<INIT> : tensor<f32>
    %0 = "stablehlo.reduce_window"(%x, %z) <{ATTRIBUTES}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %1 = stablehlo.OP %a, %b : tensor<f32>
      stablehlo.return %1 : tensor<f32>
    }) : (tensor<4x5xf32>, tensor<f32>) -> tensor<RESULT>
    return %0 : tensor<RESULT>
  })";

std::string filled(std::string_view text,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> with) {
  std::string result(text);
  for (const auto& [name, value] : with)
    for (size_t at = 0; (at = result.find(name, at)) != std::string::npos; at += value.size())
      result.replace(at, name.size(), value);
  return result;
}

TEST(Windows, ReductionsOverWindows) {
  std::vector<float> x;
  for (int i = 0; i < 20; ++i) x.push_back(static_cast<float>(i));
  EXPECT_EQ(
      run<float>(
          filled(kPooling,
                 {{"RESULT", "2x2xf32"},
                  {"INIT", "0xFF800000"},
                  {"OP", "maximum"},
                  {"ATTRIBUTES", "window_dimensions = array<i64: 2, 3>, window_strides = array<i64: 2, 2>"}}),
          {bytes_of(x)}),
      (std::vector<float>{7, 9, 17, 19}));
  // Dilated, padded: elements 0, 2, 4 of rows that have a gap between each two.
  EXPECT_EQ(run<float>(
                filled(kPooling, {{"RESULT", "5x2xf32"},
                                  {"INIT", "100.0"},
                                  {"OP", "add"},
                                  {"ATTRIBUTES",
                                   "window_dimensions = array<i64: 1, 3>, window_strides = array<i64: 1, 4>, "
                                   "base_dilations = array<i64: 1, 2>, window_dilations = array<i64: 1, 2>, "
                                   "padding = dense<[[1, 0], [0, 0]]> : tensor<2x2xi64>"}}),
                {bytes_of(x)}),
            (std::vector<float>{400, 400, 103, 109, 118, 124, 133, 139, 148, 154}));
}

// Sums of bytes in 32 bits: the region says in what is computed.
TEST(Windows, RegionsMayBeWider) {
  const std::vector<int8_t> x = {100, 100, 100, 27};
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<4xi8>) -> tensor<RESULT> {
      %z = stablehlo.constant dense<0> : tensor<i8>
      %0 = "stablehlo.OP"(%x, %z) <{ATTRIBUTES}> ({
      ^bb0(%a: tensor<i32>, %b: tensor<i32>):
        %1 = stablehlo.add %a, %b : tensor<i32>
        stablehlo.return %1 : tensor<i32>
      }) : (tensor<4xi8>, tensor<i8>) -> tensor<RESULT>
      return %0 : tensor<RESULT>
    })";
  EXPECT_EQ(run<int32_t>(filled(kText, {{"RESULT", "2xi32"},
                                        {"OP", "reduce_window"},
                                        {"ATTRIBUTES", "window_dimensions = array<i64: 3>"}}),
                         {bytes_of(x)}),
            (std::vector<int32_t>{300, 227}));
  EXPECT_EQ(
      run<int32_t>(
          filled(kText, {{"RESULT", "i32"}, {"OP", "reduce"}, {"ATTRIBUTES", "dimensions = array<i64: 0>"}}),
          {bytes_of(x)}),
      (std::vector<int32_t>{327}));
}

// Rows 1, -1 (outside), 3 (outside) and 1 again of a [3, 4] operand.
constexpr std::string_view kScatter = R"(
  func.func @main(%x: tensor<3x4xf32>, %at: tensor<4x1xINDEX>, %u: tensor<4x4xf32>) -> tensor<3x4xf32> {
    %0 = "stablehlo.scatter"(%x, %at, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %1 = stablehlo.RESULT %a, %b : tensor<f32>
      stablehlo.return %1 : tensor<f32>
    }) : (tensor<3x4xf32>, tensor<4x1xINDEX>, tensor<4x4xf32>) -> tensor<3x4xf32>
    return %0 : tensor<3x4xf32>
  })";

TEST(Windows, ScatterLeavesOutWhatIsOutside) {
  const std::vector<float> x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const std::vector<float> u = {10, 20, 30, 40, 1, 1, 1, 1, 2, 2, 2, 2, 100, 200, 300, 400};
  const std::vector<float> added = {0, 1, 2, 3, 114, 225, 336, 447, 8, 9, 10, 11};
  const std::string add = filled(kScatter, {{"RESULT", "add"}, {"INDEX", "i64"}});
  EXPECT_EQ(run<float>(add, {bytes_of(x), bytes_of<int64_t>({1, -1, 3, 1}), bytes_of(u)}), added);
  EXPECT_EQ(
      run<float>(filled(kScatter, {{"RESULT", "add"}, {"INDEX", "ui64"}}),
                 {bytes_of(x), bytes_of<uint64_t>({1, ~uint64_t{0}, uint64_t{1} << 63, 1}), bytes_of(u)}),
      added);
  // Those that meet follow each other in order.
  EXPECT_EQ(run<float>(filled(kScatter, {{"RESULT", "subtract"}, {"INDEX", "i8"}}),
                       {bytes_of(x), bytes_of<int8_t>({0, 2, 127, 0}), bytes_of(u)}),
            (std::vector<float>{-110, -219, -328, -437, 4, 5, 6, 7, 7, 8, 9, 10}));
}

// A window that is partly outside leaves its inner part.
TEST(Windows, ScatterOfAWindow) {
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<4xf32>, %at: tensor<1xi32>, %u: tensor<3xf32>) -> tensor<4xf32> {
      %0 = "stablehlo.scatter"(%x, %at, %u) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [0], scatter_dims_to_operand_dims = [0]>}> ({
      ^bb0(%a: tensor<f32>, %b: tensor<f32>):
        stablehlo.return %b : tensor<f32>
      }) : (tensor<4xf32>, tensor<1xi32>, tensor<3xf32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    })";
  const auto scatter = [&](int32_t at) {
    return run<float>(kText,
                      {bytes_of<float>({1, 2, 3, 4}), bytes_of<int32_t>({at}), bytes_of<float>({7, 8, 9})});
  };
  EXPECT_EQ(scatter(1), (std::vector<float>{1, 7, 8, 9}));
  EXPECT_EQ(scatter(-1), (std::vector<float>{8, 9, 3, 4}));
  EXPECT_EQ(scatter(3), (std::vector<float>{1, 2, 3, 7}));
  EXPECT_EQ(scatter(std::numeric_limits<int32_t>::max()), (std::vector<float>{1, 2, 3, 4}));
}

// The same operand twice, of which one result is left over: each element is replaced by one of the updates.
TEST(Windows, ScatterOfTwoOperands) {
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<2x2x2xi32>, %u: tensor<2x2x2xi32>, %v: tensor<2x2x2xi32>) -> tensor<2x2x2xi32> {
      %at = stablehlo.iota dim = 0 : tensor<2xi32>
      %0:2 = "stablehlo.scatter"(%x, %x, %at, %u, %v) <{scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [0, 1], inserted_window_dims = [1], scatter_dims_to_operand_dims = [1], index_vector_dim = 1>}> ({
      ^bb0(%a: tensor<i32>, %b: tensor<i32>, %c: tensor<i32>, %d: tensor<i32>):
        stablehlo.return %c, %d : tensor<i32>, tensor<i32>
      }) : (tensor<2x2x2xi32>, tensor<2x2x2xi32>, tensor<2xi32>, tensor<2x2x2xi32>, tensor<2x2x2xi32>) -> (tensor<2x2x2xi32>, tensor<2x2x2xi32>)
      return %0#RESULT : tensor<2x2x2xi32>
    })";
  const auto x = bytes_of<int32_t>({0, 0, 0, 0, 0, 0, 0, 0}), u = bytes_of<int32_t>({1, 2, 3, 4, 5, 6, 7, 8});
  const auto v = bytes_of<int32_t>({10, 20, 30, 40, 50, 60, 70, 80});
  EXPECT_EQ(run<int32_t>(filled(kText, {{"RESULT", "0"}}), {x, u, v}),
            (std::vector<int32_t>{1, 3, 2, 4, 5, 7, 6, 8}));
  EXPECT_EQ(run<int32_t>(filled(kText, {{"RESULT", "1"}}), {x, u, v}),
            (std::vector<int32_t>{10, 30, 20, 40, 50, 70, 60, 80}));
}

// What is updated is read by its own updates, as it was.
TEST(Windows, ScatterOfItsOwnElements) {
  EXPECT_EQ(run<float>(R"(
    func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
      %at = stablehlo.constant dense<[[1], [2], [0]]> : tensor<3x1xi32>
      %two = stablehlo.constant dense<2.0> : tensor<3xf32>
      %y = stablehlo.multiply %x, %two : tensor<3xf32>
      %0 = "stablehlo.scatter"(%y, %at, %y) <{scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>}> ({
      ^bb0(%a: tensor<f32>, %b: tensor<f32>):
        stablehlo.return %b : tensor<f32>
      }) : (tensor<3xf32>, tensor<3x1xi32>, tensor<3xf32>) -> tensor<3xf32>
      return %0 : tensor<3xf32>
    })",
                       {bytes_of<float>({1, 2, 3})}),
            (std::vector<float>{6, 2, 4}));
}

float reduced(float x, int exponent, int mantissa) {
  return run<float>(fmt::format("func.func @main(%x: tensor<f32>) -> tensor<f32> {{\n"
                                "%0 = stablehlo.reduce_precision %x, format = e{}m{} : tensor<f32>\n"
                                "return %0 : tensor<f32>\n}}",
                                exponent, mantissa),
                    {bytes_of<float>({x})})[0];
}

TEST(Windows, ReducePrecision) {
  const float infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(reduced(1.2345678f, 8, 23), 1.2345678f);
  EXPECT_EQ(reduced(1.2345678f, 11, 52), 1.2345678f);
  EXPECT_EQ(reduced(1 + 0x1p-8f, 8, 7), 1.0f);             // a tie, to even
  EXPECT_EQ(reduced(1 + 0x3p-8f, 8, 7), 1 + 0x1p-6f);      // a tie, to even
  EXPECT_EQ(reduced(1 + 0x1.001p-8f, 8, 7), 1 + 0x1p-7f);  // above it
  EXPECT_EQ(reduced(65504, 5, 10), 65504.0f);              // the largest of f16
  EXPECT_EQ(reduced(-65520, 5, 10), -infinity);
  EXPECT_EQ(reduced(0x1p-14f, 5, 10), 0x1p-14f);
  EXPECT_TRUE(std::signbit(reduced(-0x1p-15f, 5, 10)) && reduced(-0x1p-15f, 5, 10) == 0);
  EXPECT_TRUE(std::isnan(reduced(NAN, 5, 2)));
  EXPECT_EQ(reduced(NAN, 5, 0), infinity);
}

}  // namespace
}  // namespace fusebox::cpu
