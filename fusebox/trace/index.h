// Indexing by values: taking rows, and slices whose place is known only when the program runs.
//
//   Tensor x = take(embedding, tokens, 0);
//   cache = dynamic_update_slice(cache, keys, {0, 0, position, 0});
//
// Rules: indices are integers, counted from 0; negative ones do not count from the end. What happens to an
// index outside the tensor is stated for each function, and never an error: the device cannot report one.
#pragma once

#include <vector>

#include "fusebox/hlo/op.h"
#include "fusebox/trace/tensor.h"

namespace fusebox {

enum class TakeMode : uint8_t {
  kClip,  // the nearest index there is
  kFill,  // NaN for floats and complex, 0 for integers, false for i1
};

// The elements of x at `indices` of one axis: that axis is replaced by the axes of `indices`.
Tensor take(const Arg& x, const Arg& indices, int64_t axis = 0, TakeMode mode = TakeMode::kClip);

// The elements of x at indices[…] of one axis, all else alike. `indices` has x's rank; its other axes have
// the size of x's, or 1. Indices clip.
Tensor take_along_axis(const Arg& x, const Arg& indices, int64_t axis);

// indices of shape s and a new axis of this size: 1 where its position is the index, 0 elsewhere (everywhere
// for an index outside).
Tensor one_hot(const Arg& indices, int64_t size, DType dtype = f32, int64_t axis = -1);

// The slice of these sizes that starts at `starts`, one number or integer scalar per axis. A start that would
// lead outside is moved so far that the slice fits: starts clip to 0 … size - slice size.
Tensor dynamic_slice(const Arg& x, const std::vector<Arg>& starts, const Dims& sizes);
Tensor dynamic_slice_in_dim(const Arg& x, const Arg& start, int64_t size, int64_t axis = 0);
// One position of an axis, without that axis.
Tensor dynamic_index_in_dim(const Arg& x, const Arg& index, int64_t axis = 0);

// x with `update` in place of the slice of its shape that starts at `starts`, which clip as above.
Tensor dynamic_update_slice(const Arg& x, const Arg& update, const std::vector<Arg>& starts);
Tensor dynamic_update_slice_in_dim(const Arg& x, const Arg& update, const Arg& start, int64_t axis = 0);

// StableHLO's gather, with all it can do; indices clip.
Tensor gather(const Arg& x, const Arg& indices, const hlo::GatherDimensions& dimensions,
              const Dims& slice_sizes);

// How scatter combines an update with what is there. Updates of one place are applied in any order.
enum class ScatterMode : uint8_t { kSet, kAdd, kMultiply, kMin, kMax };

// StableHLO's scatter: x with `updates` at `indices`. Updates that lie outside in part are dropped.
Tensor scatter(const Arg& x, const Arg& indices, const Arg& updates, const hlo::ScatterDimensions& dimensions,
               ScatterMode mode = ScatterMode::kSet);

// x with updates[i] at index indices[i] of one axis: x.at[indices].set(updates) in JAX, for any number of
// index axes, which stand in the place of `axis` in `updates`. Indices outside are dropped.
Tensor scatter_at(const Arg& x, const Arg& indices, const Arg& updates, int64_t axis = 0,
                  ScatterMode mode = ScatterMode::kSet);

}  // namespace fusebox
