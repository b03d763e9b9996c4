// What a reduction does to its elements, where that is one op and has a short form in StableHLO's text.
#pragma once

#include "fusebox/hlo/program.h"

namespace fusebox::hlo {

// The one op of a reduction's region that is "return op(left, right)" with an op of which neither order nor
// grouping matters but for rounding: add, multiply, maximum, minimum, and, or, xor. Null for other regions,
// several operands, and a region in another dtype than the operands'.
const Op* applied_op(const Op& reduce);

}  // namespace fusebox::hlo
