// Tables kept between starts: used when the file is the same, never when anything differs.
#include <gtest/gtest.h>

#include "fusebox/base/cache.h"
#include "fusebox/base/error.h"
#include "fusebox/text/tokenizer.h"
#include "fusebox/text/tokenizer_tables.h"
#include "tokenizer_files.h"

namespace fusebox::text {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTiny =
    R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})";

class TokenizerCache : public ::testing::Test {
 protected:
  std::vector<int32_t> encode(std::string_view text) {
    return Tokenizer::open(file_.string(), {.cache = &cache_})->encode(text);
  }
  std::vector<fs::path> entries() const {
    std::vector<fs::path> found;
    for (const auto& entry : fs::directory_iterator(kept_)) {
      if (entry.path().filename().string().starts_with("tokenizer-")) found.push_back(entry.path());
    }
    return found;
  }

  fs::path folder_ = test_folder("tokenizer-cache"), kept_ = folder_ / "kept",
           file_ = folder_ / "tokenizer.json";
  FileCache cache_{kept_.string(), 1 << 30};
};

TEST_F(TokenizerCache, TheSecondStartReadsWhatTheFirstStored) {
  write_text(file_, kTiny);
  EXPECT_EQ(encode("abb"), (std::vector<int32_t>{2, 1}));
  ASSERT_EQ(entries().size(), 1u);
  // Another vocabulary's tables under the name show that it is the entry that is read.
  TokenizerSource other;
  other.vocabulary = {{"a", 7}, {"b", 8}};
  other.spec = {{"model", Json::object()}, {"special", Json::object()}, {"decoder", nullptr}};
  cache_.store(entries()[0].stem().string(), build_tokenizer_tables(other));
  EXPECT_EQ(encode("abb"), (std::vector<int32_t>{7, 8, 8}));
  EXPECT_EQ(entries().size(), 1u);
}

TEST_F(TokenizerCache, AChangedFileIsReadAnewEvenWithTheSameSizeAndTime) {
  write_text(file_, kTiny);
  EXPECT_EQ(encode("ab"), std::vector<int32_t>{2});
  const auto time = fs::last_write_time(file_);
  std::string changed(kTiny);
  changed.replace(changed.find("a b"), 3, "b a");
  changed.replace(changed.find("\"ab\""), 4, "\"ba\"");
  write_text(file_, changed);
  fs::last_write_time(file_, time);
  EXPECT_EQ(encode("ab"), (std::vector<int32_t>{0, 1}));
  EXPECT_EQ(encode("ba"), std::vector<int32_t>{2});
}

TEST_F(TokenizerCache, TheConfigCountsToo) {
  write_text(file_, kTiny);
  EXPECT_EQ(Tokenizer::open(file_.string(), {.cache = &cache_})->eos_id(), std::nullopt);
  write_text(folder_ / "tokenizer_config.json", R"({"eos_token": "b"})");
  EXPECT_EQ(Tokenizer::open(file_.string(), {.cache = &cache_})->eos_id(), 1);
  write_text(folder_ / "tokenizer_config.json", R"({"eos_token": "a"})");
  EXPECT_EQ(Tokenizer::open(file_.string(), {.cache = &cache_})->eos_id(), 0);
}

TEST_F(TokenizerCache, ABadEntryIsMadeAgain) {
  write_text(file_, kTiny);
  encode("ab");
  const fs::path entry = entries().at(0);
  const auto size = fs::file_size(entry);
  fs::resize_file(entry, size / 2);
  EXPECT_EQ(encode("ab"), std::vector<int32_t>{2});
  fs::resize_file(entry, 0);
  EXPECT_EQ(encode("ab"), std::vector<int32_t>{2});
  // An entry that is whole, but no tokenizer.
  const std::string name = entry.stem().string();
  cache_.store(
      name,
      std::as_bytes(std::span("not a tokenizer at all, but longer than a header would have to be......")));
  EXPECT_EQ(encode("ab"), std::vector<int32_t>{2});
}

TEST_F(TokenizerCache, GgufTablesAreKeptToo) {
  const auto text = std::string("Hello, world! 1234");
  const auto without = Tokenizer::open(kSmolLm2Gguf, {.cache = nullptr})->encode(text);
  EXPECT_EQ(Tokenizer::open(kSmolLm2Gguf, {.cache = &cache_})->encode(text), without);
  EXPECT_EQ(entries().size(), 1u);
  EXPECT_EQ(Tokenizer::open(kSmolLm2Gguf, {.cache = &cache_})->encode(text), without);
}

// Whatever bytes a block has, lookups stay inside it and end.
TEST(TokenizerTables, ADamagedBlockIsRefusedOrHarmless) {
  TokenizerSource source;
  source.vocabulary = {{"a", 0}, {"b", 1}, {"ab", 2}};
  source.merges = {{"a", "b"}};
  source.spec = {{"model", Json::object()}};
  const std::vector<std::byte> block = build_tokenizer_tables(source);
  for (size_t at = 0; at < block.size(); at++) {
    for (const int flip : {0x01, 0x80, 0xFF}) {
      auto damaged = block;
      damaged[at] ^= static_cast<std::byte>(flip);
      try {
        const TokenizerTables tables(std::move(damaged));
        for (int32_t id = -1; id <= tables.size(); id++) tables.find(tables.text(id));
        tables.merge(0, 1);
        tables.find_in_model("zz");
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile);
      }
    }
  }
  for (size_t size = 0; size < block.size(); size += 3) {
    EXPECT_THROW(TokenizerTables(std::vector(block.begin(), block.begin() + static_cast<ptrdiff_t>(size))),
                 Error);
  }
}

}  // namespace
}  // namespace fusebox::text
