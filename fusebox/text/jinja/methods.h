// The methods of Python's own types that a template may call: "a,b".split(","), message.get("role").
//
// A method that would change its object is known but out of reach, as in jinja2's immutable sandbox; one that
// is known and not done here fails when it is called.
#pragma once

#include <string_view>
#include <unordered_map>

#include "fusebox/text/jinja/runtime.h"

namespace fusebox::text::jinja {

struct Method {
  Value (*run)(Runtime& rt, const Value& self, Args& args) = nullptr;  // null: not supported
  bool changes_object = false;
};
using MethodTable = std::unordered_map<std::string_view, Method>;

const MethodTable& methods_of(const Value& value);  // empty for a type without methods
Value call_method(Runtime& rt, const Value& self, std::string_view name, Args& args);

const MethodTable& string_methods();  // all of them; the next two are parts of it
const MethodTable& string_predicates();
const MethodTable& string_splitters();

// What the methods and the filters of the same names share.
Value text_like(Runtime& rt, const Value& self, std::string bytes);  // Markup stays Markup
// A search from the right may compare every byte with every other: it pays for what it may come to.
size_t find_last(Runtime& rt, std::string_view text, std::string_view wanted);
std::vector<Value> split_space(Runtime& rt, const Value& text, int64_t most);
Value replace_text(Runtime& rt, const Value& text, std::string_view old, std::string_view by, int64_t most);
Value strip_chars(Runtime& rt, const Value& text, const Value& chars, bool left, bool right);
Value center_text(Runtime& rt, const Value& text, int64_t width, std::string_view fill);
std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends);

}  // namespace fusebox::text::jinja
