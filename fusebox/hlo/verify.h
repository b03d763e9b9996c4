// The verifier: every op of a program against its table row, and the program's structure.
#pragma once

#include "fusebox/hlo/program.h"

namespace fusebox::hlo {

// Checks one op: operand, attribute and region counts, then the inference rule against `declared` if that is
// not empty. Returns the result types. Errors carry the op's name.
std::vector<Shape> check_op(const OpView& op);

// Checks a whole program: every op as above, every operand defined before it is used and visible where it is
// used, blocks that end in a return of the right types, unique function names, calls and composites that name
// a function of fitting types, aliases that fit their outputs, no function that calls itself,
// ranks at most kMaxRank, nesting at most kMaxNesting. Linear in the size of the program. Where an op is to
// blame for the Error, *culprit is set to it.
void verify(const Program& program, const Op** culprit = nullptr);

inline constexpr int kMaxNesting = 64;
inline constexpr int64_t kMaxRank = 64;

}  // namespace fusebox::hlo
