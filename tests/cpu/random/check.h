// Checks one program: ours against ours with all passes off, against other numbers of threads, and against
// XLA's plugin; or against ours for AArch64.
#pragma once

#include <string>

#include "tests/cpu/random/sample.h"

namespace fusebox::cpu::test {

struct Verdict {
  enum class Kind : uint8_t {
    kRight,
    kWrong,        // results differ
    kRefused,      // our compiler does not do it
    kXlaRefused,   // right as far as can be told without XLA
    kNotCompared,  // the program has no bounds: nothing is said
  };
  Kind kind = Kind::kRight;
  std::string words;  // what differs where, or why it was refused
};

struct CheckOptions {
  bool with_xla = true;
  bool as_guest = false;  // compare only with code for AArch64
};

// Does not throw for any text.
Verdict check(const Sample& sample, const CheckOptions& options = {});

}  // namespace fusebox::cpu::test
