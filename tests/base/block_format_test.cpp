// 64 pseudo-random blocks per format; expected values come from the gguf Python package's dequantize.
#include "fusebox/base/block_format.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "fusebox/base/error.h"
#include "tests/base/fnv.h"

namespace fusebox {
namespace {

struct Case {
  BlockFormat format;
  uint64_t hash;
  float first, eighteenth, last;
};

constexpr Case kCases[] = {
    {BlockFormat::q4_0, 0xf4340a9a02ffdae2, -0x1.2a8p-12f, 0x1.f18p-13f, 0x1.74p+1f},
    {BlockFormat::q4_1, 0x2a55079c3e8835dc, -0x1.533p-10f, -0x1.15p-10f, 0x1.69fp-6f},
    {BlockFormat::q5_0, 0x5b7f090727d6ab1c, -0x1.f18p-13f, 0x1.2a8p-12f, 0x1.44fp-2f},
    {BlockFormat::q5_1, 0x629ae9f8c711b214, -0x1.63p-11f, -0x1.186p-11f, -0x1.64acp-8f},
    {BlockFormat::q8_0, 0x39dc77890a07f36f, -0x1.752p-10f, 0x1.1e1p-8f, -0x1.1008p-1f},
    {BlockFormat::q2_k, 0x10e36cabbe3e69b0, 0x1.908p-6f, 0x1.d358p-6f, -0x1.c908p-2f},
    {BlockFormat::q3_k, 0x83da6809752ac21f, 0x1.bdcp-12f, -0x1.6a2cp-8f, 0x0.0p+0f},
    {BlockFormat::q4_k, 0x2794d9bf6daa280d, 0x1.fd6dp-6f, 0x1.dfe3p-6f, 0x1.9b2b2p+1f},
    {BlockFormat::q5_k, 0x8f5df85deee65afd, 0x1.4ff2p-5f, 0x1.412dp-5f, -0x1.563fcp+3f},
    {BlockFormat::q6_k, 0x46f56940c0e69f9d, 0x1.6d19p+9f, 0x1.27bep+6f, -0x1.97c46p+3f},
};

// Where a block keeps its f16 scales; their exponents are kept small, so that no value is infinite or NaN.
std::vector<size_t> scales_of(BlockFormat format) {
  switch (format) {
    case BlockFormat::q4_0:
    case BlockFormat::q5_0:
    case BlockFormat::q8_0: return {0};
    case BlockFormat::q2_k: return {80, 82};
    case BlockFormat::q3_k: return {108};
    case BlockFormat::q6_k: return {208};
    default: return {0, 2};
  }
}

std::vector<std::byte> random_blocks(BlockFormat format, size_t count) {
  uint64_t state = 12345;
  std::vector<std::byte> bytes;
  for (size_t block = 0; block < count; ++block) {
    const size_t begin = bytes.size();
    for (int i = 0; i < info(format).bytes; ++i) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      bytes.push_back(static_cast<std::byte>(state >> 56));
    }
    for (const size_t at : scales_of(format)) bytes[begin + at + 1] &= std::byte{0xbf};
  }
  return bytes;
}

TEST(BlockFormat, ExpandsAsTheReferenceDoes) {
  for (const Case& row : kCases) {
    std::vector<float> values(64 * static_cast<size_t>(info(row.format).weights));
    expand(row.format, random_blocks(row.format, 64), values);
    EXPECT_EQ(values[0], row.first) << info(row.format).name;
    EXPECT_EQ(values[17], row.eighteenth) << info(row.format).name;
    EXPECT_EQ(values.back(), row.last) << info(row.format).name;
    Fnv hash;
    for (const std::byte byte : std::as_bytes(std::span(values))) hash.add(static_cast<uint64_t>(byte));
    EXPECT_EQ(hash.hash(), row.hash) << info(row.format).name;
  }
}

TEST(BlockFormat, ExpandsPartsFromSeveralThreads) {
  const auto blocks = random_blocks(BlockFormat::q4_k, 64);
  std::vector<float> whole(64 * 256), parts(64 * 256);
  expand(BlockFormat::q4_k, blocks, whole);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      expand(BlockFormat::q4_k, std::span(blocks).subspan(i * 16 * 144, 16 * 144),
             std::span(parts).subspan(i * 16 * 256, 16 * 256));
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(parts, whole);
}

TEST(BlockFormat, RefusesPartsOfBlocksAndTooLittleRoom) {
  std::vector<float> values(32);
  EXPECT_THROW(expand(BlockFormat::q4_0, std::vector<std::byte>(17), values), Error);
  EXPECT_THROW(expand(BlockFormat::q4_0, std::vector<std::byte>(36), values), Error);
  expand(BlockFormat::q4_0, {}, {});
}

TEST(BlockFormat, KnowsGgufNumbers) {
  EXPECT_EQ(block_format_from_gguf(3), BlockFormat::q4_1);
  EXPECT_EQ(block_format_from_gguf(14), BlockFormat::q6_k);
  EXPECT_EQ(block_format_from_gguf(0), std::nullopt);
  EXPECT_EQ(block_format_from_gguf(0xffffffff), std::nullopt);
}

}  // namespace
}  // namespace fusebox
