// Axes: which axes an op works on. One, a list, or all; negative ones count from the end.
//
//   sum(x)            all axes          sum(x, {0, 1})   two of them
//   sum(x, -1)        the last          sum(x, {})       none: x itself
#pragma once

#include <initializer_list>
#include <optional>

#include "fusebox/base/shape.h"

namespace fusebox {

class Axes {
 public:
  Axes(int64_t axis) : axes_(Dims{axis}) {}                         // NOLINT: a number is an axis
  Axes(std::initializer_list<int64_t> axes) : axes_(Dims(axes)) {}  // NOLINT
  Axes(Dims axes) : axes_(std::move(axes)) {}                       // NOLINT
  static Axes all() {
    Axes axes{};  // a default constructor would take the place of the empty list
    axes.axes_.reset();
    return axes;
  }

  // The axes of a tensor of this rank, counted from the front, ascending. Error kInvalidArgument if one is
  // outside or named twice.
  Dims resolve(int64_t rank) const;
  // How many axes are named; of a tensor of this rank if it is all.
  int64_t count(int64_t rank) const { return axes_ ? static_cast<int64_t>(axes_->size()) : rank; }

 private:
  std::optional<Dims> axes_;  // nothing: all
};

}  // namespace fusebox
