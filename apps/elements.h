// Elements of tensors on the host, of any type, for commands that show, compare or make them up.
#pragma once

#include <cstddef>
#include <string>

#include "fusebox/runtime/host_tensor.h"

namespace fusebox::apps {

// Real numbers in the tensor: its elements, or twice as many if they are complex (real, imaginary).
size_t count_numbers(const HostTensor& tensor);
// The type of these numbers.
DType number_type(DType dtype);

// Number `index`; i64 and ui64 are rounded.
double number(const HostTensor& tensor, size_t index);

// Its place among all numbers of its type, in order: numbers that are `n` places apart have n - 1 between
// them. Floats only. Both zeros have one place.
__extension__ using Place = __int128;
Place place(const HostTensor& tensor, size_t index);

// Element `index` for people: "1.5", "-3", "true", "1+2i".
std::string element_text(const HostTensor& tensor, size_t index);

// Shape and elements; of many elements the first and last, and what can be said of all.
std::string tensor_text(const HostTensor& tensor);

// Values that are the same every time: floats in [-1, 1), integers from -8 to 7 (0 to 15 without a sign) as
// far as the type has them. `seed` tells tensors apart. Error kUnsupported for tokens.
HostTensor made_up(const Shape& shape, uint64_t seed);

}  // namespace fusebox::apps
