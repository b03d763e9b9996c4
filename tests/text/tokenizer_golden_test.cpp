// Tokenizers against what Hugging Face's `tokenizers` gives for the same files.
#include <gtest/gtest.h>

#include "fusebox/text/tokenizer.h"
#include "tokenizer_files.h"

namespace fusebox::text {
namespace {

using Ids = std::vector<int32_t>;

std::string stream(const std::shared_ptr<const Tokenizer>& tokenizer, const Ids& ids, bool skip_special) {
  StreamDecoder decoder(tokenizer, skip_special);
  std::string text;
  for (const int32_t id : ids) text += decoder.push(id);
  return text + decoder.finish();
}

void expect_decodes(const std::shared_ptr<const Tokenizer>& tokenizer, const nlohmann::json& golden) {
  const auto ids = golden["ids"].get<Ids>();
  const auto text = golden["decode"].get<std::string>();
  const auto without_special = golden.value("decode_skip_special", text);
  EXPECT_EQ(tokenizer->decode(ids), text);
  EXPECT_EQ(tokenizer->decode(ids, {.skip_special = true}), without_special);
  EXPECT_EQ(stream(tokenizer, ids, false), text);
  EXPECT_EQ(stream(tokenizer, ids, true), without_special);
}

void expect_golden(const std::shared_ptr<const Tokenizer>& tokenizer, const nlohmann::json& golden) {
  for (const auto& entry : golden["cases"]) {
    const auto text = entry["text"].get<std::string>();
    SCOPED_TRACE(entry["text"].dump());
    const auto ids = entry["ids"].get<Ids>();
    EXPECT_EQ(tokenizer->encode(text), ids);
    EXPECT_EQ(tokenizer->encode(text, {.add_special = false}), entry.value("ids_without_special", ids));
    EXPECT_EQ(tokenizer->encode(text, {.add_special = false, .parse_special = false}),
              entry.value("ids_specials_as_text", ids));
    expect_decodes(tokenizer, entry);
  }
  for (const auto& entry : golden["decode_cases"]) {
    SCOPED_TRACE(entry["ids"].dump());
    expect_decodes(tokenizer, entry);
  }
}

void expect_smollm2_marks(const Tokenizer& tokenizer) {
  EXPECT_EQ(tokenizer.size(), 49152);
  EXPECT_EQ(tokenizer.bos_id(), 1);
  EXPECT_EQ(tokenizer.eos_id(), 2);
  EXPECT_EQ(tokenizer.eos_ids(), Ids{2});
  EXPECT_EQ(tokenizer.pad_id(), 2);
  EXPECT_EQ(tokenizer.unk_id(), 0);
  EXPECT_FALSE(tokenizer.adds_bos());
  EXPECT_EQ(tokenizer.token_id("<|im_end|>"), 2);
  EXPECT_TRUE(tokenizer.is_special(2));
  EXPECT_FALSE(tokenizer.is_special(582));
  EXPECT_EQ(tokenizer.token_text(582), "Ġone");
  EXPECT_EQ(tokenizer.token_bytes(582), " one");
  EXPECT_EQ(tokenizer.token_text(49152), "");
  EXPECT_EQ(tokenizer.token_id("no such token"), std::nullopt);
}

TEST(TokenizerGolden, SmolLm2FromGguf) {
  const auto tokenizer = Tokenizer::open(kSmolLm2Gguf, {.cache = nullptr});
  expect_golden(tokenizer, read_golden("tokenizer-smollm2.json"));
  expect_smollm2_marks(*tokenizer);
}

TEST(TokenizerGolden, SmolLm2FromTokenizerJson) {
  const auto tokenizer = Tokenizer::open(smollm2_folder().string(), {.cache = nullptr});
  expect_golden(tokenizer, read_golden("tokenizer-smollm2.json"));
  expect_smollm2_marks(*tokenizer);
}

// Each component by itself, on tiny vocabularies; made by make_tokenizer_golden.py.
TEST(TokenizerGolden, EveryComponent) {
  const nlohmann::json golden = read_golden("tokenizer-extra.json");
  ASSERT_EQ(golden["tokenizers"].size(), 18u);
  for (const auto& entry : golden["tokenizers"]) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    expect_golden(Tokenizer::from_json(entry["tokenizer"].dump()), entry);
  }
}

}  // namespace
}  // namespace fusebox::text
