#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

void append_string_repr(std::string& out, std::string_view text) {
  bool has_single = text.find('\'') != std::string_view::npos;
  char quote = has_single && text.find('"') == std::string_view::npos ? '"' : '\'';
  out += quote;
  for (size_t at = 0; at < text.size();) {
    size_t start = at;
    char32_t c = next_char(text, at);
    if (c == static_cast<char32_t>(quote) || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (is_printable(c)) {
      out += text.substr(start, at - start);
    } else if (c < 0x100) {
      out += fmt::format("\\x{:02x}", static_cast<uint32_t>(c));
    } else if (c < 0x10000) {
      out += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
    } else {
      out += fmt::format("\\U{:08x}", static_cast<uint32_t>(c));
    }
  }
  out += quote;
}

void append_repr(Runtime& rt, std::string& out, const Value& value);

void append_items(Runtime& rt, std::string& out, const std::vector<Value>& items) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ", ";
    append_repr(rt, out, items[i]);
  }
}

void append_dict(Runtime& rt, std::string& out, const Dict& dict) {
  out += '{';
  for (size_t i = 0; i < dict.size(); ++i) {
    if (i > 0) out += ", ";
    append_repr(rt, out, dict.entries()[i].first);
    out += ": ";
    append_repr(rt, out, dict.entries()[i].second);
  }
  out += '}';
}

void append_view(Runtime& rt, std::string& out, const Value& view) {
  out += type_name(view);
  out += "([";
  bool first = true;
  for (const auto& [key, value] : view.view_dict().entries()) {
    if (!first) out += ", ";
    first = false;
    if (view.view_kind() == ViewKind::kItems) out += '(';
    if (view.view_kind() != ViewKind::kValues) append_repr(rt, out, key);
    if (view.view_kind() == ViewKind::kItems) out += ", ";
    if (view.view_kind() != ViewKind::kKeys) append_repr(rt, out, value);
    if (view.view_kind() == ViewKind::kItems) out += ')';
  }
  out += "])";
}

void append_range(std::string& out, const Range& range) {
  out += fmt::format("range({}, {}", range.start, range.stop);
  if (range.step != 1) out += fmt::format(", {}", range.step);
  out += ')';
}

void append_repr(Runtime& rt, std::string& out, const Value& value) {
  rt.step();
  rt.bound(out.size());
  Nesting nesting(rt);
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined: out += "Undefined"; break;
    case Kind::kNone: out += "None"; break;
    case Kind::kBool: out += value.bool_value() ? "True" : "False"; break;
    case Kind::kInt: out += std::to_string(value.int_value()); break;
    case Kind::kFloat: out += float_repr(value.float_value()); break;
    case Kind::kString:
      rt.step(value.str().size() / 16);
      if (value.is_markup()) out += "Markup(";
      append_string_repr(out, value.str());
      if (value.is_markup()) out += ')';
      break;
    case Kind::kList:
      out += '[';
      append_items(rt, out, value.items());
      out += ']';
      break;
    case Kind::kTuple:
      out += '(';
      append_items(rt, out, value.items());
      out += value.items().size() == 1 ? ",)" : ")";
      break;
    case Kind::kDict: append_dict(rt, out, value.dict()); break;
    case Kind::kView: append_view(rt, out, value); break;
    case Kind::kRange: append_range(out, value.range()); break;
    case Kind::kMethod:
      fail(fmt::format("the method '{}' has no text of its own; call it", value.method_name()));
    case Kind::kObject: out += value.object()->repr(rt); break;
  }
}

// Digits and exponent as in 1.2345e+06 → "12345", 6.
std::pair<std::string, int> shortest_digits(double d) {
  char buffer[40];
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, d, std::chars_format::scientific);
  std::string_view text(buffer, static_cast<size_t>(end - buffer));
  size_t e = text.find('e');
  int exponent = 0;
  std::string_view digits = text.substr(e + 1);
  if (digits[0] == '+') digits.remove_prefix(1);
  std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  std::string mantissa(text.substr(0, e));
  std::erase(mantissa, '.');
  return {mantissa, exponent};
}

}  // namespace

std::string float_repr(double d) {
  if (std::isnan(d)) return "nan";
  std::string sign = std::signbit(d) ? "-" : "";
  if (std::isinf(d)) return sign + "inf";
  auto [digits, exponent] = shortest_digits(std::abs(d));
  int size = static_cast<int>(digits.size());
  if (exponent < -4 || exponent >= 16) {
    std::string fraction = size > 1 ? "." + digits.substr(1) : "";
    return fmt::format("{}{}{}e{}{:02}", sign, digits[0], fraction, exponent < 0 ? '-' : '+',
                       std::abs(exponent));
  }
  if (exponent < 0) return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  if (exponent + 1 >= size) {
    return sign + digits + std::string(static_cast<size_t>(exponent + 1 - size), '0') + ".0";
  }
  size_t point = static_cast<size_t>(exponent + 1);
  return sign + digits.substr(0, point) + "." + digits.substr(point);
}

std::string repr_of(Runtime& rt, const Value& value) {
  std::string out;
  append_repr(rt, out, value);
  rt.bound(out.size());
  return out;
}

std::string str_of(Runtime& rt, const Value& value) {
  if (value.is_string()) return value.str();
  if (value.is_undefined()) return {};
  return repr_of(rt, value);
}

Value to_string(Runtime& rt, const Value& value) {
  return value.is_string() ? value : rt.text(str_of(rt, value));
}

void append_html_escaped(std::string& out, std::string_view text) {
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '\'': out += "&#39;"; break;
      case '"': out += "&#34;"; break;
      default: out += c;
    }
  }
}

}  // namespace fusebox::text::jinja
