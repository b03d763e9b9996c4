// DotForm: how the operands of a dot_general lie in memory, by which its kernel is chosen.
#pragma once

#include <cstdint>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

// Some axes of an operand as one: `size` steps of `stride` elements.
struct Axis {
  int64_t size = 1, stride = 0;
};

// One of the two, and what becomes of its axes.
struct DotOperand {
  DotOperand(const Shape& s, const Dims& b, const Dims& c);
  Dims sizes(const Dims& axes) const;

  Shape shape;
  Dims batch, free, contracting;
};

struct DotForm {
  enum class Kind : uint8_t {
    kAny,      // no vector of either operand is of use as it lies
    kRows,     // both have the contracted axis innermost, as weights lie in files
    kColumns,  // the right one has its free axis innermost
  };

  DotForm(const DotOperand& lhs, const DotOperand& rhs, DType out);

  Kind kind = Kind::kAny;
  bool has_axes = false;  // of floats, and each of these is one
  Axis m, n, kl, kr;  // what is free on the left and on the right, what is contracted on the left and right
};

Dims strides_of(const Dims& dims);

}  // namespace fusebox::cpu
