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
    kAny,      // neither; the kernel may still turn the right one, if it has axes
    kRows,     // both have the contracted axis innermost, as weights lie in files
    kColumns,  // the right one has its free axis innermost
  };

  DotForm(const DotOperand& lhs, const DotOperand& rhs, DType out);

  // So many elements its vectors can run along: of what is contracted, or of the columns; 0 if it has none.
  int64_t along() const { return kind == Kind::kRows ? kl.size : kind == Kind::kColumns ? n.size : 0; }

  Kind kind = Kind::kAny;
  bool has_axes = false;  // all are floats, and each of the four below is one axis
  Axis m, n, kl, kr;  // what is free on the left and on the right, what is contracted on the left and right
};

Dims strides_of(const Dims& dims);

}  // namespace fusebox::cpu
