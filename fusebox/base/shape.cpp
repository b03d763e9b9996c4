#include "fusebox/base/shape.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "fusebox/base/error.h"

namespace fusebox {

int64_t Shape::elements() const {
  int64_t product = 1;
  bool empty = false;
  for (int64_t dim : dims) {
    if (dim < 0)
      throw Error(ErrorKind::kInvalidArgument, fmt::format("negative size in {}", to_string(dims)));
    if (dim == 0) empty = true;
    if (!empty && __builtin_mul_overflow(product, dim, &product))
      throw Error(ErrorKind::kInvalidArgument, fmt::format("{} has too many elements", to_string(dims)));
  }
  return empty ? 0 : product;
}

int64_t Shape::bytes() const {
  int64_t bytes = 0;
  if (__builtin_mul_overflow(elements(), static_cast<int64_t>(byte_size(dtype)), &bytes))
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} is too large", to_string(*this)));
  return bytes;
}

std::string to_string(std::span<const int64_t> dims) { return fmt::format("[{}]", fmt::join(dims, ", ")); }

std::string to_string(const Shape& shape) {
  return fmt::format("{}{}", name(shape.dtype), to_string(shape.dims));
}

int64_t normalize_axis(int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("axis {} is outside a tensor of rank {}", axis, rank));
  return axis < 0 ? axis + rank : axis;
}

}  // namespace fusebox
