// Tensors whose elements do not lie one behind the other.
#include <cstring>

#include "cpu/plugin/buffer.h"

namespace fusebox::cpu::plugin {
namespace {

// Calls copy(dense offset, strided offset, bytes) for runs of elements that are dense in both.
template <typename Copy>
void for_each_run(std::span<const int64_t> strides, const Shape& shape, Copy copy) {
  int64_t run = static_cast<int64_t>(byte_size(shape.dtype));
  size_t outer = shape.dims.size();
  while (outer > 0 && strides[outer - 1] == run) run *= shape.dims[--outer];
  const int64_t total = shape.bytes();
  if (total == 0) return;
  std::vector<int64_t> index(outer, 0);
  int64_t strided = 0;
  for (int64_t dense = 0; dense < total; dense += run) {
    copy(dense, strided, run);
    for (size_t axis = outer; axis-- > 0;) {
      strided += strides[axis];
      if (++index[axis] < shape.dims[axis]) break;
      strided -= strides[axis] * shape.dims[axis];
      index[axis] = 0;
    }
  }
}

}  // namespace

std::vector<int64_t> dense_strides(const Shape& shape) {
  std::vector<int64_t> strides(shape.dims.size());
  int64_t next = static_cast<int64_t>(byte_size(shape.dtype));
  for (size_t axis = strides.size(); axis-- > 0;) {
    strides[axis] = next;
    next *= std::max<int64_t>(shape.dims[axis], 1);
  }
  return strides;
}

void copy_from_strides(std::byte* dense, const std::byte* strided, std::span<const int64_t> byte_strides,
                       const Shape& shape) {
  for_each_run(byte_strides, shape, [&](int64_t to, int64_t from, int64_t bytes) {
    std::memcpy(dense + to, strided + from, static_cast<size_t>(bytes));
  });
}

void copy_to_strides(std::byte* strided, const std::byte* dense, std::span<const int64_t> byte_strides,
                     const Shape& shape) {
  for_each_run(byte_strides, shape, [&](int64_t from, int64_t to, int64_t bytes) {
    std::memcpy(strided + to, dense + from, static_cast<size_t>(bytes));
  });
}

}  // namespace fusebox::cpu::plugin
