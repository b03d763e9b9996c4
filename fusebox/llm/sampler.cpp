#include "fusebox/llm/sampler.h"

#include <limits>

namespace fusebox::llm {
namespace {

constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr double kLargest = std::numeric_limits<float>::max();

Tensor column(const Tensor& per_slot) { return expand_dims(per_slot, -1); }

// Floats as unsigned integers of the same order.
Tensor ordered_bits(const Tensor& x) {
  const Tensor bits = bitcast_convert(x, u32);
  const Tensor negative = bitcast_convert(x, i32) < 0;
  return where(negative, ~bits, bits | (int64_t{1} << 31));
}

// The largest t, u32 [slots, 1], for which enough(keys >= t) still holds; bit by bit from the highest. Where
// no slot wants it, nothing is looked for, and t is 0.
template <typename Enough>
Tensor largest_threshold(const Tensor& keys, const Tensor& wanted, Enough&& enough) {
  const Tensor none = keys.cx().zeros({keys.dim(0), 1}, u32);
  const Tensor steps = convert(any(wanted), i32) * 32;
  return fori_loop(0, steps, none, [&](const Tensor& i, const Tensor& threshold) {
    const Tensor candidate = threshold | shift_left(1, convert(31 - i, u32));
    return where(enough(keys >= candidate), candidate, threshold);
  });
}

Tensor penalised(const Tensor& logits, const SamplerInputs& in, const Tensor& counts) {
  const Tensor before = index_in_dim(counts, 0, 1), reply = index_in_dim(counts, 1, 1);
  const Tensor factor = column(in.repetition);
  const Tensor repeated = where(logits > 0, logits / factor, logits * factor);
  const Tensor seen = where(before + reply > 0, repeated, logits);
  const Tensor once = convert(reply > 0, f32) * column(in.presence);
  return seen - once - convert(reply, f32) * column(in.frequency) + in.bias;
}

// The k greatest, and whatever equals the least of them.
Tensor keep_top_k(const Tensor& x, const Tensor& top_k) {
  const Tensor keys = ordered_bits(x), k = column(top_k);
  const Tensor threshold = largest_threshold(
      keys, top_k > 0, [&](const Tensor& chosen) { return sum(convert(chosen, i32), -1, keepdims) >= k; });
  return where(logical_or(keys >= threshold, k <= 0), x, kNever);
}

// The fewest of the greatest whose probabilities sum up to top_p, and whatever equals the least of them.
Tensor keep_top_p(const Tensor& x, const Tensor& top_p, const Tensor& min_p) {
  const Tensor p = softmax(x, -1), keys = bitcast_convert(p, u32);
  const Tensor threshold = largest_threshold(keys, top_p < 1.0, [&](const Tensor& chosen) {
    return sum(where(chosen, p, 0.0), -1, keepdims) >= column(top_p);
  });
  const Tensor in_nucleus = logical_or(keys >= threshold, column(top_p) >= 1.0);
  return where(logical_and(in_nucleus, p >= column(min_p) * max(p, -1, keepdims)), x, kNever);
}

// One Gumbel variate per token: the argmax of logits plus these is a draw from their softmax.
Tensor noise(const Tensor& logits, const Tensor& seed, const Tensor& position) {
  return gumbel(fold_in(seed, position), {logits.dim(1)});
}

}  // namespace

SamplerInputs SamplerInputs::spec(int64_t slots, int64_t vocabulary) {
  const auto floats = [&] { return Tensor::spec({slots}, f32); };
  return {.temperature = floats(),
          .top_p = floats(),
          .min_p = floats(),
          .top_k = Tensor::spec({slots}, i32),
          .repetition = floats(),
          .presence = floats(),
          .frequency = floats(),
          .seed = Tensor::spec({slots, 2}, u32),
          .bias = Tensor::spec({slots, vocabulary}, f32),
          .active = Tensor::spec({}, i1)};
}

Tensor sample(const Tensor& logits, const SamplerInputs& in, const Tensor& counts, const Tensor& position) {
  const auto draw = [&] {
    const Tensor adjusted = minimum(penalised(logits, in, counts), kLargest);
    // At most 0: no temperature makes infinities that softmax would turn into NaN.
    const Tensor below_top = adjusted - max(adjusted, -1, keepdims);
    const Tensor scaled = below_top / maximum(column(in.temperature), 1e-6);
    const Tensor kept = keep_top_p(keep_top_k(scaled, in.top_k), in.top_p, in.min_p);
    const Tensor drawn = argmax(kept + noise(kept, in.seed, position), -1);
    return where(in.temperature > 0, drawn, argmax(adjusted, -1));
  };
  return cond(in.active, draw, [&] { return argmax(logits, -1); });
}

}  // namespace fusebox::llm
