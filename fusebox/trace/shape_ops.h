// Shape ops: the same elements in another shape, order or selection. None of them changes a value or the
// dtype.
//
//   Tensor heads = transpose(reshape(x, {batch, -1, n_heads, head_dim}), {0, 2, 1, 3});
//   Tensor last = slice_in_dim(x, -1, kEnd, 1, 1);          // x[:, -1:]
//
// Rules: negative axes count from the end. Positions of slices may be negative too, and then count from the
// end of their axis; kEnd is the end itself. Unlike NumPy, a slice beyond the tensor is an Error, not a
// shorter result.
#pragma once

#include <limits>
#include <vector>

#include "fusebox/trace/axes.h"
#include "fusebox/trace/tensor.h"

namespace fusebox {

// One size may be -1: what remains.
Tensor reshape(const Arg& x, const Dims& dims);
// All axes into one, or the axes first … last (both included) into one.
Tensor flatten(const Arg& x);
Tensor flatten(const Arg& x, int64_t first, int64_t last);

// Axis i of the result is axis permutation[i] of x. Without one, all axes in reverse order.
Tensor transpose(const Arg& x);
Tensor transpose(const Arg& x, const Dims& permutation);
Tensor swapaxes(const Arg& x, int64_t a, int64_t b);
Tensor moveaxis(const Arg& x, int64_t from, int64_t to);

// New axes of size 1, at these places of the result.
Tensor expand_dims(const Arg& x, const Axes& axes);
// Drops axes of size 1: all there are, or these, which must be of size 1.
Tensor squeeze(const Arg& x);
Tensor squeeze(const Arg& x, const Axes& axes);

// x repeated to `dims` by NumPy's rule.
Tensor broadcast_to(const Arg& x, const Dims& dims);
// Each element `count` times in a row along an axis: [1, 2] gives [1, 1, 2, 2].
Tensor repeat(const Arg& x, int64_t count, int64_t axis);
// The whole tensor over and over: [1, 2] gives [1, 2, 1, 2]. One count per axis, aligned at the last.
Tensor tile(const Arg& x, const Dims& counts);

// Tensors end to end along an axis that they have; stacked along one that they do not.
Tensor concatenate(const std::vector<Tensor>& parts, int64_t axis = 0,
                   const std::source_location& where = std::source_location::current());
Tensor stack(const std::vector<Tensor>& parts, int64_t axis = 0,
             const std::source_location& where = std::source_location::current());
// The inverse of concatenate: equal parts, or parts of these sizes.
std::vector<Tensor> split(const Arg& x, int64_t parts, int64_t axis = 0);
std::vector<Tensor> split_sizes(const Arg& x, const Dims& sizes, int64_t axis = 0);

// From start to before limit, every stride-th.
inline constexpr int64_t kEnd = std::numeric_limits<int64_t>::max();
Tensor slice(const Arg& x, const Dims& starts, const Dims& limits, const Dims& strides = {});
Tensor slice_in_dim(const Arg& x, int64_t start, int64_t limit = kEnd, int64_t stride = 1, int64_t axis = 0);
// One position of an axis, without that axis: x[:, i] is index_in_dim(x, i, 1).
Tensor index_in_dim(const Arg& x, int64_t index, int64_t axis = 0);

// `value` (0, or false, if not given) before, after and (interior) between the elements. Negative low and
// high cut off.
Tensor pad(const Arg& x, const Dims& low, const Dims& high);
Tensor pad(const Arg& x, const Dims& low, const Dims& high, const Arg& value, const Dims& interior = {});

// The elements along these axes in reverse order.
Tensor flip(const Arg& x, const Axes& axes = Axes::all());

// Only the lower (upper) triangle of the last two axes, zero elsewhere; `diagonal` moves the border up.
Tensor tril(const Arg& x, int64_t diagonal = 0);
Tensor triu(const Arg& x, int64_t diagonal = 0);

}  // namespace fusebox
