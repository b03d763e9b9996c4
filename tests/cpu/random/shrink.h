// Shrinks a program that fails until nothing can go any more.
#pragma once

#include "tests/cpu/random/check.h"

namespace fusebox::cpu::test {

struct Shrunk {
  Sample sample;
  Verdict verdict;  // why the small one fails
};

// Results, ops and donations go, values become arguments, sizes become smaller, as long as results differ.
// `sample` fails.
Shrunk shrink(const Sample& sample, const CheckOptions& options);

}  // namespace fusebox::cpu::test
