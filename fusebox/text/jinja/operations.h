// Python's operators and protocols on values: truth, equality, order, arithmetic, iteration, text.
//
// Each follows Python 3, jinja2's Undefined included (false, empty, equal to itself, an error in arithmetic).
// What Python answers with TypeError, ValueError, ZeroDivisionError or OverflowError is a Failure here.
// Integers have 64 bits: a result beyond them is a Failure too, where Python's would grow.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "fusebox/text/jinja/runtime.h"
#include "fusebox/text/jinja/value.h"

namespace fusebox::text::jinja {

bool truthy(Runtime& rt, const Value& value);
bool equal(Runtime& rt, const Value& a, const Value& b);
bool less(Runtime& rt, const Value& a, const Value& b, std::string_view op = "<");
bool less_equal(Runtime& rt, const Value& a, const Value& b, std::string_view op = "<=");
size_t hash_of(Runtime& rt, const Value& value);  // equal values have equal hashes; lists and dicts have none
bool contains(Runtime& rt, const Value& container, const Value& item);
std::optional<int64_t> length_of(Runtime& rt, const Value& value);  // none: the type has no len()

enum class Arithmetic : uint8_t { kAdd, kSub, kMul, kDiv, kFloorDiv, kMod, kPow };
Value arithmetic(Runtime& rt, Arithmetic op, const Value& a, const Value& b);
Value negate(const Value& value);
Value positive(const Value& value);

std::string float_repr(double d);
std::string str_of(Runtime& rt, const Value& value);
std::string repr_of(Runtime& rt, const Value& value);
Value to_string(Runtime& rt, const Value& value);  // the value itself if it is a string
void append_html_escaped(std::string& out, std::string_view text);

// obj.name and obj[key] with jinja2's rules: each falls back to the other, then to an undefined value.
Value get_attribute(Runtime& rt, const Value& object, std::string_view name);
Value get_item(Runtime& rt, const Value& object, const Value& key);
Value get_slice(Runtime& rt, const Value& object, const Value& start, const Value& stop, const Value& step);
// A member only, never an item; missing if there is none.
Value get_member(Runtime& rt, const Value& object, std::string_view name);

Value call_value(Runtime& rt, const Value& callee, Args& args);
bool is_callable(const Value& value);

// An integer for indexing or counting; bool passes, float does not.
int64_t as_index(const Value& value);
// The argument `value`, or `otherwise` where it is missing or None.
int64_t index_or(const Value& value, int64_t otherwise);
// The text of a string argument; fails for another type.
const std::string& as_text(const Value& value, std::string_view what);

bool is_iterable(const Value& value);

// Walks what Python would iterate over. Keeps its source alive.
class Cursor {
 public:
  Cursor(Runtime& rt, Value source);  // fails if it cannot be iterated
  bool next(Runtime& rt, Value& out);

 private:
  Value source_;
  size_t at_ = 0;
};
std::vector<Value> collect(Runtime& rt, const Value& iterable);

}  // namespace fusebox::text::jinja
