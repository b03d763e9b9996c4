// The Llama family: Llama 1 to 3, SmolLM2, Mistral without a sliding window, and whatever else says "llama".
//
// RMS-normalised blocks of grouped-query attention with rotary positions and a gated feed-forward (Touvron et
// al., 2023), driven by config.json or a GGUF file's metadata. Weights carry Hugging Face's names; a GGUF
// file is read through a view that renames them and puts the rows of q and k back in Hugging Face's order.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "fusebox/checkpoint/checkpoint.h"
#include "fusebox/checkpoint/config.h"
#include "fusebox/llm/family.h"

namespace fusebox::llm {

struct LlamaConfig {
  int64_t hidden_size = 0, intermediate_size = 0, num_hidden_layers = 0, vocab_size = 0;
  int64_t num_attention_heads = 0, num_key_value_heads = 0, head_dim = 0;
  int64_t max_position_embeddings = 0;
  double rms_norm_eps = 0;
  bool tie_word_embeddings = false;
  // Whether the projections have biases; absent where the file's format does not say: then as the file has.
  std::optional<bool> attention_bias = {}, mlp_bias = {};
  nn::RotaryEmbedding rotary;

  // Error kInvalidFile or kUnsupported with the field; `path` is for messages.
  static LlamaConfig from_json(const nlohmann::ordered_json& config, const std::string& path);
  static LlamaConfig from_gguf(const GgufFile& file);
  // Refuses sizes that make no model.
  void validate(const std::string& path) const;
};

// What Hugging Face calls LlamaForCausalLM.
struct Llama {
  struct Attention {
    nn::Linear q_proj, k_proj, v_proj, o_proj;
  };
  struct Block {
    nn::RmsNorm input_layernorm;
    Attention self_attn;
    nn::RmsNorm post_attention_layernorm;
    nn::GatedMlp mlp;
  };
  struct Model {
    nn::Embedding embed_tokens;
    std::vector<Block> layers;
    nn::RmsNorm norm;
  };
  Model model;
  std::optional<nn::Linear> lm_head;  // absent where the embedding is also the head

  // The module of these sizes, to be filled by cx.module.
  static Llama of(const LlamaConfig& config);
};

std::shared_ptr<const CausalModel> open_llama(const Checkpoint& checkpoint);

}  // namespace fusebox::llm
