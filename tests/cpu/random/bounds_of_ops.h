// Bounds of single ops, from those of their operands. See bounds.h.
#pragma once

#include "tests/cpu/random/bounds.h"

namespace fusebox::cpu::test {

// Nothing if results of different implementations cannot be compared; so for all of these.
std::optional<Bounds> bounds_of(const hlo::Op& op, std::span<const Bounds> operands);

// bounds_of_functions.cpp
std::optional<Bounds> bounds_of_function(hlo::OpCode code, DType dtype, const Bounds& x);
std::optional<Bounds> bounds_of_power(DType dtype, const Bounds& x, const Bounds& y);
std::optional<Bounds> bounds_of_angle(DType dtype, const Bounds& y, const Bounds& x);

// bounds_of_sums.cpp
std::optional<Bounds> bounds_of_dot(const hlo::Op& op, const Bounds& a, const Bounds& b);
std::optional<Bounds> bounds_of_convolution(const hlo::Op& op, const Bounds& a, const Bounds& b);
// Whether XLA's results for these operands are not what StableHLO says.
bool xla_gets_wrong(const hlo::Op& op, std::span<const Bounds> operands);

struct Count {
  int64_t least, most;
};
// What becomes of `initial` when so many terms are folded into it, in any order, where `last` combines
// the i-th pair of the region's arguments and nothing else. Nothing if it is not a sum, product or extreme.
std::optional<Bounds> bounds_of_fold(const hlo::Op& last, const hlo::Block& region, size_t i,
                                     const Count& terms, const Bounds& term, const Bounds& initial);
// Whether it makes no difference how often an initial value enters.
bool may_enter_again(const hlo::Op& last, const Bounds& initial);

// bounds_of_softmax.cpp
// What is known beyond the bounds of the op's only result, from how its operands were made; nothing if it
// cannot be compared after all.
std::optional<Bounds> tightened(const Model& model, const hlo::Op& op, const Bounds& bounds);
// False if its special numbers are infinite, as where attention is masked.
bool may_be_nan(const Model& model, const hlo::Value* value);

// Unsigned indices that would be negative as signed ones: XLA takes them so.
bool takes_huge_index(const hlo::Op& op, std::span<const Bounds> operands);

// Whether a value of the type can have these: no overflow, and an error small enough to tell right from
// wrong.
bool fits(DType dtype, const Bounds& bounds);

}  // namespace fusebox::cpu::test
