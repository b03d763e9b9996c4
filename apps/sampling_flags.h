// The flags of every command that makes text: how tokens are chosen and when the reply ends.
#pragma once

#include <CLI/CLI.hpp>

#include "fusebox/llm/sampling.h"

namespace fusebox::apps {

// Weaker than a request, stronger than the model's generation_config.json:
//
//   request.over(flags.overrides).over(model->defaults()).resolve()
struct SamplingFlags {
  llm::SamplingOverrides overrides = {};

  // --temp --top-k --top-p --min-p --repetition-penalty --presence-penalty --frequency-penalty --seed
  // --max-tokens --stop. `this` must outlive the parsing.
  void add(CLI::App& app);
};

}  // namespace fusebox::apps
