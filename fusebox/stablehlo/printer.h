// stablehlo: the program's text, written (here) and read (parser.h). Knows base and hlo; nothing of PJRT.
//
// print() writes a program as StableHLO text that any reader of that dialect takes: floats exact (hex bits
// where decimal digits would not do), big constants as raw bytes, donated arguments with tf.aliasing_output.
#pragma once

#include <string>

#include "fusebox/hlo/program.h"

namespace fusebox::stablehlo {

struct PrintOptions {
  bool locations =
      false;  // loc("scope"("file":line)) on each op, for people; plugins get none: cache keys stay
  // Constants of more elements than this are elided as dense<…>, for people; such text does not compile.
  // 0: never elide.
  size_t elide_above = 0;
};

// `program` has passed hlo::verify. Linear in its size.
std::string print(const hlo::Program& program, const PrintOptions& options = {});

}  // namespace fusebox::stablehlo
