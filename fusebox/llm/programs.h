// The programs of a model: what they are called, how they are traced, and what from.
#pragma once

#include <cstdint>
#include <string>

#include "fusebox/llm/step.h"

namespace fusebox::llm {

enum class ProgramKind : uint8_t {
  kStep,    // trace_step
  kScore,   // trace_score
  kLogits,  // trace_logits
  kCopy,    // trace_copy; takes no tokens
};

// "decode", "prefill 32", "score 128", …; for people, and in artifacts.
std::string program_name(int64_t tokens, ProgramKind kind);

TracedProgram trace_program(const CausalModel& model, ProgramKind kind, const StepSizes& sizes,
                            const TraceOptions& options);

// Everything that trace_program makes its program of, as a text: see runtime/outline.h. The build id of the
// file that the model's class is in stands for its code. Empty if there is none, or if the model does not
// tell what it depends on.
std::string program_recipe(const CausalModel& model, ProgramKind kind, const StepSizes& sizes,
                           const TraceOptions& options);

}  // namespace fusebox::llm
