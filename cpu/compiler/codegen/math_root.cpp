// Roots.

#include <llvm/IR/IRBuilder.h>

#include <limits>

#include "cpu/compiler/codegen/lanes.h"

namespace fusebox::cpu {
namespace {

// A first guess at the cube root: the bits of a float are roughly its logarithm (times 2^mantissa, plus the
// bias), so a third of them plus two thirds of the bias, less 0.033 for the best mean.
Float guess_cube_root(Float x) {
  if (x.is_f64()) {
    const Int upper = bits(x) >> 32;
    return as_float((((upper * 0xaaaaaaab) >> 33) + 0x2a9f7893) << 32);  // upper / 3
  }
  const Int raw = widen(bits(x));
  return as_float(narrow((raw * 0xaaaaaaab) >> 33) + 0x2a5119f2);
}

// Halley's iteration: each triples the right bits. The guess has 5.
Float improve_cube_root(Float y, Float x) {
  const Float cube = y * y * y;
  return multiply_add(y, (x - cube) / (cube + cube + x), y);
}

}  // namespace

llvm::Value* emit_sqrt(llvm::IRBuilderBase& builder, llvm::Value* x, const MathTarget& target) {
  Lanes lanes(builder, target);
  return square_root({&lanes, x}).value;
}

llvm::Value* emit_rsqrt(llvm::IRBuilderBase& builder, llvm::Value* x, const MathTarget& target) {
  Lanes lanes(builder, target);
  return (1.0 / square_root({&lanes, x})).value;
}

llvm::Value* emit_cbrt(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value}, size = absolute(x);
  const bool wide = x.is_f64();
  // By 2^54 and back by 2^-18 for what is too small, by 2^-6 and back by 2^2 for what is too large to be
  // doubled.
  const Mask small = size<(wide ? 0x1p-960 : 0x1p-100), large = size>(wide ? 0x1p1000 : 0x1p120);
  const Float to = select(small, 0x1p54, select(large, 0x1p-6, x.constant(1)));
  const Float back = select(small, 0x1p-18, select(large, 4.0, x.constant(1)));
  const Float scaled = size * to;
  Float root = guess_cube_root(scaled);
  for (int i = 0; i < (wide ? 3 : 2); ++i) root = improve_cube_root(root, scaled);
  const Mask ordinary = (size > 0.0) & (size < std::numeric_limits<double>::infinity());
  return copy_sign(select(ordinary, root * back, size), x).value;
}

}  // namespace fusebox::cpu
