// What kernels cost, counted by hand.
#include "cpu/compiler/plan/cost.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "cpu/compiler/compiler.h"
#include "cpu/level.h"
#include "tests/base/temporary_folder.h"

namespace fusebox::cpu {
namespace {

// "bytes operations bytes/row operations/row unit sizes" by the kernel's kind.
std::map<std::string, std::string> costs(const std::string& text) {
  const TemporaryFolder folder;
  compile(text, {.level = std::string(cpu_level()), .dump_to = folder.path()});
  std::ifstream file(folder / "costs.txt");
  std::map<std::string, std::string> all;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string before, word, kernel, sizes;
    for (int i = 0; i < 5 && words >> word; ++i) before += word + " ";
    words >> kernel >> std::ws;
    std::getline(words, sizes);
    all[kernel.substr(0, kernel.find('_'))] = before + sizes;
  }
  return all;
}

TEST(Cost, OfAProductIsTwoOperationsAnElementPair) {
  const auto all = costs(R"(
    func.func @main(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>) -> tensor<2x4xf32> {
      %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
      return %0 : tensor<2x4xf32>
    })");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.at("dot"), "104 48 0 0 float 2x3x4");  // (6 + 12 + 8) f32; 2 * 2 * 3 * 4
}

TEST(Cost, OfAProductHasWhatIsMadeOfIt) {
  const auto all = costs(R"(
    func.func @main(%x: tensor<2x3xf32>, %y: tensor<3x4xf32>, %bias: tensor<4xf32>) -> tensor<2x4xf16> {
      %0 = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
      %1 = stablehlo.broadcast_in_dim %bias, dims = [1] : (tensor<4xf32>) -> tensor<2x4xf32>
      %2 = stablehlo.add %0, %1 : tensor<2x4xf32>
      %3 = stablehlo.convert %2 : (tensor<2x4xf32>) -> tensor<2x4xf16>
      return %3 : tensor<2x4xf16>
    })");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.at("dot"), "104 64 0 0 float 2x3x4");  // (6 + 12 + 4) f32, 8 f16; 2 * 2 * 3 * 4 + 8 + 8
}

// softmax(q · kT) · v: q of [batches, rows, size], v of [batches, keys, width].
std::string attention(int64_t batches, int64_t rows, int64_t size, int64_t keys, int64_t width) {
  const auto type = [&](int64_t y, int64_t x) { return fmt::format("tensor<{}x{}x{}xf32>", batches, y, x); };
  return fmt::format(R"(
    func.func @main(%q: {0}, %k: {1}, %v: {2}) -> {3} {{
      %x = stablehlo.dot_general %q, %k, batching_dims = [0] x [0], contracting_dims = [2] x [2] : ({0}, {1}) -> {4}
      %low = stablehlo.constant dense<0xFF800000> : tensor<f32>
      %m = stablehlo.reduce(%x init: %low) applies stablehlo.maximum across dimensions = [2] : ({4}, tensor<f32>) -> {5}
      %m1 = stablehlo.broadcast_in_dim %m, dims = [0, 1] : ({5}) -> {4}
      %d = stablehlo.subtract %x, %m1 : {4}
      %e = stablehlo.exponential %d : {4}
      %zero = stablehlo.constant dense<0.0> : tensor<f32>
      %s = stablehlo.reduce(%e init: %zero) applies stablehlo.add across dimensions = [2] : ({4}, tensor<f32>) -> {5}
      %s1 = stablehlo.broadcast_in_dim %s, dims = [0, 1] : ({5}) -> {4}
      %p = stablehlo.divide %e, %s1 : {4}
      %o = stablehlo.dot_general %p, %v, batching_dims = [0] x [0], contracting_dims = [2] x [1] : ({4}, {2}) -> {3}
      return %o : {3}
    }})",
                     type(rows, size), type(keys, size), type(keys, width), type(rows, width),
                     type(rows, keys), fmt::format("tensor<{}x{}xf32>", batches, rows));
}

TEST(Cost, OfPlainAttentionIsThatOfItsTwoProductsAndTheSoftmax) {
  const auto all = costs(attention(2, 8, 4, 16, 5));
  ASSERT_EQ(all.size(), 1u);
  // 64 + 128 + 160 read, 80 written; for each of 256 scores 2 * 4 operations, 2 * 5, and 5 of softmax.
  EXPECT_EQ(all.at("plain"), "1728 5888 0 0 float 8x4x16 in 2");
}

TEST(Cost, OfPlainAttentionIsAtMostWhatAnIntegerHolds) {
  const auto all = costs(attention(1, int64_t{1} << 44, 1, 1 << 16, 1));
  ASSERT_EQ(all.size(), 1u);
  EXPECT_NE(all.at("plain").find(" 9223372036854775807 "), std::string::npos) << all.at("plain");
}

TEST(Cost, CountsWhatIsNeededOfABuffer) {
  const auto all = costs(R"(
    func.func @main(%table: tensor<1000x8xf32>, %bias: tensor<8xf32>) -> tensor<2x8xf32> {
      %0 = stablehlo.slice %table [4:6, 0:8] : (tensor<1000x8xf32>) -> tensor<2x8xf32>
      %1 = stablehlo.broadcast_in_dim %bias, dims = [1] : (tensor<8xf32>) -> tensor<2x8xf32>
      %2 = stablehlo.add %0, %1 : tensor<2x8xf32>
      %3 = stablehlo.exponential %2 : tensor<2x8xf32>
      return %3 : tensor<2x8xf32>
    })");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all.at("map"), "160 32 0 0 float 2x8");  // 16 + 8 read, 16 written; 16 sums, 16 exponentials
}

TEST(Cost, OfAnUpdateInPlaceIsThatOfThePart) {
  const auto all = costs(R"(
    func.func @main(%cache: tensor<1000x8xf32> {tf.aliasing_output = 0 : i32}, %row: tensor<1x8xf32>, %at: tensor<i32>) -> tensor<1000x8xf32> {
      %c = stablehlo.constant dense<0> : tensor<i32>
      %0 = stablehlo.dynamic_update_slice %cache, %row, %at, %c : (tensor<1000x8xf32>, tensor<1x8xf32>, tensor<i32>, tensor<i32>) -> tensor<1000x8xf32>
      return %0 : tensor<1000x8xf32>
    })");
  ASSERT_TRUE(all.contains("update"));
  EXPECT_TRUE(all.at("update").ends_with("float 1x8")) << all.at("update");
  EXPECT_LT(std::stoi(all.at("update")), 100) << all.at("update");  // a row read and written, and where to
}

TEST(Cost, OfAReductionIsTheRegionsOnceAnElement) {
  const auto all = costs(R"(
    func.func @main(%x: tensor<4x8xf32>) -> tensor<4xf32> {
      %c = stablehlo.constant dense<0.0> : tensor<f32>
      %0 = stablehlo.reduce(%x init: %c) applies stablehlo.add across dimensions = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    })");
  ASSERT_EQ(all.size(), 1u);
  EXPECT_NE(all.at("reduce").find(" 32 0 0 float 4"), std::string::npos) << all.at("reduce");
}

}  // namespace
}  // namespace fusebox::cpu
