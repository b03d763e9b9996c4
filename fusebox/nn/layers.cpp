#include "fusebox/nn/layers.h"

#include "fusebox/trace/emit.h"

namespace fusebox::nn {
namespace {

// x · tableᵀ over the last axis of both; one row times a bf16 table is written as multiply and add, because
// XLA's CPU would first expand the whole table to f32 for a dot.
Tensor times_transposed(const Arg& x, const Tensor& table) {
  const Tensor& input = tensor_of(x, "linear");
  const int64_t last = input.rank() - 1;
  return dot_general(x, table, {.lhs_contracting = {last}, .rhs_contracting = {1}});
}

}  // namespace

Tensor Linear::operator()(const Arg& x) const {
  const Scope scope = weight.cx().scope_of(weight);
  Tensor y = times_transposed(x, weight);
  return bias ? add(Arg(y, x.where()), *bias) : y;
}

Tensor Embedding::operator()(const Arg& indices) const {
  const Scope scope = weight.cx().scope_of(weight);
  return take(Arg(weight, indices.where()), tensor_of(indices, "embedding"), 0);
}

Tensor Embedding::attend(const Arg& x) const {
  const Scope scope = weight.cx().scope_of(weight);
  return times_transposed(x, weight);
}

Tensor RmsNorm::operator()(const Arg& x) const {
  const Scope scope = weight.cx().scope_of(weight);
  const Tensor& input = tensor_of(x, "rms_norm");
  const Tensor wide = convert(x, f32);
  const Tensor scale = rsqrt(mean(wide * wide, -1, true) + eps);
  return convert(wide * scale * convert(weight, f32), input.dtype());
}

Tensor LayerNorm::operator()(const Arg& x) const {
  const Scope scope = weight.cx().scope_of(weight);
  const Tensor& input = tensor_of(x, "layer_norm");
  const Tensor wide = convert(x, f32);
  const Tensor centred = wide - mean(wide, -1, true);
  const Tensor scale = rsqrt(mean(centred * centred, -1, true) + eps);
  Tensor y = centred * scale * convert(weight, f32);
  if (bias) y = y + convert(*bias, f32);
  return convert(y, input.dtype());
}

Tensor GatedMlp::operator()(const Arg& x) const {
  const Tensor gate = silu(gate_proj(x));
  return down_proj(Arg(gate * up_proj(x), x.where()));
}

}  // namespace fusebox::nn
