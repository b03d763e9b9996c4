// Random programs: verified, of everything that our compiler does, and such that results can be compared
// (bounds.h). A seed makes the same program everywhere.
//
// They are weighted towards what compilers get wrong: chains that fuse, values that several ops need, updates
// in place of donated arguments and loop variables, attention in its many spellings, transposes next to
// products, sizes around the width of vectors, results that are arguments.
#pragma once

#include "tests/cpu/random/sample.h"

namespace fusebox::cpu::test {

Sample generate(uint64_t seed);

}  // namespace fusebox::cpu::test
