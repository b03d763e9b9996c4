// Shape: element type and sizes of a dense, row-major tensor. Sizes are known and >= 0; a scalar has none.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <vector>

#include "fusebox/base/dtype.h"

namespace fusebox {

using Dims = std::vector<int64_t>;

struct Shape {
  Dims dims;
  DType dtype = DType::f32;

  int64_t rank() const { return static_cast<int64_t>(dims.size()); }
  // Elements and bytes; Error kInvalidArgument if the product does not fit in 63 bits or a size is negative.
  int64_t elements() const;
  int64_t bytes() const;

  bool operator==(const Shape&) const = default;
};

// "[2, 3]"
std::string to_string(std::span<const int64_t> dims);
// "f32[2, 3]", for people; StableHLO's own form is the printer's.
std::string to_string(const Shape& shape);

// Maps an axis counted from either end to 0 … rank-1; Error kInvalidArgument names both if it is outside.
int64_t normalize_axis(int64_t axis, int64_t rank);

}  // namespace fusebox
