// The error function and its complement.
//
// erf is odd: up to 1, x times a polynomial in x^2; above, 1 - erfc(x), where erfc is small and need not be
// as precise. erfc(x) = e^(-x^2) / (1 + 2x) p(t), t = (x - 3.75) / (x + 3.75): Shepherd and Laframboise,
// Mathematics of Computation 36 (1981).

#include <llvm/IR/IRBuilder.h>

#include "cpu/compiler/codegen/lanes.h"
#include "cpu/compiler/codegen/math_coefficients.h"

namespace fusebox::cpu {
namespace {

// For |x| <= 1.
Float erf_of_small(Float x) {
  const Float z = x * x;
  return multiply_add(x, x.is_f64() ? polynomial(z, kErfF64) : polynomial(z, kErfF32), x);
}

// For x >= 0, f64.
Float erfc_of_positive(Float x) {
  const Pair square = two_product(x, x);
  const Float t = (x - 3.75) / (x + 3.75);
  return exponential_of_sum(-square.high, -square.low) * polynomial(t, kErfcF64) / (1.0 + 2.0 * x);
}

Float erfc(Float x) {
  const Float size = absolute(x), large = erfc_of_positive(clamp(size, 0, 30));
  return select(size < 0.5, 1.0 - erf_of_small(x), select(x < 0.0, 2.0 - large, large));
}

}  // namespace

llvm::Value* emit_erf(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value}, size = absolute(x);
  // Where it ends, erf is 1 to the last bit.
  const Float rest = x.is_f64() ? erfc_of_positive(clamp(size, 0.5, 6))
                                : exponential(-polynomial(clamp(size, 0.5, 4) - 2.5, kErfTailF32));
  return select(size < 1.0, erf_of_small(x), copy_sign(1.0 - rest, x)).value;
}

llvm::Value* emit_erfc(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  return (x.is_f64() ? erfc(x) : narrow(erfc(widen(x)))).value;
}

}  // namespace fusebox::cpu
