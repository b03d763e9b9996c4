// LlamaConfig from config.json and from GGUF metadata: what is read, what is refused and how.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "fusebox/llm/llama.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::llm {
namespace {

using Kind = nn::RotaryScaling::Kind;

// A config.json as Llama 3.1's, with some fields changed; a change to "gone" removes one.
LlamaConfig config(const ordered_json& changes = ordered_json::object()) {
  ordered_json json = {{"model_type", "llama"},
                       {"hidden_size", 64},
                       {"intermediate_size", 96},
                       {"num_hidden_layers", 3},
                       {"num_attention_heads", 8},
                       {"num_key_value_heads", 2},
                       {"vocab_size", 100},
                       {"max_position_embeddings", 4096},
                       {"rms_norm_eps", 1e-6},
                       {"rope_theta", 500000.0},
                       {"tie_word_embeddings", false},
                       {"hidden_act", "silu"}};
  for (const auto& [key, value] : changes.items()) {
    json[key] = value;
    if (value == "gone") json.erase(key);
  }
  return LlamaConfig::from_json(json, "some/config.json");
}

TEST(LlamaConfig, ReadsConfigJson) {
  const LlamaConfig c = config();
  EXPECT_EQ(c.hidden_size, 64);
  EXPECT_EQ(c.intermediate_size, 96);
  EXPECT_EQ(c.num_hidden_layers, 3);
  EXPECT_EQ(c.num_attention_heads, 8);
  EXPECT_EQ(c.num_key_value_heads, 2);
  EXPECT_EQ(c.head_dim, 8);  // 64 / 8
  EXPECT_EQ(c.vocab_size, 100);
  EXPECT_EQ(c.max_position_embeddings, 4096);
  EXPECT_EQ(c.rms_norm_eps, 1e-6);
  EXPECT_FALSE(c.tie_word_embeddings);
  EXPECT_EQ(c.rotary.size, 8);
  EXPECT_EQ(c.rotary.theta, 500000);
  EXPECT_EQ(c.rotary.scaling.kind, Kind::kDefault);
  EXPECT_EQ(c.rotary.pairing, nn::RotaryPairing::kHalves);
}

TEST(LlamaConfig, HasHuggingFacesDefaults) {
  const LlamaConfig c = config({{"num_key_value_heads", "gone"},
                                {"rope_theta", "gone"},
                                {"tie_word_embeddings", "gone"},
                                {"hidden_act", nullptr},
                                {"rope_scaling", nullptr},
                                {"head_dim", nullptr}});
  EXPECT_EQ(c.num_key_value_heads, 8);
  EXPECT_EQ(c.rotary.theta, 10000);
  EXPECT_FALSE(c.tie_word_embeddings);
  EXPECT_EQ(config({{"head_dim", 32}}).head_dim, 32);
}

TEST(LlamaConfig, ReadsRotaryScalings) {
  const auto llama3 = config({{"rope_scaling",
                               {{"rope_type", "llama3"},
                                {"factor", 8.0},
                                {"low_freq_factor", 1.0},
                                {"high_freq_factor", 4.0},
                                {"original_max_position_embeddings", 8192}}}})
                          .rotary.scaling;
  EXPECT_EQ(llama3.kind, Kind::kLlama3);
  EXPECT_EQ(llama3.factor, 8);
  EXPECT_EQ(llama3.original_context, 8192);
  EXPECT_EQ(llama3.high_freq_factor, 4);

  const auto linear = config({{"rope_scaling", {{"type", "linear"}, {"factor", 2}}}}).rotary.scaling;
  EXPECT_EQ(linear.kind, Kind::kLinear);
  EXPECT_EQ(linear.factor, 2);

  const auto yarn = config({{"rope_scaling",
                             {{"type", "yarn"},
                              {"factor", 4},
                              {"attention_factor", 1.5},
                              {"beta_fast", 16},
                              {"beta_slow", 2},
                              {"truncate", false}}}})
                        .rotary.scaling;
  EXPECT_EQ(yarn.kind, Kind::kYarn);
  EXPECT_EQ(yarn.original_context, 4096);  // max_position_embeddings
  EXPECT_EQ(yarn.attention_factor, 1.5);
  EXPECT_EQ(yarn.beta_fast, 16);
  EXPECT_EQ(yarn.beta_slow, 2);
  EXPECT_FALSE(yarn.truncate);

  const LlamaConfig nested = config(
      {{"rope_theta", "gone"}, {"rope_parameters", {{"rope_type", "default"}, {"rope_theta", 7000.0}}}});
  EXPECT_EQ(nested.rotary.theta, 7000);
}

struct Bad {
  ordered_json changes;
  const char* message;
  ErrorKind kind = ErrorKind::kInvalidFile;
};

void expect_refused(const std::vector<Bad>& all) {
  for (const Bad& bad : all) {
    SCOPED_TRACE(bad.changes.dump());
    const Error error = error_of([&] { config(bad.changes); });
    EXPECT_EQ(error.kind(), bad.kind) << error.what();
    EXPECT_TRUE(contains(error.message(), bad.message)) << error.what();
    EXPECT_EQ(error.file(), "some/config.json");
  }
}

TEST(LlamaConfig, NamesTheFieldThatMakesNoModel) {
  std::vector<Bad> all;
  for (const char* field : {"hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads",
                            "vocab_size", "max_position_embeddings", "rms_norm_eps"}) {
    all.push_back({{{field, "gone"}}, field});
    all.push_back({{{field, "text"}}, field});
    all.push_back({{{field, -1}}, field});
  }
  for (const char* field : {"hidden_size", "intermediate_size", "num_attention_heads", "num_key_value_heads",
                            "head_dim", "vocab_size", "max_position_embeddings"})
    for (const ordered_json& value : {ordered_json(0), ordered_json(uint64_t{1} << 40),
                                      ordered_json(std::numeric_limits<uint64_t>::max()), ordered_json(1.5)})
      all.push_back({{{field, value}}, field});
  expect_refused(all);
}

TEST(LlamaConfig, RefusesSizesThatDoNotFitEachOther) {
  expect_refused({
      {{{"num_key_value_heads", 3}}, "num_attention_heads is 8, want a multiple of num_key_value_heads, 3"},
      {{{"head_dim", 7}}, "rotary size is 7, want an even number up to head_dim, 7"},
      {{{"num_hidden_layers", 1001}}, "num_hidden_layers is 1001, want 1 to 1000"},
      {{{"rope_theta", 0}}, "rope_theta is 0, want a number > 1"},
      {{{"tie_word_embeddings", 1}}, "'tie_word_embeddings' is 1"},
      {{{"attention_bias", "yes"}}, "'attention_bias' is \"yes\""},
      // Each size alone makes sense; the cache of all of them together has more than 2^63 bytes.
      {{{"num_attention_heads", 1 << 20},
        {"num_key_value_heads", 1 << 20},
        {"head_dim", 1 << 20},
        {"max_position_embeddings", 1 << 24},
        {"num_hidden_layers", 1000}},
       "num_attention_heads * head_dim is 1099511627776, want at most 16777216"},
  });
}

TEST(LlamaConfig, RefusesScalingsThatMakeNoNumbers) {
  const auto scaling = [](const char* type, ordered_json more) {
    more["rope_type"] = type;
    return ordered_json{{"rope_scaling", more}};
  };
  expect_refused({
      {{{"rope_scaling", "linear"}}, "'rope_scaling' is \"linear\""},
      {scaling("linear", {}), "'factor' is missing"},
      {scaling("linear", {{"factor", 0.5}}), "rope scaling factor is 0.5, want a number >= 1"},
      {scaling("llama3", {{"factor", 2}, {"low_freq_factor", 4}}),
       "high_freq_factor is 4, want more than low_freq_factor, 4"},
      {scaling("llama3", {{"factor", 2}, {"original_max_position_embeddings", 0}}),
       "original_max_position_embeddings is 0"},
      {scaling("yarn", {{"factor", 2}, {"beta_slow", 0}}), "beta_slow"},
      {scaling("yarn", {{"factor", 2}, {"attention_factor", -1}}), "attention_factor"},
  });
}

TEST(LlamaConfig, SaysWhatItDoesNotDo) {
  const ErrorKind unsupported = ErrorKind::kUnsupported;
  expect_refused({
      {{{"hidden_act", "gelu"}}, "hidden_act 'gelu'; this family has silu", unsupported},
      {{{"sliding_window", 1024}}, "a sliding attention window", unsupported},
      {{{"rope_scaling", {{"rope_type", "longrope"}}}},
       "rope scaling 'longrope'; there are default, linear, llama3 and yarn",
       unsupported},
      {{{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 2}, {"mscale", 1.0}}}}, "mscale", unsupported},
      {{{"partial_rotary_factor", 0.5}}, "partial_rotary_factor", unsupported},
  });
  EXPECT_NO_THROW(config({{"sliding_window", 4096}}));  // never in effect
  EXPECT_NO_THROW(config({{"sliding_window", 1024}, {"use_sliding_window", false}}));
}

LlamaConfig gguf_config(const std::string& bytes) {
  return LlamaConfig::from_gguf(*GgufFile::open(map_bytes(bytes, "tiny.gguf")));
}

TEST(LlamaConfig, ReadsGgufMetadata) {
  const LlamaConfig c = gguf_config(tiny_gguf(tiny_llama("untied"), {1, 1, 2, 4, 4}));
  EXPECT_EQ(c.hidden_size, 24);
  EXPECT_EQ(c.intermediate_size, 40);
  EXPECT_EQ(c.num_hidden_layers, 2);
  EXPECT_EQ(c.num_attention_heads, 3);
  EXPECT_EQ(c.num_key_value_heads, 1);
  EXPECT_EQ(c.head_dim, 10);
  EXPECT_EQ(c.vocab_size, kTinyVocabulary);
  EXPECT_EQ(c.max_position_embeddings, 160);
  EXPECT_FLOAT_EQ(static_cast<float>(c.rms_norm_eps), 1e-3f);
  EXPECT_FALSE(c.tie_word_embeddings);
  EXPECT_EQ(c.rotary.theta, 500);
  EXPECT_EQ(c.rotary.divisors, (std::vector<double>{1, 1, 2, 4, 4}));
  EXPECT_TRUE(gguf_config(tiny_gguf(tiny_llama("tied"))).tie_word_embeddings);
  EXPECT_EQ(gguf_config(tiny_gguf(tiny_llama("yarn"))).rotary.scaling.kind, Kind::kYarn);
}

// A small GGUF's scaling, by the keys below "llama.rope.".
nn::RotaryScaling gguf_scaling(const std::function<void(GgufBuilder&)>& add) {
  GgufBuilder file;
  file.text("general.architecture", "llama").u32("llama.embedding_length", 8);
  file.u32("llama.feed_forward_length", 8).u32("llama.block_count", 1).u32("llama.context_length", 64);
  file.u32("llama.attention.head_count", 2);
  add(file);
  file.tensor("token_embd.weight", {4, 8}, 0, std::string(128, '\0'));
  return gguf_config(file.bytes()).rotary.scaling;
}

TEST(LlamaConfig, ReadsGgufScalings) {
  EXPECT_EQ(gguf_scaling([](GgufBuilder&) {}).kind, Kind::kDefault);
  // Without a type a factor is linear; older files call it scale_linear.
  for (const char* key : {"llama.rope.scaling.factor", "llama.rope.scale_linear"}) {
    const auto linear = gguf_scaling([&](GgufBuilder& file) { file.f32(key, 4); });
    EXPECT_EQ(linear.kind, Kind::kLinear) << key;
    EXPECT_EQ(linear.factor, 4) << key;
  }
  const auto both = gguf_scaling(
      [](GgufBuilder& file) { file.f32("llama.rope.scale_linear", 4).f32("llama.rope.scaling.factor", 2); });
  EXPECT_EQ(both.factor, 2);
  const auto none = gguf_scaling([](GgufBuilder& file) {
    file.text("llama.rope.scaling.type", "none").f32("llama.rope.scaling.factor", 4);
  });
  EXPECT_EQ(none.kind, Kind::kDefault);
  EXPECT_EQ(gguf_scaling([](GgufBuilder& file) { file.f32("llama.rope.scaling.factor", 0); }).kind,
            Kind::kDefault);
}

TEST(LlamaConfig, ReadsGgufYarn) {
  const auto yarn = [](const std::function<void(GgufBuilder&)>& add) {
    return gguf_scaling([&](GgufBuilder& file) {
      file.text("llama.rope.scaling.type", "yarn").f32("llama.rope.scaling.factor", 4);
      add(file);
    });
  };
  const auto plain = yarn([](GgufBuilder&) {});
  EXPECT_EQ(plain.kind, Kind::kYarn);
  EXPECT_EQ(plain.attention_factor, 0);  // 0.1 ln(factor) + 1
  EXPECT_EQ(plain.original_context, 64);
  const auto all = yarn([](GgufBuilder& file) {
    file.u32("llama.rope.scaling.original_context_length", 16).f32("llama.rope.scaling.attn_factor", 0.5f);
    file.f32("llama.rope.scaling.yarn_beta_fast", 16).f32("llama.rope.scaling.yarn_beta_slow", 2);
  });
  EXPECT_EQ(all.original_context, 16);
  EXPECT_EQ(all.beta_fast, 16);
  EXPECT_EQ(all.beta_slow, 2);
  EXPECT_DOUBLE_EQ(all.attention_factor, 0.5 * (0.1 * std::log(4.0) + 1));  // it multiplies the usual one

  const auto refused = [&](const char* key, float value, ErrorKind kind) {
    const Error error = error_of([&] { yarn([&](GgufBuilder& file) { file.f32(key, value); }); });
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_EQ(error.file(), "tiny.gguf");
  };
  refused("llama.rope.scaling.yarn_ext_factor", 0.5f, ErrorKind::kUnsupported);
  refused("llama.rope.scaling.yarn_log_multiplier", 0.1f, ErrorKind::kUnsupported);
  refused("llama.rope.scaling.attn_factor", 0, ErrorKind::kInvalidFile);
  refused("llama.rope.scaling.attn_factor", NAN, ErrorKind::kInvalidFile);
  const Error linear = error_of([] {
    gguf_scaling([](GgufBuilder& file) {
      file.f32("llama.rope.scaling.factor", 2).f32("llama.rope.scaling.attn_factor", 2);
    });
  });
  EXPECT_EQ(linear.kind(), ErrorKind::kUnsupported);
  EXPECT_TRUE(contains(linear.message(), "'linear' with an attn_factor of 2")) << linear.what();
}

TEST(LlamaConfig, RefusesGgufMetadataThatMakesNoModel) {
  const auto small = [](auto change) {
    GgufBuilder file;
    file.text("general.architecture", "llama")
        .u32("llama.embedding_length", 8)
        .u32("llama.feed_forward_length", 8);
    file.u32("llama.block_count", 1).u32("llama.context_length", 64);
    change(file);
    file.tensor("token_embd.weight", {4, 8}, 0, std::string(128, '\0'));
    return error_of([&] { gguf_config(file.bytes()); });
  };
  const Error missing = small([](GgufBuilder&) {});
  EXPECT_TRUE(contains(missing.what(), "llama.attention.head_count")) << missing.what();
  const Error zero = small([](GgufBuilder& file) { file.u32("llama.attention.head_count", 0); });
  EXPECT_TRUE(contains(zero.what(), "num_attention_heads is 0")) << zero.what();
  EXPECT_TRUE(contains(zero.what(), "tiny.gguf")) << zero.what();
  const Error text = small([](GgufBuilder& file) { file.text("llama.attention.head_count", "two"); });
  EXPECT_TRUE(contains(text.what(), "got string, want an integer")) << text.what();
  const Error scaling = small([](GgufBuilder& file) {
    file.u32("llama.attention.head_count", 2).text("llama.rope.scaling.type", "longrope");
  });
  EXPECT_EQ(scaling.kind(), ErrorKind::kUnsupported);
  const Error divisors = small([](GgufBuilder& file) {
    file.u32("llama.attention.head_count", 2)
        .tensor("rope_freqs.weight", {3}, 0, raw_bytes<float>({1, 1, 1}));
  });
  EXPECT_TRUE(contains(divisors.what(), "rope_freqs.weight is f32[3]")) << divisors.what();
  const Error nothing = small([](GgufBuilder& file) {
    file.u32("llama.attention.head_count", 2).tensor("rope_freqs.weight", {2}, 0, raw_bytes<float>({1, 0}));
  });
  EXPECT_TRUE(contains(nothing.what(), "divisor")) << nothing.what();
}

TEST(LlamaConfig, NeedsAnEmbeddingTable) {
  GgufBuilder file;
  file.text("general.architecture", "llama")
      .u32("llama.embedding_length", 8)
      .u32("llama.feed_forward_length", 8);
  file.u32("llama.block_count", 1).u32("llama.context_length", 64).u32("llama.attention.head_count", 2);
  const Error error = error_of([&] { gguf_config(file.bytes()); });
  EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile);
  EXPECT_TRUE(contains(error.message(), "token_embd.weight")) << error.what();
}

}  // namespace
}  // namespace fusebox::llm
