#include "fusebox/llm/llama.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <limits>

#include "fusebox/base/error.h"
#include "fusebox/llm/gguf_names.h"
#include "fusebox/llm/hidden_weights.h"
#include "fusebox/trace/reflect_text.h"

namespace fusebox::llm {

Llama Llama::of(const LlamaConfig& c) {
  const int64_t q_size = c.num_attention_heads * c.head_dim, kv_size = c.num_key_value_heads * c.head_dim;
  const Block block = {
      nn::RmsNorm::of(c.hidden_size, c.rms_norm_eps),
      {nn::Linear::of(c.hidden_size, q_size), nn::Linear::of(c.hidden_size, kv_size),
       nn::Linear::of(c.hidden_size, kv_size), nn::Linear::of(q_size, c.hidden_size)},
      nn::RmsNorm::of(c.hidden_size, c.rms_norm_eps),
      nn::GatedMlp::of(c.hidden_size, c.intermediate_size),
  };
  return {{nn::Embedding::of(c.vocab_size, c.hidden_size),
           std::vector<Block>(static_cast<size_t>(c.num_hidden_layers), block),
           nn::RmsNorm::of(c.hidden_size, c.rms_norm_eps)},
          c.tie_word_embeddings ? std::nullopt : std::optional(nn::Linear::of(c.hidden_size, c.vocab_size))};
}

namespace {

// Whether layers make zeros of zeros: norms do unless they divide by zero, attention of what sees nothing and
// the rest unless biases follow.
bool keeps_zeros(const LlamaConfig& config, const WeightSource& weights) {
  if (config.rms_norm_eps < std::numeric_limits<float>::min()) return false;
  for (int64_t i = 0; i < config.num_hidden_layers; ++i)
    for (const char* linear : {"self_attn.o_proj", "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"})
      if (weights.find(fmt::format("model.layers.{}.{}.bias", i, linear))) return false;
  return true;
}

class TracedLlama : public TracedModel {
 public:
  TracedLlama(const LlamaConfig& config, Llama llama, bool pads_with_zeros)
      : config_(config), llama_(std::move(llama)), pads_with_zeros_(pads_with_zeros) {}

  Tensor hidden(const Chunk& chunk, std::vector<nn::KvCache>& caches) const override {
    TraceCx cx = chunk.tokens.cx();
    const int64_t slots = chunk.tokens.dim(0), n = chunk.tokens.dim(1);
    const Tensor positions = reshape(chunk.start, {slots, 1}) + cx.iota({slots, n}, 1, i32);
    const Tensor valid = chunk.start + chunk.count;
    const auto rotation = config_.rotary.angles(positions);

    // The residual stream stays in f32, whatever the weights are: sums of 60 terms must not be rounded to
    // bf16.
    Tensor embedded = llama_.model.embed_tokens(chunk.tokens);
    Tensor seen_from = positions;
    if (n > 1 && pads_with_zeros_) {
      const Tensor is_valid = less(cx.iota({slots, n}, 1, i32), reshape(chunk.count, {slots, 1}));
      embedded = where(expand_dims(is_valid, -1), embedded, 0);
      seen_from = where(is_valid, positions, -1);
    }
    const auto normed = [&](const nn::RmsNorm& norm, const Tensor& h) {
      return convert(norm(h), embedded.dtype());
    };
    Tensor x = convert(embedded, f32);
    if (chunk.tap) chunk.tap(-1, x);
    for (size_t i = 0; i < llama_.model.layers.size(); ++i) {
      const Llama::Block& block = llama_.model.layers[i];
      const auto attend = [&](const Tensor& h) {
        const Llama::Attention& attention = block.self_attn;
        const auto heads = [&](const Tensor& projected) {
          return reshape(projected, {slots, n, -1, config_.head_dim});
        };
        const Tensor q = config_.rotary.rotate(heads(attention.q_proj(h)), rotation);
        const Tensor k = config_.rotary.rotate(heads(attention.k_proj(h)), rotation);
        caches[i] = caches[i].updated(k, heads(attention.v_proj(h)), chunk.start);
        const double scale = 1 / std::sqrt(static_cast<double>(config_.head_dim));
        return attention.o_proj(nn::attention(q, caches[i], seen_from, valid, scale));
      };
      x = x + convert(attend(normed(block.input_layernorm, x)), f32);
      x = x + convert(block.mlp(normed(block.post_attention_layernorm, x)), f32);
      if (chunk.tap) chunk.tap(static_cast<int>(i), x);
    }
    return normed(llama_.model.norm, x);
  }

  Tensor logits(const Tensor& hidden) const override {
    return llama_.lm_head ? (*llama_.lm_head)(hidden, f32) : llama_.model.embed_tokens.attend(hidden, f32);
  }

 private:
  LlamaConfig config_;
  Llama llama_;
  bool pads_with_zeros_;
};

class LlamaModel : public CausalModel {
 public:
  LlamaModel(LlamaConfig config, std::shared_ptr<const WeightSource> weights)
      : config_(std::move(config)),
        weights_(std::move(weights)),
        pads_with_zeros_(keeps_zeros(config_, *weights_)) {
    sizes_ = {config_.vocab_size, config_.max_position_embeddings, config_.num_hidden_layers,
              config_.num_key_value_heads, config_.head_dim};
  }

  const ModelSizes& sizes() const override { return sizes_; }
  const std::string& architecture() const override { return architecture_; }
  const WeightSource& weights() const override { return *weights_; }
  std::unique_ptr<TracedModel> trace(TraceCx& cx) const override {
    Llama llama = cx.module("", Llama::of(config_), *weights_);
    if (!config_.tie_word_embeddings && !llama.lm_head)
      throw Error(ErrorKind::kCheckpoint, "missing: lm_head.weight, which only tied embeddings do without")
          .file(weights_->description())
          .hint("config.json says tie_word_embeddings: false");
    return std::make_unique<TracedLlama>(config_, std::move(llama), pads_with_zeros_);
  }
  bool pads_with_zeros() const override { return pads_with_zeros_; }
  std::string settings() const override {
    std::string text = architecture_;
    reflect::append_text(text, config_);
    return text;
  }

 private:
  LlamaConfig config_;
  std::shared_ptr<const WeightSource> weights_;
  bool pads_with_zeros_;
  ModelSizes sizes_;
  std::string architecture_ = "LlamaForCausalLM";
};

// GGUF's names ↔ Hugging Face's; converters turn each head's rows of q and k from halves to pairs.
GgufNames llama_gguf_names(const LlamaConfig& config) {
  return {
      .whole = {{"token_embd", "model.embed_tokens"}, {"output_norm", "model.norm"}, {"output", "lm_head"}},
      .layer_prefix = "model.layers.",
      .layer = {{"attn_norm", "input_layernorm"},
                {"attn_q", "self_attn.q_proj"},
                {"attn_k", "self_attn.k_proj"},
                {"attn_v", "self_attn.v_proj"},
                {"attn_output", "self_attn.o_proj"},
                {"ffn_norm", "post_attention_layernorm"},
                {"ffn_gate", "mlp.gate_proj"},
                {"ffn_up", "mlp.up_proj"},
                {"ffn_down", "mlp.down_proj"}},
      .paired_rows = {{"attn_q", config.num_attention_heads}, {"attn_k", config.num_key_value_heads}},
      .ignored = {"rope_freqs.weight"},
  };
}

// A bias that is there and not asked for, or the other way round: one of config and weights is of another
// model, and what would be computed is neither's.
void check_biases(const LlamaConfig& config, const WeightSource& weights, const std::string& path) {
  std::vector<std::string> problems;
  const auto check = [&](const std::string& module, std::initializer_list<const char*> linears,
                         std::optional<bool> wanted, std::string_view flag) {
    for (const char* linear : linears) {
      const std::string name = fmt::format("{}.{}.bias", module, linear);
      const std::optional<WeightInfo> found = weights.find(name);
      if (!wanted || found.has_value() == *wanted) continue;
      problems.push_back(
          found ? fmt::format("unexpected: {} {}, as {} is false", name, to_string(found->shape), flag)
                : fmt::format("missing: {}, as {} is true", name, flag));
    }
  };
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
    const std::string layer = fmt::format("model.layers.{}.", i);
    check(layer + "self_attn", {"q_proj", "k_proj", "v_proj", "o_proj"}, config.attention_bias,
          "attention_bias");
    check(layer + "mlp", {"gate_proj", "up_proj", "down_proj"}, config.mlp_bias, "mlp_bias");
  }
  if (problems.empty()) return;
  throw Error(ErrorKind::kCheckpoint, fmt::format("config and weights disagree about biases ({}):\n    {}",
                                                  problems.size(), fmt::join(problems, "\n    ")))
      .file(path)
      .hint("attention_bias and mlp_bias in config.json say what the projections have; absent means false");
}

}  // namespace

std::shared_ptr<const CausalModel> open_llama(const Checkpoint& checkpoint) {
  if (const auto gguf = checkpoint.gguf()) {
    LlamaConfig config = LlamaConfig::from_gguf(*gguf);
    auto view = gguf_view(gguf, llama_gguf_names(config));
    return std::make_shared<LlamaModel>(std::move(config), std::move(view));
  }
  const std::string path = checkpoint.folder() + "/config.json";
  LlamaConfig config = LlamaConfig::from_json(read_json(path), path);
  // Old files keep a buffer of frequencies per layer, some a second copy of tied embeddings.
  auto weights = hide_weights(
      std::make_shared<Checkpoint>(checkpoint), [tied = config.tie_word_embeddings](std::string_view name) {
        return name.ends_with(".rotary_emb.inv_freq") || (tied && name == "lm_head.weight");
      });
  check_biases(config, *weights, path);
  return std::make_shared<LlamaModel>(std::move(config), std::move(weights));
}

}  // namespace fusebox::llm
