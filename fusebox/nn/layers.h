// Linear, Embedding, RmsNorm, LayerNorm, GatedMlp.
//
// A layer made with sizes reports a checkpoint of other sizes as a mistake; made without, it takes what is
// there. Ops of a layer belong to the module path of its weight.
//
// A weight of low-bit blocks (TraceOptions::block_weights) is f32; what meets it in a product is rounded to
// int8_blocks first, as others do who multiply with such weights.
#pragma once

#include <optional>

#include "fusebox/trace/trace.h"

namespace fusebox::nn {

// y = x · weightᵀ (+ bias): [..., in] → [..., out]. The bias is there if the checkpoint has one.
struct Linear {
  Tensor weight;  // [out, in], as checkpoints store it
  std::optional<Tensor> bias;

  static Linear of(int64_t in, int64_t out) { return {Tensor::spec({out, in}), std::nullopt}; }
  // The result has x's dtype, or the one named: what was summed in f32 need not be rounded.
  Tensor operator()(const Arg& x, std::optional<DType> dtype = std::nullopt) const;
};

// One row of the table per index: integers [...] → [..., width]. Indices outside the table are clamped.
struct Embedding {
  Tensor weight;  // [vocabulary, width]

  static Embedding of(int64_t vocabulary, int64_t width) { return {Tensor::spec({vocabulary, width})}; }
  Tensor operator()(const Arg& indices) const;
  // The product with the table, for tied output heads: [..., width] → [..., vocabulary]; dtype as in Linear.
  Tensor attend(const Arg& x, std::optional<DType> dtype = std::nullopt) const;
};

// x / sqrt(mean(x²) + eps) · weight over the last axis, computed in f32 (Zhang and Sennrich, 2019). For
// devices that know it, the composite "fusebox.rms_norm", version 1, of x and the weight, with `eps`.
struct RmsNorm {
  Tensor weight;  // [width]
  double eps = 1e-5;

  static RmsNorm of(int64_t width, double eps) { return {Tensor::spec({width}), eps}; }
  Tensor operator()(const Arg& x) const;
};

// (x - mean) / sqrt(var + eps) · weight + bias over the last axis, computed in f32 (Ba et al., 2016). For
// devices that know it, the composite "fusebox.layer_norm", version 1, of x, the weight and, if there is one,
// the bias, with `eps`.
struct LayerNorm {
  Tensor weight;  // [width]
  std::optional<Tensor> bias;
  double eps = 1e-5;

  static LayerNorm of(int64_t width, double eps) { return {Tensor::spec({width}), std::nullopt, eps}; }
  Tensor operator()(const Arg& x) const;
};

// down(silu(gate(x)) · up(x)), the SwiGLU feed-forward of the Llama family (Shazeer, 2020).
struct GatedMlp {
  Linear gate_proj, up_proj, down_proj;

  static GatedMlp of(int64_t width, int64_t inner) {
    return {Linear::of(width, inner), Linear::of(width, inner), Linear::of(inner, width)};
  }
  Tensor operator()(const Arg& x) const;
};

}  // namespace fusebox::nn
