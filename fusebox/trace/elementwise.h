// Element-wise ops: arithmetic, comparisons, logic, functions of one number, choice and conversion.
//
//   Tensor y = where(x > 0, x, 0.1 * x);
//   Tensor z = silu(gate) * up;
//
// Rules
// - Shapes broadcast as NumPy's do: aligned at the last axis, sizes of 1 and missing axes repeat.
// - Tensors of two dtypes do not mix: convert one. A number takes the dtype of the tensor beside it; a
//   fraction with an integer tensor, or an integer that does not fit, is an Error.
// - Integers: / truncates towards zero and % has the sign of the dividend, as in C++; overflow wraps.
//   Division by zero gives what the device gives. floor_divide and mod are NumPy's.
// - i1: + is or, * is and, as in NumPy. Functions such as exp want a float (or complex) tensor.
// - Comparisons give i1; NaN is unequal to all, itself included, and neither less nor greater.
//   maximum and minimum give NaN where either is NaN.
//
// Every function reports a mistake as an Error with the function's name, the shapes, the module path and the
// line of the call. None is thread-safe beyond its trace.
#pragma once

#include "fusebox/trace/tensor.h"

namespace fusebox {

// Arithmetic. remainder is %.
Tensor add(const Arg& a, const Arg& b);
Tensor subtract(const Arg& a, const Arg& b);
Tensor multiply(const Arg& a, const Arg& b);
Tensor divide(const Arg& a, const Arg& b);
Tensor remainder(const Arg& a, const Arg& b);
// The whole number that leaves mod(a, b): rounded towards minus infinity, and for floats not floor(a / b),
// where a / b itself was rounded up (1 by 0.1f is 9).
Tensor floor_divide(const Arg& a, const Arg& b);
Tensor mod(const Arg& a, const Arg& b);  // has the sign of the divisor
Tensor power(const Arg& a, const Arg& b);
Tensor maximum(const Arg& a, const Arg& b);
Tensor minimum(const Arg& a, const Arg& b);
Tensor atan2(const Arg& y, const Arg& x);
Tensor negate(const Arg& x);

inline Tensor operator+(const Arg& a, const Arg& b) { return add(a, b); }
inline Tensor operator-(const Arg& a, const Arg& b) { return subtract(a, b); }
inline Tensor operator*(const Arg& a, const Arg& b) { return multiply(a, b); }
inline Tensor operator/(const Arg& a, const Arg& b) { return divide(a, b); }
inline Tensor operator%(const Arg& a, const Arg& b) { return remainder(a, b); }
inline Tensor operator-(const Arg& x) { return negate(x); }

// Comparisons, element by element: the operators too, so that a Tensor is no condition for `if` (it does not
// compile).
Tensor equal(const Arg& a, const Arg& b);
Tensor not_equal(const Arg& a, const Arg& b);
Tensor less(const Arg& a, const Arg& b);
Tensor less_equal(const Arg& a, const Arg& b);
Tensor greater(const Arg& a, const Arg& b);
Tensor greater_equal(const Arg& a, const Arg& b);

inline Tensor operator==(const Arg& a, const Arg& b) { return equal(a, b); }
inline Tensor operator!=(const Arg& a, const Arg& b) { return not_equal(a, b); }
inline Tensor operator<(const Arg& a, const Arg& b) { return less(a, b); }
inline Tensor operator<=(const Arg& a, const Arg& b) { return less_equal(a, b); }
inline Tensor operator>(const Arg& a, const Arg& b) { return greater(a, b); }
inline Tensor operator>=(const Arg& a, const Arg& b) { return greater_equal(a, b); }

// Bits of integers, and i1. logical_* want i1.
Tensor bitwise_and(const Arg& a, const Arg& b);
Tensor bitwise_or(const Arg& a, const Arg& b);
Tensor bitwise_xor(const Arg& a, const Arg& b);
Tensor bitwise_not(const Arg& x);
Tensor logical_and(const Arg& a, const Arg& b);
Tensor logical_or(const Arg& a, const Arg& b);
Tensor logical_xor(const Arg& a, const Arg& b);
Tensor logical_not(const Arg& x);

inline Tensor operator&(const Arg& a, const Arg& b) { return bitwise_and(a, b); }
inline Tensor operator|(const Arg& a, const Arg& b) { return bitwise_or(a, b); }
inline Tensor operator^(const Arg& a, const Arg& b) { return bitwise_xor(a, b); }
inline Tensor operator~(const Arg& x) { return bitwise_not(x); }

// Shifts of integers. Bits shifted by the width or more are gone: 0, or the sign for shift_right_arithmetic.
// >> keeps the sign of signed integers, as in C++.
Tensor shift_left(const Arg& x, const Arg& bits);
Tensor shift_right_logical(const Arg& x, const Arg& bits);
Tensor shift_right_arithmetic(const Arg& x, const Arg& bits);
Tensor shift_right(const Arg& x, const Arg& bits);
Tensor population_count(const Arg& x);
Tensor count_leading_zeros(const Arg& x);

inline Tensor operator<<(const Arg& x, const Arg& bits) { return shift_left(x, bits); }
inline Tensor operator>>(const Arg& x, const Arg& bits) { return shift_right(x, bits); }

// Functions of one number.
Tensor abs(const Arg& x);   // of complex: the length, a float
Tensor sign(const Arg& x);  // -1, 0 or 1; NaN of NaN
Tensor exp(const Arg& x);
Tensor expm1(const Arg& x);
Tensor log(const Arg& x);
Tensor log1p(const Arg& x);
Tensor sqrt(const Arg& x);
Tensor rsqrt(const Arg& x);  // 1 / sqrt(x)
Tensor cbrt(const Arg& x);
Tensor sin(const Arg& x);
Tensor cos(const Arg& x);
Tensor tan(const Arg& x);
Tensor tanh(const Arg& x);
Tensor sigmoid(const Arg& x);  // 1 / (1 + exp(-x))
Tensor floor(const Arg& x);
Tensor ceil(const Arg& x);
Tensor round(const Arg& x);            // to nearest, ties to even: 0.5 gives 0, as in NumPy
Tensor round_half_away(const Arg& x);  // ties away from zero, as std::round
Tensor square(const Arg& x);
Tensor reciprocal(const Arg& x);
Tensor erf(const Arg& x);
Tensor erf_inv(const Arg& x);  // NaN outside [-1, 1]
Tensor is_finite(const Arg& x);
Tensor isnan(const Arg& x);
Tensor isinf(const Arg& x);

// Activations. Floats narrower than 32 bits are computed in f32 and rounded once.
Tensor relu(const Arg& x);
Tensor silu(const Arg& x);       // x * sigmoid(x)
Tensor gelu(const Arg& x);       // x * (1 + erf(x / sqrt(2))) / 2, which Hugging Face calls "gelu"
Tensor gelu_tanh(const Arg& x);  // its tanh approximation: "gelu_new", "gelu_pytorch_tanh"
Tensor softplus(const Arg& x);   // log(1 + exp(x)), without overflow

// `low` and `high` may be numbers; NaN stays NaN.
Tensor clamp(const Arg& low, const Arg& x, const Arg& high);

// Where `condition` (i1) holds, `yes`, elsewhere `no`. All three broadcast. One of yes and no may be a
// number; if both are, the result is f32 for fractions and i32 for integers.
Tensor where(const Arg& condition, const Arg& yes, const Arg& no);
inline Tensor select(const Arg& condition, const Arg& yes, const Arg& no) {
  return where(condition, yes, no);
}

// The same values in another dtype; itself if it has it. Floats to integers truncate and saturate, NaN gives
// 0; to i1, what is not 0 is true.
Tensor convert(const Arg& x, DType dtype);
// The same bits in another dtype of that width. Between widths the last axis splits or joins, as StableHLO
// says.
Tensor bitcast_convert(const Arg& x, DType dtype);

// Rounds to fewer bits, keeping the dtype.
Tensor reduce_precision(const Arg& x, int64_t exponent_bits, int64_t mantissa_bits);

// Complex numbers from and to their parts.
Tensor complex(const Arg& real, const Arg& imag);
Tensor real(const Arg& x);
Tensor imag(const Arg& x);

// x unchanged, but nothing moves across it: what made x is computed as written.
Tensor optimization_barrier(const Arg& x);

}  // namespace fusebox
