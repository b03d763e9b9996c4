// Lanes: the arithmetic that the emitters of math are written in. A Float is a value of the program to come,
// one number or a vector of them; `a * b + 1.0` emits a multiplication and an addition.
//
// Only operations that every CPU level has for vectors, or that LLVM makes from few such. Nothing here is
// undefined for any input: NaN and infinities go through as bits.
#pragma once

#include <cstdint>
#include <span>

#include "cpu/compiler/codegen/math.h"

namespace fusebox::cpu {

// Where code goes. While it lives, the builder emits without fast-math flags.
class Lanes {
 public:
  Lanes(llvm::IRBuilderBase& builder, const MathTarget& target);
  ~Lanes();
  Lanes(const Lanes&) = delete;
  Lanes& operator=(const Lanes&) = delete;

  llvm::IRBuilderBase& builder;
  const MathTarget target;

 private:
  unsigned flags_;  // the builder's, to be restored
};

struct Float {  // float or double
  Lanes* in;
  llvm::Value* value;

  bool is_f64() const;
  Float constant(double c) const;  // of this type, rounded to it
};
struct Int {  // i32 or i64; wraps around
  Lanes* in;
  llvm::Value* value;
  Int constant(uint64_t c) const;
};
struct Mask {  // i1
  Lanes* in;
  llvm::Value* value;
};

Float operator+(Float a, Float b);
Float operator-(Float a, Float b);
Float operator*(Float a, Float b);
Float operator/(Float a, Float b);
Float operator-(Float a);  // flips the sign
inline Float operator+(Float a, double b) { return a + a.constant(b); }
inline Float operator-(Float a, double b) { return a - a.constant(b); }
inline Float operator*(Float a, double b) { return a * a.constant(b); }
inline Float operator+(double a, Float b) { return b.constant(a) + b; }
inline Float operator-(double a, Float b) { return b.constant(a) - b; }
inline Float operator*(double a, Float b) { return b.constant(a) * b; }
inline Float operator/(double a, Float b) { return b.constant(a) / b; }

// a * b + c, rounded once if the target can, else twice.
Float multiply_add(Float a, Float b, Float c);
inline Float multiply_add(Float a, double b, Float c) { return multiply_add(a, a.constant(b), c); }
inline Float multiply_add(Float a, Float b, double c) { return multiply_add(a, b, a.constant(c)); }

// coefficients[0] + coefficients[1] x + …
Float polynomial(Float x, std::span<const double> coefficients);

// False where either is NaN; `differ` is true there.
Mask operator<(Float a, Float b);
Mask operator<=(Float a, Float b);
Mask operator>(Float a, Float b);
Mask operator>=(Float a, Float b);
Mask operator==(Float a, Float b);
Mask differ(Float a, Float b);
inline Mask operator<(Float a, double b) { return a < a.constant(b); }
inline Mask operator<=(Float a, double b) { return a <= a.constant(b); }
inline Mask operator>(Float a, double b) { return a > a.constant(b); }
inline Mask operator>=(Float a, double b) { return a >= a.constant(b); }
inline Mask operator==(Float a, double b) { return a == a.constant(b); }
Mask is_nan(Float a);
Mask unordered(Float a, Float b);  // either is NaN
Mask operator&(Mask a, Mask b);
Mask operator|(Mask a, Mask b);
Mask operator^(Mask a, Mask b);
Mask operator!(Mask a);

Float select(Mask condition, Float yes, Float no);
Int select(Mask condition, Int yes, Int no);
inline Float select(Mask condition, double yes, Float no) { return select(condition, no.constant(yes), no); }
inline Float select(Mask condition, Float yes, double no) { return select(condition, yes, yes.constant(no)); }

Float absolute(Float x);
Float copy_sign(Float magnitude, Float sign);
Mask sign_bit(Float x);
Float square_root(Float x);
Float widen(Float x);   // float to double
Float narrow(Float x);  // double to float

// Bits.
Int bits(Float x);
Float as_float(Int x);
Int operator+(Int a, Int b);
Int operator-(Int a, Int b);
Int operator*(Int a, Int b);
Int operator&(Int a, Int b);
Int operator|(Int a, Int b);
Int operator^(Int a, Int b);
inline Int operator+(Int a, uint64_t b) { return a + a.constant(b); }
inline Int operator-(Int a, uint64_t b) { return a - a.constant(b); }
inline Int operator*(Int a, uint64_t b) { return a * a.constant(b); }
inline Int operator&(Int a, uint64_t b) { return a & a.constant(b); }
inline Int operator|(Int a, uint64_t b) { return a | a.constant(b); }
inline Int operator^(Int a, uint64_t b) { return a ^ a.constant(b); }
Int operator<<(Int a, unsigned count);
Int operator>>(Int a, unsigned count);          // fills with zeros
Int shift_right_signed(Int a, unsigned count);  // fills with the sign
Int operator<<(Int a, Int count);               // count below the width
Int funnel_left(Int high, Int low, Int count);  // the upper half of high:low << count, count below the width
Mask operator==(Int a, Int b);
inline Mask operator==(Int a, uint64_t b) { return a == a.constant(b); }
Mask less_signed(Int a, Int b);
Mask less_unsigned(Int a, Int b);
inline Int at_most(Int a, int64_t b) { return select(less_signed(a, a.constant(b)), a, a.constant(b)); }
inline Int at_least(Int a, int64_t b) { return select(less_signed(a, a.constant(b)), a.constant(b), a); }
Int widen(Int x);         // i32 to i64, unsigned
Int widen_signed(Int x);  // i32 to i64
Int narrow(Int x);        // i64 to i32, its lower half
Mask low_bit(Int x);
Mask bit(Int x, unsigned index);

// The integers nearest to |x| < 2^22 (f32), 2^51 (f64), ties to even; nonsense for others.
struct Rounded {
  Float value;
  Int integer;
};
Rounded round_small(Float x);

// x 2^k, rounded once, for k within twice the range of exponents.
Float scale(Float x, Int k);
// 2^k for a k that gives a normal number.
Float power_of_two(Float like, Int k);

// An integer below 2^22 (2^51) as a float of its width.
Float to_float(Int k);

// x = mantissa · 2^exponent with a mantissa between sqrt(1/2) and sqrt(2), for positive finite x; nonsense
// for others.
struct SplitNumber {
  Float mantissa;
  Int exponent;
};
SplitNumber split_number(Float x);

// x limited to [low, high]; NaN stays.
Float clamp(Float x, double low, double high);

// Exact sums and products, as value and rest.
struct Pair {
  Float high, low;
};
Pair two_sum(Float a, Float b);
Pair quick_two_sum(Float a, Float b);  // |a| >= |b|
Pair two_product(Float a, Float b);    // |a|, |b| below 2^996 (f64)

// Functions that others are made of.
Float exponential(Float x);
Float exponential_minus_1(Float x);
Float exponential_of_sum(Float a, Float b);  // f64, |b| below a's last bit
Float logarithm(Float x);
Float round_to_even(Float x);
Float truncate(Float x);

}  // namespace fusebox::cpu
