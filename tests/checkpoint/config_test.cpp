#include "fusebox/checkpoint/config.h"

#include <gtest/gtest.h>

#include "tests/base/temporary_folder.h"
#include "tests/checkpoint/expect_error.h"

namespace fusebox {
namespace {

TEST(Config, KeepsTheOrderOfKeys) {
  const TemporaryFolder folder;
  const auto config = read_json(folder.write("config.json", R"({"z": 1, "a": [1.5, "ü", null]})"));
  EXPECT_EQ(config.begin().key(), "z");
  EXPECT_EQ(config.at("z").get<int64_t>(), 1);
  EXPECT_EQ(config.at("a").at(1), "ü");
  EXPECT_FALSE(read_json_if_there(folder / "generation_config.json"));
  EXPECT_EQ(error_of([&] { read_json(folder / "absent.json"); }).kind(), ErrorKind::kNotFound);
}

TEST(Config, AFileCutAnywhereIsAnError) {
  const std::string whole = R"({"hidden_size": 576, "rope": {"theta": [1e5]}, "act": "silu"})";
  for (size_t size = 0; size < whole.size(); ++size) {
    const Error error = error_of([&] { parse_json(whole.substr(0, size), "config.json"); });
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << size;
    EXPECT_EQ(error.file(), "config.json");
    EXPECT_LE(error.offset().value_or(999), size);
  }
}

TEST(Config, SaysWhereItWentWrong) {
  const Error error = error_of([] { parse_json("{\"a\": 1,\n \"b\": nope}", "config.json"); });
  EXPECT_TRUE(contains(error.what(), "config.json at byte "));
  EXPECT_TRUE(contains(error.what(), "line 2"));
  EXPECT_EQ(error.offset(), 16u);
}

TEST(Config, RefusesWhatIsNotJson) {
  for (const std::string text :
       {"", " ", "{} x", "{\"a\": \"\xff\"}", "{\"a\": 1e999}", "{'a': 1}", "{\"a\": NaN}", "\xef\xbb"})
    EXPECT_EQ(error_of([&] { parse_json(text, "f"); }).kind(), ErrorKind::kInvalidFile) << text;
}

TEST(Config, HasLimits) {
  parse_json(std::string(64, '[') + std::string(64, ']'), "f");
  EXPECT_TRUE(
      contains(error_of([] { parse_json(std::string(1000000, '['), "f"); }).what(), "nested deeper than 64"));
  std::string objects;
  for (int i = 0; i < 100000; ++i) objects += "{\"a\":";
  EXPECT_TRUE(contains(error_of([&] { parse_json(objects, "f"); }).what(), "nested deeper than 64"));
  EXPECT_TRUE(contains(error_of([] { parse_json("[1, 2]", "f", {.bytes = 5}); }).what(), "want at most 5"));
}

}  // namespace
}  // namespace fusebox
