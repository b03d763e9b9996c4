#include "tests/llm/tiny_model.h"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "tests/text/tokenizer_json.h"

namespace fusebox::llm {

TinyLlama tiny_llama(const std::string& name) {
  if (name == "tied") return {32, 48, 2, 4, 2, 8, 1e-5, 10000, false, false, nullptr};
  if (name == "untied")
    return {24,
            40,
            2,
            3,
            1,
            10,
            1e-3,
            500,
            true,
            true,
            {{"rope_type", "llama3"},
             {"factor", 4},
             {"low_freq_factor", 1},
             {"high_freq_factor", 4},
             {"original_max_position_embeddings", 32}}};
  if (name == "yarn")
    return {16,
            24,
            1,
            2,
            2,
            8,
            1e-6,
            10000,
            true,
            false,
            {{"type", "yarn"}, {"factor", 4}, {"original_max_position_embeddings", 16}}};
  throw std::invalid_argument(name);
}

std::map<std::string, TinyTensor> tiny_tensors(const TinyLlama& c) {
  std::map<std::string, TinyTensor> all;
  const auto vector = [&](const std::string& name, int64_t size, bool norm) {
    std::vector<float> values = pattern(name, size);
    for (float& value : values) value = norm ? 1 + value / 4 : value / 8;
    all[name] = {{size}, values};
  };
  const auto matrix = [&](const std::string& name, int64_t rows, int64_t columns, bool scaled = true) {
    std::vector<float> values = pattern(name, rows * columns);
    const auto scale = static_cast<float>(2 / std::sqrt(static_cast<double>(columns)));
    for (float& value : values) value *= scaled ? scale : 1;
    all[name] = {{rows, columns}, values};
  };
  const auto linear = [&](const std::string& name, int64_t in, int64_t out) {
    matrix(name + ".weight", out, in);
    if (c.bias) vector(name + ".bias", out, false);
  };
  matrix("model.embed_tokens.weight", kTinyVocabulary, c.hidden, false);
  for (int64_t i = 0; i < c.layers; ++i) {
    const std::string at = "model.layers." + std::to_string(i) + ".";
    vector(at + "input_layernorm.weight", c.hidden, true);
    vector(at + "post_attention_layernorm.weight", c.hidden, true);
    linear(at + "self_attn.q_proj", c.hidden, c.heads * c.head_size);
    linear(at + "self_attn.k_proj", c.hidden, c.kv_heads * c.head_size);
    linear(at + "self_attn.v_proj", c.hidden, c.kv_heads * c.head_size);
    linear(at + "self_attn.o_proj", c.heads * c.head_size, c.hidden);
    linear(at + "mlp.gate_proj", c.hidden, c.inner);
    linear(at + "mlp.up_proj", c.hidden, c.inner);
    linear(at + "mlp.down_proj", c.inner, c.hidden);
  }
  vector("model.norm.weight", c.hidden, true);
  if (c.untied) matrix("lm_head.weight", kTinyVocabulary, c.hidden);
  return all;
}

ordered_json tiny_config(const TinyLlama& c) {
  return {{"model_type", "llama"},
          {"hidden_size", c.hidden},
          {"intermediate_size", c.inner},
          {"num_hidden_layers", c.layers},
          {"num_attention_heads", c.heads},
          {"num_key_value_heads", c.kv_heads},
          {"head_dim", c.head_size},
          {"vocab_size", kTinyVocabulary},
          {"max_position_embeddings", 160},
          {"rms_norm_eps", c.eps},
          {"rope_theta", c.theta},
          {"rope_scaling", c.scaling},
          {"tie_word_embeddings", !c.untied},
          {"attention_bias", c.bias},
          {"mlp_bias", c.bias},
          {"hidden_act", "silu"}};
}

namespace {

// In the order of their ids.
std::vector<std::string> tiny_tokens() {
  std::vector<std::string> tokens;
  for (char c = '!'; c <= '~'; ++c) tokens.emplace_back(1, c);
  for (const char* token :
       {"Ġ", "Ċ", "th", "the", "Ġa", "Ġthe", "Ã", "©", "Ãĥ", "<|end|>", "<|user|>", "<|reply|>"})
    tokens.emplace_back(token);
  return tokens;
}

std::vector<std::string> tiny_merges() { return {"t h", "th e", "Ġ a", "Ġ the"}; }

ordered_json tiny_tokenizer() {
  ordered_json added = ordered_json::array(), vocabulary;
  const std::vector<std::string> tokens = tiny_tokens();
  for (size_t id = 0; id < tokens.size(); ++id) {
    vocabulary[tokens[id]] = id;
    if (static_cast<int32_t>(id) >= kTinyEnd) added.push_back(text::special_token(id, tokens[id]));
  }
  return {{"version", "1.0"},
          {"added_tokens", added},
          {"normalizer", nullptr},
          {"pre_tokenizer", text::byte_level()},
          {"post_processor", nullptr},
          {"decoder", text::byte_level()},
          {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", tiny_merges()}}}};
}

constexpr const char* kTinyTemplate =
    "{% for m in messages %}<|user|>{{ m.content }}{% endfor %}{% if add_generation_prompt %}<|reply|>{% "
    "endif %}";

}  // namespace

void write_tiny_llama(const TemporaryFolder& folder, const TinyLlama& c, size_t shards) {
  folder.write("config.json", tiny_config(c).dump());
  folder.write("tokenizer.json", tiny_tokenizer().dump());
  folder.write("tokenizer_config.json",
               ordered_json{{"eos_token", "<|end|>"}, {"chat_template", kTinyTemplate}}.dump());
  std::vector<SafetensorsBuilder> files(shards);
  ordered_json map;
  size_t next = 0;
  for (const auto& [name, tensor] : tiny_tensors(c)) {
    const size_t file = next++ % shards;
    files[file].tensor(name, "F32", tensor.dims, raw_bytes(tensor.values));
    map[name] = fmt::format("model-{}.safetensors", file);
  }
  if (shards == 1) {
    folder.write("model.safetensors", files[0].bytes());
    return;
  }
  for (size_t i = 0; i < shards; ++i) folder.write(fmt::format("model-{}.safetensors", i), files[i].bytes());
  folder.write("model.safetensors.index.json",
               ordered_json{{"metadata", ordered_json::object()}, {"weight_map", map}}.dump());
}

namespace {

// What converters to GGUF do: other names; rows of q and k in pairs per head.
struct TinyGgufName {
  std::string name;
  int64_t heads = 0;  // of rows to be paired
};

TinyGgufName tiny_gguf_name(const TinyLlama& c, std::string name) {
  const std::string ending = name.substr(name.rfind('.'));
  name.resize(name.rfind('.'));
  const std::map<std::string, std::string> whole = {
      {"model.embed_tokens", "token_embd"}, {"model.norm", "output_norm"}, {"lm_head", "output"}};
  if (const auto found = whole.find(name); found != whole.end()) return {found->second + ending};
  const std::map<std::string, TinyGgufName> parts = {{"input_layernorm", {"attn_norm"}},
                                                     {"post_attention_layernorm", {"ffn_norm"}},
                                                     {"self_attn.q_proj", {"attn_q", c.heads}},
                                                     {"self_attn.k_proj", {"attn_k", c.kv_heads}},
                                                     {"self_attn.v_proj", {"attn_v"}},
                                                     {"self_attn.o_proj", {"attn_output"}},
                                                     {"mlp.gate_proj", {"ffn_gate"}},
                                                     {"mlp.up_proj", {"ffn_up"}},
                                                     {"mlp.down_proj", {"ffn_down"}}};
  const size_t number = std::string("model.layers.").size(), dot = name.find('.', number);
  TinyGgufName part = parts.at(name.substr(dot + 1));
  part.name = "blk." + name.substr(number, dot - number) + "." + part.name + ending;
  return part;
}

std::vector<float> paired_rows(const TinyTensor& tensor, int64_t heads) {
  const int64_t rows = tensor.dims[0], width = static_cast<int64_t>(tensor.values.size()) / rows;
  const int64_t size = rows / heads;
  std::vector<float> out(tensor.values.size());
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t in_head = row % size, half = size / 2;
    const int64_t target = row - in_head + in_head % half * 2 + in_head / half;
    for (int64_t i = 0; i < width; ++i)
      out[static_cast<size_t>(target * width + i)] = tensor.values[static_cast<size_t>(row * width + i)];
  }
  return out;
}

}  // namespace

std::string tiny_gguf(const TinyLlama& c, const std::vector<float>& divisors) {
  GgufBuilder file;
  file.text("general.architecture", "llama").u32("llama.block_count", static_cast<uint32_t>(c.layers));
  file.u32("llama.embedding_length", static_cast<uint32_t>(c.hidden));
  file.u32("llama.feed_forward_length", static_cast<uint32_t>(c.inner));
  file.u32("llama.attention.head_count", static_cast<uint32_t>(c.heads));
  file.u32("llama.attention.head_count_kv", static_cast<uint32_t>(c.kv_heads));
  file.u32("llama.attention.key_length", static_cast<uint32_t>(c.head_size));
  file.u32("llama.rope.dimension_count", static_cast<uint32_t>(c.head_size));
  file.u32("llama.context_length", 160);
  file.f32("llama.attention.layer_norm_rms_epsilon", static_cast<float>(c.eps));
  file.f32("llama.rope.freq_base", static_cast<float>(c.theta));
  if (c.scaling.is_object() && c.scaling.value("type", "") == "yarn") {
    file.text("llama.rope.scaling.type", "yarn")
        .f32("llama.rope.scaling.factor", c.scaling["factor"].get<float>());
    file.u32("llama.rope.scaling.original_context_length",
             c.scaling["original_max_position_embeddings"].get<uint32_t>());
  }
  file.text("tokenizer.ggml.model", "gpt2").text("tokenizer.ggml.pre", "gpt-2");
  std::vector<int32_t> types(tiny_tokens().size(), 1);
  for (size_t id = kTinyEnd; id < types.size(); ++id) types[id] = 3;  // control
  file.texts("tokenizer.ggml.tokens", tiny_tokens()).numbers("tokenizer.ggml.token_type", 5, types);
  file.texts("tokenizer.ggml.merges", tiny_merges()).u32("tokenizer.ggml.eos_token_id", kTinyEnd);
  file.text("tokenizer.chat_template", kTinyTemplate);
  for (const auto& [name, tensor] : tiny_tensors(c)) {
    const TinyGgufName target = tiny_gguf_name(c, name);
    const std::vector<uint64_t> dims(tensor.dims.begin(), tensor.dims.end());
    file.tensor(target.name, dims, 0,
                raw_bytes(target.heads > 0 ? paired_rows(tensor, target.heads) : tensor.values));
  }
  if (!divisors.empty()) file.tensor("rope_freqs.weight", {divisors.size()}, 0, raw_bytes(divisors));
  return file.bytes();
}

ModelOptions tiny_options() { return {.device = {.plugin = test::test_plugin()}, .dtype = f32}; }

std::shared_ptr<LanguageModel> tiny_model(const std::string& name) {
  static std::map<std::string, std::shared_ptr<LanguageModel>> models;
  std::shared_ptr<LanguageModel>& model = models[name];
  if (!model) {
    static std::map<std::string, TemporaryFolder> folders;
    write_tiny_llama(folders[name], tiny_llama(name));
    model = LanguageModel::open(folders[name].path(), tiny_options());
  }
  return model;
}

}  // namespace fusebox::llm
