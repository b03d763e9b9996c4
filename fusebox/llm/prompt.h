// From messages to the ids a model is fed: its own chat template, then its own tokenizer.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "fusebox/base/error.h"

namespace fusebox::llm {

class LanguageModel;

// `messages` is an array of objects with at least a "role" that is a string:
//
//   std::vector<int32_t> ids = encode_chat(*model, {{{"role", "user"}, {"content", "Hello"}}});
//
// `variables` is an object of further template variables (tools, enable_thinking, add_generation_prompt, …),
// which win over ours; null for none. The prompt ends where the assistant's reply begins. Special tokens of
// the template become their ids, and none is added. Errors: kInvalidArgument for messages that are none and
// for what the template refuses, kUnsupported if the model has no chat template.
std::vector<int32_t> encode_chat(const LanguageModel& model, const nlohmann::ordered_json& messages,
                                 const nlohmann::ordered_json& variables = nullptr);

// The text in between.
std::string render_chat(const LanguageModel& model, const nlohmann::ordered_json& messages,
                        const nlohmann::ordered_json& variables = nullptr);

// What both throw for a model without a template.
Error no_chat_template(const LanguageModel& model);

}  // namespace fusebox::llm
