// What the bounds of single ops are made of.
#pragma once

#include "tests/cpu/random/bounds.h"

namespace fusebox::cpu::test {

constexpr double kFarFromPole = 0.02;
constexpr double kExactIntegers = 9007199254740992.0;  // 2^53: intervals of larger ones are not followed

// From the least to the greatest; exact.
Bounds hull(std::initializer_list<double> corners);
Bounds products(const Bounds& a, const Bounds& b);
// What rounding a result to the type adds to its error.
double one_rounding(DType dtype, const Bounds& result);
// Wraps around: whatever leaves the type may be anything.
Bounds in_type(DType dtype, const Bounds& bounds);
// How far from 0 all elements are, as computed; 0 if it is among them.
double distance(const Bounds& a);
bool is_half(DType dtype);
// Of numbers that all implementations round alike.
Bounds outward(DType dtype, Bounds result);

}  // namespace fusebox::cpu::test
