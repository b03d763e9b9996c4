// What is made of a product element by element is made by the product's kernel, with the same bits as by a
// kernel of its own.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "fusebox/base/small_float.h"
#include "tests/cpu/compiler/emulate.h"
#include "tests/cpu/compiler/run.h"

namespace fusebox::cpu {
namespace {

using Bytes = std::vector<std::byte>;

Blob compile_without(const std::string& text, const std::string& level,
                     const std::vector<std::string>& passes) {
  CompileOptions options = test::played(level);
  options.disabled_passes.insert(options.disabled_passes.end(), passes.begin(), passes.end());
  return compile(text, options);
}

// Normal numbers for each parameter, all of them floats.
std::vector<Bytes> some_arguments(const Blob& blob) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<Bytes> arguments;
  for (const BlobParameter& parameter : blob.parameters) {
    const Shape& shape = parameter.shape;
    arguments.emplace_back(static_cast<size_t>(shape.bytes()));
    std::vector<float> values(static_cast<size_t>(shape.elements()));
    for (float& value : values) value = normal(random);
    if (shape.dtype == f64) {
      const std::vector<double> wide(values.begin(), values.end());
      std::memcpy(arguments.back().data(), wide.data(), arguments.back().size());
    } else {
      encode_floats(shape.dtype, values, arguments.back());
    }
  }
  return arguments;
}

Bytes result_of(const Blob& blob, std::vector<Bytes> arguments, int threads) {
  Bytes result(static_cast<size_t>(blob.results[0].bytes()));
  std::vector<std::byte*> inputs;
  for (Bytes& argument : arguments) inputs.push_back(argument.data());
  const std::vector<std::byte*> outputs = {result.data()};
  Program(deserialize(serialize(blob))).run(inputs, outputs, threads);
  return result;
}

size_t dots(const Blob& blob) {
  return static_cast<size_t>(std::ranges::count_if(
      blob.steps, [&](const Step& step) { return blob.kernels[step.kernel].name.starts_with("dot"); }));
}

// One step in place of two, and the same bits for every number of threads.
void expect_one_step(const std::string& text,
                     const std::vector<std::string>& levels = {std::string(cpu_level())}) {
  for (const std::string& level : levels) {
    SCOPED_TRACE(level + text);
    const Blob apart = compile_without(text, level, {"dot-epilogues"});
    const Blob blob = compile_without(text, level, {});
    ASSERT_EQ(blob.steps.size(), 1u);
    EXPECT_EQ(apart.steps.size(), 2u);
    const std::vector<Bytes> arguments = some_arguments(blob);
    const Bytes want = result_of(apart, arguments, 1);
    EXPECT_FALSE(std::ranges::all_of(want, [](std::byte byte) { return byte == std::byte(0); }));
    for (const int threads : {1, 2, 3, 8}) EXPECT_EQ(result_of(blob, arguments, threads), want) << threads;
  }
}

struct Sizes {
  int64_t rows, columns, depth;
};
// With and without whole tiles, blocks of rows and groups of columns.
constexpr Sizes kSizes[] = {{1, 13, 100}, {1, 150, 20}, {7, 70, 33}, {50, 131, 9}, {97, 64, 12}};

// $X, $Y, $Z: what is multiplied and made; $B, $R: types of a bias per column and per row.
std::string product(DType dtype, const Sizes& sizes, bool columns_innermost, std::string_view made,
                    std::string_view what = "") {
  const auto type = [&](const std::string& dims) { return fmt::format("tensor<{}x{}>", dims, name(dtype)); };
  const std::string x = type(fmt::format("{}x{}", sizes.rows, sizes.depth)),
                    y = columns_innermost ? type(fmt::format("{}x{}", sizes.depth, sizes.columns))
                                          : type(fmt::format("{}x{}", sizes.columns, sizes.depth)),
                    dims = fmt::format("{}x{}", sizes.rows, sizes.columns), z = type(dims);
  const std::string result = what.empty() ? z : fmt::format("tensor<{}x{}>", dims, what);
  std::string text = fmt::format(R"(
    func.func @main(%x: {0}, %y: {1}, %bias: $B, %rows: $R, %more: {2}) -> {3} {{
      %dot = stablehlo.dot_general %x, %y, contracting_dims = [1] x [{4}] : ({0}, {1}) -> {2}
      {5}
      return %made : {3}
    }})",
                                 x, y, z, result, columns_innermost ? 0 : 1, made);
  const std::pair<const char*, std::string> types[] = {{"$B", type(std::to_string(sizes.columns))},
                                                       {"$R", type(std::to_string(sizes.rows))},
                                                       {"$D", dims},
                                                       {"$Z", z}};
  for (const auto& [from, to] : types)
    for (size_t at = text.find(from); at != std::string::npos; at = text.find(from)) text.replace(at, 2, to);
  return text;
}

constexpr std::string_view kBiasAndGate = R"(
  %b = stablehlo.broadcast_in_dim %bias, dims = [1] : ($B) -> $Z
  %0 = stablehlo.add %dot, %b : $Z
  %1 = stablehlo.logistic %0 : $Z
  %made = stablehlo.multiply %0, %1 : $Z)";
constexpr std::string_view kRowsAndResidual = R"(
  %r = stablehlo.broadcast_in_dim %rows, dims = [0] : ($R) -> $Z
  %0 = stablehlo.multiply %dot, %r : $Z
  %made = stablehlo.add %more, %0 : $Z)";

TEST(DotResults, GetWhatIsMadeOfThemInTheSameKernel) {
  for (const Sizes& sizes : kSizes)
    for (const bool columns_innermost : {false, true}) {
      expect_one_step(product(f32, sizes, columns_innermost, kBiasAndGate));
      expect_one_step(product(f32, sizes, columns_innermost, kRowsAndResidual));
    }
}

TEST(DotResults, AreTheSameAtEveryLevel) {
  for (const bool columns_innermost : {false, true}) {
    expect_one_step(product(f32, {50, 71, 9}, columns_innermost, kRowsAndResidual), test::levels_to_play());
    for (const DType dtype : {f16, bf16, f64})
      expect_one_step(product(dtype, {7, 71, 12}, columns_innermost, kBiasAndGate),
                      {test::levels_to_play().front(), test::levels_to_play().back()});
  }
}

TEST(DotResults, MayBecomeOfAnotherType) {
  for (const bool columns_innermost : {false, true}) {
    const auto converted = [&](DType from, const Sizes& sizes, std::string_view to) {
      expect_one_step(product(from, sizes, columns_innermost,
                              fmt::format("%made = stablehlo.convert %dot : ($Z) -> tensor<$Dx{}>", to), to));
    };
    converted(f32, {50, 131, 9}, "f16");
    converted(bf16, {50, 131, 9}, "f32");
    converted(f64, {1, 70, 9}, "f32");
    converted(f16, {7, 131, 9}, "f64");
    expect_one_step(product(f32, {50, 131, 9}, columns_innermost,
                            "%made = stablehlo.compare GT, %dot, %more : ($Z, $Z) -> tensor<$Dxi1>", "i1"));
  }
}

// Neither operand's contracted axis is innermost, nor its free one where vectors would take it.
TEST(DotResults, OfProductsElementByElementAreMadeOneByOne) {
  expect_one_step(R"(
    func.func @main(%x: tensor<5x7xf16>, %y: tensor<9x5xf16>, %b: tensor<9xf16>) -> tensor<7x9xf16> {
      %0 = stablehlo.dot_general %x, %y, contracting_dims = [0] x [1] : (tensor<5x7xf16>, tensor<9x5xf16>) -> tensor<7x9xf16>
      %1 = stablehlo.broadcast_in_dim %b, dims = [1] : (tensor<9xf16>) -> tensor<7x9xf16>
      %2 = stablehlo.add %0, %1 : tensor<7x9xf16>
      %3 = stablehlo.tanh %2 : tensor<7x9xf16>
      return %3 : tensor<7x9xf16>
    })");
}

// Shares of threads end inside of a batch.
TEST(DotResults, OfABatchAreMadeAtTheirPlaces) {
  for (const int64_t axis : {1, 2}) {
    const std::string y = axis == 1 ? "tensor<5x11x70xf32>" : "tensor<5x70x11xf32>";
    expect_one_step(fmt::format(R"(
      func.func @main(%x: tensor<5x3x11xf32>, %y: {0}, %b: tensor<5x70xf32>, %z: tensor<1x5x3x70xf32>) -> tensor<1x5x3x70xf32> {{
        %0 = stablehlo.dot_general %x, %y, batching_dims = [0] x [0], contracting_dims = [2] x [{1}] : (tensor<5x3x11xf32>, {0}) -> tensor<5x3x70xf32>
        %1 = stablehlo.broadcast_in_dim %b, dims = [0, 2] : (tensor<5x70xf32>) -> tensor<5x3x70xf32>
        %2 = stablehlo.add %0, %1 : tensor<5x3x70xf32>
        %3 = stablehlo.reshape %2 : (tensor<5x3x70xf32>) -> tensor<1x5x3x70xf32>
        %4 = stablehlo.subtract %z, %3 : tensor<1x5x3x70xf32>
        return %4 : tensor<1x5x3x70xf32>
      }})",
                                y, axis));
  }
}

TEST(DotResults, HaveSeveralAxesAndReadOthersAtThem) {
  expect_one_step(R"(
    func.func @main(%x: tensor<2x3x16xf32>, %y: tensor<16x4x5xf32>, %b: tensor<5x4xf32>, %s: tensor<f32>) -> tensor<2x3x4x5xf32> {
      %0 = stablehlo.dot_general %x, %y, contracting_dims = [2] x [0] : (tensor<2x3x16xf32>, tensor<16x4x5xf32>) -> tensor<2x3x4x5xf32>
      %1 = stablehlo.transpose %b, dims = [1, 0] : (tensor<5x4xf32>) -> tensor<4x5xf32>
      %2 = stablehlo.broadcast_in_dim %1, dims = [2, 3] : (tensor<4x5xf32>) -> tensor<2x3x4x5xf32>
      %3 = stablehlo.broadcast_in_dim %s, dims = [] : (tensor<f32>) -> tensor<2x3x4x5xf32>
      %4 = stablehlo.multiply %0, %3 : tensor<2x3x4x5xf32>
      %5 = stablehlo.add %4, %2 : tensor<2x3x4x5xf32>
      return %5 : tensor<2x3x4x5xf32>
    })");
}

constexpr std::string_view kProduct = R"(
  %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
)";

// How many steps there are; with and without nobody can tell the difference. `returned`: values, then types.
size_t steps_of(std::string_view body, std::string_view values, std::string_view types,
                std::string_view of_x = "") {
  const std::string text = fmt::format(
      "func.func @main(%x: tensor<4x4xf32>{}, %y: tensor<4x4xf32>) -> ({}) {{{}{}\nreturn {} : {}\n}}", of_x,
      types, kProduct, body, values, types);
  const Blob blob = compiled(text);
  const Blob apart = compile(text, {.level = std::string(cpu_level()), .disabled_passes = {"dot-epilogues"}});
  Floats x(16), y(16);
  for (size_t i = 0; i < 16; ++i) x[i] = static_cast<float>(i % 5) - 2, y[i] = static_cast<float>(i % 7) - 3;
  EXPECT_EQ(run(blob, {x, y}, 2), run(apart, {x, y}, 1)) << text;
  EXPECT_EQ(dots(blob), dots(apart)) << "a product is made twice";
  return blob.steps.size();
}

TEST(DotResults, OfSeveralUsersHaveABuffer) {
  EXPECT_EQ(steps_of(R"(
    %1 = stablehlo.negate %0 : tensor<4x4xf32>)",
                     "%1, %0", "tensor<4x4xf32>, tensor<4x4xf32>"),
            2u);
  EXPECT_EQ(steps_of(R"(
    %1 = stablehlo.negate %0 : tensor<4x4xf32>
    %2 = stablehlo.exponential %0 : tensor<4x4xf32>)",
                     "%1, %2", "tensor<4x4xf32>, tensor<4x4xf32>"),
            3u);
}

TEST(DotResults, ThatAreReturnedTwiceAreMadeOnce) {
  EXPECT_EQ(steps_of(R"(
    %1 = stablehlo.negate %0 : tensor<4x4xf32>)",
                     "%1, %1", "tensor<4x4xf32>, tensor<4x4xf32>"),
            2u);
}

TEST(DotResults, AtOtherPlacesAreReadFromABuffer) {
  EXPECT_EQ(steps_of(R"(
    %1 = stablehlo.negate %0 : tensor<4x4xf32>
    %2 = stablehlo.transpose %1, dims = [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %3 = stablehlo.add %2, %x : tensor<4x4xf32>)",
                     "%3", "tensor<4x4xf32>"),
            2u);
  EXPECT_EQ(steps_of(R"(
    %1 = stablehlo.transpose %0, dims = [1, 0] : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %2 = stablehlo.add %0, %1 : tensor<4x4xf32>)",
                     "%2", "tensor<4x4xf32>"),
            2u);
  EXPECT_EQ(steps_of(R"(
    %1 = stablehlo.slice %0 [0:1, 0:4] : (tensor<4x4xf32>) -> tensor<1x4xf32>
    %2 = stablehlo.negate %1 : tensor<1x4xf32>)",
                     "%2", "tensor<1x4xf32>"),
            2u);
}

TEST(DotResults, OfTwoProductsAreMadeByOneOfThem) {
  EXPECT_EQ(steps_of(R"(
    %1 = stablehlo.dot_general %y, %x, contracting_dims = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
    %2 = stablehlo.logistic %0 : tensor<4x4xf32>
    %3 = stablehlo.multiply %1, %2 : tensor<4x4xf32>)",
                     "%3", "tensor<4x4xf32>"),
            2u);
}

// The result replaces what is read, at places that others still have to read.
TEST(DotResults, MayReplaceWhatTheyAreMadeOf) {
  EXPECT_EQ(steps_of(R"(
    %1 = stablehlo.add %0, %x : tensor<4x4xf32>)",
                     "%1", "tensor<4x4xf32>", " {tf.aliasing_output = 0 : i32}"),
            2u);
}

// The sum is made at the end: the product with it would come behind the update, and need what was there
// before.
TEST(DotResults, OfWhatIsUpdatedInPlaceComeBeforeThat) {
  constexpr std::string_view kText = R"(
    func.func @main(%s: tensor<4096x1024xf32> {tf.aliasing_output = 0 : i32}, %w: tensor<1024x8xf32>, %b: tensor<4096x8xf32>, %u: tensor<1x1024xf32>, %i: tensor<i32>) -> (tensor<4096x1024xf32>, tensor<4096x8xf32>) {
      %zero = stablehlo.constant dense<0> : tensor<i32>
      %d = stablehlo.dot_general %s, %w, contracting_dims = [1] x [0] : (tensor<4096x1024xf32>, tensor<1024x8xf32>) -> tensor<4096x8xf32>
      %y = stablehlo.add %d, %b : tensor<4096x8xf32>
      %n = stablehlo.dynamic_update_slice %s, %u, %i, %zero : (tensor<4096x1024xf32>, tensor<1x1024xf32>, tensor<i32>, tensor<i32>) -> tensor<4096x1024xf32>
      return %n, %y : tensor<4096x1024xf32>, tensor<4096x8xf32>
    })";
  const Blob blob = compiled(kText),
             apart =
                 compile(kText, {.level = std::string(cpu_level()), .disabled_passes = {"dot-epilogues"}});
  EXPECT_EQ(blob.arena_bytes, apart.arena_bytes);
  EXPECT_EQ(blob.steps.size(), apart.steps.size());
}

// There is nothing to make: the product's kernel writes the result itself.
TEST(DotResults, ThatOnlyGetOtherSizesAreWrittenInPlace) {
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<64x64xf32>, %y: tensor<64x64xf32>) -> tensor<64x1x64xf32> {
      %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0] : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
      %1 = stablehlo.reshape %0 : (tensor<64x64xf32>) -> tensor<64x1x64xf32>
      return %1 : tensor<64x1x64xf32>
    })";
  const Blob blob = compiled(kText),
             apart =
                 compile(kText, {.level = std::string(cpu_level()), .disabled_passes = {"dot-epilogues"}});
  EXPECT_EQ(blob.steps.size(), 1u);
  EXPECT_EQ(blob.scratch_bytes, apart.scratch_bytes);
  EXPECT_EQ(blob.arena_bytes, apart.arena_bytes);
}

TEST(DotResults, OfALoopAreNotMadeInItsRounds) {
  constexpr std::string_view kText = R"(
    func.func @main(%x: tensor<4x4xf32>, %y: tensor<4x4xf32>) -> tensor<4x4xf32> {
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
      %1 = stablehlo.negate %0 : tensor<4x4xf32>
      %2:2 = stablehlo.while(%i = %zero, %s = %y) : tensor<f32>, tensor<4x4xf32>
      cond {
        %three = stablehlo.constant dense<3.0> : tensor<f32>
        %3 = stablehlo.compare LT, %i, %three : (tensor<f32>, tensor<f32>) -> tensor<i1>
        stablehlo.return %3 : tensor<i1>
      } do {
        %one = stablehlo.constant dense<1.0> : tensor<f32>
        %4 = stablehlo.add %i, %one : tensor<f32>
        %5 = stablehlo.dot_general %s, %y, contracting_dims = [1] x [0] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
        %6 = stablehlo.add %5, %1 : tensor<4x4xf32>
        stablehlo.return %4, %6 : tensor<f32>, tensor<4x4xf32>
      }
      return %2#1 : tensor<4x4xf32>
    })";
  const Blob blob = compiled(kText);
  const auto loop = std::ranges::find(blob.steps, Step::Kind::kWhile, &Step::kind);
  ASSERT_NE(loop, blob.steps.end());
  for (const Step& step : loop->blocks[1])
    EXPECT_EQ(blob.kernels[step.kernel].name.find("negate"), std::string::npos) << "made in every round";
  const Floats x = {1, 0, 2, 0, 0, 1, 0, 0, -1, 0, 1, 0, 0, 0, 0, 1}, y(16, 0.5f);
  const Blob apart =
      compile(kText, {.level = std::string(cpu_level()), .disabled_passes = {"dot-epilogues", "fusion"}});
  EXPECT_EQ(run(blob, {x, y}, 2), run(apart, {x, y}, 1));
}

TEST(DotResults, MayBeNone) {
  for (const Sizes& sizes : {Sizes{0, 5, 3}, Sizes{3, 0, 5}})
    for (const bool columns_innermost : {false, true})
      EXPECT_TRUE(compiled(product(f32, sizes, columns_innermost, kBiasAndGate)).kernels.empty());
  // Of nothing, sums are zero.
  const Blob blob = compiled(R"(
    func.func @main(%x: tensor<2x0xf32>, %y: tensor<0x3xf32>) -> tensor<2x3xf32> {
      %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0] : (tensor<2x0xf32>, tensor<0x3xf32>) -> tensor<2x3xf32>
      %1 = stablehlo.cosine %0 : tensor<2x3xf32>
      return %1 : tensor<2x3xf32>
    })");
  EXPECT_EQ(run(blob, {{}, {}})[0], Floats(6, 1));
}

}  // namespace
}  // namespace fusebox::cpu
