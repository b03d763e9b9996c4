// JSON in, JSON out: a chat's variables as values, and the filter tojson, which is Python's json.dumps.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "fusebox/text/jinja/runtime.h"

namespace fusebox::text::jinja {

// Fails for text that is not UTF-8, integers beyond 64 bits and nesting beyond kMaxValueDepth.
Value from_json(Runtime& rt, const nlohmann::ordered_json& json);
Dict dict_from_json(Runtime& rt, const nlohmann::ordered_json& object);

struct JsonStyle {
  bool ensure_ascii = false;
  bool sort_keys = false;
  bool pretty = false;  // line breaks, `indent` for every level
  std::string indent;
  std::string item_separator = ", ";
  std::string key_separator = ": ";
};
std::string dump_json(Runtime& rt, const Value& value, const JsonStyle& style);

}  // namespace fusebox::text::jinja
