// Low-bit weights and rounded activations mean the same in a trace as in base, bit for bit.
#include "fusebox/trace/block_weights.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "tests/trace/xla.h"

namespace fusebox::test {
namespace {

std::vector<BlockFormat> all_formats() {
  return {
#define FUSEBOX_FORMAT(name, ...) BlockFormat::name,
      FUSEBOX_BLOCK_FORMATS(FUSEBOX_FORMAT)
#undef FUSEBOX_FORMAT
  };
}

// Random bytes, but for the f16 numbers among them: those are kept finite, of all sizes, subnormal ones too.
std::vector<std::byte> random_blocks(const BlockFormatInfo& row, int64_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::byte> blocks(static_cast<size_t>(count * row.bytes));
  for (std::byte& byte : blocks) byte = static_cast<std::byte>(random());
  const bool minimum = row.format == BlockFormat::q4_1 || row.format == BlockFormat::q5_1 ||
                       row.format == BlockFormat::q2_k || row.format == BlockFormat::q4_k ||
                       row.format == BlockFormat::q5_k;
  const bool at_end =
      row.format == BlockFormat::q2_k || row.format == BlockFormat::q3_k || row.format == BlockFormat::q6_k;
  const int halves = minimum ? 2 : 1;
  for (int64_t block = 0; block < count; ++block)
    for (int half = 0; half < halves; ++half) {
      const int64_t at = block * row.bytes + (at_end ? row.bytes - 2 * halves : 0) + 2 * half + 1;
      std::byte& high = blocks[static_cast<size_t>(at)];
      if ((high & std::byte{0x7c}) == std::byte{0x7c}) high ^= std::byte{0x40};
    }
  return blocks;
}

HostTensor host(const Dims& dims, const std::vector<float>& values) {
  HostTensor tensor{{dims, f32}, {}};
  tensor.bytes.resize(values.size() * sizeof(float));
  std::memcpy(tensor.bytes.data(), values.data(), tensor.bytes.size());
  return tensor;
}

std::vector<float> floats(const HostTensor& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  std::memcpy(values.data(), tensor.bytes.data(), tensor.bytes.size());
  return values;
}

// Equal as bits, so that a zero's sign counts; NaN equals NaN.
void expect_same_bits(const std::vector<float>& got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  int wrong = 0;
  for (size_t i = 0; i < got.size() && wrong < 5; ++i) {
    if (std::isnan(got[i]) && std::isnan(want[i])) continue;
    if (std::memcmp(&got[i], &want[i], sizeof(float)) == 0) continue;
    ADD_FAILURE() << "element " << i << ": got " << got[i] << ", want " << want[i];
    ++wrong;
  }
}

TEST(BlockWeights, ExpandAsInBase) {
  constexpr int64_t kRows = 7, kBlocks = 9;
  for (const BlockFormat format : all_formats()) {
    const BlockFormatInfo& row = info(format);
    SCOPED_TRACE(row.name);
    const TracedProgram traced = trace("main", [&](TraceCx& cx) {
      return expand_blocks(cx.input("blocks", {kRows, kBlocks * row.bytes}, u8), format);
    });
    const std::vector<std::byte> blocks = random_blocks(row, kRows * kBlocks, 1);
    const std::vector<HostTensor> got = run_on_xla(traced, {{{{kRows, kBlocks * row.bytes}, u8}, blocks}});

    std::vector<float> want(static_cast<size_t>(kRows * kBlocks * row.weights));
    expand(format, blocks, want);
    EXPECT_EQ(got.at(0).shape, (Shape{{kRows, kBlocks * row.weights}, f32}));
    expect_same_bits(floats(got.at(0)), want);
  }
}

// Looking rows up in an expanded table gives those rows.
TEST(BlockWeights, LookUpRows) {
  constexpr int64_t kRows = 50, kBlocks = 3;
  for (const BlockFormat format : all_formats()) {
    const BlockFormatInfo& row = info(format);
    SCOPED_TRACE(row.name);
    const TracedProgram traced = trace("main", [&](TraceCx& cx) {
      const Tensor blocks = cx.input("blocks", {kRows, kBlocks * row.bytes}, u8);
      return take(expand_blocks(blocks, format), cx.input("ids", {4}, i32), 0);
    });
    const std::vector<std::byte> blocks = random_blocks(row, kRows * kBlocks, 2);
    const std::vector<int32_t> ids = {49, 0, 17, 17};
    std::vector<std::byte> id_bytes(ids.size() * sizeof(int32_t));
    std::memcpy(id_bytes.data(), ids.data(), id_bytes.size());
    const std::vector<HostTensor> got =
        run_on_xla(traced, {{{{kRows, kBlocks * row.bytes}, u8}, blocks}, {{{4}, i32}, id_bytes}});

    std::vector<float> table(static_cast<size_t>(kRows * kBlocks * row.weights)), want;
    expand(format, blocks, table);
    for (const int32_t id : ids) {
      const auto first = table.begin() + id * kBlocks * row.weights;
      want.insert(want.end(), first, first + kBlocks * row.weights);
    }
    expect_same_bits(floats(got.at(0)), want);
  }
}

std::vector<float> rounded_in_c(const std::vector<float>& x) {
  std::vector<float> y(x.size());
  for (size_t block = 0; block < x.size(); block += 32) {
    float largest = 0;
    for (size_t i = block; i < block + 32; ++i)
      largest = std::isnan(x[i]) || std::isnan(largest) ? std::nanf("") : std::max(largest, std::fabs(x[i]));
    const float scale = largest / 127.0f;
    const float inverse = scale < std::numeric_limits<float>::min() ? 0.0f : 1.0f / scale;
    for (size_t i = block; i < block + 32; ++i) y[i] = std::nearbyint(x[i] * inverse) * scale;
  }
  return y;
}

// Rows of activations: blocks of every size, and the odd ones.
std::vector<float> activations(size_t count) {
  std::mt19937 random(3);
  std::normal_distribution<float> normal;
  std::vector<float> x(count);
  for (size_t block = 0; block < count; block += 32) {
    const float size = std::exp(4 * normal(random));
    for (size_t i = block; i < block + 32; ++i) x[i] = size * normal(random);
  }
  const auto fill = [&](size_t block, auto value) {
    for (size_t i = 0; i < 32; ++i) x.at(block * 32 + i) = value(i);
  };
  fill(0, [](size_t) { return 0.0f; });
  fill(1, [](size_t) { return -0.0f; });
  fill(2, [](size_t i) { return i == 5 ? -3e38f : 1.0f; });
  fill(3, [](size_t i) { return static_cast<float>(i) + 0.5f; });
  fill(4, [](size_t i) { return i == 0 ? 127.0f : static_cast<float>(i) - 16.5f; });  // ties
  fill(5, [](size_t i) { return i % 2 ? 1e-30f : -1e-30f; });
  fill(6, [](size_t i) { return i == 31 ? std::numeric_limits<float>::quiet_NaN() : 1.0f; });
  fill(7, [](size_t i) { return i == 0 ? std::numeric_limits<float>::infinity() : 1.0f; });
  return x;
}

TEST(Int8Blocks, AsALoopInC) {
  for (const Dims& dims : {Dims{40 * 32}, Dims{20, 64}, Dims{2, 2, 10 * 32}, Dims{40, 1, 32}}) {
    const TracedProgram traced =
        trace("main", [&](TraceCx& cx) { return int8_blocks(cx.input("x", dims, f32)); });
    const std::vector<float> x = activations(40 * 32);
    const std::vector<HostTensor> got = run_on_xla(traced, {host(dims, x)});
    EXPECT_EQ(got.at(0).shape, (Shape{dims, f32}));
    expect_same_bits(floats(got.at(0)), rounded_in_c(x));
  }
}

// What a device with kernels for blocks looks for.
TEST(BlockWeights, AreComposites) {
  const TracedProgram traced = trace("main", [&](TraceCx& cx) {
    const Tensor weight = expand_blocks(cx.input("blocks", {6, 40}, u8), BlockFormat::q4_1);
    return matmul(int8_blocks(cx.input("x", {2, 64}, f32)), transpose(weight));
  });
  const std::string text = stablehlo::print(traced.program);
  EXPECT_NE(text.find("stablehlo.composite \"fusebox.expand\""), std::string::npos) << text;
  EXPECT_NE(text.find("composite_attributes = {format = \"Q4_1\"}"), std::string::npos) << text;
  EXPECT_NE(text.find("stablehlo.composite \"fusebox.int8_blocks\""), std::string::npos) << text;
}

template <typename Body>
Error error_of(Body body) {
  try {
    trace("main", [&](TraceCx& cx) { return body(cx); });
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return {ErrorKind::kInternal, ""};
}

TEST(BlockWeights, SayWhatDoesNotFit) {
  const Error type =
      error_of([](TraceCx& cx) { return expand_blocks(cx.input("w", {2, 20}, i8), BlockFormat::q4_1); });
  EXPECT_EQ(type.kind(), ErrorKind::kDTypeMismatch);
  EXPECT_NE(type.message().find("got i8[2, 20], want ui8"), std::string::npos) << type.message();

  const Error bytes =
      error_of([](TraceCx& cx) { return expand_blocks(cx.input("w", {2, 30}, u8), BlockFormat::q4_1); });
  EXPECT_EQ(bytes.kind(), ErrorKind::kShapeMismatch);
  EXPECT_NE(bytes.message().find("whole Q4_1 blocks (20 bytes)"), std::string::npos) << bytes.message();

  const Error rank =
      error_of([](TraceCx& cx) { return expand_blocks(cx.input("w", {20}, u8), BlockFormat::q4_1); });
  EXPECT_EQ(rank.kind(), ErrorKind::kShapeMismatch);

  const Error half = error_of([](TraceCx& cx) { return int8_blocks(cx.input("x", {2, 32}, f16)); });
  EXPECT_EQ(half.kind(), ErrorKind::kDTypeMismatch);

  const Error row = error_of([](TraceCx& cx) { return int8_blocks(cx.input("x", {32, 33}, f32)); });
  EXPECT_EQ(row.kind(), ErrorKind::kShapeMismatch);
  EXPECT_NE(row.message().find("whole blocks of 32"), std::string::npos) << row.message();
}

// A product with low-bit weights is the product of the numbers they stand for, up to the rounding of sums in
// f32; for any number of rows, and columns that fill no tile.
TEST(BlockWeights, Products) {
  struct Sizes {
    int64_t rows, columns;
  };
  for (const BlockFormat format : all_formats())
    for (const Sizes& sizes : {Sizes{1, 1}, {1, 23}, {3, 6}, {4, 16}, {5, 16}, {9, 37}}) {
      const BlockFormatInfo& row = info(format);
      const int64_t blocks_per_row = row.weights == 32 ? 5 : 2, depth = blocks_per_row * row.weights;
      SCOPED_TRACE(fmt::format("{} {} x {}", row.name, sizes.rows, sizes.columns));
      const TracedProgram traced = trace("main", [&](TraceCx& cx) {
        const Tensor blocks = cx.input("blocks", {sizes.columns, blocks_per_row * row.bytes}, u8);
        const Tensor x = cx.input("x", {sizes.rows, depth}, f32);
        const DotAxes axes = {.lhs_contract = {1}, .rhs_contract = {1}};
        return dot_general(int8_blocks(x), expand_blocks(blocks, format), axes);
      });
      const std::vector<std::byte> blocks = random_blocks(row, sizes.columns * blocks_per_row, 3);
      std::vector<float> x(static_cast<size_t>(sizes.rows * depth));
      std::mt19937 random(4);
      std::normal_distribution<float> normal(0.1f, 1);
      for (float& value : x) value = normal(random);
      const std::vector<HostTensor> results = run_on_xla(
          traced,
          {{{{sizes.columns, blocks_per_row * row.bytes}, u8}, blocks}, host({sizes.rows, depth}, x)});
      const std::vector<float> got = floats(results.at(0)), rounded = rounded_in_c(x);
      std::vector<float> weights(static_cast<size_t>(sizes.columns * depth));
      expand(format, blocks, weights);
      for (int64_t m = 0; m < sizes.rows; ++m)
        for (int64_t n = 0; n < sizes.columns; ++n) {
          double want = 0, size = 0;
          for (int64_t k = 0; k < depth; ++k) {
            const double product = static_cast<double>(rounded[static_cast<size_t>(m * depth + k)]) *
                                   weights[static_cast<size_t>(n * depth + k)];
            want += product;
            size += std::fabs(product);
          }
          // Weights with a minimum are summed as two parts, each of which may be larger than the whole.
          ASSERT_NEAR(got[static_cast<size_t>(m * sizes.columns + n)], want, 1e-5 * size) << m << ", " << n;
        }
    }
}

// A number that is none spoils its row's products, and no other row's.
TEST(BlockWeights, ProductsWithWhatIsNoNumber) {
  constexpr int64_t kDepth = 64, kColumns = 3;
  const BlockFormatInfo& row = info(BlockFormat::q8_0);
  for (const int64_t rows : {2, 6}) {  // few and many are different kernels
    const TracedProgram traced = trace("main", [&](TraceCx& cx) {
      const Tensor blocks = cx.input("blocks", {kColumns, 2 * row.bytes}, u8);
      const DotAxes axes = {.lhs_contract = {1}, .rhs_contract = {1}};
      const Tensor x = cx.input("x", {rows, kDepth}, f32);
      return dot_general(int8_blocks(x), expand_blocks(blocks, row.format), axes);
    });
    for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
      std::vector<float> x(static_cast<size_t>(rows * kDepth), 1);
      x[kDepth + 40] = bad;
      const std::vector<HostTensor> results = run_on_xla(
          traced,
          {{{{kColumns, 2 * row.bytes}, u8}, random_blocks(row, kColumns * 2, 5)}, host({rows, kDepth}, x)});
      const std::vector<float> got = floats(results.at(0));
      for (int64_t m = 0; m < rows; ++m)
        for (int64_t n = 0; n < kColumns; ++n)
          EXPECT_EQ(std::isnan(got[static_cast<size_t>(m * kColumns + n)]), m == 1) << bad << ' ' << m;
    }
  }
}

}  // namespace
}  // namespace fusebox::test
