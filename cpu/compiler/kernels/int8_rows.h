// Int8Rows: how rows of int8 activations lie in memory, between the kernel that makes them and those that
// multiply with them. Of each row, one behind the other:
//   K      i8   round(x / scale)
//   K/32   f32  the scale of each 32
//   K/32   f32  scale · Σ of each 32, for weights with a minimum per 32
//   K/16   f32  scale · Σ of each 16, for weights with a minimum per 16
#pragma once

#include <cstdint>

namespace fusebox::cpu {

inline constexpr int64_t kInt8Block = 32;  // elements that share a scale

struct Int8Rows {
  int64_t depth;  // K, a multiple of kInt8Block

  int64_t blocks() const { return depth / kInt8Block; }
  int64_t scales() const { return depth; }  // offsets in bytes
  int64_t sums_of_32() const { return depth + 4 * blocks(); }
  int64_t sums_of_16() const { return depth + 8 * blocks(); }
  int64_t row_bytes() const { return depth + 16 * blocks(); }
};

}  // namespace fusebox::cpu
