#include "fusebox/nn/layers.h"

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/trace/composite.h"
#include "fusebox/trace/emit.h"

namespace fusebox::nn {
namespace {

// Runs `body` as the op `name`, in the module that owns the weight.
template <typename Body>
Tensor as_layer(std::string_view name, const Tensor& weight, const Arg& x, Body&& body) {
  if (!weight.traced())
    throw Error(ErrorKind::kInvalidArgument, "the layer's weight is an empty tensor")
        .op(name)
        .at(x.where())
        .hint("a module's tensors are filled by cx.module, inputs by cx.input");
  const Scope scope = weight.cx().scope_of(weight);
  return in_op(name, {x, Arg(weight, x.where())}, std::forward<Body>(body));
}

// x · tableᵀ over the last axis of both.
Tensor times_transposed(const Arg& x, const Tensor& table, std::optional<DType> dtype) {
  const DotAxes axes = {.lhs_contract = {tensor_of(x).rank() - 1}, .rhs_contract = {1}};
  if (table.cx().blocks_of(table)) {
    const Tensor rounded = int8_blocks(convert(x, f32));
    const Tensor y = dot_general(rounded, table, axes);
    return convert(y, dtype.value_or(tensor_of(x).dtype()));
  }
  return dot_general(x, table, axes, {.dtype = dtype});
}

// x in f32, for what must not be rounded in between.
Tensor widened(const Arg& x) { return convert(x, f32); }

// A weight with one number per feature; any other would broadcast, and nobody would notice.
void check_vector(const Tensor& weight, int64_t size, std::string_view what) {
  if (weight.dims() != Dims{size})
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("the {} is {}, want [{}]", what, to_string(weight.dims()), size));
}

// The size of the last axis, of what a norm takes.
int64_t width(const Arg& x) {
  const Shape& shape = tensor_of(x).shape();
  if (!is_float(shape.dtype))
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want a float type", to_string(shape)));
  if (shape.rank() == 0) throw Error(ErrorKind::kShapeMismatch, "got a scalar, want [..., width]");
  return shape.dims.back();
}

}  // namespace

Tensor Linear::operator()(const Arg& x, std::optional<DType> dtype) const {
  return as_layer("linear", weight, x, [&] {
    const Tensor y = times_transposed(x, weight, dtype);
    if (!bias) return y;
    check_vector(*bias, y.dim(-1), "bias");
    return y + (dtype ? convert(*bias, *dtype) : *bias);
  });
}

Tensor Embedding::operator()(const Arg& indices) const {
  return as_layer("embedding", weight, indices, [&] {
    const auto blocks = weight.cx().blocks_of(weight);
    if (!blocks) return take(weight, indices, 0);
    // Only the rows that are looked up are expanded.
    const Tensor rows = take(blocks->bytes, reshape(tensor_of(indices), {-1}), 0);
    Dims dims = tensor_of(indices).dims();
    dims.push_back(weight.dim(1));
    return reshape(expand_blocks(rows, blocks->format), dims);
  });
}

Tensor Embedding::attend(const Arg& x, std::optional<DType> dtype) const {
  return as_layer("linear", weight, x, [&] { return times_transposed(x, weight, dtype); });
}

Tensor RmsNorm::operator()(const Arg& x) const {
  return as_layer("rms_norm", weight, x, [&] {
    check_vector(weight, width(x), "weight");
    const auto normed = [&](const std::vector<Tensor>& in) {
      const Tensor wide = widened(in[0]);
      const Tensor scale = rsqrt(mean(wide * wide, -1, keepdims) + eps);
      return std::vector{convert(wide * scale * widened(in[1]), in[0].dtype())};
    };
    return composite_if_known("fusebox.rms_norm", {{"eps", eps}}, {tensor_of(x), weight}, normed)[0];
  });
}

Tensor LayerNorm::operator()(const Arg& x) const {
  return as_layer("layer_norm", weight, x, [&] {
    check_vector(weight, width(x), "weight");
    if (bias) check_vector(*bias, width(x), "bias");
    const auto normed = [&](const std::vector<Tensor>& in) {
      const Tensor wide = widened(in[0]);
      const Tensor centred = wide - mean(wide, -1, keepdims);
      const Tensor scale = rsqrt(mean(centred * centred, -1, keepdims) + eps);
      const Tensor y = centred * scale * widened(in[1]);
      return std::vector{convert(in.size() > 2 ? y + widened(in[2]) : y, in[0].dtype())};
    };
    std::vector<Tensor> inputs = {tensor_of(x), weight};
    if (bias) inputs.push_back(*bias);
    return composite_if_known("fusebox.layer_norm", {{"eps", eps}}, inputs, normed)[0];
  });
}

Tensor GatedMlp::operator()(const Arg& x) const {
  // One statement each: the order of ops, and with it the program's text, is then the same for every
  // compiler.
  const Tensor gate = gate_proj(x);
  const Tensor up = up_proj(x);
  return down_proj(silu(gate) * up);
}

}  // namespace fusebox::nn
