// A program as people keep it: a file of StableHLO text.
#pragma once

#include <string>
#include <vector>

#include "fusebox/base/shape.h"
#include "fusebox/hlo/program.h"

namespace fusebox::apps {

struct ProgramFile {
  std::string path, text;
  hlo::Program program;
  std::vector<Shape> inputs, outputs;  // of @main
};

// Errors: those of the file; of stablehlo::parse, with line, column and a caret; kInvalidFile if there is no
// @main.
ProgramFile read_program(const std::string& path);

// The float type of fewest digits that a value of the program has; f64 if none has any.
DType coarsest_float(const hlo::Program& program);

}  // namespace fusebox::apps
