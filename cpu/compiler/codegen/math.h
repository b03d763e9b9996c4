// Math: emits IR for the functions that CPUs have no instruction for.
//
// Everything is straight-line code without calls, branches, tables in memory (but for f64 sin, cos and tan of
// huge arguments) and without undefined results, so that LLVM's loop vectoriser makes vector code of it. `x`
// is float, double or a fixed vector of either; the result is of the same type. f16 and bf16 are computed in
// float: convert, compute, convert back.
//
// Special values are those of IEEE 754 and C's Annex F. Fast-math flags of the builder are ignored: the
// formulas rely on each rounding. Subnormal numbers are honoured, as long as the thread does not flush them.
//
//   llvm::Value* y = emit_exp(builder, x, math_target_for("v3"));
#pragma once

#include <string>

namespace llvm {
class IRBuilderBase;
class Value;
}  // namespace llvm

namespace fusebox::cpu {

// What the CPU level has. The default is right everywhere, if slow.
struct MathTarget {
  bool fma = false;    // fused multiply-add
  bool round = false;  // rounding to integers, in all directions
  bool half = false;   // conversions between f16 and f32
};
MathTarget math_target_for(const std::string& level);

// Exponentials and logarithms.
llvm::Value* emit_exp(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_expm1(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_log(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_log1p(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_pow(llvm::IRBuilderBase&, llvm::Value* x, llvm::Value* y, const MathTarget& = {});
llvm::Value* emit_tanh(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_logistic(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});  // 1 / (1 + e^-x)
llvm::Value* emit_erf(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_erfc(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});

// Angles in radians, of any size.
llvm::Value* emit_sin(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_cos(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_tan(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_atan2(llvm::IRBuilderBase&, llvm::Value* y, llvm::Value* x, const MathTarget& = {});

// Roots.
llvm::Value* emit_sqrt(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_rsqrt(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_cbrt(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});

// Rounding to an integer. A zero keeps its sign, and so does what rounds to zero.
llvm::Value* emit_floor(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_ceil(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_trunc(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_round_nearest_even(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});
llvm::Value* emit_round_nearest_afz(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});

// -1, 1, or x itself if it is a zero or NaN.
llvm::Value* emit_sign(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});

// NaN if either is; -0 is less than +0.
llvm::Value* emit_min(llvm::IRBuilderBase&, llvm::Value* a, llvm::Value* b, const MathTarget& = {});
llvm::Value* emit_max(llvm::IRBuilderBase&, llvm::Value* a, llvm::Value* b, const MathTarget& = {});

// Conversions, rounding to nearest even; NaN stays NaN (quiet), what is too large becomes an infinity. 16-bit
// floats are taken as i16, half or bfloat (or vectors of them) and given as i16: bitcast as needed. From f64
// there is one rounding, not two.
llvm::Value* emit_bf16_to_f32(llvm::IRBuilderBase&, llvm::Value* bits, const MathTarget& = {});
llvm::Value* emit_f16_to_f32(llvm::IRBuilderBase&, llvm::Value* bits, const MathTarget& = {});
llvm::Value* emit_to_bf16(llvm::IRBuilderBase&, llvm::Value* x,
                          const MathTarget& = {});  // x: float or double
llvm::Value* emit_to_f16(llvm::IRBuilderBase&, llvm::Value* x, const MathTarget& = {});

}  // namespace fusebox::cpu
