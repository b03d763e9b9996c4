#include "apps/request.h"

#include <fmt/format.h>

#include <optional>
#include <string>

#include "apps/json_lines.h"
#include "fusebox/base/error.h"
#include "fusebox/llm/prompt.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kMostLogprobs = 20;

const ordered_json* find(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

// The texts of a message's parts; Error for parts that are none.
std::string joined_parts(const ordered_json& parts) {
  const auto refuse = [](ErrorKind kind, std::string_view got) {
    return Error(kind, fmt::format(R"(a part of 'content' {}, want {{"type": "text", "text": "…"}})", got));
  };
  std::string text;
  for (const ordered_json& part : parts) {
    const ordered_json* type = part.is_object() ? find(part, "type") : nullptr;
    if (!type || !type->is_string()) throw refuse(ErrorKind::kInvalidArgument, "has no type");
    if (*type != "text")
      throw refuse(ErrorKind::kUnsupported, fmt::format("is of type '{}'", type->get<std::string>()));
    const ordered_json* value = find(part, "text");
    if (!value || !value->is_string()) throw refuse(ErrorKind::kInvalidArgument, "has no text");
    if (&part != &parts.front()) text += '\n';
    text += value->get<std::string>();
  }
  return text;
}

// Messages whose content is text only; nothing if they are so already.
std::optional<ordered_json> without_parts(const ordered_json& messages) {
  std::optional<ordered_json> plain;
  for (size_t i = 0; messages.is_array() && i < messages.size(); ++i) {
    const ordered_json* content = messages[i].is_object() ? find(messages[i], "content") : nullptr;
    if (!content) continue;
    if (!content->is_array() && !content->is_string())
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("'content' of message {} is a {}, want a string or a list of parts", i,
                              content->type_name()));
    if (!content->is_array()) continue;
    if (!plain) plain = messages;
    (*plain)[i]["content"] = joined_parts(*content);
  }
  return plain;
}

// A template that knows of parts gets them as they came, as Hugging Face does it. One that does not would
// fail on them or print them as Python prints a list: it gets their texts.
std::string render(const llm::LanguageModel& model, const ordered_json& messages,
                   const ordered_json& variables) {
  const std::optional<ordered_json> plain = without_parts(messages);
  if (!plain) return llm::render_chat(model, messages, variables);
  try {
    std::string text = llm::render_chat(model, messages, variables);
    if (text.find("[{'type': 'text'") == std::string::npos) return text;
  } catch (const Error&) {
  }
  return llm::render_chat(model, *plain, variables);
}

// "tools" and "documents" are template variables too; "chat_template_kwargs" has any others, and wins.
ordered_json template_variables(const ordered_json& json) {
  ordered_json variables = ordered_json::object();
  for (const char* name : {"tools", "documents"})
    if (const ordered_json* value = find(json, name)) variables[name] = *value;
  const ordered_json* more = find(json, "chat_template_kwargs");
  if (!more) return variables;
  if (!more->is_object())
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("'chat_template_kwargs' is a {}, want an object", more->type_name()));
  variables.update(*more);
  return variables;
}

std::vector<int32_t> read_prompt(const ordered_json& json, const llm::LanguageModel& model) {
  const ordered_json* messages = find(json, "messages");
  if ((messages != nullptr) == (find(json, "prompt") != nullptr))
    throw Error(ErrorKind::kInvalidArgument,
                messages ? "there are both 'messages' and 'prompt', want one of them"
                         : "there is neither 'messages' nor 'prompt', want one of them");
  if (!messages) return model.tokenizer()->encode(string_field(json, "prompt"));
  return model.tokenizer()->encode(render(model, *messages, template_variables(json)),
                                   {.add_special = false, .parse_special = true});
}

// true, or how many of the best tokens are listed beside the chosen one; -1: none.
int read_logprobs(const ordered_json& json, const char* name, int if_true) {
  const ordered_json* value = find(json, name);
  if (!value || *value == false) return -1;
  if (*value == true) return if_true;
  if (!value->is_number_unsigned() || value->get<uint64_t>() > kMostLogprobs)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("'{}' is {}, want true, false or a whole number from 0 to {}", name,
                            value->is_primitive() ? value->dump() : value->type_name(), kMostLogprobs));
  return value->get<int>();
}

}  // namespace

Request read_request(const ordered_json& json, const llm::LanguageModel& model,
                     const llm::SamplingOverrides& flags) {
  const llm::SamplingOverrides chosen =
      llm::SamplingOverrides::from_request(json).over(flags).over(model.defaults());
  Request request;
  request.options.sampling = chosen.resolve();
  request.options.sampling.validate(model.sizes().vocabulary);
  request.options.max_tokens = chosen.max_tokens.value_or(-1);
  request.options.stop = chosen.stop.value_or(std::vector<std::string>());
  const int best = std::max(0, read_logprobs(json, "top_logprobs", 0));
  request.options.logprobs = read_logprobs(json, "logprobs", best);
  request.prompt = read_prompt(json, model);
  return request;
}

}  // namespace fusebox::apps
