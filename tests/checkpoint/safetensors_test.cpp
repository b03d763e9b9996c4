#include "fusebox/checkpoint/safetensors.h"

#include <gtest/gtest.h>

#include <limits>

#include "tests/base/temporary_folder.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/file_builders.h"

namespace fusebox {
namespace {

std::shared_ptr<const SafetensorsFile> open_safetensors(std::string_view bytes) {
  return SafetensorsFile::open(map_bytes(bytes, "file.safetensors"));
}

Error error_in_safetensors(std::string_view bytes) {
  return error_of([&] { open_safetensors(bytes); });
}

// The message for a header with so much data behind it.
std::string says(std::string_view header, size_t data = 0) {
  const Error error = error_in_safetensors(SafetensorsBuilder::file(header, std::string(data, 'x')));
  EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << header.substr(0, 200);
  EXPECT_TRUE(contains(error.file(), "file.safetensors"));
  return error.what();
}

SafetensorsBuilder tiny() {
  SafetensorsBuilder file;
  file.metadata("format", "pt");
  file.tensor("norm.weight", "BF16", {3}, raw_bytes<uint16_t>({0x3f80, 0x4000, 0xc040}));
  file.tensor("proj.weight", "F32", {2, 2}, raw_bytes<float>({1, 2, 3, 4}));
  file.tensor("position_ids", "I64", {1, 2}, raw_bytes<int64_t>({0, 1}));
  file.tensor("mask", "BOOL", {4}, raw_bytes<uint8_t>({1, 0, 1, 0}));
  file.tensor("scale", "F64", {}, raw_bytes<double>({0.1}));
  file.tensor("empty", "F16", {0, 5}, "");
  return file;
}

TEST(Safetensors, ReadsWhatAFileHolds) {
  const auto file = open_safetensors(tiny().bytes());
  EXPECT_EQ(file->metadata()[0], (std::pair<std::string, std::string>("format", "pt")));
  ASSERT_EQ(file->weights().size(), 6u);
  EXPECT_EQ(file->weights()[0].name, "norm.weight");
  EXPECT_EQ(file->find("norm.weight")->shape, (Shape{{3}, DType::bf16}));
  EXPECT_EQ(file->find("mask")->shape, (Shape{{4}, DType::i1}));
  EXPECT_EQ(file->find("scale")->shape, (Shape{{}, DType::f64}));
  EXPECT_EQ(file->find("empty")->shape, (Shape{{0, 5}, DType::f16}));
  EXPECT_FALSE(file->find("absent"));
  EXPECT_EQ(file->view("norm.weight").size(), 6u);

  std::vector<float> norm(3), scale(1);
  file->read("norm.weight", DType::f32, std::as_writable_bytes(std::span(norm)));
  EXPECT_EQ(norm, (std::vector<float>{1, 2, -3}));
  file->read("scale", DType::f32, std::as_writable_bytes(std::span(scale)));
  EXPECT_EQ(scale[0], 0.1f);
  std::vector<int64_t> positions(2);
  file->read("position_ids", DType::i64, std::as_writable_bytes(std::span(positions)));
  EXPECT_EQ(positions, (std::vector<int64_t>{0, 1}));
  std::vector<uint16_t> halves(4);
  file->read("proj.weight", DType::f16, std::as_writable_bytes(std::span(halves)));
  EXPECT_EQ(halves, (std::vector<uint16_t>{0x3c00, 0x4000, 0x4200, 0x4400}));
  file->read("empty", DType::f32, {});
  std::vector<float> no(2);
  EXPECT_EQ(
      error_of([&] { file->read("position_ids", DType::f32, std::as_writable_bytes(std::span(no))); }).kind(),
      ErrorKind::kDTypeMismatch);
}

TEST(Safetensors, UnpacksSmallFloats) {
  SafetensorsBuilder builder;
  builder.tensor("f4", "F4", {2, 2}, "\x21\x43").tensor("f8", "F8_E4M3", {2}, "\x38\xb8");
  const auto file = open_safetensors(builder.bytes());
  std::vector<uint8_t> codes(4);
  file->read("f4", DType::f4e2m1fn, std::as_writable_bytes(std::span(codes)));
  EXPECT_EQ(codes, (std::vector<uint8_t>{1, 2, 3, 4}));
  std::vector<float> values(2);
  file->read("f8", DType::f32, std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values, (std::vector<float>{1, -1}));
}

TEST(Safetensors, ListsTensorsOfUnknownTypes) {
  SafetensorsBuilder builder = tiny();
  builder.tensor("odd", "Q7_X", {3}, "abcde");
  const auto file = open_safetensors(builder.bytes());
  EXPECT_EQ(file->tensors().size(), 7u);
  EXPECT_EQ(file->weights().size(), 6u);
  EXPECT_TRUE(contains(error_of([&] { file->find("odd"); }).what(), "Q7_X"));
}

TEST(Safetensors, AllowsSpacesAfterTheHeader) {
  EXPECT_EQ(open_safetensors(SafetensorsBuilder::file("{}      ", ""))->weights().size(), 0u);
}

TEST(Safetensors, ReadsShards) {
  const TemporaryFolder folder;
  SafetensorsBuilder a, b;
  a.metadata("format", "pt").tensor("a", "F32", {1}, raw_bytes<float>({1}));
  b.tensor("b", "F32", {1}, raw_bytes<float>({2}));
  folder.write("model-1.safetensors", a.bytes());
  folder.write("model-2.safetensors", b.bytes());
  const auto index = [&](std::string_view map) {
    return folder.write("model.safetensors.index.json",
                        R"({"metadata": {}, "weight_map": {)" + std::string(map) + "}}");
  };
  const auto file = SafetensorsFile::open(index(R"("a": "model-1.safetensors", "b": "model-2.safetensors")"));
  EXPECT_EQ(file->weights().size(), 2u);
  std::vector<float> value(1);
  file->read("b", DType::f32, std::as_writable_bytes(std::span(value)));
  EXPECT_EQ(value[0], 2);

  const auto says_of = [&](std::string_view map) {
    const std::string path = index(map);
    return std::string(error_of([&] { SafetensorsFile::open(path); }).what());
  };
  EXPECT_TRUE(contains(says_of(R"("a": "model-2.safetensors")"), "'a' is not in 'model-2.safetensors'"));
  EXPECT_TRUE(contains(says_of(R"("a": "model-3.safetensors")"), "model-3.safetensors: cannot open"));
  EXPECT_TRUE(contains(says_of(R"("a": "../model-1.safetensors")"), "not in a file beside this one"));
  EXPECT_TRUE(contains(says_of(R"("a": 7)"), "not in a file beside this one"));
  folder.write("model-2.safetensors", a.bytes());
  EXPECT_TRUE(contains(says_of(R"("a": "model-1.safetensors", "b": "model-2.safetensors")"),
                       "two tensors are named 'a'"));
  EXPECT_TRUE(
      contains(error_of([&] { SafetensorsFile::open(folder.write("i.json", "[]")); }).what(), "weight_map"));
}

TEST(SafetensorsBadInput, AFileCutAnywhereIsAnError) {
  const std::string whole = tiny().bytes();
  for (size_t size = 0; size < whole.size(); ++size) {
    const Error error = error_in_safetensors(whole.substr(0, size));
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << size;
    EXPECT_TRUE(error.offset()) << size;
  }
}

TEST(SafetensorsBadInput, LyingHeaderLengths) {
  for (const uint64_t lie :
       {uint64_t{17}, uint64_t{100'000'001}, uint64_t{1} << 63, std::numeric_limits<uint64_t>::max()}) {
    const Error error = error_in_safetensors(raw_number(lie) + "{\"a\":{}}");
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile);
    EXPECT_EQ(error.offset(), 0u);
  }
}

TEST(SafetensorsBadInput, HeadersThatAreNotJson) {
  EXPECT_TRUE(contains(says(""), "not valid JSON"));
  EXPECT_TRUE(contains(says("{\"a\": tru"), "at byte 17"));
  EXPECT_TRUE(contains(says("{\"\xff\": {}}"), "not valid JSON"));
  EXPECT_TRUE(contains(says("{} {}"), "not valid JSON"));
}

TEST(SafetensorsBadInput, HeadersOfAnotherForm) {
  for (const char* header :
       {"[]", "7", "null", "\"x\"", R"({"a": []})", R"({"a": 1})", R"({"a": null})", R"({"a": true})",
        R"({"a": {"dtype": {}}})", R"({"a": {"shape": "x"}})", R"({"a": {"dtype": 3}})",
        R"({"a": {"shape": [[1]]}})", R"({"a": {"shape": [1.5]}})", R"({"a": {"shape": [-1]}})",
        R"({"__metadata__": {"a": {}}})", R"({"__metadata__": {"a": 3}})", R"({"": {}})"})
    says(header);
  EXPECT_TRUE(contains(says(R"({"a": {}})"), "lacks dtype, shape or data_offsets"));
  EXPECT_TRUE(contains(says(R"({"a": {"dtype":"U8","shape":[1]}})", 1), "lacks"));
  EXPECT_TRUE(
      contains(says(R"({"a": {"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}})", 1), "twice"));
  EXPECT_TRUE(
      contains(says(R"({"a": {"dtype":"U8","shape":[1],"data_offsets":[0,1,2]}})", 1), "more than two"));
  EXPECT_TRUE(contains(says(R"({"a": {"dtype":"U8","shape":[1],"data_offsets":[0]}})", 1), "lacks"));
  EXPECT_TRUE(contains(says(R"({"a": {"dtype":"U8","shape":[1],"data_offsets":[0,1],"extra":[]}})", 1),
                       "not expected"));
}

TEST(SafetensorsBadInput, LyingOffsetsAndSizes) {
  const auto entry = [](std::string_view name, std::string_view dtype, std::string_view shape,
                        std::string_view offsets) {
    return fmt::format(R"("{}":{{"dtype":"{}","shape":[{}],"data_offsets":[{}]}})", name, dtype, shape,
                       offsets);
  };
  const auto one = [&](std::string_view dtype, std::string_view shape, std::string_view offsets) {
    return says("{" + entry("w", dtype, shape, offsets) + "}", 8);
  };
  EXPECT_TRUE(contains(one("U8", "9", "0,9"), "data_offsets [0, 9] are outside the 8 bytes"));
  EXPECT_TRUE(contains(one("U8", "8", "8,0"), "are outside"));
  EXPECT_TRUE(contains(one("U8", "8", "18446744073709551608,0"), "are outside"));
  EXPECT_TRUE(contains(one("U8", "8", "0,18446744073709551615"), "are outside"));
  EXPECT_TRUE(contains(one("U8", "8", "0,18446744073709551616"), "want an integer below 2^64"));
  EXPECT_TRUE(contains(one("F32", "1", "0,8"), "span 8 bytes"));
  EXPECT_TRUE(contains(one("F4", "3", "0,2"), "take 12 bits"));
  EXPECT_TRUE(contains(one("U8", "4294967296,4294967296", "0,8"), "too many elements"));
  EXPECT_TRUE(contains(one("U8", "0,9223372036854775808", "0,0"), "too many elements"));
  EXPECT_TRUE(contains(one("U8", "18446744073709551615", "0,8"), "too many elements"));
  EXPECT_TRUE(contains(one("U8", "4", "0,4"), "4 belong to no tensor"));
  EXPECT_TRUE(contains(says("{" + entry("a", "U8", "5", "0,5") + "," + entry("b", "U8", "4", "4,8") + "}", 8),
                       "overlap"));
  EXPECT_TRUE(contains(says("{" + entry("a", "U8", "4", "0,4") + "," + entry("a", "U8", "4", "4,8") + "}", 8),
                       "two tensors are named 'a'"));
}

TEST(SafetensorsBadInput, AMillionDimensionsAndDeepNesting) {
  std::string ones = "1";
  for (int i = 1; i < 1000000; ++i) ones += ",1";
  EXPECT_TRUE(contains(says(R"({"w":{"dtype":"U8","shape":[)" + ones + R"(],"data_offsets":[0,1]}})", 1),
                       "more than 16 dimensions"));
  says(std::string(1000000, '['));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  says(objects);
}

}  // namespace
}  // namespace fusebox
