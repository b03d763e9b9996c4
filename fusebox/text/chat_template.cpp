#include "fusebox/text/chat_template.h"

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/text/jinja/ast.h"
#include "fusebox/text/jinja/evaluator.h"
#include "fusebox/text/jinja/json.h"
#include "fusebox/text/jinja/lexer.h"
#include "fusebox/text/jinja/parser.h"
#include "fusebox/text/jinja/strftime.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text {
namespace {

// "line 3, column 14: " of a byte; both count from 1, columns in characters.
std::string position(std::string_view source, uint32_t place) {
  std::string_view before = source.substr(0, std::min<size_t>(place, source.size()));
  auto line = std::count(before.begin(), before.end(), '\n') + 1;
  size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
  return fmt::format("line {}, column {}: ", line, jinja::count_chars(before.substr(start)) + 1);
}

}  // namespace

struct ChatTemplate::State {
  std::string source, name;
  std::string normalized;  // what places count in
  jinja::Tree tree;
};

ChatTemplate ChatTemplate::parse(std::string source, std::string name) {
  auto state = std::make_shared<State>();
  state->source = std::move(source);
  state->name = std::move(name);
  if (!jinja::valid_utf8(state->source)) {
    throw Error(ErrorKind::kInvalidArgument, "the template is not valid UTF-8").file(state->name);
  }
  if (state->source.size() >= UINT32_MAX) {
    throw Error(ErrorKind::kInvalidArgument, "the template is longer than 4 GiB").file(state->name);
  }
  state->normalized = jinja::normalize_source(state->source);
  try {
    state->tree = jinja::parse_template(state->normalized);
  } catch (const jinja::SyntaxFailure& failure) {
    throw Error(failure.kind, position(state->normalized, failure.place) + failure.message).file(state->name);
  }
  return ChatTemplate(std::move(state));
}

std::string ChatTemplate::render(const nlohmann::ordered_json& variables,
                                 const RenderOptions& options) const {
  if (!variables.is_object() && !variables.is_null()) {
    throw Error(ErrorKind::kInvalidArgument, "the variables of a template must be a JSON object")
        .file(state_->name);
  }
  jinja::Runtime rt({options.steps, options.depth, options.output_bytes}, options.now);
  bool running = false;
  try {
    if (options.now) jinja::parse_time(*options.now);  // refused even where the template never asks for it
    jinja::Dict values = jinja::dict_from_json(rt, variables);
    running = true;
    return jinja::Evaluator(rt, values).render(state_->tree);
  } catch (const jinja::Failure& failure) {
    if (failure.raised_by_template) {
      throw Error(failure.kind, failure.message).op("raise_exception").file(state_->name);
    }
    std::string where = running ? position(state_->normalized, rt.place) : "";
    Error error(failure.kind, where + failure.message);
    error.file(state_->name);
    if (!failure.hint.empty()) error.hint(failure.hint);
    throw error;
  }
}

const std::string& ChatTemplate::source() const { return state_->source; }
const std::string& ChatTemplate::name() const { return state_->name; }

nlohmann::ordered_json ChatVariables::to_json() const {
  nlohmann::ordered_json all = {{"messages", messages},
                                {"tools", tools},
                                {"documents", documents},
                                {"add_generation_prompt", add_generation_prompt}};
  if (bos_token) all["bos_token"] = *bos_token;
  if (eos_token) all["eos_token"] = *eos_token;
  for (const auto& [key, value] : extra.items()) all[key] = value;
  return all;
}

}  // namespace fusebox::text
