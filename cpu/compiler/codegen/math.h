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
// No result is more than 3 units in the last place from the exact value. The largest errors found, over 2^25
// numbers of f32 (all of f16 and bf16 among them), 2^18 of f64 and every level that could be run; and the
// time per element of a loop at level v3 on a 2.4 GHz EPYC 7003, in ns:
//
//              f32 ULP  f64 ULP  f32 ns  f64 ns               f32 ULP  f64 ULP  f32 ns  f64 ns
//   exp          1.01     0.94    0.44    1.57      sin          0.77     0.76    3.07    6.87
//   expm1        1.58     1.88    0.46    1.51      cos          0.77     0.75    3.03    6.92
//   log          0.82     0.77    0.82    2.14      tan          2.18     2.03    3.43    7.31
//   log1p        1.40     0.81    1.27    3.20      atan2        2.08     1.78    0.96    2.95
//   pow          0.50     1.08    5.79   11.25      sqrt         0.50     0.50    0.19    0.66
//   tanh         1.38     1.38    0.96    3.23      rsqrt        1.47     1.45    0.33    1.03
//   logistic     2.25     2.01    0.69    2.22      cbrt         0.95     0.95    1.30    2.82
//   erf          2.22     1.13    1.44    6.58      erfc         0.50     2.79    6.84    6.23
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
