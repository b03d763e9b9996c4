// How tokenizers behave where no golden says it: broken UTF-8, streams, long words, threads.
#include "fusebox/text/tokenizer.h"

#include <gtest/gtest.h>

#include <random>
#include <thread>

#include "fusebox/text/tokenizer_utf8.h"
#include "tokenizer_files.h"

namespace fusebox::text {
namespace {

using Ids = std::vector<int32_t>;

const std::shared_ptr<const Tokenizer>& smollm2() {
  static const auto tokenizer = Tokenizer::open(kSmolLm2Gguf, {.cache = nullptr});
  return tokenizer;
}

std::string from_json_text(const char* decoder, const Ids& ids) {
  const auto text =
      std::string(R"({"model": {"type": "BPE", "merges": [], "vocab": {"a": 0, "▁b": 1, "<0xE4>": 2,
      "<0xBD>": 3, "<0xA0>": 4, "<0x41>": 5}}, "decoder": )") +
      decoder + "}";
  const auto tokenizer = Tokenizer::from_json(text);
  StreamDecoder stream(tokenizer);
  std::string streamed;
  for (const int32_t id : ids) streamed += stream.push(id);
  EXPECT_EQ(streamed + stream.finish(), tokenizer->decode(ids));
  return tokenizer->decode(ids);
}

TEST(Tokenizer, BrokenUtf8IsReadAsReplacementCharacters) {
  const std::pair<std::string, std::string> cases[] = {
      {"a\xFFz", "a\uFFFDz"},                  // no character begins so
      {"a\xE4\xBDz", "a\uFFFDz"},              // cut short: one for what there is of it
      {"\xE4\xBD", "\uFFFD"},                  // also at the end
      {"\xC0\xAF", "\uFFFD\uFFFD"},            // overlong
      {"\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},  // a surrogate
      {"\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"\x80", "\uFFFD"},
  };
  for (const auto& [broken, repaired] : cases) {
    EXPECT_EQ(repaired_utf8(broken), repaired);
    EXPECT_FALSE(is_valid_utf8(broken));
    EXPECT_EQ(smollm2()->encode(broken), smollm2()->encode(repaired));
  }
}

TEST(Tokenizer, AStreamNeverSplitsACharacter) {
  const std::string text = "Ünïcödé 你好 👍🏽 déjà";
  StreamDecoder stream(smollm2());
  std::string all;
  for (const int32_t id : smollm2()->encode(text)) {
    const std::string piece = stream.push(id);
    EXPECT_TRUE(is_valid_utf8(piece));
    EXPECT_EQ(piece.find("\uFFFD"), std::string::npos);
    all += piece;
  }
  EXPECT_EQ(stream.finish(), "");
  EXPECT_EQ(all, text);
}

TEST(Tokenizer, AStreamOfAnyIdsIsTheirDecoding) {
  std::mt19937 random(7);
  std::vector<int32_t> bytes;
  for (int32_t id = 0; id < smollm2()->size(); id++) {
    if (smollm2()->token_bytes(id).size() == 1) bytes.push_back(id);
  }
  ASSERT_GT(bytes.size(), 200u);
  StreamDecoder stream(smollm2(), true);
  for (int round = 0; round < 300; round++) {
    Ids ids;
    for (int i = 0; i < 20; i++) {
      ids.push_back(random() % 3 ? bytes[random() % bytes.size()] : static_cast<int32_t>(random() % 49200));
    }
    std::string all;
    for (const int32_t id : ids) all += stream.push(id);
    all += stream.finish();
    EXPECT_EQ(all, smollm2()->decode(ids, {.skip_special = true}));
    EXPECT_TRUE(is_valid_utf8(all));
  }
}

TEST(Tokenizer, ByteTokensAreCharactersOnlyAsAWholeRun) {
  const char* llama = R"({"type": "Sequence", "decoders": [
      {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
      {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})";
  EXPECT_EQ(from_json_text(llama, {1, 0, 1}), "ba b");
  EXPECT_EQ(from_json_text(llama, {2, 3, 4, 5}), "你A");
  EXPECT_EQ(from_json_text(llama, {2, 3, 4, 2, 0}), "\uFFFD\uFFFD\uFFFD\uFFFDa");
  EXPECT_EQ(from_json_text(llama, {2, 3}), "\uFFFD\uFFFD");
  EXPECT_EQ(from_json_text("null", {0, 1, 0}), "a ▁b a");
  EXPECT_EQ(from_json_text(R"({"type": "BPEDecoder", "suffix": "b"})", {1, 1, 0, 1}), "▁ ▁ a▁");
}

TEST(Tokenizer, WordsWithoutEndTakeNoQuadraticTime) {
  // A quadratic merge of these would take minutes.
  for (const std::string& text :
       {std::string(400'000, 'a'), std::string(400'000, ' '), std::string(100'000, '1')}) {
    const Ids ids = smollm2()->encode(text);
    EXPECT_EQ(smollm2()->decode(ids), text);
  }
}

TEST(Tokenizer, LongAndShortWordsMergeAlike) {
  // The same letters as one long word and as its tokens' own encodings.
  std::string word;
  std::mt19937 random(3);
  for (int i = 0; i < 47; i++) word += static_cast<char>('a' + random() % 6);
  const Ids short_ids = smollm2()->encode(word);
  // A token border that BPE cannot cross: a digit.
  Ids long_ids = smollm2()->encode(word + "1" + word);
  EXPECT_EQ(Ids(long_ids.begin(), long_ids.begin() + static_cast<ptrdiff_t>(short_ids.size())), short_ids);
}

TEST(Tokenizer, ManyThreadsGetTheSameIds) {
  const std::string text = "The quick brown fox — 12 jumps\n\n  over <|im_end|> 你好";
  const Ids want = smollm2()->encode(text);
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; t++) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; i++) wrong += smollm2()->encode(text) != want;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(Tokenizer, SpecialTokensAreOnlyParsedWhenAsked) {
  EXPECT_EQ(smollm2()->encode("<|im_end|>"), Ids{2});
  EXPECT_GT(smollm2()->encode("<|im_end|>", {.parse_special = false}).size(), 1u);
  EXPECT_EQ(smollm2()->decode(Ids{1, 28, 2}, {.skip_special = true}), smollm2()->decode(Ids{28}));
}

}  // namespace
}  // namespace fusebox::text
