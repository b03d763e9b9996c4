#include <fmt/format.h>
#include <fmt/printf.h>

#include <cctype>
#include <cmath>
#include <string>

#include "fusebox/text/jinja/format.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

constexpr int64_t kMaxWidth = 1'000'000;  // wider columns are refused; Python would try
constexpr int64_t kMaxPrecision = 1'000;  // a double has no more than 1,074 digits

bool is_align(char c) { return c == '<' || c == '>' || c == '=' || c == '^'; }

int64_t take_number(std::string_view& text, int64_t most) {
  int64_t number = 0;
  while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
    number = std::min<int64_t>(number * 10 + (text[0] - '0'), most + 1);
    text.remove_prefix(1);
  }
  if (number > most) fail("a width or precision that large is not supported");
  return number;
}

// True if the specification names a fill character.
bool take_alignment(std::string_view& text, FormatSpec& spec) {
  size_t after_fill = 0;
  if (!text.empty()) next_char(text, after_fill);
  if (after_fill < text.size() && after_fill > 0 && is_align(text[after_fill])) {
    spec.fill = text.substr(0, after_fill);
    spec.align = text[after_fill];
    text.remove_prefix(after_fill + 1);
    return true;
  }
  if (!text.empty() && is_align(text[0])) {
    spec.align = text[0];
    text.remove_prefix(1);
  }
  return false;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

std::string grouped(std::string_view digits, char separator, size_t every) {
  if (separator == 0) return std::string(digits);
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % every == 0) out += separator;
    out += digits[i];
  }
  return out;
}

// Zeros that fill a number up to a width are grouped with its digits, and a group is not left without a
// digit.
std::string grouped_to_width(std::string digits, const FormatSpec& spec, size_t every, size_t beside) {
  bool zero_filled = spec.grouping != 0 && spec.fill == "0" && spec.align == '=';
  if (zero_filled) {
    auto width = static_cast<size_t>(spec.width);
    auto size_of = [&](size_t count) { return count + (count - 1) / every + beside; };
    while (size_of(digits.size()) < width) digits.insert(0, "0");
  }
  return grouped(digits, spec.grouping, every);
}

std::string sign_of(bool negative, char sign) {
  if (negative) return "-";
  return sign == '-' ? "" : std::string(1, sign);
}

// Pads `sign` + `body` to the width: '=' puts the padding between them.
std::string padded(Runtime& rt, const std::string& sign, const std::string& body, const FormatSpec& spec,
                   char align) {
  int64_t missing = spec.width - count_chars(sign) - count_chars(body);
  if (missing <= 0) return sign + body;
  rt.reserve(static_cast<uint64_t>(missing) * spec.fill.size() + body.size());
  auto fill = [&](int64_t count) {
    std::string out;
    for (int64_t i = 0; i < count; ++i) out += spec.fill;
    return out;
  };
  switch (align) {
    case '<': return sign + body + fill(missing);
    case '^': return fill(missing / 2) + sign + body + fill(missing - missing / 2);
    case '=': return sign + fill(missing) + body;
    default: return fill(missing) + sign + body;
  }
}

std::string format_int(Runtime& rt, int64_t value, const FormatSpec& spec) {
  uint64_t magnitude = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  if (spec.precision >= 0) fail("Precision not allowed in integer format specifier");
  std::string prefix, digits;
  switch (spec.type) {
    case 'b': digits = fmt::format("{:b}", magnitude), prefix = "0b"; break;
    case 'o': digits = fmt::format("{:o}", magnitude), prefix = "0o"; break;
    case 'x': digits = fmt::format("{:x}", magnitude), prefix = "0x"; break;
    case 'X': digits = fmt::format("{:X}", magnitude), prefix = "0X"; break;
    case 'c': {
      if (value < 0 || value > 0x10ffff) fail("%c arg not in range(0x110000)");
      std::string one;
      append_char(one, static_cast<char32_t>(value));
      return padded(rt, "", one, spec, spec.align == 0 ? '<' : spec.align);
    }
    default: digits = std::to_string(magnitude);
  }
  if (!spec.alternate) prefix.clear();
  bool decimal = spec.type == 0 || spec.type == 'd' || spec.type == 'n';
  std::string sign = sign_of(value < 0, spec.sign) + prefix;
  digits = grouped_to_width(std::move(digits), spec, decimal ? 3 : 4, sign.size());
  return padded(rt, sign, digits, spec, spec.align == 0 ? '>' : spec.align);
}

// Format type g (and the empty one with a precision), after C's %g; `repr` keeps ".0" on whole numbers.
std::string general(double magnitude, int64_t precision, bool alternate, bool repr) {
  int digits = static_cast<int>(std::max<int64_t>(precision, 1));
  std::string out = fmt::sprintf(alternate ? "%#.*g" : "%.*g", digits, magnitude);
  if (repr && std::isfinite(magnitude) && out.find_first_of(".e") == std::string::npos) out += ".0";
  return out;
}

std::string float_digits(double magnitude, const FormatSpec& spec) {
  int64_t precision = spec.precision < 0 ? 6 : spec.precision;
  int digits = static_cast<int>(precision);
  switch (spec.type) {
    case 'e':
    case 'E': return fmt::sprintf(spec.alternate ? "%#.*e" : "%.*e", digits, magnitude);
    case 'f':
    case 'F': return fmt::sprintf(spec.alternate ? "%#.*f" : "%.*f", digits, magnitude);
    case '%': return fmt::sprintf("%.*f", digits, magnitude * 100) + "%";
    case 'g':
    case 'G':
    case 'n': return general(magnitude, precision, spec.alternate, false);
    default:
      return spec.precision < 0 ? float_repr(magnitude) : general(magnitude, precision, spec.alternate, true);
  }
}

std::string format_float(Runtime& rt, double value, const FormatSpec& spec) {
  std::string body;
  if (std::isnan(value)) {
    body = "nan";
  } else if (std::isinf(value)) {
    body = "inf";
  } else {
    body = float_digits(std::abs(value), spec);
    size_t whole = body.find_first_not_of("0123456789");
    if (whole == std::string::npos) whole = body.size();
    std::string rest = body.substr(whole);
    size_t beside = rest.size() + (std::signbit(value) || spec.sign != '-' ? 1 : 0);
    body = grouped_to_width(body.substr(0, whole), spec, 3, beside) + rest;
  }
  if (!std::isfinite(value) && spec.type == '%') body += '%';
  if (spec.type == 'E' || spec.type == 'G' || spec.type == 'F') {
    for (char& c : body) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  bool negative = std::signbit(value) && !std::isnan(value);
  return padded(rt, sign_of(negative, spec.sign), body, spec, spec.align == 0 ? '>' : spec.align);
}

std::string format_text(Runtime& rt, std::string_view text, const FormatSpec& spec) {
  if (spec.sign != '-') fail("Sign not allowed in string format specifier");
  if (spec.align == '=') fail("'=' alignment not allowed in string format specifier");
  if (spec.precision >= 0) text = text.substr(0, byte_of_char(text, spec.precision));
  return padded(rt, "", std::string(text), spec, spec.align == 0 ? '<' : spec.align);
}

bool is_int_type(char type) { return std::string_view("bcdoxXn").find(type) != std::string_view::npos; }
bool is_float_type(char type) { return std::string_view("eEfFgGn%").find(type) != std::string_view::npos; }

[[noreturn]] void fail_type(const FormatSpec& spec, const Value& value) {
  fail(fmt::format("Unknown format code '{}' for object of type '{}'", spec.type, type_name(value)));
}

}  // namespace

FormatSpec parse_format_spec(std::string_view text) {
  FormatSpec spec;
  std::string_view whole = text;
  bool has_fill = take_alignment(text, spec);
  if (!text.empty() && (text[0] == '+' || text[0] == '-' || text[0] == ' ')) {
    spec.sign = text[0];
    text.remove_prefix(1);
  }
  spec.alternate = take(text, '#');
  if (take(text, '0')) {
    if (!has_fill) spec.fill = "0";
    if (spec.align == 0) spec.align = '=';
  }
  spec.width = take_number(text, kMaxWidth);
  if (!text.empty() && (text[0] == ',' || text[0] == '_')) {
    spec.grouping = text[0];
    text.remove_prefix(1);
  }
  if (take(text, '.')) {
    if (text.empty() || !std::isdigit(static_cast<unsigned char>(text[0])))
      fail("Format specifier missing precision");
    spec.precision = take_number(text, kMaxPrecision);
  }
  if (!text.empty()) {
    spec.type = text[0];
    text.remove_prefix(1);
  }
  if (!text.empty()) fail(fmt::format("Invalid format specifier '{}'", whole));
  return spec;
}

std::string format_value(Runtime& rt, const Value& value, const FormatSpec& spec) {
  if (value.is_string()) {
    FormatSpec text_spec = spec;
    if (spec.fill == "0" && spec.align == '=')
      text_spec.align = '<';  // "05" pads text with zeros on the right
    if (spec.type != 0 && spec.type != 's') fail_type(spec, value);
    return format_text(rt, value.str(), text_spec);
  }
  if (value.is(Kind::kFloat)) {
    if (spec.type != 0 && !is_float_type(spec.type)) fail_type(spec, value);
    return format_float(rt, value.float_value(), spec);
  }
  if (value.is_integral()) {
    if (is_float_type(spec.type) && spec.type != 'n') return format_float(rt, value.as_double(), spec);
    if (spec.type != 0 && !is_int_type(spec.type)) fail_type(spec, value);
    return format_int(rt, value.int_value(), spec);
  }
  fail(fmt::format("unsupported format string passed to {}.__format__", type_name(value)));
}

}  // namespace fusebox::text::jinja
