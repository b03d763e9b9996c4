// Signature: what a traced program takes and gives, in order. The seam between a trace and the runtime.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/weight_source.h"
#include "fusebox/hlo/program.h"

namespace fusebox {

struct Signature {
  struct Parameter {
    enum class Kind : uint8_t { kInput, kWeight };
    std::string name;  // an input's name, or the weight's name in its source
    Shape shape;       // as the program takes it: a weight may be expanded or converted to this dtype
    Kind kind = Kind::kInput;
    // The weight as its blocks, ui8 [rows, bytes of a row], not expanded.
    std::optional<BlockFormat> format = {};
    std::optional<int64_t> alias_output = {};  // donated inputs: the output that takes over its memory

    bool operator==(const Parameter&) const = default;
  };
  struct Output {
    std::string name;
    Shape shape;
  };

  std::vector<Parameter> parameters;
  std::vector<Output> outputs;

  const Parameter* find(std::string_view name) const;
};

// A finished trace: the program, verified, and its signature. Immutable, movable.
struct TracedProgram {
  hlo::Program program;
  Signature signature;
};

}  // namespace fusebox
