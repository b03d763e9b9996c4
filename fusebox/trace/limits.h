// What ops need to know of a dtype: its least and greatest number, as neutral elements of max and min, and
// the one to compute in. Not for models.
#pragma once

#include "fusebox/trace/tensor.h"

namespace fusebox {

// -inf for floats, or their lowest value where they have no infinity; false for i1.
Scalar lowest(DType dtype);
Scalar highest(DType dtype);

// 0, or false.
inline Scalar zero(DType dtype) { return dtype == i1 ? Scalar{false} : Scalar{int64_t{0}}; }

// f32 for floats of fewer bits, in which sums would stall and several steps would lose digits; else the
// dtype.
inline DType wide_dtype(DType dtype) { return is_float(dtype) && info(dtype).bits < 32 ? f32 : dtype; }

}  // namespace fusebox
