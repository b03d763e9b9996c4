// Constants, and ops that move elements to places given by attributes.
#include <algorithm>

#include "fusebox/hlo/infer.h"

namespace fusebox::hlo::rules {

std::vector<Shape> constant(const OpView& op) {
  const Literal& value = op.attributes.get<Literal>("value");
  const Shape& shape = value.shape;
  if (shape.dtype == token) fail(ErrorKind::kDTypeMismatch, "got {}, want an element type", to_string(shape));
  const int64_t want = value.splat ? scalar(shape.dtype).bytes() : shape.bytes();
  if (!value.data || static_cast<int64_t>(value.data->size()) != want)
    fail(ErrorKind::kInvalidArgument, "got {} bytes for {}, want {}", value.data ? value.data->size() : 0,
         to_string(shape), want);
  return {shape};
}

std::vector<Shape> iota(const OpView& op) {
  const Shape& result = want_declared(op, 1)[0];
  if (!is_number(result.dtype))
    fail(ErrorKind::kDTypeMismatch, "got {}, want an integer, float or complex type", to_string(result));
  want_axis("iota_dimension", op.attributes.get<int64_t>("iota_dimension"), result.rank());
  return {result};
}

std::vector<Shape> broadcast_in_dim(const OpView& op) {
  const Shape& from = op.shape(0);
  const Shape& to = want_declared(op, 1)[0];
  const Dims& dims = dims_of(op, "broadcast_dimensions");
  want_count("broadcast_dimensions", dims, from.rank());
  want_axes("broadcast_dimensions", dims, to.rank());
  for (size_t i = 0; i < dims.size(); i++) {
    const int64_t target = to.dims[static_cast<size_t>(dims[i])];
    if (from.dims[i] != 1 && from.dims[i] != target)
      fail(ErrorKind::kShapeMismatch, "got {} to {} along {}, want size {} of dimension {} to be 1 or {}",
           to_string(from), to_string(to), to_string(dims), from.dims[i], i, target);
  }
  return {with_dtype(to, from.dtype)};
}

std::vector<Shape> reshape(const OpView& op) {
  const Shape& from = op.shape(0);
  const Shape& to = want_declared(op, 1)[0];
  if (from.elements() != to.elements())
    fail(ErrorKind::kShapeMismatch, "got {} to {}, want as many elements ({}, not {})", to_string(from),
         to_string(to), from.elements(), to.elements());
  return {with_dtype(to, from.dtype)};
}

std::vector<Shape> transpose(const OpView& op) {
  const Shape& from = op.shape(0);
  const Dims& permutation = dims_of(op, "permutation");
  want_count("permutation", permutation, from.rank());
  want_axes("permutation", permutation, from.rank());
  Shape result = scalar(from.dtype);
  for (int64_t axis : permutation) result.dims.push_back(from.dims[static_cast<size_t>(axis)]);
  return {result};
}

std::vector<Shape> reverse(const OpView& op) {
  want_axes("dimensions", dims_of(op, "dimensions"), op.shape(0).rank());
  return {op.shape(0)};
}

std::vector<Shape> slice(const OpView& op) {
  const Shape& from = op.shape(0);
  const Dims &start = dims_of(op, "start_indices"), &limit = dims_of(op, "limit_indices"),
             &stride = dims_of(op, "strides");
  want_count("start_indices", start, from.rank());
  want_count("limit_indices", limit, from.rank());
  want_count("strides", stride, from.rank());
  want_least("strides", stride, 1);
  Shape result = scalar(from.dtype);
  for (size_t i = 0; i < from.dims.size(); i++) {
    if (start[i] < 0 || start[i] > limit[i] || limit[i] > from.dims[i])
      fail(ErrorKind::kInvalidArgument, "got {}:{} of dimension {} of {}, want 0 <= start <= limit <= {}",
           start[i], limit[i], i, to_string(from), from.dims[i]);
    const int64_t span = limit[i] - start[i];
    result.dims.push_back(span == 0 ? 0 : (span - 1) / stride[i] + 1);
  }
  return {result};
}

std::vector<Shape> concatenate(const OpView& op) {
  Shape result = op.shape(0);
  const int64_t dimension = op.attributes.get<int64_t>("dimension");
  want_axis("dimension", dimension, result.rank());
  const auto axis = static_cast<size_t>(dimension);
  for (size_t i = 1; i < op.operands.size(); i++) {
    const Shape& next = op.shape(i);
    if (next.dtype != result.dtype)
      fail(ErrorKind::kDTypeMismatch, "got {}, want equal element types", operand_types(op));
    Dims joined = next.dims;
    if (joined.size() == result.dims.size()) joined[axis] = result.dims[axis];
    if (joined != result.dims)
      fail(ErrorKind::kShapeMismatch, "got {}, want shapes that differ in dimension {} only",
           operand_types(op), dimension);
    result.dims[axis] = checked_add(result.dims[axis], next.dims[axis]);
  }
  return {result};
}

std::vector<Shape> pad(const OpView& op) {
  const Shape& from = op.shape(0);
  if (op.shape(1) != scalar(from.dtype))
    fail(op.shape(1).dtype != from.dtype ? ErrorKind::kDTypeMismatch : ErrorKind::kShapeMismatch,
         "got {}, want a scalar of the same element type second", operand_types(op));
  const Dims &low = dims_of(op, "edge_padding_low"), &high = dims_of(op, "edge_padding_high"),
             &interior = dims_of(op, "interior_padding");
  want_count("edge_padding_low", low, from.rank());
  want_count("edge_padding_high", high, from.rank());
  want_count("interior_padding", interior, from.rank());
  want_least("interior_padding", interior, 0);
  Shape result = scalar(from.dtype);
  for (size_t i = 0; i < from.dims.size(); i++) {
    const int64_t between = checked_mul(std::max<int64_t>(from.dims[i] - 1, 0), interior[i]);
    const int64_t size = checked_add(checked_add(checked_add(from.dims[i], between), low[i]), high[i]);
    if (size < 0)
      fail(ErrorKind::kInvalidArgument,
           "got low {}, high {} for dimension {} of {}, which leaves {} elements", low[i], high[i], i,
           to_string(from), size);
    result.dims.push_back(size);
  }
  return {result};
}

std::vector<Shape> get_dimension_size(const OpView& op) {
  want_axis("dimension", op.attributes.get<int64_t>("dimension"), op.shape(0).rank());
  return {scalar(i32)};
}

}  // namespace fusebox::hlo::rules
