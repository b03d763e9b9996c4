// GgufFile on the real SmolLM2-135M-Instruct, Q4_1. Expected values were printed by the gguf Python package.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <numeric>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/gguf.h"

namespace fusebox {
namespace {

const GgufFile& smollm2() {
  static const auto file = GgufFile::open(FUSEBOX_ASSETS_DIR "/SmolLM2-135M-Instruct.Q4_1.gguf");
  return *file;
}

TEST(GgufSmolLm2, TellsHyperParameters) {
  EXPECT_EQ(smollm2().version(), 3u);
  EXPECT_EQ(smollm2().metadata().size(), 33u);
  EXPECT_EQ(smollm2().metadata()[0].key, "general.architecture");
  EXPECT_EQ(smollm2().at("general.architecture").as_string(), "llama");
  EXPECT_EQ(smollm2().at("llama.block_count").as_int(), 30);
  EXPECT_EQ(smollm2().at("llama.rope.freq_base").as_float(), 100000.0);
  EXPECT_FALSE(smollm2().at("tokenizer.ggml.add_bos_token").as_bool());
  EXPECT_EQ(smollm2().find_value("llama.rope.scaling.type"), nullptr);
}

TEST(GgufSmolLm2, HandsOutTheVocabularyInPlace) {
  const auto tokens = smollm2().at("tokenizer.ggml.tokens").as_strings();
  ASSERT_EQ(tokens.size(), 49152u);
  EXPECT_EQ(tokens[1], "<|im_start|>");
  EXPECT_EQ(smollm2().at("tokenizer.ggml.merges").as_strings().size(), 48900u);
  const auto types = smollm2().at("tokenizer.ggml.token_type").as_ints();
  EXPECT_EQ(std::count(types.begin(), types.end(), 3), 17);
}

TEST(GgufSmolLm2, ListsTensorsRowMajor) {
  const auto weights = smollm2().weights();
  ASSERT_EQ(weights.size(), 272u);
  EXPECT_EQ(weights[0].name, "token_embd.weight");
  EXPECT_EQ(weights[0].shape, (Shape{{49152, 576}, DType::f32}));
  EXPECT_EQ(weights[0].format, BlockFormat::q8_0);
  const auto up = smollm2().find("blk.0.ffn_up.weight");
  ASSERT_TRUE(up);
  EXPECT_EQ(up->shape, (Shape{{1536, 576}, DType::f32}));
  EXPECT_EQ(up->format, BlockFormat::q4_1);
  EXPECT_EQ(smollm2().view("blk.0.ffn_up.weight").size(), 1536u * 576 / 32 * 20);
  EXPECT_FALSE(smollm2().find("blk.30.ffn_up.weight"));
}

}  // namespace
}  // namespace fusebox
