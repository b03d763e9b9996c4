// Blobs: what was written is read again; nothing else is, whatever happened to the bytes.
#include "cpu/blob.h"

#include <gtest/gtest.h>

#include <cstring>

#include "cpu/check_blob.h"
#include "fusebox/base/error.h"
#include "tests/cpu/programs.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace fusebox::cpu {
namespace {

using test::make_program;

// Puts the right size and checksum on bytes that were changed.
std::vector<std::byte> resealed(std::vector<std::byte> bytes) {
  const uint64_t seal[] = {bytes.size() - 32, XXH3_64bits(bytes.data() + 32, bytes.size() - 32)};
  std::memcpy(bytes.data() + 16, seal, sizeof seal);
  return bytes;
}

// The blob without its code, to keep the tests that try every byte short.
Blob small() {
  Blob blob = make_program("count 64 3", "x86-64");
  blob.code.resize(64);
  for (KernelInfo& kernel : blob.kernels) kernel.offset = 0;
  return blob;
}

TEST(Blob, ComesBackAsItWas) {
  for (const char* text : {"add 100", "add_into 100", "take 7", "shift 40 3", "count 64 3", "choose"}) {
    const std::vector<std::byte> bytes = serialize(make_program(text, "v3"));
    const Blob blob = deserialize(bytes);
    EXPECT_EQ(serialize(blob), bytes) << text;
    EXPECT_EQ(blob.level, "v3");
  }
  const Blob blob = deserialize(serialize(make_program("add_into 100", "v3")));
  EXPECT_EQ(blob.name, "add_into");
  ASSERT_EQ(blob.parameters.size(), 2u);
  EXPECT_EQ(blob.parameters[0].alias, 0);
  EXPECT_EQ(blob.parameters[1].shape, (Shape{{100}, f32}));
}

TEST(Blob, IsRefusedWhenCutAnywhere) {
  const std::vector<std::byte> bytes = serialize(small());
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_THROW(deserialize(cut), Error) << size;
    if (size >= 32) {
      EXPECT_THROW(deserialize(resealed(cut)), Error) << size;
    }
  }
}

TEST(Blob, IsRefusedWhenABitFlips) {
  const std::vector<std::byte> bytes = serialize(small());
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::vector<std::byte> flipped = bytes;
    flipped[bit / 8] ^= std::byte{static_cast<uint8_t>(1 << (bit % 8))};
    EXPECT_THROW(deserialize(flipped), Error) << bit;
  }
}

// With a checksum made to match, a changed blob is read or refused, but never believed beyond its bytes.
TEST(Blob, SurvivesFlippedBitsBehindARightChecksum) {
  const std::vector<std::byte> bytes = serialize(small());
  int refused = 0, read = 0;
  for (size_t bit = 32 * 8; bit < bytes.size() * 8; ++bit) {
    std::vector<std::byte> flipped = bytes;
    flipped[bit / 8] ^= std::byte{static_cast<uint8_t>(1 << (bit % 8))};
    try {
      check(deserialize(resealed(flipped)));
      ++read;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << error.what();
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(read, 100);
}

TEST(Blob, OfAnotherVersionIsRefused) {
  std::vector<std::byte> bytes = serialize(small());
  bytes[8] = std::byte{77};
  try {
    deserialize(bytes);
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("version 77"), std::string::npos) << error.what();
  }
}

void expect_refused(const char* what, void (*change)(Blob&)) {
  Blob blob = make_program("count 64 3", "x86-64");
  blob.parameters.push_back({{{64}, i32}, {}, false});
  ASSERT_NO_THROW(check(blob)) << what;
  change(blob);
  EXPECT_THROW(deserialize(serialize(blob)), Error) << what;
}

TEST(Blob, IsRefusedWhenSomethingDoesNotFit) {
  expect_refused("kernel behind the code", [](Blob& blob) { blob.kernels[0].offset = blob.code.size(); });
  expect_refused("kernel wraps around", [](Blob& blob) { blob.kernels[0].size = UINT64_MAX; });
  expect_refused("empty kernel", [](Blob& blob) { blob.kernels[0].size = 0; });
  expect_refused("no such kernel", [](Blob& blob) { blob.steps[0].kernel = 1000; });
  expect_refused("no such buffer", [](Blob& blob) { blob.steps[0].buffers[0] = 1000; });
  expect_refused("grain of nothing", [](Blob& blob) { blob.steps[0].grain = 0; });
  expect_refused("negative items", [](Blob& blob) { blob.steps[0].items = -1; });
  expect_refused("temporary behind the arena", [](Blob& blob) { blob.arena_bytes = 0; });
  expect_refused("constant behind the end", [](Blob& blob) { blob.constants.clear(); });
  expect_refused("negative arena", [](Blob& blob) { blob.arena_bytes = -1; });
  expect_refused("absurd scratch", [](Blob& blob) { blob.scratch_bytes = INT64_MAX; });
  expect_refused("result too small", [](Blob& blob) { blob.results[0].dims[0] = 1; });
  expect_refused("size overflows", [](Blob& blob) { blob.parameters[0].shape.dims = {INT64_MAX, 8}; });
  expect_refused("negative size", [](Blob& blob) { blob.parameters[0].shape.dims = {-4}; });
  expect_refused("no such result", [](Blob& blob) { blob.parameters[0].alias = 1; });
  expect_refused("alias of other size", [](Blob& blob) {
    blob.parameters[0].shape.dims[0] = 63;
    blob.parameters[0].alias = 0;
  });
  expect_refused("two of one alias", [](Blob& blob) {
    blob.parameters[0].alias = 0;
    blob.parameters.push_back(blob.parameters[0]);
  });
  expect_refused("loop without body", [](Blob& blob) { blob.steps[2].blocks.pop_back(); });
  expect_refused("loop without predicate", [](Blob& blob) { blob.steps[2].buffers.clear(); });
  expect_refused("bad step in a block", [](Blob& blob) { blob.steps[2].blocks[1][0].kernel = 1000; });
  expect_refused("kernel with blocks", [](Blob& blob) { blob.steps[0].blocks.emplace_back(); });
}

TEST(Blob, NestedTooDeepIsRefused) {
  Blob blob = small();
  const Step loop = blob.steps[2];
  for (int depth = 0; depth < 1000; ++depth) {
    Step outer = loop;
    outer.blocks[1] = std::move(blob.steps);
    blob.steps = {std::move(outer)};
    if (depth == 20) {
      EXPECT_NO_THROW(deserialize(serialize(blob)));
    }
  }
  EXPECT_THROW(deserialize(serialize(blob)), Error);
}

}  // namespace
}  // namespace fusebox::cpu
