#include "fusebox/trace/shape_ops.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "fusebox/base/error.h"
#include "fusebox/trace/broadcast.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"
#include "fusebox/trace/limits.h"

namespace fusebox {
namespace {

using hlo::OpCode;

size_t at(int64_t axis) { return static_cast<size_t>(axis); }

Tensor reshaped(const Tensor& x, Dims dims) {
  if (x.dims() == dims) return x;
  return emit(OpCode::reshape, {x}, {}, {{std::move(dims), x.dtype()}}, std::source_location::current());
}

void want_count(std::string_view what, const Dims& list, int64_t rank) {
  if (static_cast<int64_t>(list.size()) != rank)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("got {} {}, want {}, one per axis", what, to_string(list), rank));
}

int64_t product(int64_t a, int64_t b) {
  int64_t result = 0;
  if (__builtin_mul_overflow(a, b, &result))
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} times {} elements are too many", a, b));
  return result;
}

// The dims with the one -1 replaced by what remains.
Dims filled(const Dims& dims, const Tensor& x) {
  const auto fail = [&](std::string_view wanted) {
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("got {} to {}, want {}", to_string(x.shape()), to_string(dims), wanted));
  };
  if (std::count(dims.begin(), dims.end(), -1) > 1) fail("at most one -1");
  Dims result = dims;
  const auto open = std::find(result.begin(), result.end(), -1);
  const bool given = open == result.end();
  if (!given) *open = 1;
  if (std::any_of(result.begin(), result.end(), [](int64_t size) { return size < 0; }))
    fail("sizes of 0 or more, or -1");
  const int64_t known = Shape{result, x.dtype()}.elements(), all = x.shape().elements();
  if (given) {
    if (known != all) fail(fmt::format("{} elements, not {}", all, known));
    return result;
  }
  if (known == 0 || all % known != 0) fail(fmt::format("sizes whose product divides {}", all));
  *open = all / known;
  return result;
}

}  // namespace

Tensor reshape(const Arg& x, const Dims& dims) {
  return in_op("reshape", {x}, [&] { return reshaped(tensor_of(x), filled(dims, tensor_of(x))); });
}

Tensor flatten(const Arg& x) {
  return in_op("flatten", {x}, [&] { return reshaped(tensor_of(x), {tensor_of(x).shape().elements()}); });
}

Tensor flatten(const Arg& x, int64_t first, int64_t last) {
  return in_op("flatten", {x}, [&] {
    const Tensor& from = tensor_of(x);
    const int64_t begin = normalize_axis(first, from.rank()), end = normalize_axis(last, from.rank());
    if (begin > end)
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("got axes {} to {}, want them in order", first, last));
    Dims dims(from.dims().begin(), from.dims().begin() + begin);
    const Dims merged(from.dims().begin() + begin, from.dims().begin() + end + 1);
    dims.push_back(Shape{merged, from.dtype()}.elements());
    dims.insert(dims.end(), from.dims().begin() + end + 1, from.dims().end());
    return reshaped(from, dims);
  });
}

Tensor transpose(const Arg& x, const Dims& permutation) {
  return in_op("transpose", {x}, [&] {
    const Tensor& from = tensor_of(x);
    want_count("permutation", permutation, from.rank());
    Dims order, sorted;
    for (int64_t axis : permutation) order.push_back(normalize_axis(axis, from.rank()));
    Dims identity(order.size());
    std::iota(identity.begin(), identity.end(), 0);
    sorted = order;
    std::sort(sorted.begin(), sorted.end());
    if (sorted != identity)
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("got permutation {}, want each axis once", to_string(permutation)));
    if (order == identity) return from;
    return emit(OpCode::transpose, {from}, {{"permutation", order}}, {}, x.where());
  });
}

Tensor transpose(const Arg& x) {
  return in_op("transpose", {x}, [&] {
    Dims order(tensor_of(x).dims().size());
    std::iota(order.rbegin(), order.rend(), 0);
    return transpose(x, order);
  });
}

Tensor swapaxes(const Arg& x, int64_t a, int64_t b) {
  return in_op("swapaxes", {x}, [&] {
    const int64_t rank = tensor_of(x).rank();
    Dims order(at(rank));
    std::iota(order.begin(), order.end(), 0);
    std::swap(order[at(normalize_axis(a, rank))], order[at(normalize_axis(b, rank))]);
    return transpose(x, order);
  });
}

Tensor moveaxis(const Arg& x, int64_t from, int64_t to) {
  return in_op("moveaxis", {x}, [&] {
    const int64_t rank = tensor_of(x).rank();
    const int64_t source = normalize_axis(from, rank), target = normalize_axis(to, rank);
    Dims order;
    for (int64_t axis = 0; axis < rank; ++axis)
      if (axis != source) order.push_back(axis);
    order.insert(order.begin() + target, source);
    return transpose(x, order);
  });
}

Tensor expand_dims(const Arg& x, const Axes& axes) {
  return in_op("expand_dims", {x}, [&] {
    const Tensor& from = tensor_of(x);
    const Dims added = axes.resolve(from.rank() + axes.count(from.rank()));
    Dims dims = from.dims();
    for (int64_t axis : added) dims.insert(dims.begin() + axis, 1);
    return reshaped(from, dims);
  });
}

Tensor squeeze(const Arg& x, const Axes& axes) {
  return in_op("squeeze", {x}, [&] {
    const Tensor& from = tensor_of(x);
    const Dims dropped = axes.resolve(from.rank());
    Dims dims;
    for (int64_t axis = 0; axis < from.rank(); ++axis) {
      if (!std::binary_search(dropped.begin(), dropped.end(), axis))
        dims.push_back(from.dim(axis));
      else if (from.dim(axis) != 1)
        throw Error(ErrorKind::kShapeMismatch,
                    fmt::format("got {}, whose axis {} is not of size 1", to_string(from.shape()), axis));
    }
    return reshaped(from, dims);
  });
}

Tensor squeeze(const Arg& x) {
  return in_op("squeeze", {x}, [&] {
    Dims dims = tensor_of(x).dims();
    std::erase(dims, 1);
    return reshaped(tensor_of(x), dims);
  });
}

Tensor broadcast_to(const Arg& x, const Dims& dims) {
  return in_op("broadcast_to", {x}, [&] { return broadcast_tensor(tensor_of(x), dims); });
}

Tensor repeat(const Arg& x, int64_t count, int64_t axis) {
  return in_op("repeat", {x}, [&] {
    const Tensor& from = tensor_of(x);
    if (count < 0)
      throw Error(ErrorKind::kInvalidArgument, fmt::format("got {} times, want 0 or more", count));
    const int64_t along = normalize_axis(axis, from.rank());
    Dims dims = from.dims();
    dims.insert(dims.begin() + along + 1, 1);
    Tensor spread = reshaped(from, dims);
    dims[at(along) + 1] = count;
    spread = broadcast_tensor(spread, dims);
    return flatten(spread, along, along + 1);
  });
}

Tensor tile(const Arg& x, const Dims& counts) {
  return in_op("tile", {x}, [&] {
    Tensor result = tensor_of(x);
    Dims dims = result.dims(), times = counts;
    if (times.size() < dims.size()) times.insert(times.begin(), dims.size() - times.size(), 1);
    if (dims.size() < times.size()) dims.insert(dims.begin(), times.size() - dims.size(), 1);
    Dims single, spread, joined;
    for (size_t i = 0; i < dims.size(); ++i) {
      if (times[i] < 0)
        throw Error(ErrorKind::kInvalidArgument,
                    fmt::format("got counts {}, want 0 or more", to_string(counts)));
      single.insert(single.end(), {1, dims[i]});
      spread.insert(spread.end(), {times[i], dims[i]});
      joined.push_back(product(times[i], dims[i]));
    }
    return reshaped(broadcast_tensor(reshaped(result, single), spread), joined);
  });
}

Tensor concatenate(const std::vector<Tensor>& parts, int64_t axis, const std::source_location& where) {
  return in_op("concatenate", parts, where, [&] {
    const int64_t along = normalize_axis(axis, parts[0].rank());
    for (const Tensor& part : parts) {
      if (part.dtype() != parts[0].dtype())
        throw Error(ErrorKind::kDTypeMismatch,
                    fmt::format("got {} and {}, want one dtype", to_string(parts[0].shape()),
                                to_string(part.shape())));
      Dims a = parts[0].dims(), b = part.dims();
      if (a.size() == b.size()) a[at(along)] = b[at(along)] = 0;
      if (a != b)
        throw Error(ErrorKind::kShapeMismatch,
                    fmt::format("got {} and {}, want sizes that are equal but for axis {}",
                                to_string(parts[0].shape()), to_string(part.shape()), along));
    }
    if (parts.size() == 1) return parts[0];
    return emit(OpCode::concatenate, parts, {{"dimension", along}}, {}, where);
  });
}

Tensor stack(const std::vector<Tensor>& parts, int64_t axis, const std::source_location& where) {
  return in_op("stack", parts, where, [&] {
    for (const Tensor& part : parts)
      if (part.shape() != parts[0].shape())
        throw Error(part.dtype() == parts[0].dtype() ? ErrorKind::kShapeMismatch : ErrorKind::kDTypeMismatch,
                    fmt::format("got {} and {}, want equal shapes", to_string(parts[0].shape()),
                                to_string(part.shape())));
    std::vector<Tensor> rows;
    for (const Tensor& part : parts) rows.push_back(expand_dims(part, axis));
    return concatenate(rows, normalize_axis(axis, parts[0].rank() + 1));
  });
}

std::vector<Tensor> split_sizes(const Arg& x, const Dims& sizes, int64_t axis) {
  return in_op("split_sizes", {x}, [&] {
    const Tensor& from = tensor_of(x);
    const int64_t along = normalize_axis(axis, from.rank());
    int64_t left = from.dim(along);
    const bool fit = std::all_of(sizes.begin(), sizes.end(),
                                 [&](int64_t size) { return size >= 0 && (left -= size) >= 0; });
    if (!fit || left != 0)
      throw Error(ErrorKind::kShapeMismatch,
                  fmt::format("got {} and sizes {}, want sizes that add up to axis {}",
                              to_string(from.shape()), to_string(sizes), along));
    std::vector<Tensor> parts;
    int64_t start = 0;
    for (int64_t size : sizes) {
      parts.push_back(slice_in_dim(from, start, start + size, 1, along));
      start += size;
    }
    return parts;
  });
}

std::vector<Tensor> split(const Arg& x, int64_t parts, int64_t axis) {
  return in_op("split", {x}, [&] {
    const Tensor& from = tensor_of(x);
    constexpr int64_t kMost = 1 << 20;
    const int64_t along = normalize_axis(axis, from.rank());
    if (parts < 1 || parts > kMost || from.dim(along) % parts != 0)
      throw Error(ErrorKind::kShapeMismatch,
                  fmt::format("got {} and {} parts, want a number that divides axis {}, at most {}",
                              to_string(from.shape()), parts, along, kMost))
          .hint("split_sizes cuts into unequal parts");
    return split_sizes(x, Dims(at(parts), from.dim(along) / parts), along);
  });
}

Tensor slice(const Arg& x, const Dims& starts, const Dims& limits, const Dims& strides) {
  return in_op("slice", {x}, [&] {
    const Tensor& from = tensor_of(x);
    Dims first = starts, end = limits, step = strides;
    if (step.empty()) step.assign(from.dims().size(), 1);
    want_count("starts", first, from.rank());
    want_count("limits", end, from.rank());
    want_count("strides", step, from.rank());
    for (int64_t axis = 0; axis < from.rank(); ++axis) {
      const int64_t size = from.dim(axis);
      int64_t &a = first[at(axis)], &b = end[at(axis)];
      const int64_t start = a, limit = b, stride = step[at(axis)];
      if (a < 0) a += size;
      if (b == kEnd) b = size;
      if (b < 0) b += size;
      if (a < 0 || a > b || b > size)
        throw Error(ErrorKind::kInvalidArgument,
                    fmt::format("got {} and {}:{} for axis {}, want 0 <= start <= limit <= {}",
                                to_string(from.shape()), start, limit == kEnd ? size : limit, axis, size));
      if (stride < 1)
        throw Error(ErrorKind::kInvalidArgument,
                    fmt::format("got stride {} for axis {}, want 1 or more", stride, axis))
            .hint("flip reverses an axis");
    }
    if (first == Dims(first.size()) && end == from.dims() && step == Dims(step.size(), 1)) return from;
    return emit(OpCode::slice, {from}, {{"start_indices", first}, {"limit_indices", end}, {"strides", step}},
                {}, x.where());
  });
}

Tensor slice_in_dim(const Arg& x, int64_t start, int64_t limit, int64_t stride, int64_t axis) {
  return in_op("slice_in_dim", {x}, [&] {
    const Tensor& from = tensor_of(x);
    Dims starts(from.dims().size()), limits = from.dims(), strides(from.dims().size(), 1);
    const size_t along = at(normalize_axis(axis, from.rank()));
    starts[along] = start;
    limits[along] = limit;
    strides[along] = stride;
    return slice(from, starts, limits, strides);
  });
}

Tensor index_in_dim(const Arg& x, int64_t index, int64_t axis) {
  return in_op("index_in_dim", {x}, [&] {
    const Tensor& from = tensor_of(x);
    const int64_t along = normalize_axis(axis, from.rank()), size = from.dim(along);
    if (index < -size || index >= size)
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("got {} and index {} of axis {}, want {} ... {}", to_string(from.shape()),
                              index, along, -size, size - 1));
    const int64_t start = index < 0 ? index + size : index;
    return squeeze(slice_in_dim(from, start, start + 1, 1, along), along);
  });
}

Tensor pad(const Arg& x, const Dims& low, const Dims& high, const Arg& value, const Dims& interior) {
  return in_op("pad", {x, value}, [&] {
    const Tensor& from = tensor_of(x);
    const Dims between = interior.empty() ? Dims(from.dims().size()) : interior;
    want_count("low", low, from.rank());
    want_count("high", high, from.rank());
    want_count("interior", between, from.rank());
    const Tensor filler = materialize(value, from.trace(), from.dtype());
    if (filler.dtype() != from.dtype() || filler.rank() != 0)
      throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {} for {}, want a scalar of its dtype",
                                                         to_string(filler.shape()), to_string(from.shape())));
    return emit(OpCode::pad, {from, filler},
                {{"edge_padding_low", low}, {"edge_padding_high", high}, {"interior_padding", between}}, {},
                x.where());
  });
}

Tensor pad(const Arg& x, const Dims& low, const Dims& high) {
  return in_op("pad", {x}, [&] {
    const Tensor& from = tensor_of(x);
    return pad(from, low, high, from.cx().scalar(zero(from.dtype()), from.dtype()));
  });
}

Tensor flip(const Arg& x, const Axes& axes) {
  return in_op("flip", {x}, [&] {
    return emit(OpCode::reverse, {tensor_of(x)}, {{"dimensions", axes.resolve(tensor_of(x).rank())}}, {},
                x.where());
  });
}

namespace {

// Which elements of the last two axes stand on or below the diagonal.
Tensor lower_triangle(const Tensor& x, int64_t diagonal) {
  if (x.rank() < 2)
    throw Error(ErrorKind::kShapeMismatch, fmt::format("got {}, want 2 axes or more", to_string(x.shape())));
  const Dims dims{x.dim(-2), x.dim(-1)};
  diagonal = std::clamp(diagonal, -dims[0], dims[1]);  // beyond, all or nothing
  return x.cx().iota(dims, 0, i64) + diagonal >= x.cx().iota(dims, 1, i64);
}

Tensor zeros_like(const Tensor& x) { return x.cx().full(x.dims(), zero(x.dtype()), x.dtype()); }

}  // namespace

Tensor tril(const Arg& x, int64_t diagonal) {
  return in_op("tril", {x},
               [&] { return where(lower_triangle(tensor_of(x), diagonal), x, zeros_like(tensor_of(x))); });
}

Tensor triu(const Arg& x, int64_t diagonal) {
  return in_op("triu", {x}, [&] {
    const int64_t below = std::max(diagonal, std::numeric_limits<int64_t>::min() + 1) - 1;
    return where(lower_triangle(tensor_of(x), below), zeros_like(tensor_of(x)), x);
  });
}

}  // namespace fusebox
