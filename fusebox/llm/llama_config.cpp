#include <fmt/format.h>

#include <cmath>

#include "fusebox/base/error.h"
#include "fusebox/llm/llama.h"

namespace fusebox::llm {
namespace {

using nlohmann::ordered_json;

// Fields of a config.json, with errors that name the file and the field.
class Fields {
 public:
  Fields(const ordered_json& object, const std::string& path) : object_(object), path_(path) {}

  const ordered_json* find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  int64_t integer(const char* name) const {
    return require(name, &ordered_json::is_number_integer).get<int64_t>();
  }
  int64_t integer(const char* name, int64_t otherwise) const {
    return find(name) ? integer(name) : otherwise;
  }
  double number(const char* name) const { return require(name, &ordered_json::is_number).get<double>(); }
  double number(const char* name, double otherwise) const { return find(name) ? number(name) : otherwise; }
  bool flag(const char* name, bool otherwise) const {
    return find(name) ? require(name, &ordered_json::is_boolean).get<bool>() : otherwise;
  }
  std::string text(const char* name, const std::string& otherwise) const {
    return find(name) ? require(name, &ordered_json::is_string).get<std::string>() : otherwise;
  }
  Fields object(const char* name) const { return Fields(require(name, &ordered_json::is_object), path_); }
  [[noreturn]] void unsupported(const std::string& what) const {
    throw Error(ErrorKind::kUnsupported, what).file(path_);
  }

 private:
  const ordered_json& require(const char* name, bool (ordered_json::*is)() const noexcept) const {
    const ordered_json* value = find(name);
    if (value && (value->*is)()) return *value;
    throw Error(ErrorKind::kInvalidFile, value ? fmt::format("'{}' is {}", name, value->dump().substr(0, 80))
                                               : fmt::format("'{}' is missing", name))
        .file(path_);
  }

  const ordered_json& object_;
  const std::string& path_;
};

nn::RotaryScaling scaling_from_json(const Fields& fields, int64_t context) {
  nn::RotaryScaling scaling;
  const std::string kind = fields.text("rope_type", fields.text("type", "default"));
  if (kind == "default") return scaling;
  using Kind = nn::RotaryScaling::Kind;
  if (kind == "linear")
    scaling.kind = Kind::kLinear;
  else if (kind == "llama3")
    scaling.kind = Kind::kLlama3;
  else if (kind == "yarn")
    scaling.kind = Kind::kYarn;
  else
    fields.unsupported(fmt::format("rope scaling '{}'; there are default, linear, llama3 and yarn", kind));
  scaling.factor = fields.number("factor");
  scaling.original_context = fields.integer("original_max_position_embeddings", context);
  scaling.low_freq_factor = fields.number("low_freq_factor", scaling.low_freq_factor);
  scaling.high_freq_factor = fields.number("high_freq_factor", scaling.high_freq_factor);
  scaling.beta_fast = fields.number("beta_fast", scaling.beta_fast);
  scaling.beta_slow = fields.number("beta_slow", scaling.beta_slow);
  scaling.attention_factor = fields.number("attention_factor", 0);
  scaling.truncate = fields.flag("truncate", true);
  if (fields.find("mscale") || fields.find("mscale_all_dim")) fields.unsupported("yarn with mscale");
  return scaling;
}

// Keys below "llama.rope."; without a type, a factor is linear. What llama.cpp makes of these keys is their
// definition: a factor of 0 stands for none, attn_factor multiplies what yarn would take by itself.
nn::RotaryScaling scaling_from_gguf(const GgufFile& file, const std::string& prefix, int64_t context) {
  using Kind = nn::RotaryScaling::Kind;
  const auto number = [&](std::string_view key, double otherwise) {
    const GgufValue* value = file.find_value(prefix + std::string(key));
    return value ? value->as_float() : otherwise;
  };
  const auto unsupported = [&](const std::string& what) {
    throw Error(ErrorKind::kUnsupported, what).file(file.description());
  };
  const GgufValue* type = file.find_value(prefix + "scaling.type");
  const std::string kind(type ? type->as_string() : "linear");
  const double magnitude = number("scaling.attn_factor", 1) * number("scaling.yarn_attn_factor", 1);
  if (!(magnitude > 0))
    throw Error(ErrorKind::kInvalidFile,
                fmt::format("{}scaling.attn_factor makes {}, want a number > 0", prefix, magnitude))
        .file(file.description());
  nn::RotaryScaling scaling;
  if (kind != "yarn" && magnitude != 1)
    unsupported(fmt::format("rope scaling '{}' with an attn_factor of {}", kind, magnitude));
  if (kind == "none") return scaling;
  if (kind != "linear" && kind != "yarn")
    unsupported(fmt::format("rope scaling '{}'; there are none, linear and yarn", kind));
  scaling.factor = number("scaling.factor", number("scale_linear", 1));  // the second is its old name
  if (scaling.factor == 0) scaling.factor = 1;
  if (kind == "linear") {
    if (scaling.factor != 1) scaling.kind = Kind::kLinear;
    return scaling;
  }
  scaling.kind = Kind::kYarn;
  const GgufValue* original = file.find_value(prefix + "scaling.original_context_length");
  scaling.original_context = original ? original->as_int() : context;
  scaling.beta_fast = number("scaling.yarn_beta_fast", scaling.beta_fast);
  scaling.beta_slow = number("scaling.yarn_beta_slow", scaling.beta_slow);
  if (magnitude != 1)
    scaling.attention_factor = magnitude * nn::RotaryEmbedding{.scaling = scaling}.magnitude();
  if (number("scaling.yarn_ext_factor", 1) != 1) unsupported("yarn with an ext_factor");
  if (number("scaling.yarn_log_multiplier", 0) != 0) unsupported("yarn with a log multiplier (mscale)");
  return scaling;
}

}  // namespace

LlamaConfig LlamaConfig::from_json(const ordered_json& config, const std::string& path) {
  const Fields fields(config, path);
  LlamaConfig c;
  c.hidden_size = fields.integer("hidden_size");
  c.intermediate_size = fields.integer("intermediate_size");
  c.num_hidden_layers = fields.integer("num_hidden_layers");
  c.vocab_size = fields.integer("vocab_size");
  c.num_attention_heads = fields.integer("num_attention_heads");
  c.num_key_value_heads = fields.integer("num_key_value_heads", c.num_attention_heads);
  if (c.num_attention_heads > 0)
    c.head_dim = fields.integer("head_dim", c.hidden_size / c.num_attention_heads);
  c.max_position_embeddings = fields.integer("max_position_embeddings");
  c.rms_norm_eps = fields.number("rms_norm_eps");
  c.tie_word_embeddings = fields.flag("tie_word_embeddings", false);
  c.attention_bias = fields.flag("attention_bias", false);
  c.mlp_bias = fields.flag("mlp_bias", false);
  if (const std::string act = fields.text("hidden_act", "silu"); act != "silu")
    fields.unsupported(fmt::format("hidden_act '{}'; this family has silu", act));
  if (fields.find("sliding_window") && fields.flag("use_sliding_window", true))
    if (fields.integer("sliding_window") < c.max_position_embeddings)
      fields.unsupported("a sliding attention window");
  c.rotary.size = c.head_dim;
  c.rotary.theta = fields.number("rope_theta", 10000);
  // Newer files nest theta and scaling in rope_parameters.
  for (const char* name : {"rope_scaling", "rope_parameters"}) {
    if (!fields.find(name)) continue;
    const Fields nested = fields.object(name);
    c.rotary.theta = nested.number("rope_theta", c.rotary.theta);
    c.rotary.scaling = scaling_from_json(nested, c.max_position_embeddings);
  }
  if (fields.number("partial_rotary_factor", 1) != 1) fields.unsupported("partial_rotary_factor");
  c.validate(path);
  return c;
}

LlamaConfig LlamaConfig::from_gguf(const GgufFile& file) {
  const std::string family(file.at("general.architecture").as_string());
  const auto find = [&](std::string_view key) { return file.find_value(family + "." + std::string(key)); };
  const auto integer = [&](std::string_view key, std::optional<int64_t> otherwise = std::nullopt) {
    const GgufValue* value = find(key);
    return value || !otherwise ? file.at(family + "." + std::string(key)).as_int() : *otherwise;
  };
  const auto number = [&](std::string_view key, double otherwise) {
    const GgufValue* value = find(key);
    return value ? value->as_float() : otherwise;
  };
  LlamaConfig c;
  c.hidden_size = integer("embedding_length");
  c.intermediate_size = integer("feed_forward_length");
  c.num_hidden_layers = integer("block_count");
  c.num_attention_heads = integer("attention.head_count");
  c.num_key_value_heads = integer("attention.head_count_kv", c.num_attention_heads);
  if (c.num_attention_heads > 0)
    c.head_dim = integer("attention.key_length", c.hidden_size / c.num_attention_heads);
  c.max_position_embeddings = integer("context_length");
  c.rms_norm_eps = number("attention.layer_norm_rms_epsilon", 1e-5);
  const auto embedding = file.find("token_embd.weight");
  if (!embedding || embedding->shape.rank() != 2)
    throw Error(ErrorKind::kInvalidFile, "token_embd.weight is not there, or not a matrix")
        .file(file.description());
  c.vocab_size = embedding->shape.dims[0];
  c.tie_word_embeddings = !file.find("output.weight");
  c.rotary.size = integer("rope.dimension_count", c.head_dim);
  c.rotary.theta = number("rope.freq_base", 10000);
  c.rotary.scaling = scaling_from_gguf(file, family + ".rope.", c.max_position_embeddings);
  // Llama 3's scaling comes as a tensor of divisors.
  if (const auto divisors = file.find("rope_freqs.weight")) {
    if (divisors->shape.elements() != c.rotary.size / 2)
      throw Error(ErrorKind::kInvalidFile, fmt::format("rope_freqs.weight is {}", to_string(divisors->shape)))
          .file(file.description());
    std::vector<float> values(static_cast<size_t>(c.rotary.size / 2));
    file.read("rope_freqs.weight", f32, std::as_writable_bytes(std::span(values)));
    c.rotary.divisors.assign(values.begin(), values.end());
  }
  c.validate(file.description());
  return c;
}

void LlamaConfig::validate(const std::string& path) const {
  const auto check = [&](bool fits, std::string_view field, auto got, std::string_view want) {
    if (!fits)
      throw Error(ErrorKind::kInvalidFile, fmt::format("{} is {}, want {}", field, got, want)).file(path);
  };
  constexpr int64_t kLargest = int64_t{1} << 24;  // keeps every product of two sizes far from overflow
  const std::pair<std::string_view, int64_t> sizes[] = {{"hidden_size", hidden_size},
                                                        {"intermediate_size", intermediate_size},
                                                        {"vocab_size", vocab_size},
                                                        {"num_attention_heads", num_attention_heads},
                                                        {"num_key_value_heads", num_key_value_heads},
                                                        {"head_dim", head_dim},
                                                        {"max_position_embeddings", max_position_embeddings}};
  for (const auto& [field, size] : sizes) check(size > 0 && size <= kLargest, field, size, "1 to 16777216");
  check(num_hidden_layers > 0 && num_hidden_layers <= 1000, "num_hidden_layers", num_hidden_layers,
        "1 to 1000");
  // With this, cache and weights of any config can be counted in 63 bits.
  check(num_attention_heads * head_dim <= kLargest, "num_attention_heads * head_dim",
        num_attention_heads * head_dim, "at most 16777216");
  check(num_attention_heads % num_key_value_heads == 0, "num_attention_heads", num_attention_heads,
        fmt::format("a multiple of num_key_value_heads, {}", num_key_value_heads));
  check(rotary.size > 0 && rotary.size % 2 == 0 && rotary.size <= head_dim, "rotary size", rotary.size,
        fmt::format("an even number up to head_dim, {}", head_dim));
  check(std::isfinite(rms_norm_eps) && rms_norm_eps >= 0, "rms_norm_eps", rms_norm_eps, "a number >= 0");
  check(std::isfinite(rotary.theta) && rotary.theta > 1, "rope_theta", rotary.theta, "a number > 1");
  const nn::RotaryScaling& scaling = rotary.scaling;
  check(std::isfinite(scaling.factor) && scaling.factor >= 1, "rope scaling factor", scaling.factor,
        "a number >= 1");
  if (scaling.kind == nn::RotaryScaling::Kind::kLlama3 || scaling.kind == nn::RotaryScaling::Kind::kYarn)
    check(scaling.original_context > 0 && scaling.original_context <= kLargest,
          "original_max_position_embeddings", scaling.original_context, "1 to 16777216");
  check(scaling.low_freq_factor > 0 && scaling.high_freq_factor > scaling.low_freq_factor, "high_freq_factor",
        scaling.high_freq_factor,
        fmt::format("more than low_freq_factor, {}, which is > 0", scaling.low_freq_factor));
  check(scaling.beta_slow > 0 && scaling.beta_fast >= scaling.beta_slow, "beta_fast", scaling.beta_fast,
        fmt::format("at least beta_slow, {}, which is > 0", scaling.beta_slow));
  check(std::isfinite(scaling.attention_factor) && scaling.attention_factor >= 0, "attention_factor",
        scaling.attention_factor, "a number > 0");
  for (const double divisor : rotary.divisors)
    check(std::isfinite(divisor) && divisor > 0, "a divisor of rotary frequencies", divisor, "a number > 0");
}

}  // namespace fusebox::llm
