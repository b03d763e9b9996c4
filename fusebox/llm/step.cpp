#include "fusebox/llm/step.h"

namespace fusebox::llm {
namespace {

std::vector<nn::KvCache> cache_specs(const ModelSizes& model, const StepSizes& sizes) {
  const auto one =
      nn::KvCache::spec(sizes.slots, model.kv_heads, sizes.capacity, model.head_size, sizes.cache_dtype);
  return std::vector<nn::KvCache>(static_cast<size_t>(model.layers), one);
}

Chunk chunk_inputs(TraceCx& cx, const StepSizes& sizes) {
  return {.tokens = cx.input("tokens", {sizes.slots, sizes.tokens}, i32),
          .start = cx.input("start", {sizes.slots}, i32),
          .count = cx.input("count", {sizes.slots}, i32),
          .tap = {}};
}

// The hidden state of each slot's last valid token, [slots, 1, hidden].
Tensor last_valid(const Tensor& hidden, const Tensor& count) {
  if (hidden.dim(1) == 1) return hidden;
  std::vector<Tensor> rows;
  for (int64_t slot = 0; slot < hidden.dim(0); ++slot)
    rows.push_back(dynamic_slice(hidden, {slot, index_in_dim(count, slot) - 1, 0}, {1, 1, hidden.dim(2)}));
  return concatenate(rows, 0);
}

// Counts the token that each slot was fed, where it belongs to a reply.
Tensor counted(Tensor counts, const Tensor& tokens, const Tensor& reply) {
  for (int64_t slot = 0; slot < counts.dim(0); ++slot) {
    const Tensor token = reshape(slice_in_dim(tokens, slot, slot + 1), Dims{});
    const Tensor old = dynamic_slice(counts, {slot, 1, token}, {1, 1, 1});
    counts = dynamic_update_slice(counts, old + index_in_dim(reply, slot), {slot, 1, token});
  }
  return counts;
}

struct DecodeOutputs {
  Tensor token, start, logits;
  std::vector<nn::KvCache> caches;
  std::optional<Tensor> counts;
};

struct Copies {
  std::vector<nn::KvCache> caches;
  Tensor counts;
};

struct LogitsOutputs {
  Tensor logits;
  std::vector<nn::KvCache> caches;
};

struct ScoreOutputs {
  Tensor log_probs;
  std::vector<nn::KvCache> caches;
};

}  // namespace

int64_t cache_capacity(int64_t context, int64_t largest_chunk) {
  const int64_t rows = context + largest_chunk;
  return (rows + nn::kAttentionBlock - 1) / nn::kAttentionBlock * nn::kAttentionBlock;
}

std::vector<Shape> cache_shapes(const ModelSizes& model, const StepSizes& sizes) {
  std::vector<Shape> shapes;
  auto specs = cache_specs(model, sizes);
  reflect::visit_leaves<Tensor>(specs, [&](std::string_view, const Tensor& spec) {
    shapes.push_back({*spec.spec_dims(), *spec.spec_dtype()});
  });
  return shapes;
}

int64_t cache_bytes(const ModelSizes& model, const StepSizes& sizes) {
  int64_t bytes = 0;
  for (const Shape& shape : cache_shapes(model, sizes)) bytes += shape.bytes();
  return bytes;
}

TracedProgram trace_step(const CausalModel& model, const StepSizes& sizes, const TraceOptions& options) {
  const int64_t vocabulary = model.sizes().vocabulary;
  const bool decode = sizes.tokens == 1;
  const auto build = [&](TraceCx& cx) {
    const Chunk chunk = chunk_inputs(cx, sizes);
    const auto sampler = cx.inputs("sampler", SamplerInputs::spec(sizes.slots, vocabulary));
    const Shape counts_shape{{sizes.slots, kCountRows, vocabulary}, i32};
    Tensor counts = cx.input("counts", counts_shape, {.donate = decode});
    auto caches = cx.inputs("caches", cache_specs(model.sizes(), sizes), {.donate = true});
    const auto traced = model.trace(cx);

    const Tensor hidden = last_valid(traced->hidden(chunk, caches), chunk.count);
    const Tensor logits = reshape(traced->logits(hidden), {sizes.slots, vocabulary});
    if (decode) counts = counted(counts, chunk.tokens, cx.input("reply", {sizes.slots}, i32));
    const Tensor next = chunk.start + chunk.count;
    const Scope scope = cx.scope("sampler");
    const Tensor token = expand_dims(sample(logits, sampler, counts, next), -1);
    return DecodeOutputs{token, next, logits, std::move(caches),
                         decode ? std::optional(counts) : std::nullopt};
  };
  return trace(decode ? "decode" : "prefill_" + std::to_string(sizes.tokens), build, options);
}

TracedProgram trace_score(const CausalModel& model, const StepSizes& sizes, const TraceOptions& options) {
  const auto build = [&](TraceCx& cx) {
    const Chunk chunk = chunk_inputs(cx, sizes);
    const Tensor targets = cx.input("targets", {sizes.slots, sizes.tokens}, i32);
    auto caches = cx.inputs("caches", cache_specs(model.sizes(), sizes), {.donate = true});
    const auto traced = model.trace(cx);
    const Tensor logits = traced->logits(traced->hidden(chunk, caches));
    const Tensor chosen = squeeze(take_along_axis(logits, expand_dims(targets, -1), -1), -1);
    return ScoreOutputs{chosen - logsumexp(logits, -1), std::move(caches)};
  };
  return trace("score_" + std::to_string(sizes.tokens), build, options);
}

TracedProgram trace_logits(const CausalModel& model, const StepSizes& sizes, const TraceOptions& options) {
  const auto build = [&](TraceCx& cx) {
    const Chunk chunk = chunk_inputs(cx, sizes);
    auto caches = cx.inputs("caches", cache_specs(model.sizes(), sizes), {.donate = true});
    const auto traced = model.trace(cx);
    return LogitsOutputs{traced->logits(traced->hidden(chunk, caches)), std::move(caches)};
  };
  return trace("logits_" + std::to_string(sizes.tokens), build, options);
}

TracedProgram trace_copy(const CausalModel& model, const StepSizes& sizes) {
  return trace("copy", [&](TraceCx& cx) {
    auto caches = cx.inputs("caches", cache_specs(model.sizes(), sizes));
    const Shape counts_shape{{sizes.slots, kCountRows, model.sizes().vocabulary}, i32};
    return Copies{std::move(caches), cx.input("counts", counts_shape)};
  });
}

}  // namespace fusebox::llm
