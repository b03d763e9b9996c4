// Rounding to integers, signs, minimum and maximum.

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>

#include "cpu/compiler/codegen/lanes.h"

namespace fusebox::cpu {
namespace {

Float instruction(llvm::Intrinsic::ID id, Float x) {
  return {x.in, x.in->builder.CreateUnaryIntrinsic(id, x.value)};
}

// Numbers from here on are integers.
double all_integers(Float x) { return x.is_f64() ? 0x1p52 : 0x1p23; }

// Without an instruction for it: adding 2^mantissa leaves no room for what is behind the point.
Float nearest_by_adding(Float x) {
  const double large = all_integers(x);
  const Float size = absolute(x);
  return select(size < large, copy_sign((size + large) - large, x), x);
}

}  // namespace

Float round_to_even(Float x) {
  return x.in->target.round ? instruction(llvm::Intrinsic::roundeven, x) : nearest_by_adding(x);
}

Float truncate(Float x) {
  if (x.in->target.round) return instruction(llvm::Intrinsic::trunc, x);
  const Float near = absolute(nearest_by_adding(x)), size = absolute(x);
  return copy_sign(select(near > size, near - 1.0, near), x);
}

llvm::Value* emit_round_nearest_even(llvm::IRBuilderBase& builder, llvm::Value* x, const MathTarget& target) {
  Lanes lanes(builder, target);
  return round_to_even({&lanes, x}).value;
}

llvm::Value* emit_trunc(llvm::IRBuilderBase& builder, llvm::Value* x, const MathTarget& target) {
  Lanes lanes(builder, target);
  return truncate({&lanes, x}).value;
}

llvm::Value* emit_floor(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  if (target.round) return instruction(llvm::Intrinsic::floor, x).value;
  const Float near = nearest_by_adding(x);
  return copy_sign(select(near > x, near - 1.0, near), x).value;
}

llvm::Value* emit_ceil(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  if (target.round) return instruction(llvm::Intrinsic::ceil, x).value;
  const Float near = nearest_by_adding(x);
  return copy_sign(select(near < x, near + 1.0, near), x).value;
}

// The largest number below one half: a half itself would round 0.49999997 up.
llvm::Value* emit_round_nearest_afz(llvm::IRBuilderBase& builder, llvm::Value* value,
                                    const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  const double half = x.is_f64() ? 0x1.fffffffffffffp-2 : 0x1.fffffep-2;
  return truncate(x + copy_sign(x.constant(half), x)).value;
}

llvm::Value* emit_sign(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  return select(absolute(x) > 0.0, copy_sign(x.constant(1), x), x).value;
}

// x86's minimum gives its second operand for zeros and if either is NaN; asked twice and joined bit by bit, a
// -0 or NaN wins wherever it stands.
llvm::Value* emit_min(llvm::IRBuilderBase& builder, llvm::Value* left, llvm::Value* right,
                      const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float a{&lanes, left}, b{&lanes, right};
  return as_float(bits(select(a < b, a, b)) | bits(select(b < a, b, a))).value;
}

llvm::Value* emit_max(llvm::IRBuilderBase& builder, llvm::Value* left, llvm::Value* right,
                      const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float a{&lanes, left}, b{&lanes, right};
  const Float larger = as_float(bits(select(a > b, a, b)) & bits(select(b > a, b, a)));
  return select(unordered(a, b), a + b, larger).value;
}

}  // namespace fusebox::cpu
