// Sample: a program, and what its arguments are filled with.
#pragma once

#include <string>
#include <vector>

#include "fusebox/hlo/program.h"
#include "tests/cpu/random/bounds.h"

namespace fusebox::cpu::test {

// What the elements of an argument are: multiples of `step` (0: any number) in [low, high].
struct Filling {
  double low = -4, high = 4;
  double step = 0;
  bool special = false;  // now and then NaN, an infinity or -0
};

struct Sample {
  uint64_t seed = 0;
  std::string text;  // StableHLO
  std::vector<Filling> fillings;
};

struct Tensor {
  Shape shape;
  std::vector<std::byte> bytes;
};

Bounds bounds_of_filling(DType dtype, const Filling& filling);
// The elements follow from seed, number and shape.
Tensor fill(const Shape& shape, const Filling& filling, uint64_t seed, size_t number);

// An element as a number; integers of 64 bits are rounded.
double number_at(const Tensor& tensor, size_t element);
// Writes a number as an element; it must be within the type's range.
void append_number(std::vector<std::byte>& bytes, DType dtype, double number);

}  // namespace fusebox::cpu::test
