// Products with low-bit weights: the kernels of every CPU level against the definition, in C++. Levels that
// this machine lacks are played (emulate.h).
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <random>

#include "cpu/compiler/compiler.h"
#include "cpu/execute/program.h"
#include "cpu/level.h"
#include "fusebox/base/block_format.h"
#include "fusebox/base/small_float.h"
#include "fusebox/stablehlo/printer.h"
#include "fusebox/trace/trace.h"
#include "tests/base/temporary_folder.h"
#include "tests/cpu/compiler/emulate.h"

namespace fusebox::cpu {
namespace {

using Floats = std::vector<float>;

// rows of activations [rows, depth] by weights [columns, depth], which lie in blocks of a format.
struct Case {
  BlockFormat format;
  int64_t rows, columns, blocks;

  int64_t depth() const { return blocks * info(format).weights; }
  int64_t row_bytes() const { return blocks * info(format).bytes; }
};

struct Data {
  Floats x;
  std::vector<std::byte> weights;
};

// Bytes of every value; the f16 numbers among them are made tame.
std::vector<std::byte> random_weights(const Case& c, std::mt19937& random) {
  const BlockFormatInfo& row = info(c.format);
  std::vector<std::byte> bytes(static_cast<size_t>(c.columns * c.row_bytes()));
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  const bool at_end =
      c.format == BlockFormat::q2_k || c.format == BlockFormat::q3_k || c.format == BlockFormat::q6_k;
  const bool has_minimum = c.format == BlockFormat::q4_1 || c.format == BlockFormat::q5_1 ||
                           c.format == BlockFormat::q2_k || c.format == BlockFormat::q4_k ||
                           c.format == BlockFormat::q5_k;
  const int64_t halves = has_minimum ? 2 : 1;
  std::uniform_real_distribution<float> scale(-0.02f, 0.02f);
  for (int64_t block = 0; block < c.columns * c.blocks; ++block)
    for (int64_t i = 0; i < halves; ++i) {
      const auto half = static_cast<uint16_t>(encode_float(f16, scale(random)));
      std::memcpy(
          &bytes[static_cast<size_t>(block * row.bytes + (at_end ? row.bytes - 2 * halves : 0) + 2 * i)],
          &half, sizeof half);
    }
  return bytes;
}

// Weights of all signs, and extreme ones: a Q8_0 block of -128 meets activations of -127 and 127.
Data data_for(const Case& c) {
  std::mt19937 random(static_cast<uint32_t>(c.rows * 100 + c.columns));
  std::normal_distribution<float> normal;
  Data data{Floats(static_cast<size_t>(c.rows * c.depth())), random_weights(c, random)};
  for (float& x : data.x) x = normal(random);
  for (size_t i = 0; i < 32; ++i) data.x[i] = i % 2 ? 1.0f : -1.0f;
  const auto block = static_cast<size_t>(info(c.format).bytes);
  for (size_t i = 2; i < block; ++i)
    if (c.format == BlockFormat::q8_0) data.weights[i] = std::byte{0x80};
  return data;
}

// x in blocks of 32: round(x / scale) times its scale, in double from there on.
std::vector<double> rounded(const Floats& x) {
  std::vector<double> y(x.size());
  for (size_t block = 0; block < x.size(); block += 32) {
    float largest = 0;
    for (size_t i = block; i < block + 32; ++i) largest = std::max(largest, std::fabs(x[i]));
    const float scale = largest / 127.0f, inverse = scale > 0 ? 1.0f / scale : 0;
    for (size_t i = block; i < block + 32; ++i)
      y[i] = static_cast<double>(std::nearbyint(x[i] * inverse)) * static_cast<double>(scale);
  }
  return y;
}

// The products, and the sums of the magnitudes of what they are made of.
struct Want {
  std::vector<double> value, magnitude;
};

Want in_c(const Case& c, const Data& data) {
  Floats weights(static_cast<size_t>(c.columns * c.depth()));
  expand(c.format, data.weights, weights);
  const std::vector<double> x = rounded(data.x);
  Want want;
  const auto depth = static_cast<size_t>(c.depth());
  for (size_t m = 0; m < static_cast<size_t>(c.rows); ++m)
    for (size_t n = 0; n < static_cast<size_t>(c.columns); ++n) {
      double sum = 0, magnitude = 0;
      for (size_t k = 0; k < depth; ++k) {
        const double product = x[m * depth + k] * static_cast<double>(weights[n * depth + k]);
        sum += product;
        magnitude += std::fabs(product);
      }
      want.value.push_back(sum);
      want.magnitude.push_back(magnitude);
    }
  return want;
}

// With what is made of the product, of the activations it is one of.
using Made = std::function<Tensor(const Tensor& product, const Tensor& x)>;

std::string text_of(const Case& c, const Made& made = {}) {
  const TracedProgram traced = trace(
      "main",
      [&](TraceCx& cx) {
        const Tensor x = cx.input("x", {c.rows, c.depth()}, f32);
        const Tensor blocks = cx.input("blocks", {c.columns, c.row_bytes()}, u8);
        const Tensor product = dot_general(int8_blocks(x), expand_blocks(blocks, c.format),
                                           {.lhs_contract = {1}, .rhs_contract = {1}});
        return made ? made(product, x) : product;
      },
      TraceOptions{.composites = {"fusebox.int8_blocks", "fusebox.expand"}});
  return stablehlo::print(traced.program);
}

Floats run(const Case& c, const Blob& blob, const Data& data, int threads) {
  Data copy = data;
  Floats result(static_cast<size_t>(c.rows * c.columns), -1.0f);
  const std::vector<std::byte*> arguments = {reinterpret_cast<std::byte*>(copy.x.data()),
                                             copy.weights.data()},
                                results = {reinterpret_cast<std::byte*>(result.data())};
  Program(deserialize(serialize(blob))).run(arguments, results, threads);
  return result;
}

// Row counts of every kind of kernel, whole and torn tiles of both operands, whole and torn groups of blocks.
// Formats that are read alike share them.
std::vector<Case> cases() {
  using enum BlockFormat;
  return {{q4_0, 1, 37, 18}, {q4_0, 8, 16, 1}, {q4_1, 2, 5, 7},  {q4_1, 33, 45, 18}, {q5_0, 1, 3, 5},
          {q5_0, 5, 64, 2},  {q5_1, 2, 5, 4},  {q5_1, 1, 5, 7},  {q5_1, 13, 7, 3},   {q8_0, 1, 37, 18},
          {q8_0, 2, 5, 1},   {q8_0, 5, 64, 2}, {q8_0, 8, 16, 1}, {q8_0, 33, 45, 7},  {q2_k, 2, 5, 2},
          {q2_k, 5, 45, 1},  {q3_k, 1, 37, 2}, {q3_k, 8, 16, 1}, {q4_k, 2, 5, 1},    {q4_k, 33, 45, 2},
          {q5_k, 1, 3, 2},   {q5_k, 5, 64, 1}, {q6_k, 2, 5, 1},  {q6_k, 33, 19, 1}};
}

TEST(BlockDot, EveryLevelGivesTheDefinitionsValues) {
  for (const Case& c : cases()) {
    const Data data = data_for(c);
    const Want want = in_c(c, data);
    const std::string text = text_of(c);
    for (const std::string& level : test::levels_to_play()) {
      SCOPED_TRACE(fmt::format("{} at {}: {} rows by {} x {}", info(c.format).name, level, c.rows, c.columns,
                               c.depth()));
      const Blob blob = compile(text, test::played(level));
      ASSERT_TRUE(std::any_of(blob.kernels.begin(), blob.kernels.end(), [](const KernelInfo& kernel) {
        return kernel.name.starts_with("block_dot");
      })) << blob.kernels.at(0).name;
      const Floats got = run(c, blob, data, 1);
      for (size_t i = 0; i < got.size(); ++i)
        ASSERT_NEAR(got[i], want.value[i], 4e-7 * want.magnitude[i]) << "at " << i;
      EXPECT_EQ(run(c, blob, data, 3), got);
    }
  }
}

// Rows of zeros at the end, of which nothing is multiplied: they change no bit of the others and give what
// multiplying would, zeros, or NaN where a weight is not finite. With one block of rows, and with several,
// whose panels take turns.
TEST(BlockDot, RowsOfZerosAtTheEndGiveTheirValues) {
  using enum BlockFormat;
  for (const Case& c : {Case{q4_1, 33, 45, 3}, Case{q8_0, 13, 45, 3}, Case{q6_k, 33, 19, 1},
                        Case{q4_k, 7, 45, 1}, Case{q4_1, 300, 325, 1}}) {
    Data whole = data_for(c);
    const size_t columns = static_cast<size_t>(c.columns), odd = 3;  // a column that is not finite
    const uint16_t infinity = 0x7c00;
    const int64_t scale_at = c.format == q6_k ? info(c.format).bytes - 2 : 0;
    std::memcpy(&whole.weights[odd * static_cast<size_t>(c.row_bytes()) + static_cast<size_t>(scale_at)],
                &infinity, sizeof infinity);
    for (const std::string& level : test::levels_to_play()) {
      const Blob blob = compile(text_of(c), test::played(level));
      const Floats want = run(c, blob, whole, 1);
      for (const int64_t used : {int64_t{0}, int64_t{1}, c.rows / 2, c.rows - 3, c.rows - 1}) {
        SCOPED_TRACE(fmt::format("{} at {}: {} of {} rows", info(c.format).name, level, used, c.rows));
        Data data = whole;
        std::fill(data.x.begin() + used * c.depth(), data.x.end(), 0.0f);
        const Floats got = run(c, blob, data, 1);
        const size_t begin = static_cast<size_t>(used) * columns;
        EXPECT_EQ(std::memcmp(got.data(), want.data(), begin * sizeof got[0]), 0);
        for (size_t i = begin; i < got.size(); ++i)
          ASSERT_TRUE(i % columns == odd ? std::isnan(got[i]) : got[i] == 0) << got[i] << " at " << i;
        const Floats threaded = run(c, blob, data, 3);
        ASSERT_EQ(std::memcmp(threaded.data(), got.data(), got.size() * sizeof got[0]), 0);
      }
    }
  }
}

// As a layer adds to what came in: by the product's kernel, with the same bits as by a kernel of its own.
TEST(BlockDot, WhatIsMadeOfProductsIsMadeInTheirKernel) {
  using enum BlockFormat;
  for (const Case& c : {Case{q4_1, 1, 37, 2}, Case{q8_0, 2, 135, 5}, Case{q4_k, 1, 200, 1},
                        Case{q4_1, 33, 45, 2}, Case{q4_1, 300, 64, 2}}) {
    const Data data = data_for(c);
    const std::string text = text_of(c, [&](const Tensor& product, const Tensor& x) {
      const Dims dims = {1, c.rows, c.columns};
      return reshape(slice_in_dim(x, 0, c.columns, 1, 1), dims) + reshape(tanh(product), dims);
    });
    for (const std::string& level : test::levels_to_play()) {
      SCOPED_TRACE(fmt::format("{} at {}: {} rows", info(c.format).name, level, c.rows));
      CompileOptions options = test::played(level);
      const Blob blob = compile(text, options);
      options.disabled_passes.emplace_back("dot-epilogues");
      const Blob apart = compile(text, options);
      EXPECT_EQ(blob.steps.size() + 1, apart.steps.size());
      const Floats want = run(c, apart, data, 1);
      for (const int threads : {1, 3}) EXPECT_EQ(run(c, blob, data, threads), want) << threads;
    }
  }
}

// Where scales are powers of two and activations whole, every sum is exact: all levels give the same bits.
TEST(BlockDot, SumsOfProductsAreExactAtEveryLevel) {
  for (const int64_t rows : {1, 2, 33}) {
    const Case c{BlockFormat::q8_0, rows, 35, 3};
    std::mt19937 random(5);
    Data data{Floats(static_cast<size_t>(rows * c.depth())),
              std::vector<std::byte>(static_cast<size_t>(c.columns * c.row_bytes()))};
    for (size_t i = 0; i < data.x.size(); ++i)
      data.x[i] = i % 32 == 0 ? 127.0f : static_cast<float>(static_cast<int>(random() % 255) - 127);
    for (std::byte& byte : data.weights) byte = static_cast<std::byte>(random() % 3 == 0 ? 0x80 : random());
    const uint16_t one = 0x3c00;
    for (size_t at = 0; at < data.weights.size(); at += 34) std::memcpy(&data.weights[at], &one, sizeof one);
    const Want want = in_c(c, data);
    for (const std::string& level : test::levels_to_play()) {
      const Floats got = run(c, compile(text_of(c), test::played(level)), data, 1);
      for (size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], want.value[i]) << level << " at " << i;
    }
  }
}

// The straight piece of a kernel's assembly that consists most of an instruction: its innermost loop.
std::vector<std::string> innermost(std::istream& assembly, const std::string& instruction) {
  const auto share = [&](const std::vector<std::string>& piece) {
    const auto count = std::ranges::count_if(
        piece, [&](const std::string& line) { return line.find(instruction + '\t') != std::string::npos; });
    return count < 2 ? 0 : static_cast<double>(count) / static_cast<double>(piece.size());
  };
  std::vector<std::string> best, piece;
  bool in_kernel = false;
  for (std::string line; std::getline(assembly, line);) {
    if (line.starts_with("block_dot")) in_kernel = true;
    if (line.starts_with(".Lfunc_end")) in_kernel = false;
    const size_t begin = line.find_first_not_of('\t');
    if (!in_kernel || begin == std::string::npos) continue;
    const std::string code = line.substr(begin);
    if (begin == 1 && code[0] != '.' && code[0] != '#') piece.push_back(code);
    if (line.starts_with(".LBB") || code[0] == 'j') {
      if (share(piece) > share(best)) best = piece;
      piece.clear();
    }
  }
  return best;
}

// Sums of integers stay in registers.
TEST(BlockDot, InnermostLoopsUseTheLevelsInstructionAndNoMemoryForSums) {
#ifdef __x86_64__
  struct Level {
    std::string name, instruction, registers;
  };
  for (const Level& level : {Level{"v3-vnni", "vpdpbusd", "%ymm"}, Level{"v4", "vpmaddubsw", "%zmm"},
                             Level{"v4-vnni", "vpdpbusd", "%zmm"}, Level{"v4-vnni-bf16", "vpdpbusd", "%zmm"}})
    for (const BlockFormat format :
         {BlockFormat::q4_0, BlockFormat::q4_1, BlockFormat::q5_0, BlockFormat::q8_0})
      for (const int64_t rows : {1, 128}) {
        SCOPED_TRACE(fmt::format("{}, {}, {} rows", level.name, info(format).name, rows));
        const TemporaryFolder folder;
        compile(text_of({format, rows, 64, 48}), {.level = level.name, .dump_to = folder.path()});
        std::ifstream file(folder / "kernels.s");
        int64_t found = 0;
        for (const std::string& line : innermost(file, level.instruction)) {
          if (line.find(level.instruction + '\t') != std::string::npos) {
            ++found;
            EXPECT_NE(line.find(level.registers), std::string::npos) << line;
          }
          // Where there are few registers, constants may be read from there.
          const bool is_wide = level.registers == "%zmm";
          const size_t stack = line.find("(%rsp"), vector = line.find("mm");
          EXPECT_TRUE(stack == std::string::npos || vector == std::string::npos ||
                      (!is_wide && stack < vector))
              << line;
        }
        const int64_t tokens = level.registers == "%zmm" ? 6 : 4;
        if (rows == 128)
          EXPECT_EQ(found, 2 * tokens);
        else
          EXPECT_GE(found, 2);
      }
#endif
}

}  // namespace
}  // namespace fusebox::cpu
