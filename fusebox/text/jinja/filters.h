// The filters, tests and global functions a template may name: jinja2's own, and those that chat templates
// get on top (tojson in its plain form, raise_exception, strftime_now).
//
// A new filter: one function in one of the filters_*.cpp and its row in that file's table.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "fusebox/text/jinja/ast.h"

namespace fusebox::text::jinja {

using FilterTable = std::unordered_map<std::string_view, FilterFunction>;
using TestTable = std::unordered_map<std::string_view, TestFunction>;

FilterFunction find_filter(std::string_view name);  // null if there is none
TestFunction find_test(std::string_view name);
// "No filter named 'x'.", or why one that jinja2 has is not here.
std::string unknown_message(std::string_view what, const std::string& name);

Value find_global(Runtime& rt, std::string_view name);  // missing if there is none

const FilterTable& text_filters();
const FilterTable& number_filters();
const FilterTable& sequence_filters();
const FilterTable& selection_filters();
Value to_json(Runtime& rt, const Value& value, Args& args);  // the filter tojson

// What filters share: "a.b.0" looked up in an item, and jinja2's case-blind sort keys.
class Getter {
 public:
  explicit Getter(const Value& attribute, bool case_sensitive = true, Value otherwise = {});
  Value operator()(Runtime& rt, Value item) const;

 private:
  std::vector<Value> parts_;
  bool case_sensitive_;
  Value otherwise_;
};
// A stable merge sort. `keys` and `items` go together.
void sort_by(Runtime& rt, std::vector<Value>& keys, std::vector<Value>& items, bool reverse);

// A generator: `next` gives the items one by one, when they are asked for.
Value make_generator(Runtime& rt, std::function<bool(Runtime&, Value&)> next);

}  // namespace fusebox::text::jinja
