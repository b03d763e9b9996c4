// The verifier: every op of a program against its table row, and the program's structure.
#pragma once

#include "fusebox/hlo/program.h"

namespace fusebox::hlo {

// Checks one op: operand, attribute and region counts, then the inference rule against `declared` if that is
// not empty. Returns the result types. Errors carry the op's name.
std::vector<Shape> check_op(const OpView& op);

// Checks a whole program: every op as above, every operand defined before it is used and visible where it is
// used, blocks that end in a return of the right types, unique function names, calls and composites that name
// a function of fitting types, aliases that fit their outputs, nesting at most kMaxNesting.
void verify(const Program& program);

inline constexpr int kMaxNesting = 64;

}  // namespace fusebox::hlo
