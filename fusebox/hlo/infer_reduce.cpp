// Reductions, windows and sort: ops that apply a region to scalars.
#include <algorithm>

#include "fusebox/hlo/infer.h"

namespace fusebox::hlo::rules {
namespace {

// A reduction may compute in a wider type of the same kind.
bool promotable(DType from, DType to) {
  return from == to || (info(from).kind == info(to).kind && info(from).bits <= info(to).bits);
}

// Operands inputs…, inits…: checks that inputs have one shape and inits are scalars that fit, and that the
// region takes 2n scalars and returns n. Returns the n element types it computes in.
std::vector<DType> check_reducer(const OpView& op) {
  const size_t n = op.operands.size() / 2;
  if (op.operands.size() % 2 != 0)
    fail(ErrorKind::kInvalidArgument, "got {} operands, want inputs and as many initial values",
         op.operands.size());
  const std::vector<Shape> returned = returned_types(op, 0, "the region");
  if (returned.size() != n)
    fail(ErrorKind::kShapeMismatch, "the region returns {}, want {} scalars", list_types(returned), n);
  std::vector<DType> dtypes;
  for (size_t i = 0; i < n; i++) {
    const Shape &input = op.shape(i), &init = op.shape(n + i);
    if (input.dims != op.shape(0).dims)
      fail(ErrorKind::kShapeMismatch, "got {}, want inputs of one shape", operand_types(op));
    if (!init.dims.empty())
      fail(ErrorKind::kShapeMismatch, "got {}, want scalar initial values", operand_types(op));
    if (init.dtype != input.dtype)
      fail(ErrorKind::kDTypeMismatch, "got {}, want initial values of their inputs' element types",
           operand_types(op));
    const DType dtype = returned[i].dtype;
    if (!is_any(dtype) || !promotable(input.dtype, dtype))
      fail(ErrorKind::kDTypeMismatch, "got {} for a region of {}, want one that promotes to it",
           to_string(input), name(dtype));
    dtypes.push_back(dtype);
  }
  std::vector<Shape> arguments, results;
  for (DType dtype : dtypes) results.push_back(scalar(dtype));
  for (int side = 0; side < 2; side++) arguments.insert(arguments.end(), results.begin(), results.end());
  want_region(op, 0, "the region", arguments, results);
  want_no_captures(op, 0);
  return dtypes;
}

std::vector<Shape> each(const Dims& dims, const std::vector<DType>& dtypes) {
  std::vector<Shape> shapes;
  for (DType dtype : dtypes) shapes.push_back({dims, dtype});
  return shapes;
}

}  // namespace

std::vector<Shape> reduce(const OpView& op) {
  const std::vector<DType> dtypes = check_reducer(op);
  const Shape& input = op.shape(0);
  const Dims& dimensions = dims_of(op, "dimensions");
  want_axes("dimensions", dimensions, input.rank());
  Dims kept;
  for (int64_t axis = 0; axis < input.rank(); axis++)
    if (std::ranges::find(dimensions, axis) == dimensions.end())
      kept.push_back(input.dims[static_cast<size_t>(axis)]);
  return each(kept, dtypes);
}

std::vector<Shape> reduce_window(const OpView& op) {
  const std::vector<DType> dtypes = check_reducer(op);
  const Shape& input = op.shape(0);
  const Dims& size = dims_of(op, "window_dimensions");
  want_count("window_dimensions", size, input.rank());
  return each(window_counts(input.dims, read_window(op, size, "base_dilations", "window_dilations")), dtypes);
}

std::vector<Shape> select_and_scatter(const OpView& op) {
  const Shape &operand = op.shape(0), &source = op.shape(1), &init = op.shape(2);
  if (source.dtype != operand.dtype || init.dtype != operand.dtype)
    fail(ErrorKind::kDTypeMismatch, "got {}, want equal element types", operand_types(op));
  Dims size(operand.dims.size(), 1);
  if (op.attributes.find("window_dimensions")) size = dims_of(op, "window_dimensions");
  want_count("window_dimensions", size, operand.rank());
  const Dims counts = window_counts(operand.dims, read_window(op, size, {}, {}));
  if (source.dims != counts || !init.dims.empty())
    fail(ErrorKind::kShapeMismatch, "got {}, want a source of shape {} and a scalar", operand_types(op),
         to_string(counts));
  const Shape element = scalar(operand.dtype);
  want_region(op, 0, "the select region", std::vector{element, element}, std::vector{scalar(i1)});
  want_region(op, 1, "the scatter region", std::vector{element, element}, std::vector{element});
  want_no_captures(op, 0);
  want_no_captures(op, 1);
  return {operand};
}

std::vector<Shape> sort(const OpView& op) {
  std::vector<Shape> results, arguments;
  for (const Value* operand : op.operands) {
    if (operand->shape.dims != op.shape(0).dims)
      fail(ErrorKind::kShapeMismatch, "got {}, want equal shapes", operand_types(op));
    results.push_back(operand->shape);
    arguments.insert(arguments.end(), 2, scalar(operand->shape.dtype));
  }
  const int64_t rank = op.shape(0).rank();
  const auto dimension = op.attributes.get_or<int64_t>("dimension", -1);
  if (dimension < -rank || dimension >= rank)
    fail(ErrorKind::kInvalidArgument, "got dimension {}, want one of a tensor of rank {}", dimension, rank);
  want_region(op, 0, "the comparator", arguments, std::vector{scalar(i1)});
  want_no_captures(op, 0);
  return results;
}

}  // namespace fusebox::hlo::rules
