// Broadcasting and dtype agreement, as every op of this folder does them. Not for models.
//
// NumPy's rule: shapes are aligned at their last axis; an axis of size 1, or one that is not there, repeats
// to fit the other. Sizes of 0 are sizes like any other: 0 and 1 give 0, 0 and 2 do not fit.
#pragma once

#include <initializer_list>
#include <vector>

#include "fusebox/base/shape.h"
#include "fusebox/trace/tensor.h"

namespace fusebox {

// The shape both broadcast to; Error kShapeMismatch if they do not fit.
Dims broadcast_dims(const Dims& a, const Dims& b);

// The tensor repeated to `dims`; itself if it has them.
Tensor broadcast_tensor(const Tensor& x, const Dims& dims);

// The arguments as tensors of one dtype and shape. Numbers take the dtype of the tensors. Error
// kDTypeMismatch if two tensors have different dtypes: there is no promotion. Call inside in_op.
std::vector<Tensor> fitted(std::initializer_list<Arg> args);

}  // namespace fusebox
