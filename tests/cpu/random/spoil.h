// Bad programs: the text of a good one, cut, shuffled, with other numbers, types and ops, or nested 10,000
// deep.
#pragma once

#include <string>

#include "tests/cpu/random/check.h"

namespace fusebox::cpu::test {

// The same for the same seed.
std::string spoil(const std::string& text, uint64_t seed);

// Compiles a text that may be anything: an Error is right, unless it is an internal one; so is a program.
Verdict check_spoiled(const std::string& text);

}  // namespace fusebox::cpu::test
