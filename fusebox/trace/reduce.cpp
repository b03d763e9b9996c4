#include "fusebox/trace/reduce.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "fusebox/base/error.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"
#include "fusebox/trace/limits.h"
#include "fusebox/trace/shape_ops.h"

namespace fusebox {

namespace {

using hlo::OpCode;

Dims kept_dims(Dims dims, const Dims& axes) {
  for (int64_t axis : axes) dims[static_cast<size_t>(axis)] = 1;
  return dims;
}

// One reduction with a two-operand op.
Tensor reduce_with(OpCode code, const Tensor& x, const Tensor& start, const Dims& axes, KeepDims keep) {
  const auto here = std::source_location::current();
  const Shape element{{}, x.dtype()};
  std::vector<std::unique_ptr<hlo::Block>> regions;
  regions.push_back(trace_region(x.trace(), {element, element}, false, [&](const std::vector<Tensor>& pair) {
    return std::vector{emit(code, pair, here)};
  }));
  hlo::Op* op = emit_op(OpCode::reduce, {x, start}, {{"dimensions", axes}}, {}, std::move(regions), here);
  const Tensor reduced(x.trace(), op->result());
  return keep == KeepDims::kYes ? reshape(reduced, kept_dims(x.dims(), axes)) : reduced;
}

Tensor scalar_like(const Tensor& x, Scalar value) { return x.cx().scalar(value, x.dtype()); }

void want_float(const Tensor& x) {
  if (!is_float(x.dtype()))
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want a float type", to_string(x.shape())))
        .hint("convert it: convert(x, f32)");
}

void want_number(const Tensor& x) {
  if (x.dtype() == i1)
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want numbers", to_string(x.shape())))
        .hint("count with count_nonzero(x), or convert(x, i32)");
}

void want_ordered(const Tensor& x) {
  if (is_complex(x.dtype()))
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want an ordered type", to_string(x.shape())));
}

void want_elements(const Tensor& x, const Dims& axes) {
  for (int64_t axis : axes)
    if (x.dim(axis) == 0)
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("got {}, whose axis {} is empty: there is no element to choose",
                              to_string(x.shape()), axis));
}

// As a double: beside an axis of size 0, the others may be of any size.
double count_along(const Tensor& x, const Dims& axes) {
  double count = 1;
  for (int64_t axis : axes) count *= static_cast<double>(x.dim(axis));
  return count;
}

Tensor extreme(OpCode code, const Tensor& x, const Dims& axes, KeepDims keep) {
  want_ordered(x);
  want_elements(x, axes);
  const Scalar start = code == OpCode::maximum ? lowest(x.dtype()) : highest(x.dtype());
  return reduce_with(code, x, scalar_like(x, start), axes, keep);
}

}  // namespace

Tensor sum(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("sum", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_number(values);
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    const Tensor total =
        reduce_with(OpCode::add, wider, scalar_like(wider, {int64_t{0}}), axes.resolve(values.rank()), keep);
    return convert(total, values.dtype());
  });
}

Tensor prod(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("prod", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_number(values);
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    const Tensor product = reduce_with(OpCode::multiply, wider, scalar_like(wider, {int64_t{1}}),
                                       axes.resolve(values.rank()), keep);
    return convert(product, values.dtype());
  });
}

Tensor mean(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("mean", {x}, [&] {
    const Tensor& values = tensor_of(x);
    if (!is_complex(values.dtype())) want_float(values);
    const Dims along = axes.resolve(values.rank());
    const Tensor total = sum(convert(values, wide_dtype(values.dtype())), along, keep);
    return convert(total / count_along(values, along), values.dtype());
  });
}

Tensor max(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("max", {x}, [&] {
    const Tensor& values = tensor_of(x);
    return extreme(OpCode::maximum, values, axes.resolve(values.rank()), keep);
  });
}

Tensor min(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("min", {x}, [&] {
    const Tensor& values = tensor_of(x);
    return extreme(OpCode::minimum, values, axes.resolve(values.rank()), keep);
  });
}

namespace {

Tensor quantify(OpCode code, const Tensor& x, const Axes& axes, KeepDims keep) {
  if (x.dtype() != i1)
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want i1", to_string(x.shape())))
        .hint("compare first: x != 0");
  return reduce_with(code, x, scalar_like(x, {code == OpCode::and_}), axes.resolve(x.rank()), keep);
}

}  // namespace

Tensor any(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("any", {x}, [&] { return quantify(OpCode::or_, tensor_of(x), axes, keep); });
}

Tensor all(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("all", {x}, [&] { return quantify(OpCode::and_, tensor_of(x), axes, keep); });
}

Tensor count_nonzero(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("count_nonzero", {x}, [&] {
    const Tensor& values = tensor_of(x);
    return sum(convert(values.dtype() == i1 ? values : values != 0, i32), axes, keep);
  });
}

Tensor variance(const Arg& x, const Axes& axes, KeepDims keep, int64_t ddof) {
  return in_op("variance", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_float(values);
    const Dims along = axes.resolve(values.rank());
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    const Tensor distance = wider - mean(wider, along, keepdims);
    const Tensor total = sum(distance * distance, along, keep);
    const double divisor = std::max(count_along(values, along) - static_cast<double>(ddof), 0.0);
    return convert(total / divisor, values.dtype());
  });
}

Tensor norm(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("norm", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_float(values);
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    return convert(sqrt(sum(wider * wider, axes, keep)), values.dtype());
  });
}

namespace {

// Where x equals its extreme, or is NaN where that is NaN, the least index: no order of evaluation matters,
// and both steps are plain reductions.
Tensor argument_of(OpCode code, const Tensor& x, int64_t axis, KeepDims keep) {
  if (x.dtype() == i1) return argument_of(code, convert(x, i8), axis, keep);
  axis = normalize_axis(axis, x.rank());
  const Tensor best = extreme(code, x, {axis}, keepdims);
  Tensor chosen = x == best;
  if (is_float(x.dtype())) chosen = chosen | isnan(x);
  const Tensor index = x.cx().iota(x.dims(), axis, i32);
  return min(where(chosen, index, std::numeric_limits<int32_t>::max()), axis, keep);
}

}  // namespace

Tensor argmax(const Arg& x, int64_t axis, KeepDims keep) {
  return in_op("argmax", {x}, [&] { return argument_of(OpCode::maximum, tensor_of(x), axis, keep); });
}

Tensor argmin(const Arg& x, int64_t axis, KeepDims keep) {
  return in_op("argmin", {x}, [&] { return argument_of(OpCode::minimum, tensor_of(x), axis, keep); });
}

Tensor logsumexp(const Arg& x, const Axes& axes, KeepDims keep) {
  return in_op("logsumexp", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_float(values);
    const Dims along = axes.resolve(values.rank());
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    const Tensor greatest = max(wider, along, keepdims);
    const Tensor shift = where(is_finite(greatest), greatest, 0);
    const Tensor total = sum(exp(wider - shift), along, keep);
    const Tensor result = log(total) + (keep == KeepDims::kYes ? shift : reshape(shift, total.dims()));
    return convert(result, values.dtype());
  });
}

Tensor softmax(const Arg& x, const Axes& axes) {
  return in_op("softmax", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_float(values);
    const Dims along = axes.resolve(values.rank());
    if (count_along(values, along) == 0) return values;
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    const Tensor grown = exp(wider - max(wider, along, keepdims));
    return convert(grown / sum(grown, along, keepdims), values.dtype());
  });
}

Tensor log_softmax(const Arg& x, const Axes& axes) {
  return in_op("log_softmax", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_float(values);
    const Dims along = axes.resolve(values.rank());
    if (count_along(values, along) == 0) return values;
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    const Tensor shifted = wider - max(wider, along, keepdims);
    return convert(shifted - log(sum(exp(shifted), along, keepdims)), values.dtype());
  });
}

namespace {

// log2(n) steps, each adding what lies 1, 2, 4, … places before.
Tensor running(OpCode code, const Tensor& x, int64_t axis, Scalar neutral) {
  axis = normalize_axis(axis, x.rank());
  Tensor result = x;
  for (int64_t step = 1; step < x.dim(axis); step *= 2) {
    Dims low(x.dims().size()), high(x.dims().size());
    low[static_cast<size_t>(axis)] = step;
    high[static_cast<size_t>(axis)] = -step;
    const Tensor earlier = emit(
        OpCode::pad, {result, scalar_like(x, neutral)},
        {{"edge_padding_low", low}, {"edge_padding_high", high}, {"interior_padding", Dims(x.dims().size())}},
        {}, std::source_location::current());
    result = emit(code, {result, earlier}, std::source_location::current());
  }
  return result;
}

}  // namespace

Tensor cumsum(const Arg& x, int64_t axis) {
  return in_op("cumsum", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_number(values);
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    return convert(running(OpCode::add, wider, axis, {int64_t{0}}), values.dtype());
  });
}

Tensor cumprod(const Arg& x, int64_t axis) {
  return in_op("cumprod", {x}, [&] {
    const Tensor& values = tensor_of(x);
    want_number(values);
    const Tensor wider = convert(values, wide_dtype(values.dtype()));
    return convert(running(OpCode::multiply, wider, axis, {int64_t{1}}), values.dtype());
  });
}

Tensor cummax(const Arg& x, int64_t axis) {
  return in_op("cummax", {x}, [&] {
    want_ordered(tensor_of(x));
    return running(OpCode::maximum, tensor_of(x), axis, lowest(tensor_of(x).dtype()));
  });
}

Tensor cummin(const Arg& x, int64_t axis) {
  return in_op("cummin", {x}, [&] {
    want_ordered(tensor_of(x));
    return running(OpCode::minimum, tensor_of(x), axis, highest(tensor_of(x).dtype()));
  });
}

}  // namespace fusebox
