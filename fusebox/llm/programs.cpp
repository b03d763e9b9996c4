#include "fusebox/llm/programs.h"

#include <fmt/format.h>

#include <typeinfo>

#include "fusebox/base/build_id.h"
#include "fusebox/base/error.h"
#include "fusebox/trace/reflect_text.h"

namespace fusebox::llm {

std::string program_name(int64_t tokens, ProgramKind kind) {
  if (kind == ProgramKind::kCopy) return "copy";
  if (kind == ProgramKind::kScore) return fmt::format("score {}", tokens);
  if (kind == ProgramKind::kLogits) return fmt::format("logits {}", tokens);
  return tokens == 1 ? "decode" : fmt::format("prefill {}", tokens);
}

TracedProgram trace_program(const CausalModel& model, ProgramKind kind, const StepSizes& sizes,
                            const TraceOptions& options) {
  switch (kind) {
    case ProgramKind::kStep: return trace_step(model, sizes, options);
    case ProgramKind::kScore: return trace_score(model, sizes, options);
    case ProgramKind::kLogits: return trace_logits(model, sizes, options);
    case ProgramKind::kCopy: return trace_copy(model, sizes);
  }
  throw InternalError("no such kind of program");
}

std::string program_recipe(const CausalModel& model, ProgramKind kind, const StepSizes& sizes,
                           const TraceOptions& options) {
  const std::string settings = model.settings();
  const std::string family = build_id(&typeid(model));  // whose code need not be linked with ours
  if (settings.empty() || family.empty()) return {};
  std::string text;
  reflect::append_text(text, family);
  reflect::append_text(text, settings);
  reflect::append_text(text, model.sizes());
  reflect::append_text(text, model.weights().weights());
  reflect::append_text(text, kind);
  reflect::append_text(text, sizes);
  reflect::append_text(text, options);
  return text;
}

}  // namespace fusebox::llm
