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

struct Sample {
  const char* name;
  Dims dims;
  float first, second, third_of_the_way, last;
  uint64_t bf16_bits, f16_bits;  // sums of all the tensor's codes
};

const Sample kSamples[] = {
    {"token_embd.weight",
     {49152, 576},
     -0x1.b468p-4f,
     0x1.0e28p-5f,
     0x1.2318p-4f,
     -0x1.55ap-5f,
     894122069097,
     768702668969},
    {"blk.0.attn_norm.weight", {576}, 0x1.cap-7f, 0x1.86p-6f, -0x1.34p-10f, -0x1.3ap-5f, 17803739, 14208728},
    {"blk.0.attn_q.weight",
     {576, 576},
     -0x1.8a8p-4f,
     0x1.424p-3f,
     -0x1.e15p-2f,
     -0x1.06p-2f,
     10668523002,
     9379810752},
    {"blk.29.ffn_down.weight",
     {576, 1536},
     -0x1.17ep-2f,
     0x1.7d8p-3f,
     0x1.d88p-3f,
     0x1.dp-5f,
     28459991470,
     24901784104},
    {"output_norm.weight", {576}, 0x1.c2p+0f, 0x1.d2p+0f, 0x1.b8p+0f, 0x1.fcp+0f, 9488002, 9384976},
};

uint64_t sum_of_codes(std::string_view name, DType dtype, size_t elements) {
  std::vector<uint16_t> codes(elements);
  smollm2().read(name, dtype, std::as_writable_bytes(std::span(codes)));
  return std::accumulate(codes.begin(), codes.end(), uint64_t{0});
}

TEST(GgufSmolLm2, ExpandsTensors) {
  for (const Sample& sample : kSamples) {
    const auto weight = smollm2().find(sample.name);
    ASSERT_TRUE(weight) << sample.name;
    EXPECT_EQ(weight->shape.dims, sample.dims);
    const auto elements = static_cast<size_t>(weight->shape.elements());
    // As the blocks they are, they are what lies in the file.
    const auto blocks = smollm2().view(sample.name);
    std::vector<std::byte> copy(blocks.size());
    if (weight->format) smollm2().read(sample.name, DType::u8, copy);
    EXPECT_TRUE(!weight->format || std::ranges::equal(copy, blocks)) << sample.name;
    std::vector<float> values(elements);
    smollm2().read(sample.name, DType::f32, std::as_writable_bytes(std::span(values)));
    EXPECT_EQ(values[0], sample.first) << sample.name;
    EXPECT_EQ(values[1], sample.second) << sample.name;
    EXPECT_EQ(values[elements / 3], sample.third_of_the_way) << sample.name;
    EXPECT_EQ(values.back(), sample.last) << sample.name;
    EXPECT_EQ(sum_of_codes(sample.name, DType::bf16, elements), sample.bf16_bits) << sample.name;
    EXPECT_EQ(sum_of_codes(sample.name, DType::f16, elements), sample.f16_bits) << sample.name;
  }
}

}  // namespace
}  // namespace fusebox
