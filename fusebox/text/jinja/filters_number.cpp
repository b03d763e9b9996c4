#include <fmt/format.h>
#include <fmt/printf.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

// Underscores may stand between digits only.
bool drop_underscores(std::string& digits) {
  for (size_t i = 0; i < digits.size(); ++i) {
    if (digits[i] != '_') continue;
    bool between = i > 0 && i + 1 < digits.size() &&
                   std::isalnum(static_cast<unsigned char>(digits[i - 1])) &&
                   std::isalnum(static_cast<unsigned char>(digits[i + 1]));
    if (!between) return false;
  }
  std::erase(digits, '_');
  return true;
}

// Without the blanks around it, and decimal digits of any script as ASCII.
std::string plain_digits(std::string_view text) {
  std::string out;
  text = strip(text);
  for (size_t at = 0; at < text.size();) {
    char32_t c = next_char(text, at);
    append_char(out, c >= 0x80 && is_decimal(c) ? static_cast<char32_t>('0' + decimal_value(c)) : c);
  }
  return out;
}

// Python's int("…", base); nothing for text that is no integer, a Failure for one beyond 64 bits.
std::optional<int64_t> parse_int(std::string_view text, int base) {
  std::string digits = plain_digits(text);
  bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  if (digits.starts_with('0') && digits.size() > 2) {
    int mark = digits[1] | 0x20;
    int prefixed = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (prefixed != 0 && (base == prefixed || base == 0)) {
      base = prefixed;
      digits.erase(0, digits[2] == '_' ? 3 : 2);
    }
  }
  if (base == 0) base = 10;
  if (!drop_underscores(digits) || digits.empty() || digits[0] == '-') return std::nullopt;
  if (negative) digits.insert(0, "-");
  int64_t number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
  if (end != digits.data() + digits.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) fail("an integer beyond 64 bits");
  return error == std::errc() ? std::optional(number) : std::nullopt;
}

// Python's float("…").
std::optional<double> parse_float(std::string_view text) {
  std::string digits = plain_digits(text);
  if (!drop_underscores(digits)) return std::nullopt;
  bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) digits.erase(0, 1);
  std::string word = lower(digits);
  if (word == "inf" || word == "infinity") return negative ? -HUGE_VAL : HUGE_VAL;
  if (word == "nan") return std::nan("");
  if (digits.empty() || (digits[0] != '.' && (digits[0] < '0' || digits[0] > '9'))) return std::nullopt;
  double number = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (end != digits.data() + digits.size()) return std::nullopt;
  if (error == std::errc::result_out_of_range) {
    size_t exponent = digits.find_first_of("eE");
    bool tiny = exponent != std::string::npos && exponent + 1 < digits.size() && digits[exponent + 1] == '-';
    number = tiny ? 0 : HUGE_VAL;
  } else if (error != std::errc()) {
    return std::nullopt;
  }
  return negative ? -number : number;
}

Value truncated(double d, const Value& otherwise) {
  if (!std::isfinite(d)) return otherwise;
  if (std::abs(d) >= 9223372036854775808.0) fail("an integer beyond 64 bits");
  return Value::integer(static_cast<int64_t>(d));
}

Value int_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("int", {"default", "base"});
  Value otherwise = a[0].is_missing() ? Value::integer(0) : a[0];
  int64_t base = index_or(a[1], 10);
  if (input.is_undefined()) fail(input.undefined_message());
  if (input.is_integral()) return Value::integer(input.int_value());
  if (input.is(Kind::kFloat)) {
    if (std::isinf(input.float_value())) return otherwise;
    return truncated(input.float_value(), otherwise);
  }
  if (!input.is_string()) return otherwise;
  rt.step(input.str().size() / 64);
  bool base_known = base == 0 || (base >= 2 && base <= 36);
  if (auto number = base_known ? parse_int(input.str(), static_cast<int>(base)) : std::nullopt) {
    return Value::integer(*number);
  }
  auto number = parse_float(input.str());
  return number ? truncated(*number, otherwise) : otherwise;
}

Value float_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("float", {"default"});
  if (input.is_undefined()) fail(input.undefined_message());
  if (input.is_number()) return Value::real(input.as_double());
  if (input.is_string()) {
    rt.step(input.str().size() / 64);
    if (auto number = parse_float(input.str())) return Value::real(*number);
  }
  return a[0].is_missing() ? Value::real(0) : a[0];
}

Value round_int(int64_t value, int64_t precision) {
  if (precision >= 0) return Value::integer(value);
  if (precision < -18) return Value::integer(0);
  int64_t unit = 1;
  for (int64_t i = 0; i < -precision; ++i) unit *= 10;
  int64_t rest = value % unit, rounded = value - rest, half = unit / 2;
  bool odd = (rounded / unit) % 2 != 0;
  bool away = std::abs(rest) > half || (std::abs(rest) == half && odd);
  if (away && __builtin_add_overflow(rounded, rest < 0 ? -unit : unit, &rounded))
    fail("an integer beyond 64 bits");
  return Value::integer(rounded);
}

double round_float(double value, int64_t precision) {
  if (!std::isfinite(value) || precision > 323) return value;
  if (precision < -308) return std::copysign(0.0, value);
  if (precision >= 0) {
    // printf rounds the exact binary value half to even, as Python does.
    std::string text = fmt::sprintf("%.*f", static_cast<int>(precision), value);
    double rounded = value;
    std::from_chars(text.data(), text.data() + text.size(), rounded);
    return rounded;
  }
  double unit = std::pow(10.0, static_cast<double>(-precision));
  double scaled = value / unit;
  double rounded = std::round(scaled);
  if (std::abs(scaled - rounded) == 0.5) rounded = 2 * std::round(scaled / 2);
  return rounded * unit;
}

Value round_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("round", {"precision", "method"});
  int64_t precision = index_or(a[0], 0);
  std::string method = a[1].is_missing() ? "common" : str_of(rt, a[1]);
  if (method != "common" && method != "ceil" && method != "floor")
    fail("method must be common, ceil or floor");
  if (input.is_undefined()) fail(input.undefined_message());
  if (!input.is_number()) fail(fmt::format("type {} doesn't define __round__ method", type_name(input)));
  if (method == "common") {
    if (input.is_integral()) return round_int(input.int_value(), precision);
    return Value::real(round_float(input.float_value(), precision));
  }
  // jinja2: func(value * 10**precision) / 10**precision, an integer inside and a float at the end.
  Value unit = arithmetic(rt, Arithmetic::kPow, Value::integer(10), Value::integer(precision));
  double scaled = arithmetic(rt, Arithmetic::kMul, input, unit).as_double();
  if (!std::isfinite(scaled)) fail("cannot convert float infinity or NaN to integer");
  double whole = method == "ceil" ? std::ceil(scaled) : std::floor(scaled);
  return Value::real((whole + 0.0) / unit.as_double());  // Python's ceil has no negative zero
}

Value abs_filter(Runtime&, const Value& input, Args& args) {
  args.bind("abs", {});
  if (input.is_undefined()) fail(input.undefined_message());
  if (input.is(Kind::kFloat)) return Value::real(std::abs(input.float_value()));
  if (!input.is_integral()) fail(fmt::format("bad operand type for abs(): '{}'", type_name(input)));
  return input.int_value() < 0 ? negate(input) : Value::integer(input.int_value());
}

Value filesize_filter(Runtime& rt, const Value& input, Args& args) {
  Value binary = args.bind("filesizeformat", {"binary"})[0];
  bool is_binary = !binary.is_missing() && truthy(rt, binary);
  Args none;
  double bytes = 0;
  if (input.is_string()) {
    auto number = parse_float(input.str());
    if (!number) fail(fmt::format("could not convert string to float: {}", repr_of(rt, input)));
    bytes = *number;
  } else {
    bytes = float_filter(rt, input, none).float_value();
  }
  double base = is_binary ? 1024 : 1000;
  if (bytes == 1) return rt.text("1 Byte");
  if (bytes <= -9.2e18) fail("an integer beyond 64 bits");
  if (bytes < base) return rt.text(fmt::format("{} Bytes", static_cast<int64_t>(bytes)));
  std::string_view prefixes = is_binary ? "KMGTPEZY" : "kMGTPEZY";
  double unit = base;
  for (size_t i = 0;; ++i) {
    unit *= base;
    if (bytes < unit || i + 1 == prefixes.size()) {
      return rt.text(fmt::format("{:.1f} {}{}", base * bytes / unit, prefixes[i], is_binary ? "iB" : "B"));
    }
  }
}

}  // namespace

const FilterTable& number_filters() {
  static const FilterTable table = {{"int", int_filter},
                                    {"float", float_filter},
                                    {"round", round_filter},
                                    {"abs", abs_filter},
                                    {"filesizeformat", filesize_filter}};
  return table;
}

}  // namespace fusebox::text::jinja
