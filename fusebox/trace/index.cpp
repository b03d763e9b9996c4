#include "fusebox/trace/index.h"

#include <fmt/format.h>

#include <limits>
#include <utility>

#include "fusebox/base/error.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"
#include "fusebox/trace/limits.h"
#include "fusebox/trace/shape_ops.h"

namespace fusebox {
namespace {

using hlo::OpCode;

size_t at(int64_t axis) { return static_cast<size_t>(axis); }

void want_indices(const Tensor& indices) {
  if (!is_integer(indices.dtype()))
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("got indices {}, want integers", to_string(indices.shape())))
        .hint("convert them: convert(indices, i32)");
}

void want_one_dtype(const Tensor& x, const Tensor& update) {
  if (x.dtype() != update.dtype())
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("got {} and {}, want one dtype", to_string(x.shape()), to_string(update.shape())))
        .hint(fmt::format("convert the update: convert(update, {})", name(x.dtype())));
}

// The axes of a take's result that belong to x, not to the indices.
Dims offset_axes(const Tensor& x, const Tensor& indices, int64_t axis) {
  Dims axes;
  for (int64_t i = 0; i < x.rank(); ++i)
    if (i != axis) axes.push_back(i < axis ? i : i + indices.rank() - 1);
  return axes;
}

uint64_t greatest_index(DType dtype) {
  return std::numeric_limits<uint64_t>::max() >> (64 - info(dtype).bits + (is_signed_integer(dtype) ? 1 : 0));
}

Tensor filled_outside(const Tensor& taken, const Tensor& x, const Tensor& indices, int64_t axis) {
  Dims dims(at(axis), 1);
  dims.insert(dims.end(), indices.dims().begin(), indices.dims().end());
  dims.insert(dims.end(), at(x.rank() - axis - 1), 1);
  Tensor inside = indices >= 0;
  if (std::cmp_less_equal(x.dim(axis), greatest_index(indices.dtype())))
    inside = inside & (indices < x.dim(axis));
  inside = reshape(inside, dims);
  const DTypeClass kind = info(x.dtype()).kind;
  if (kind == DTypeClass::kBool) return where(inside, taken, false);
  if (kind == DTypeClass::kFloat || kind == DTypeClass::kComplex)
    return where(inside, taken, std::numeric_limits<double>::quiet_NaN());
  return where(inside, taken, 0);
}

}  // namespace

Tensor gather(const Arg& x, const Arg& indices, const hlo::GatherDimensions& dimensions,
              const Dims& slice_sizes) {
  return in_op("gather", {x, indices}, [&] {
    want_indices(tensor_of(indices));
    return emit(OpCode::gather, {tensor_of(x), tensor_of(indices)},
                {{"dimension_numbers", dimensions}, {"slice_sizes", slice_sizes}}, {}, x.where());
  });
}

Tensor take(const Arg& x, const Arg& indices, int64_t axis, TakeMode mode) {
  return in_op("take", {x, indices}, [&] {
    const Tensor& from = tensor_of(x);
    const Tensor places = materialize(indices, from.trace(), i32);
    want_indices(places);
    const int64_t along = normalize_axis(axis, from.rank());
    if (from.dim(along) == 0 && places.shape().elements() > 0)
      throw Error(ErrorKind::kShapeMismatch,
                  fmt::format("got {}, whose axis {} is empty: there is nothing to take",
                              to_string(from.shape()), along));
    if (places.shape().elements() == 0 || from.dim(along) == 0) {
      Dims dims = from.dims();
      dims.erase(dims.begin() + along);
      dims.insert(dims.begin() + along, places.dims().begin(), places.dims().end());
      return from.cx().full(dims, zero(from.dtype()), from.dtype());
    }
    Dims sizes = from.dims();
    sizes[at(along)] = 1;
    const hlo::GatherDimensions dimensions{
        offset_axes(from, places, along), {along}, {}, {}, {along}, places.rank()};
    const Tensor taken = gather(from, places, dimensions, sizes);
    return mode == TakeMode::kFill ? filled_outside(taken, from, places, along) : taken;
  });
}

Tensor take_along_axis(const Arg& x, const Arg& indices, int64_t axis) {
  return in_op("take_along_axis", {x, indices}, [&] {
    const Tensor &from = tensor_of(x), &places = tensor_of(indices);
    want_indices(places);
    const int64_t along = normalize_axis(axis, from.rank());
    if (places.rank() != from.rank())
      throw Error(ErrorKind::kShapeMismatch, fmt::format("got {} and indices {}, want equal ranks",
                                                         to_string(from.shape()), to_string(places.shape())));
    Dims wanted = from.dims();
    wanted[at(along)] = places.dim(along);
    const Tensor spread = broadcast_to(places, wanted);
    if (spread.shape().elements() == 0) return from.cx().full(wanted, zero(from.dtype()), from.dtype());
    if (from.dim(along) == 0)
      throw Error(ErrorKind::kShapeMismatch,
                  fmt::format("got {}, whose axis {} is empty: there is nothing to take",
                              to_string(from.shape()), along));
    hlo::GatherDimensions dimensions;
    for (int64_t i = 0; i < from.rank(); ++i)
      if (i != along) dimensions.operand_batching_dims.push_back(i);
    dimensions.start_indices_batching_dims = dimensions.operand_batching_dims;
    dimensions.collapsed_slice_dims = dimensions.start_index_map = {along};
    dimensions.index_vector_dim = from.rank();
    return gather(from, spread, dimensions, Dims(from.dims().size(), 1));
  });
}

Tensor one_hot(const Arg& indices, int64_t size, DType dtype, int64_t axis) {
  return in_op("one_hot", {indices}, [&] {
    const Tensor& places = tensor_of(indices);
    want_indices(places);
    if (size < 0) throw Error(ErrorKind::kInvalidArgument, fmt::format("got size {}, want 0 or more", size));
    const int64_t along = normalize_axis(axis, places.rank() + 1);
    const Tensor column = convert(expand_dims(places, along), i64);
    Dims dims(column.dims().size(), 1);
    dims[at(along)] = size;
    return convert(column == places.cx().iota(dims, along, i64), dtype);
  });
}

namespace {

// The starts as integer scalars of one dtype: that of the first tensor, i32 if all are numbers.
std::vector<Tensor> start_scalars(const Tensor& x, const std::vector<Arg>& starts) {
  if (static_cast<int64_t>(starts.size()) != x.rank())
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("got {} starts for {}, want one per axis", starts.size(), to_string(x.shape())));
  DType dtype = i32;
  for (auto start = starts.rbegin(); start != starts.rend(); ++start)
    if (start->tensor()) dtype = tensor_of(*start).dtype();
  std::vector<Tensor> scalars;
  for (const Arg& start : starts) {
    const Tensor scalar = materialize(start, x.trace(), dtype);
    want_indices(scalar);
    if (scalar.rank() != 0 || scalar.dtype() != dtype)
      throw Error(ErrorKind::kShapeMismatch, fmt::format("got {} for a start, want a scalar {}",
                                                         to_string(scalar.shape()), name(dtype)));
    scalars.push_back(scalar);
  }
  return scalars;
}

std::vector<Arg> with(const Arg& x, const std::vector<Arg>& more) {
  std::vector<Arg> all{x};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

// 0, …, start, …, 0
std::vector<Arg> start_in_dim(const Tensor& x, const Arg& start, int64_t axis) {
  std::vector<Arg> starts(x.dims().size(), Arg(0, start.where()));
  starts[at(axis)] = start;
  return starts;
}

}  // namespace

Tensor dynamic_slice(const Arg& x, const std::vector<Arg>& starts, const Dims& sizes) {
  return in_op("dynamic_slice", with(x, starts), [&] {
    const Tensor& from = tensor_of(x);
    std::vector<Tensor> operands = start_scalars(from, starts);
    if (sizes.size() != from.dims().size())
      throw Error(ErrorKind::kInvalidArgument, fmt::format("got sizes {} for {}, want one per axis",
                                                           to_string(sizes), to_string(from.shape())));
    for (size_t i = 0; i < sizes.size(); ++i)
      if (sizes[i] < 0 || sizes[i] > from.dims()[i])
        throw Error(ErrorKind::kShapeMismatch, fmt::format("got sizes {} for {}, want no more than there is",
                                                           to_string(sizes), to_string(from.shape())));
    if (from.rank() == 0) return from;
    operands.insert(operands.begin(), from);
    return emit(OpCode::dynamic_slice, operands, {{"slice_sizes", sizes}}, {}, x.where());
  });
}

Tensor dynamic_slice_in_dim(const Arg& x, const Arg& start, int64_t size, int64_t axis) {
  return in_op("dynamic_slice_in_dim", {x, start}, [&] {
    const Tensor& from = tensor_of(x);
    const int64_t along = normalize_axis(axis, from.rank());
    Dims sizes = from.dims();
    sizes[at(along)] = size;
    return dynamic_slice(from, start_in_dim(from, start, along), sizes);
  });
}

Tensor dynamic_index_in_dim(const Arg& x, const Arg& index, int64_t axis) {
  return in_op("dynamic_index_in_dim", {x, index}, [&] {
    const int64_t along = normalize_axis(axis, tensor_of(x).rank());
    return squeeze(dynamic_slice_in_dim(x, index, 1, along), along);
  });
}

Tensor dynamic_update_slice(const Arg& x, const Arg& update, const std::vector<Arg>& starts) {
  std::vector<Arg> all = with(x, starts);
  all.push_back(update);
  return in_op("dynamic_update_slice", all, [&] {
    const Tensor& into = tensor_of(x);
    const Tensor part = materialize(update, into.trace(), into.dtype());
    want_one_dtype(into, part);
    std::vector<Tensor> operands = start_scalars(into, starts);
    if (part.rank() != into.rank())
      throw Error(ErrorKind::kShapeMismatch, fmt::format("got an update {} for {}, want as many axes",
                                                         to_string(part.shape()), to_string(into.shape())));
    for (int64_t i = 0; i < part.rank(); ++i)
      if (part.dim(i) > into.dim(i))
        throw Error(ErrorKind::kShapeMismatch,
                    fmt::format("got an update {} for {}, want one that fits into it",
                                to_string(part.shape()), to_string(into.shape())));
    if (into.rank() == 0) return part;
    operands.insert(operands.begin(), {into, part});
    return emit(OpCode::dynamic_update_slice, operands, x.where());
  });
}

Tensor dynamic_update_slice_in_dim(const Arg& x, const Arg& update, const Arg& start, int64_t axis) {
  return in_op("dynamic_update_slice_in_dim", {x, update, start}, [&] {
    const Tensor& into = tensor_of(x);
    return dynamic_update_slice(into, update, start_in_dim(into, start, normalize_axis(axis, into.rank())));
  });
}

namespace {

Tensor combined(ScatterMode mode, const Tensor& old, const Tensor& update) {
  switch (mode) {
    case ScatterMode::kSet: return update;
    case ScatterMode::kAdd: return old + update;
    case ScatterMode::kMultiply: return old * update;
    case ScatterMode::kMin: return minimum(old, update);
    case ScatterMode::kMax: return maximum(old, update);
  }
  return update;
}

}  // namespace

Tensor scatter(const Arg& x, const Arg& indices, const Arg& updates, const hlo::ScatterDimensions& dimensions,
               ScatterMode mode) {
  return in_op("scatter", {x, indices, updates}, [&] {
    const Tensor &into = tensor_of(x), &places = tensor_of(indices), &values = tensor_of(updates);
    want_indices(places);
    want_one_dtype(into, values);
    const Shape element{{}, into.dtype()};
    std::vector<std::unique_ptr<hlo::Block>> regions;
    regions.push_back(trace_region(
        into.trace(), {element, element}, false,
        [&](const std::vector<Tensor>& pair) { return std::vector{combined(mode, pair[0], pair[1])}; }));
    hlo::Op* op = emit_op(OpCode::scatter, {into, places, values},
                          {{"scatter_dimension_numbers", dimensions}}, {}, std::move(regions), x.where());
    return Tensor(into.trace(), op->result());
  });
}

Tensor scatter_at(const Arg& x, const Arg& indices, const Arg& updates, int64_t axis, ScatterMode mode) {
  return in_op("scatter_at", {x, indices, updates}, [&] {
    const Tensor& into = tensor_of(x);
    const Tensor places = materialize(indices, into.trace(), i32);
    want_indices(places);
    const int64_t along = normalize_axis(axis, into.rank());
    Dims wanted = into.dims();
    wanted.erase(wanted.begin() + along);
    wanted.insert(wanted.begin() + along, places.dims().begin(), places.dims().end());
    const Tensor values = broadcast_to(materialize(updates, into.trace(), into.dtype()), wanted);
    hlo::ScatterDimensions dimensions;
    dimensions.update_window_dims = offset_axes(into, places, along);
    dimensions.inserted_window_dims = dimensions.scatter_dims_to_operand_dims = {along};
    dimensions.index_vector_dim = places.rank();
    return scatter(into, places, values, dimensions, mode);
  });
}

}  // namespace fusebox
