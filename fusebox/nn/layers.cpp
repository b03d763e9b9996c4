#include "fusebox/nn/layers.h"

#include "fusebox/trace/emit.h"

namespace fusebox::nn {
namespace {

// x · tableᵀ over the last axis of both.
Tensor times_transposed(const Arg& x, const Tensor& table) {
  return dot_general(x, table, {.lhs_contract = {tensor_of(x).rank() - 1}, .rhs_contract = {1}});
}

// x in f32, for what must not be rounded in between.
Tensor widened(const Arg& x) { return convert(x, f32); }

}  // namespace

Tensor Linear::operator()(const Arg& x) const {
  const Scope scope = weight.cx().scope_of(weight);
  return in_op("linear", {x}, [&] {
    const Tensor y = times_transposed(x, weight);
    return bias ? y + *bias : y;
  });
}

Tensor Embedding::operator()(const Arg& indices) const {
  const Scope scope = weight.cx().scope_of(weight);
  return in_op("embedding", {indices}, [&] { return take(weight, indices, 0); });
}

Tensor Embedding::attend(const Arg& x) const {
  const Scope scope = weight.cx().scope_of(weight);
  return in_op("linear", {x}, [&] { return times_transposed(x, weight); });
}

Tensor RmsNorm::operator()(const Arg& x) const {
  const Scope scope = weight.cx().scope_of(weight);
  return in_op("rms_norm", {x}, [&] {
    const Tensor wide = widened(x);
    const Tensor scale = rsqrt(mean(wide * wide, -1, keepdims) + eps);
    return convert(wide * scale * widened(weight), tensor_of(x).dtype());
  });
}

Tensor LayerNorm::operator()(const Arg& x) const {
  const Scope scope = weight.cx().scope_of(weight);
  return in_op("layer_norm", {x}, [&] {
    const Tensor wide = widened(x);
    const Tensor centred = wide - mean(wide, -1, keepdims);
    const Tensor scale = rsqrt(mean(centred * centred, -1, keepdims) + eps);
    const Tensor y = centred * scale * widened(weight);
    return convert(bias ? y + widened(*bias) : y, tensor_of(x).dtype());
  });
}

Tensor GatedMlp::operator()(const Arg& x) const { return down_proj(silu(gate_proj(x)) * up_proj(x)); }

}  // namespace fusebox::nn
