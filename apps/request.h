// A request for a reply, as JSON: {"messages": […]} or {"prompt": "…"}, and how to answer.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <vector>

#include "fusebox/llm/generate.h"

namespace fusebox::apps {

struct Request {
  std::vector<int32_t> prompt;
  llm::GenerateOptions options;
};

// Reads a request. `flags` decide what it leaves open, then the model's own defaults. null is as good as
// absent, unknown fields are ignored. Error kInvalidArgument names the field; kUnsupported for messages
// without a chat template and for content that is no text.
Request read_request(const nlohmann::ordered_json& json, const llm::LanguageModel& model,
                     const llm::SamplingOverrides& flags);

}  // namespace fusebox::apps
