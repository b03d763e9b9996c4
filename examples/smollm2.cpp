// SmolLM2 in one file: a language model written from its parts, to be read from top to bottom.
//
//   $ build/release/example_smollm2 build/assets/SmolLM2-135M-Instruct.Q4_1.gguf "What is gravity?"
//
// It is a decoder of the Llama family (Touvron et al., 2023). For each token: look up its vector, let it pass
// through thirty blocks, each of which adds what attention and a feed-forward network make of it, and score
// what the vector has become against every token of the vocabulary. The best one comes next.
// (fusebox/llm/llama.h is the same model for use: whole chunks of a prompt at once, other file formats,
// sampling.)
#include <array>
#include <cmath>
#include <iostream>
#include <limits>

#include "fusebox/fusebox.h"

using namespace fusebox;

constexpr int64_t kCapacity = 512;  // tokens that the caches have room for

// The hyper-parameters, from the file.
struct Config {
  int64_t width, layers, heads, kv_heads, head_size;
  double norm_eps, rope_theta;

  static Config of(const GgufFile& file) {
    Config config = {
        .width = file.at("llama.embedding_length").as_int(),
        .layers = file.at("llama.block_count").as_int(),
        .heads = file.at("llama.attention.head_count").as_int(),
        .kv_heads = file.at("llama.attention.head_count_kv").as_int(),
        .head_size = file.at("llama.rope.dimension_count").as_int(),
        .norm_eps = file.at("llama.attention.layer_norm_rms_epsilon").as_float(),
        .rope_theta = file.at("llama.rope.freq_base").as_float(),
    };
    return config;
  }
};

// What the model knows of the tokens before: a row of keys and one of values per token, [kv_heads, kCapacity,
// head_size], for each block.
struct KvCache {
  Tensor k, v;
};

// One token's way through the model; as input, and, a token further, as output. Vectors below are of one
// token, so they have no batch axis.
struct State {
  Tensor token, position;  // i32 []
  std::vector<KvCache> caches;

  static State of(const Config& config) {
    const Tensor rows = Tensor::spec({config.kv_heads, kCapacity, config.head_size}, f32);
    return {Tensor::spec({}, i32), Tensor::spec({}, i32),
            std::vector<KvCache>(static_cast<size_t>(config.layers), KvCache{rows, rows})};
  }
};

// Root mean square normalisation (Zhang and Sennrich, 2019): x to unit size, then weighted by feature.
struct RmsNorm {
  Tensor weight;

  Tensor operator()(const Tensor& x, double eps) const { return x * rsqrt(mean(x * x) + eps) * weight; }
};

// Rotary position embedding (Su et al., 2021). Features 2i and 2i + 1 of a head are a point in the plane; it
// is turned by position · theta^(-2i / size), so that the product of a query and a key depends on their
// distance.
struct Rotation {
  Tensor cosine, sine;  // [size / 2]

  static Rotation of(const Tensor& position, int64_t size, double theta) {
    const Tensor pair = position.cx().iota({size / 2}, 0, f32);
    const Tensor angle = convert(position, f32) * power(theta, pair * (-2.0 / static_cast<double>(size)));
    return {cos(angle), sin(angle)};
  }
  Tensor operator()(const Tensor& x) const {  // [heads, size]
    const Tensor points = reshape(x, {x.dim(0), -1, 2});
    const Tensor a = index_in_dim(points, 0, 2), b = index_in_dim(points, 1, 2);
    return reshape(stack({a * cosine - b * sine, a * sine + b * cosine}, 2), x.dims());
  }
};

// One block. The fields are named as the file names its tensors: blk.0.attn_norm.weight, blk.0.attn_q.weight,
// …
struct Block {
  RmsNorm attn_norm;
  nn::Linear attn_q, attn_k, attn_v, attn_output;
  RmsNorm ffn_norm;
  nn::Linear ffn_gate, ffn_up, ffn_down;

  // softmax(q · kᵀ / sqrt(size)) · v (Vaswani et al., 2017), over the tokens up to this one. Each head of
  // keys and values serves a group of heads of queries (Ainslie et al., 2023).
  Tensor attend(const Tensor& x, KvCache& cache, const Tensor& position, const Rotation& turn,
                const Config& config) const {
    const int64_t kv_heads = config.kv_heads, group = config.heads / kv_heads, size = config.head_size;
    const Tensor q = turn(reshape(attn_q(x), {config.heads, size}));
    const Tensor k = turn(reshape(attn_k(x), {kv_heads, size}));
    const Tensor v = reshape(attn_v(x), {kv_heads, size});
    cache.k = dynamic_update_slice_in_dim(cache.k, expand_dims(k, 1), position, 1);
    cache.v = dynamic_update_slice_in_dim(cache.v, expand_dims(v, 1), position, 1);

    // [kv_heads, group, 1, size] · [kv_heads, 1, kCapacity, size]: as multiply and add, which XLA fuses; an
    // einsum would copy the cache into another order first.
    const Tensor queries = reshape(q, {kv_heads, group, 1, size});
    const Tensor scores = sum(queries * expand_dims(cache.k, 1), -1) / std::sqrt(static_cast<double>(size));
    const Tensor past = x.cx().iota({kCapacity}, 0, i32) <= position;
    const Tensor weights = softmax(where(past, scores, -std::numeric_limits<double>::infinity()));
    const Tensor mixed = sum(expand_dims(weights, -1) * expand_dims(cache.v, 1), 2);
    return attn_output(flatten(mixed));
  }

  // The gated feed-forward network (Shazeer, 2020).
  Tensor feed_forward(const Tensor& x) const { return ffn_down(silu(ffn_gate(x)) * ffn_up(x)); }

  Tensor operator()(Tensor x, KvCache& cache, const Tensor& position, const Rotation& turn,
                    const Config& config) const {
    x = x + attend(attn_norm(x, config.norm_eps), cache, position, turn, config);
    return x + feed_forward(ffn_norm(x, config.norm_eps));
  }
};

struct SmolLM2 {
  Config config;
  nn::Embedding token_embd = {};
  std::vector<Block> blk = {};  // as many as the file has
  RmsNorm output_norm = {};

  State operator()(State state) const {
    const Rotation turn = Rotation::of(state.position, config.head_size, config.rope_theta);
    Tensor x = token_embd(state.token);
    for (size_t i = 0; i < blk.size(); ++i) x = blk[i](x, state.caches[i], state.position, turn, config);
    const Tensor logits =
        token_embd.attend(output_norm(x, config.norm_eps));  // the embedding is also the head
    return {argmax(logits), state.position + 1, state.caches};
  }
};

// The conversation in the form that the model was trained on, as the file's template writes it.
std::vector<int32_t> prompt_ids(const std::string& path, const text::Tokenizer& tokenizer,
                                const std::string& question) {
  const auto chat = text::find_chat_template(path);
  if (!chat) return tokenizer.encode(question);
  text::ChatVariables variables;
  variables.messages = {{{"role", "user"}, {"content", question}}};
  return tokenizer.encode(chat->render(variables.to_json()));
}

// The state on the device. Every step takes all of it and puts the next in its place: the program's inputs
// are donated, so the caches are changed where they lie.
class Decoder {
 public:
  Decoder(const Device& device, const Session& session) : device_(device), call_(session) {
    const Signature& signature = session.model().signature();
    for (const Signature::Output& output : signature.outputs) state_.push_back(device.zeros(output.shape));
    for (size_t i = 0; i < signature.parameters.size(); ++i)
      if (const auto output = signature.parameters[i].alias_output)
        call_.set(i, state_[static_cast<size_t>(*output)]);
  }

  // Puts a token of the prompt in place of the one that the model chose.
  void set_token(int32_t token) { state_[0] = device_.upload(HostTensor::of({}, std::array{token})); }
  void step() { call_.run_into(state_); }
  int32_t token() const { return HostTensor::of(state_[0]).as<int32_t>()[0]; }

 private:
  Device device_;
  Call call_;
  std::vector<pjrt::Buffer> state_;  // as in State: token, position, caches
};

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::cerr << "usage: example_smollm2 MODEL.gguf QUESTION\n";
    return 2;
  }
  const auto file = GgufFile::open(argv[1]);
  const auto tokenizer = text::Tokenizer::open(argv[1]);
  const Config config = Config::of(*file);

  const Device device = Device::cpu();
  const CompiledModel model = device.compile("decode", [&](TraceCx& cx) {
    const State state = cx.inputs("", State::of(config), {.donate = true});
    return cx.module("", SmolLM2{config}, *file)(state);
  });
  Decoder decoder(device, model.session(device.load(*file, model.signature())));

  const std::vector<int32_t> prompt = prompt_ids(argv[1], *tokenizer, argv[2]);
  text::StreamDecoder text(tokenizer, /*skip_special=*/true);
  for (int64_t position = 0; position < kCapacity; ++position) {
    if (position < std::ssize(prompt)) decoder.set_token(prompt[static_cast<size_t>(position)]);
    decoder.step();
    if (position + 1 < std::ssize(prompt)) continue;  // what follows is known
    const int32_t next = decoder.token();
    if (next == tokenizer->eos_id()) break;
    std::cout << text.push(next) << std::flush;
  }
  std::cout << text.finish() << '\n';
} catch (const Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
