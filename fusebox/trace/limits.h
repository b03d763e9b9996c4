// The least and greatest number of a dtype, as neutral elements of max and min. Not for models.
#pragma once

#include "fusebox/trace/tensor.h"

namespace fusebox {

// -inf for floats, or their lowest value where they have no infinity; false for i1.
Scalar lowest(DType dtype);
Scalar highest(DType dtype);

}  // namespace fusebox
