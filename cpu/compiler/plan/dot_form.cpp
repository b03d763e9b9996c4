#include "cpu/compiler/plan/dot_form.h"

#include <algorithm>
#include <optional>

namespace fusebox::cpu {
namespace {

// Nothing if the axes do not lie one inside the other.
std::optional<Axis> merged(const Shape& shape, const Dims& axes) {
  const Dims strides = strides_of(shape.dims);
  Axis merged;
  for (const int64_t name : axes) {
    const auto i = static_cast<size_t>(name);
    if (shape.dims[i] == 1) continue;
    if (merged.size > 1 && merged.stride != shape.dims[i] * strides[i]) return std::nullopt;
    merged = {merged.size * shape.dims[i], strides[i]};
  }
  if (merged.size == 1) merged.stride = 1;
  return merged;
}

}  // namespace

Dims strides_of(const Dims& dims) {
  Dims strides(dims.size());
  int64_t stride = 1;
  for (size_t i = dims.size(); i-- > 0; stride *= dims[i]) strides[i] = stride;
  return strides;
}

DotOperand::DotOperand(const Shape& s, const Dims& b, const Dims& c) : shape(s), batch(b), contracting(c) {
  const auto in = [](const Dims& axes, int64_t axis) { return std::ranges::find(axes, axis) != axes.end(); };
  for (int64_t i = 0; i < shape.rank(); ++i)
    if (!in(batch, i) && !in(contracting, i)) free.push_back(i);
}

Dims DotOperand::sizes(const Dims& axes) const {
  Dims list;
  for (const int64_t i : axes) list.push_back(shape.dims[static_cast<size_t>(i)]);
  return list;
}

DotForm::DotForm(const DotOperand& lhs, const DotOperand& rhs, DType out) {
  const DType in = lhs.shape.dtype;
  if (!is_float(out) || in != rhs.shape.dtype || (out == f64) != (in == f64)) return;
  const auto on_left = merged(lhs.shape, lhs.free), on_right = merged(rhs.shape, rhs.free),
             left = merged(lhs.shape, lhs.contracting), right = merged(rhs.shape, rhs.contracting);
  if (!on_left || !on_right || !left || !right) return;
  const Dims contracted = lhs.sizes(lhs.contracting);
  if (std::ranges::find(contracted, 0) != contracted.end()) return;
  m = *on_left, n = *on_right, kl = *left, kr = *right;
  has_axes = true;
  if (kl.stride == 1 && kr.stride == 1)
    kind = Kind::kRows;
  else if (n.stride == 1)
    kind = Kind::kColumns;
}

}  // namespace fusebox::cpu
