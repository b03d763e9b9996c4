// str.isdigit and its kin.
#include <fmt/format.h>

#include <algorithm>

#include "fusebox/text/jinja/methods.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

template <bool (*test)(char32_t)>
Value all_chars(Runtime& rt, const Value& self, Args& args) {
  args.bind("a method without arguments", {});
  rt.step(self.str().size() / 16);
  const std::string& text = self.str();
  for (size_t at = 0; at < text.size();) {
    if (!test(next_char(text, at))) return Value::boolean(false);
  }
  return Value::boolean(!text.empty());
}

bool is_alnum(char32_t c) { return is_alpha(c) || is_numeric(c); }

// islower, isupper: no character of the other case, and one of this.
template <bool (*wanted)(char32_t), bool (*other)(char32_t)>
Value one_case(Runtime& rt, const Value& self, Args& args) {
  args.bind("a method without arguments", {});
  rt.step(self.str().size() / 16);
  bool found = false;
  for (size_t at = 0; at < self.str().size();) {
    char32_t c = next_char(self.str(), at);
    if (other(c) || is_title(c)) return Value::boolean(false);
    found = found || wanted(c);
  }
  return Value::boolean(found);
}

Value is_ascii(Runtime&, const Value& self, Args& args) {
  args.bind("isascii", {});
  return Value::boolean(static_cast<int64_t>(self.str().size()) == self.text().chars);
}

Value is_printable_text(Runtime&, const Value& self, Args& args) {
  args.bind("isprintable", {});
  for (size_t at = 0; at < self.str().size();) {
    if (!is_printable(next_char(self.str(), at))) return Value::boolean(false);
  }
  return Value::boolean(true);
}

Value is_identifier(Runtime&, const Value& self, Args& args) {
  args.bind("isidentifier", {});
  const std::string& text = self.str();
  for (size_t at = 0; at < text.size();) {
    bool first = at == 0;
    char32_t c = next_char(text, at);
    if (first ? !is_identifier_start(c) : !is_identifier_part(c)) return Value::boolean(false);
  }
  return Value::boolean(!text.empty());
}

Value is_title_text(Runtime&, const Value& self, Args& args) {
  args.bind("istitle", {});
  bool inside = false, found = false;
  for (size_t at = 0; at < self.str().size();) {
    char32_t c = next_char(self.str(), at);
    bool capital = is_upper(c) || is_title(c), small = is_lower(c);
    if ((capital && inside) || (small && !inside)) return Value::boolean(false);
    found = found || capital || small;
    inside = capital || small;
  }
  return Value::boolean(found);
}

}  // namespace

const MethodTable& string_predicates() {
  static const MethodTable table = {
      {"isalpha", {all_chars<is_alpha>}},
      {"isdigit", {all_chars<is_digit>}},
      {"isdecimal", {all_chars<is_decimal>}},
      {"isnumeric", {all_chars<is_numeric>}},
      {"isalnum", {all_chars<is_alnum>}},
      {"isspace", {all_chars<is_space>}},
      {"islower", {one_case<is_lower, is_upper>}},
      {"isupper", {one_case<is_upper, is_lower>}},
      {"istitle", {is_title_text}},
      {"isascii", {is_ascii}},
      {"isprintable", {is_printable_text}},
      {"isidentifier", {is_identifier}},
  };
  return table;
}

}  // namespace fusebox::text::jinja
