// Sorting along one axis.
//
// Rules: sorts are stable; NaN of either sign is the greatest value of all (last ascending, first descending,
// as in NumPy and JAX), and -0 equals 0. Indices are i32.
#pragma once

#include <utility>

#include "fusebox/trace/tensor.h"

namespace fusebox {

enum class Order : uint8_t { kAscending, kDescending };

Tensor sort(const Arg& x, int64_t axis = -1, Order order = Order::kAscending);

// The indices that sort x.
Tensor argsort(const Arg& x, int64_t axis = -1, Order order = Order::kAscending);

// The k greatest elements of the last axis, greatest first, and their indices. Of equal ones the first come
// first.
struct TopK {
  Tensor values, indices;
};
TopK top_k(const Arg& x, int64_t k);

}  // namespace fusebox
