// Bounds of single ops, from those of their operands. See bounds.h.
#pragma once

#include "tests/cpu/random/bounds.h"

namespace fusebox::cpu::test {

// Nothing if results of different implementations cannot be compared.
std::optional<Bounds> bounds_of(const hlo::Op& op, std::span<const Bounds> operands);

// The i-th result of a reduction of `terms` terms and one initial value, where `last` combines the i-th pair
// of the region's arguments and nothing else. Nothing if it is not a sum, product or extreme.
std::optional<Bounds> bounds_of_fold(const hlo::Op& last, const hlo::Block& region, size_t i, int64_t terms,
                                     const Bounds& term, const Bounds& initial);

// Whether a value of the type can have these: no overflow, and an error small enough to tell right from
// wrong.
bool fits(DType dtype, const Bounds& bounds);

}  // namespace fusebox::cpu::test
