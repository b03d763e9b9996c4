#include "fusebox/checkpoint/gguf.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "tests/base/temporary_folder.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/file_builders.h"

namespace fusebox {
namespace {

std::shared_ptr<const GgufFile> open_gguf(std::string_view bytes) {
  return GgufFile::open(map_bytes(bytes, "file.gguf"));
}

Error error_in_gguf(std::string_view bytes) {
  return error_of([&] { open_gguf(bytes); });
}

GgufBuilder tiny() {
  GgufBuilder file;
  file.text("general.architecture", "llama").u32("llama.block_count", 2).f32("llama.rope.freq_base", 1e4f);
  file.texts("tokenizer.ggml.tokens", {"a", "", "bc"})
      .numbers<float>("tokenizer.ggml.scores", 6, {0.5f, -1, 2});
  file.tensor("norm.weight", {3}, 0, raw_bytes<float>({1, 2, 3}));
  file.tensor("half.weight", {2, 1}, 1, raw_bytes<uint16_t>({0x3c00, 0xc000}));
  return file;
}

TEST(Gguf, ReadsVersions2And3) {
  for (const uint32_t version : {2u, 3u}) {
    GgufBuilder file = tiny();
    file.version = version;
    const auto gguf = open_gguf(file.bytes());
    EXPECT_EQ(gguf->version(), version);
    EXPECT_EQ(gguf->at("llama.block_count").as_int(), 2);
    EXPECT_EQ(gguf->find("half.weight")->shape, (Shape{{2, 1}, DType::f16}));
    std::vector<float> values(2);
    gguf->read("half.weight", DType::f32, std::as_writable_bytes(std::span(values)));
    EXPECT_EQ(values, (std::vector<float>{1, -2}));
  }
}

TEST(Gguf, GivesEveryTypeOfValue) {
  GgufBuilder file;
  file.raw("u8", 0, "\xff").raw("i8", 1, "\xff").raw("u16", 2, "\xff\xff").raw("i16", 3, "\xff\xff");
  file.u32("u32", 0xffffffff).raw("i32", 5, raw_number<int32_t>(-7)).f32("f32", 0.25f);
  file.boolean("yes", true).boolean("no", false).text("text", "grüße");
  file.raw("u64", 10, raw_number<uint64_t>(1ull << 40))
      .raw("i64", 11, raw_number<int64_t>(-1))
      .raw("f64", 12, raw_number(0.1));
  file.raw("huge", 10, raw_number(std::numeric_limits<uint64_t>::max()));
  file.numbers<int32_t>("ints", 5, {1, -2}).numbers<double>("floats", 12, {0.5}).texts("texts", {"x", "yz"});
  file.array("nested", 9, 1, raw_number<uint32_t>(5) + raw_number<uint64_t>(1) + raw_number<int32_t>(3));
  const auto gguf = open_gguf(file.bytes());
  EXPECT_EQ(gguf->at("u8").as_int(), 255);
  EXPECT_EQ(gguf->at("i8").as_int(), -1);
  EXPECT_EQ(gguf->at("u16").as_int(), 65535);
  EXPECT_EQ(gguf->at("i16").as_int(), -1);
  EXPECT_EQ(gguf->at("u32").as_int(), 4294967295);
  EXPECT_EQ(gguf->at("i32").as_float(), -7.0);
  EXPECT_EQ(gguf->at("f32").as_float(), 0.25);
  EXPECT_TRUE(gguf->at("yes").as_bool());
  EXPECT_FALSE(gguf->at("no").as_bool());
  EXPECT_EQ(gguf->at("text").as_string(), "grüße");
  EXPECT_EQ(gguf->at("u64").as_int(), int64_t{1} << 40);
  EXPECT_EQ(gguf->at("i64").as_int(), -1);
  EXPECT_EQ(gguf->at("f64").as_float(), 0.1);
  EXPECT_EQ(gguf->at("ints").as_ints(), (std::vector<int64_t>{1, -2}));
  EXPECT_EQ(gguf->at("ints").as_floats(), (std::vector<double>{1, -2}));
  EXPECT_EQ(gguf->at("floats").as_floats(), std::vector<double>{0.5});
  EXPECT_EQ(gguf->at("texts").as_strings()[1], "yz");
  EXPECT_EQ(gguf->at("nested").size(), 1u);
  EXPECT_TRUE(contains(error_of([&] { gguf->at("huge").as_int(); }).what(), "63 bits"));
  EXPECT_EQ(gguf->at("huge").to_string(), "18446744073709551615");
}

TEST(Gguf, AWrongTypeNamesFileAndKey) {
  const auto gguf = open_gguf(tiny().bytes());
  const Error error = error_of([&] { gguf->at("general.architecture").as_int(); });
  EXPECT_EQ(error.message(), "metadata 'general.architecture': got string, want an integer");
  EXPECT_EQ(error.file(), gguf->description());
  EXPECT_THROW(gguf->at("llama.block_count").as_string(), Error);
  EXPECT_THROW(gguf->at("llama.rope.freq_base").as_int(), Error);
  EXPECT_THROW(gguf->at("tokenizer.ggml.tokens").as_ints(), Error);
  EXPECT_THROW(gguf->at("tokenizer.ggml.tokens").as_int(), Error);
  EXPECT_THROW(gguf->at("tokenizer.ggml.scores").as_strings(), Error);
  EXPECT_THROW(gguf->at("tokenizer.ggml.scores").as_float(), Error);
}

TEST(Gguf, AMissingNameSuggestsNearOnes) {
  const auto gguf = open_gguf(tiny().bytes());
  EXPECT_EQ(gguf->find_value("llama.blockcount"), nullptr);
  EXPECT_TRUE(
      contains(error_of([&] { gguf->at("llama.blockcount"); }).what(), "did you mean 'llama.block_count'?"));
  std::vector<std::byte> out(12);
  const Error error = error_of([&] { gguf->read("norm.weights", DType::f32, out); });
  EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
  EXPECT_TRUE(contains(error.what(), "did you mean 'norm.weight'"));
}

TEST(Gguf, ReadChecksDtypeAndRoom) {
  const auto gguf = open_gguf(tiny().bytes());
  std::vector<std::byte> out(12);
  EXPECT_EQ(error_of([&] { gguf->read("norm.weight", DType::i32, out); }).kind(), ErrorKind::kDTypeMismatch);
  EXPECT_EQ(error_of([&] { gguf->read("norm.weight", DType::bf16, out); }).kind(),
            ErrorKind::kInvalidArgument);
}

TEST(Gguf, ListsTensorsOfUnknownTypes) {
  GgufBuilder file = tiny();
  file.tensor("iq.weight", {256}, 16, std::string(66, 'x')).tensor("odd.weight", {256}, 77, "");
  const auto gguf = open_gguf(file.bytes());
  EXPECT_EQ(gguf->tensors().size(), 4u);
  EXPECT_EQ(gguf->weights().size(), 2u);
  const Error error = error_of([&] { gguf->find("iq.weight"); });
  EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
  EXPECT_TRUE(contains(error.what(), "IQ2_XXS"));
  EXPECT_TRUE(contains(error_of([&] { gguf->view("odd.weight"); }).what(), "GGUF type 77"));
}

TEST(Gguf, ObeysAlignment) {
  GgufBuilder file;
  file.alignment = 256;
  file.u32("general.alignment", 256)
      .tensor("a", {1}, 0, raw_bytes<float>({5}))
      .tensor("b", {1}, 0, raw_bytes<float>({6}));
  std::vector<float> value(1);
  open_gguf(file.bytes())->read("b", DType::f32, std::as_writable_bytes(std::span(value)));
  EXPECT_EQ(value[0], 6);
}

// The header grows past the first piece that is read of it.
TEST(Gguf, ReadsALongHeader) {
  GgufBuilder file;
  file.texts("tokens", std::vector<std::string>(400000, "token")).text("after", "here");
  file.tensor("w", {1}, 0, raw_bytes<float>({7}));
  const auto gguf = open_gguf(file.bytes());
  EXPECT_EQ(gguf->at("tokens").as_strings()[399999], "token");
  EXPECT_EQ(gguf->at("after").as_string(), "here");
  EXPECT_TRUE(gguf->find("w"));
}

TEST(GgufBadInput, AFileCutAnywhereIsAnError) {
  const std::string whole = tiny().bytes();
  open_gguf(whole);
  for (size_t size = 0; size < whole.size(); ++size) {
    const Error error = error_in_gguf(whole.substr(0, size));
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << size;
    EXPECT_TRUE(error.offset()) << size;
    EXPECT_TRUE(contains(error.file(), "file.gguf"));
  }
}

TEST(GgufBadInput, AFileCutWhileInUseIsAnError) {
  const TemporaryFolder folder;
  GgufBuilder file = tiny();
  file.tensor("large", {100000}, 0, std::string(400000, 'x'));
  const auto gguf = GgufFile::open(folder.write("file.gguf", file.bytes()));
  std::filesystem::resize_file(folder / "file.gguf", 8192);
  std::vector<std::byte> out(400000);
  EXPECT_EQ(error_of([&] { gguf->read("large", DType::f32, out); }).kind(), ErrorKind::kIo);
  EXPECT_EQ(gguf->at("tokenizer.ggml.tokens").as_strings()[2], "bc");  // the metadata stays
}

TEST(GgufBadInput, OtherFilesAndVersions) {
  EXPECT_TRUE(contains(error_in_gguf("").what(), "empty"));
  EXPECT_TRUE(contains(error_in_gguf("PK\3\4 some archive").what(), "not a GGUF file"));
  for (const uint32_t version : {0u, 1u, 4u, 0x03000000u}) {
    GgufBuilder file = tiny();
    file.version = version;
    const Error error = error_in_gguf(file.bytes());
    EXPECT_EQ(error.kind(), ErrorKind::kUnsupported);
    EXPECT_EQ(error.offset(), 4u);
  }
}

// Numbers that would take all memory, or wrap around, if they were believed.
TEST(GgufBadInput, LyingCountsAndSizes) {
  const uint64_t lies[] = {1, 1000000, uint64_t{1} << 32, uint64_t{1} << 61,
                           std::numeric_limits<uint64_t>::max() - 2};
  for (const uint64_t lie : lies) {
    GgufBuilder file = tiny();
    file.extra_entries = lie;
    EXPECT_EQ(error_in_gguf(file.bytes()).kind(), ErrorKind::kInvalidFile) << lie;
    file.extra_entries = 0, file.extra_tensors = lie;
    EXPECT_EQ(error_in_gguf(file.bytes()).kind(), ErrorKind::kInvalidFile) << lie;
    if (lie == 1) continue;
    for (const uint32_t type : {0u, 5u, 8u, 9u, 12u}) {
      GgufBuilder array;
      array.array("x", type, lie, "");
      EXPECT_EQ(error_in_gguf(array.bytes()).kind(), ErrorKind::kInvalidFile) << lie << " of " << type;
    }
    GgufBuilder text;
    text.raw("x", 8, raw_number(lie));
    EXPECT_EQ(error_in_gguf(text.bytes()).kind(), ErrorKind::kInvalidFile) << lie;
    EXPECT_EQ(error_in_gguf(GgufBuilder().tensor_at("w", {lie}, 0, 0).bytes()).kind(),
              ErrorKind::kInvalidFile);
    EXPECT_EQ(error_in_gguf(GgufBuilder().tensor_at("w", {lie, lie, lie}, 0, 0).bytes()).kind(),
              ErrorKind::kInvalidFile);
    if (lie > 1000000) {
      EXPECT_EQ(error_in_gguf(GgufBuilder().tensor_at("w", {0, lie, lie}, 3, 0).bytes()).kind(),
                ErrorKind::kInvalidFile);
    }
    EXPECT_EQ(error_in_gguf(GgufBuilder().tensor_at("w", {1}, 0, lie).bytes()).kind(),
              ErrorKind::kInvalidFile);
    EXPECT_EQ(error_in_gguf(GgufBuilder().tensor_at("w", {1}, 0, lie / 32 * 32).bytes()).kind(),
              ErrorKind::kInvalidFile);
  }
}

TEST(GgufBadInput, TensorsThatCannotBe) {
  const auto says = [](const GgufBuilder& file) { return std::string(error_in_gguf(file.bytes()).what()); };
  EXPECT_TRUE(
      contains(says(tiny().tensor_at("norm.weight", {1}, 0, 0)), "two tensors are named 'norm.weight'"));
  EXPECT_TRUE(contains(says(tiny().tensor_at("w", {2}, 0, 0)), "overlap"));
  EXPECT_TRUE(contains(says(tiny().tensor_at("w", {1}, 0, 4)), "multiple of 32"));
  EXPECT_TRUE(
      contains(says(tiny().tensor("w", {2, 16}, 2, std::string(18, 'x'))), "multiple of 32 for Q4_0"));
  EXPECT_TRUE(
      contains(says(tiny().tensor_at("w", std::vector<uint64_t>(1000000, 1), 0, 0)), "1000000 dimensions"));
  EXPECT_TRUE(contains(says(tiny().u32("general.alignment", 0)), "power of two"));
  EXPECT_TRUE(contains(says(tiny().u32("general.alignment", 48)), "power of two"));
  EXPECT_TRUE(contains(says(tiny().text("general.alignment", "32")), "want an integer"));
  EXPECT_TRUE(contains(says(tiny().u32("llama.block_count", 3)), "'llama.block_count' is there twice"));
  EXPECT_TRUE(contains(says(tiny().raw("x", 13, "")), "unknown metadata type 13"));
}

TEST(GgufBadInput, DeeplyNestedArrays) {
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += raw_number<uint32_t>(9) + raw_number<uint64_t>(1);
  GgufBuilder file;
  file.array("x", 9, 1, deep);
  EXPECT_TRUE(contains(error_in_gguf(file.bytes()).what(), "nested deeper"));
}

}  // namespace
}  // namespace fusebox
