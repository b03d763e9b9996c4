// The angle of a point.
//
// atan2(y, x) = k pi / 4 ± atan(a) with |a| <= tan(pi / 8), as the point lies in one of eight sectors around
// the axes and diagonals; atan(a) is a polynomial.

#include <llvm/IR/IRBuilder.h>

#include <limits>

#include "cpu/compiler/codegen/lanes.h"
#include "cpu/compiler/codegen/math_coefficients.h"

namespace fusebox::cpu {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// pi / 4: the first part has three bits less than a number, so that its multiples are exact.
constexpr double kQuarterHigh32 = 0x1.921fap-1, kQuarterLow32 = 0x1.54442ep-21;
constexpr double kQuarterHigh64 = 0x1.921fb54442d1p-1, kQuarterLow64 = 0x1.08d313198a2ep-50;

Float arctangent_of_small(Float a) {
  const Float z = a * a;
  return multiply_add(a * z, a.is_f64() ? polynomial(z, kAtanF64) : polynomial(z, kAtanF32), a);
}

}  // namespace

llvm::Value* emit_atan2(llvm::IRBuilderBase& builder, llvm::Value* ordinate, llvm::Value* abscissa,
                        const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float y{&lanes, ordinate}, x{&lanes, abscissa};
  const bool wide = x.is_f64();
  const Float width = absolute(x), height = absolute(y);
  const Mask steep = height > width, left = sign_bit(x);
  const Float zero = x.constant(0), one = x.constant(1);

  // 0 / 0 is the angle of the axis, infinity / infinity that of the diagonal. Sums must not overflow.
  Float larger = select(steep, height, width), smaller = select(steep, width, height);
  const Mask both_infinite = smaller == kInfinity;
  larger = select((larger == 0.0) | both_infinite, one, larger);
  smaller = select(both_infinite, one, smaller);
  const Float factor = select(larger > (wide ? 0x1p1000 : 0x1p100), 0.25, one);
  larger = larger * factor;
  smaller = smaller * factor;

  const Mask diagonal = smaller > larger * 0.41421356237309503;
  const Float a = select(diagonal, smaller - larger, smaller) / select(diagonal, smaller + larger, larger);
  const Float small = arctangent_of_small(a);
  // From the axis nearest in the first sector outward: k = 0, 1; mirrored at the diagonal, k = 2 - k;
  // mirrored at the vertical axis, k = 4 - k.
  Float k = select(diagonal, one, zero);
  k = select(steep, 2.0 - k, k);
  k = select(left, 4.0 - k, k);
  const Float turned = select(steep ^ left, -small, small);
  const Float low = multiply_add(k, wide ? kQuarterLow64 : kQuarterLow32, turned);
  const Float angle = multiply_add(k, wide ? kQuarterHigh64 : kQuarterHigh32, low);
  return select(unordered(x, y), x + y, copy_sign(angle, y)).value;
}

}  // namespace fusebox::cpu
