// How far two results of one program are apart, and whether that is too far.
#pragma once

#include <cstddef>
#include <string>

#include "fusebox/runtime/host_tensor.h"

namespace fusebox::apps {

// Floats may differ by `epsilons` times the spacing of `dtype` at 1, times the larger of their own size and
// the result's root mean square: sums of numbers that cancel have errors of the size of the numbers. NaN and
// infinities must be the same. All else must be equal.
struct Tolerance {
  DType dtype = DType::f32;
  double epsilons = 0;

  double relative() const;
  std::string text() const;  // "256 epsilons of f32 (3.1e-05)"
};

// What compilers may do differently in a program whose coarsest floats are of `dtype`: the order of sums,
// approximations of functions, where a value is rounded.
Tolerance tolerance_for(DType dtype);

struct Difference {
  double absolute = 0, relative = 0;  // the largest; relative of numbers that are not 0
  double ulps = 0;                    // the largest number of steps between neighbours; floats only
  size_t beyond = 0;                  // numbers that differ by too much
  size_t worst = 0;                   // the number that does so most, if any

  bool same = true;  // bit for bit, but for the bits of NaN and the sign of 0
};

// Error kShapeMismatch if the shapes are not the same.
Difference difference(const HostTensor& got, const HostTensor& want, const Tolerance& tolerance);

// "equal", "largest difference 1.2e-07, relative 3e-07, 2 ULP: ok", "…: DIFFERS: 3 of 8 beyond …"
std::string difference_text(const Difference& difference, const HostTensor& got, const HostTensor& want);

}  // namespace fusebox::apps
