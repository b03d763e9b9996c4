#include "fusebox/text/jinja/format.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

// Text that goes into a Markup format is escaped.
std::string adopt(const Value& format, std::string text, bool markup) {
  if (!format.is_markup() || markup) return text;
  std::string out;
  append_html_escaped(out, text);
  return out;
}

class Percent {
 public:
  Percent(Runtime& rt, const Value& format, const Value& values)
      : rt_(rt), format_(format), values_(values) {}

  Value run() {
    std::string_view text = format_.str();
    size_t at = 0;
    while (at < text.size()) {
      size_t percent = text.find('%', at);
      out_ += text.substr(at, percent - at);
      if (percent == std::string_view::npos) break;
      at = percent + 1;
      one(text, at);
      rt_.step();
      rt_.bound(out_.size());
    }
    bool all_used = !values_.is(Kind::kTuple)
                        ? used_ > 0 || keyed_ || values_.is(Kind::kDict) || is_sequence_like()
                        : used_ >= values_.items().size();
    if (!all_used) fail("not all arguments converted during string formatting");
    return rt_.text(std::move(out_), format_.is_markup());
  }

 private:
  // Python lets "text" % [..] pass: anything with __getitem__ but text and tuples counts as a mapping.
  bool is_sequence_like() const {
    return values_.is(Kind::kList) || values_.is(Kind::kRange) || values_.is_undefined();
  }

  const Value& next_value() {
    if (!values_.is(Kind::kTuple)) {
      if (used_++ > 0) fail("not enough arguments for format string");
      return values_;
    }
    if (used_ >= values_.items().size()) fail("not enough arguments for format string");
    return values_.items()[used_++];
  }

  const Value& named_value(std::string_view text, size_t& at) {
    size_t depth = 1, start = ++at;
    for (; at < text.size() && depth > 0; ++at) depth += text[at] == '(' ? 1 : text[at] == ')' ? -1 : 0;
    if (depth > 0) fail("incomplete format key");
    if (!values_.is(Kind::kDict)) fail("format requires a mapping");
    std::string_view key = text.substr(start, at - 1 - start);
    const Value* found = values_.dict().find(key);
    if (found == nullptr) fail(fmt::format("'{}'", key));
    keyed_ = true;
    return *found;
  }

  int64_t number(std::string_view text, size_t& at) {
    if (at < text.size() && text[at] == '*') {
      ++at;
      const Value& value = next_value();
      if (!value.is_integral()) fail("* wants int");
      return value.int_value();
    }
    int64_t n = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at)
      n = std::min<int64_t>(n * 10 + text[at] - '0', 2'000'000);
    return n;
  }

  void one(std::string_view text, size_t& at) {
    const Value* named = nullptr;
    if (at < text.size() && text[at] == '(') named = &named_value(text, at);
    FormatSpec spec;
    bool zero = false, left = false;
    for (; at < text.size() && std::string_view("-+ #0").find(text[at]) != std::string_view::npos; ++at) {
      if (text[at] == '-') left = true;
      if (text[at] == '0') zero = true;
      if (text[at] == '#') spec.alternate = true;
      if (text[at] == '+' || (text[at] == ' ' && spec.sign != '+')) spec.sign = text[at];
    }
    spec.width = number(text, at);
    if (spec.width < 0) {
      left = true;
      spec.width = -std::max<int64_t>(spec.width, -2'000'000);
    }
    if (at < text.size() && text[at] == '.') spec.precision = std::max<int64_t>(number(text, ++at), 0);
    while (at < text.size() && (text[at] == 'l' || text[at] == 'h' || text[at] == 'L')) ++at;
    if (at >= text.size()) fail("incomplete format");
    if (spec.width > 1'000'000 || spec.precision > 1'000'000)
      fail("a width or precision that large is not supported");
    char type = text[at++];
    if (type == '%') {
      out_ += '%';
      return;
    }
    spec.align = left ? '<' : '>';
    convert(named != nullptr ? *named : next_value(), type, spec, zero && !left);
  }

  void convert(const Value& value, char type, FormatSpec& spec, bool zero) {
    switch (type) {
      case 's':
      case 'r':
      case 'a': {
        spec.sign = '-';
        bool markup = type == 's' && value.is_markup();
        std::string text = adopt(format_, type == 's' ? str_of(rt_, value) : repr_of(rt_, value), markup);
        out_ += format_value(rt_, Value::string(std::move(text)), spec);
        return;
      }
      case 'c': character(value, spec); return;
      case 'd':
      case 'i':
      case 'u':
      case 'o':
      case 'x':
      case 'X': integer(value, type, spec, zero); return;
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        if (value.is_undefined()) fail(value.undefined_message());
        if (!value.is_number()) fail(fmt::format("must be real number, not {}", type_name(value)));
        if (spec.precision > 1000) fail("a precision that large is not supported");
        spec.type = type;
        if (zero && std::isfinite(value.as_double())) spec.fill = "0", spec.align = '=';
        out_ += format_value(rt_, Value::real(value.as_double()), spec);
        return;
      default:
        fail(fmt::format("unsupported format character '{}' (0x{:x})", type,
                         static_cast<unsigned char>(type)));
    }
  }

  void character(const Value& value, FormatSpec& spec) {
    std::string one;
    if (value.is_string() && value.text().chars == 1) {
      one = value.str();
    } else if (value.is_integral() && value.int_value() >= 0 && value.int_value() <= 0x10ffff &&
               (value.int_value() < 0xd800 || value.int_value() > 0xdfff)) {
      append_char(one, static_cast<char32_t>(value.int_value()));
    } else {
      fail("%c requires int or char");
    }
    spec.sign = '-';
    spec.precision = -1;
    out_ += format_value(rt_, Value::string(adopt(format_, std::move(one), false)), spec);
  }

  void integer(const Value& value, char type, FormatSpec& spec, bool zero) {
    if (value.is_undefined()) fail(value.undefined_message());
    bool truncates = type == 'd' || type == 'i' || type == 'u';
    if (!value.is_number() || (!truncates && !value.is_integral())) {
      fail(fmt::format("%{} format: {} is required, not {}", type, truncates ? "a real number" : "an integer",
                       type_name(value)));
    }
    double d = value.as_double();
    if (!value.is_integral() && !(std::abs(d) < 9.2e18)) fail("an integer beyond 64 bits");
    int64_t whole = value.is_integral() ? value.int_value() : static_cast<int64_t>(d);
    spec.type = truncates ? 'd' : type;
    if (zero) spec.fill = "0", spec.align = '=';
    int64_t digits = std::exchange(spec.precision, -1);
    if (digits > 0) {  // %.3d: at least that many digits
      FormatSpec inner = spec;
      inner.width = digits + (whole < 0 || spec.sign != '-' ? 1 : 0) + (spec.alternate && !truncates ? 2 : 0);
      inner.fill = "0";
      inner.align = '=';
      spec.sign = '-';
      spec.type = 0;
      std::string text = format_value(rt_, Value::integer(whole), inner);
      if (spec.fill == "0") spec.fill = " ", spec.align = '>';
      out_ += format_value(rt_, Value::string(std::move(text)), spec);
      return;
    }
    out_ += format_value(rt_, Value::integer(whole), spec);
  }

  Runtime& rt_;
  const Value& format_;
  const Value& values_;
  std::string out_;
  size_t used_ = 0;
  bool keyed_ = false;
};

class Braces {
 public:
  Braces(Runtime& rt, const Value& format, Args& args) : rt_(rt), format_(format), args_(args) {}

  std::string run(std::string_view text, int depth) {
    if (depth < 0) fail("Max string recursion exceeded");
    std::string out;
    for (size_t at = 0; at < text.size();) {
      char c = text[at++];
      if (c != '{' && c != '}') {
        out += c;
        continue;
      }
      if (at < text.size() && text[at] == c) {
        out += c;
        ++at;
        continue;
      }
      if (c == '}') fail("Single '}' encountered in format string");
      out += field(text, at, depth);
      rt_.step();
      rt_.bound(out.size());
    }
    return out;
  }

 private:
  std::string field(std::string_view text, size_t& at, int depth) {
    size_t start = at, open = 1;
    for (; at < text.size() && open > 0; ++at) open += text[at] == '{' ? 1 : text[at] == '}' ? -1 : 0;
    if (open > 0)
      fail(start >= text.size() ? "Single '{' encountered in format string"
                                : "expected '}' before end of string");
    std::string_view inside = text.substr(start, at - 1 - start);
    size_t brackets = inside.find('[');
    size_t split = inside.find_first_of("!:");
    if (brackets != std::string_view::npos && split != std::string_view::npos && brackets < split) {
      split = inside.find_first_of("!:", std::min(inside.find(']', brackets), inside.size()));
    }
    std::string_view name = inside.substr(0, split);
    std::string_view rest = split == std::string_view::npos ? "" : inside.substr(split);
    Value value = lookup(name);
    return convert(value, rest, depth);
  }

  std::string convert(Value value, std::string_view rest, int depth) {
    bool markup = value.is_markup();
    if (rest.starts_with('!')) {
      char how = rest.size() > 1 ? rest[1] : 0;
      rest.remove_prefix(std::min<size_t>(2, rest.size()));
      if (how != 's' && how != 'r') fail_unsupported(fmt::format("Unknown conversion specifier '{}'", how));
      value = Value::string(how == 's' ? str_of(rt_, value) : repr_of(rt_, value));
      markup = false;
    }
    if (!rest.empty() && rest[0] != ':') fail("expected ':' after conversion specifier");
    std::string spec = rest.empty() ? "" : run(rest.substr(1), depth - 1);
    std::string text = spec.empty() ? str_of(rt_, value) : format_value(rt_, value, parse_format_spec(spec));
    return adopt(format_, std::move(text), markup);
  }

  // "0.name[key]": the first part picks an argument, the others go into it.
  Value lookup(std::string_view name) {
    size_t end = std::min(name.find_first_of(".["), name.size());
    Value value = argument(name.substr(0, end));
    while (end < name.size()) {
      rt_.step();
      bool attribute = name[end] == '.';
      size_t start = end + 1;
      end = attribute ? std::min(name.find_first_of(".[", start), name.size()) : name.find(']', start);
      if (end == std::string_view::npos) fail("Missing ']' in format string");
      std::string_view part = name.substr(start, end - start);
      if (part.empty()) fail("Empty attribute in format string");
      value = attribute ? get_attribute(rt_, value, part) : get_item(rt_, value, key_of(part));
      if (!attribute) ++end;
      if (!attribute && end < name.size() && name[end] != '.' && name[end] != '[') {
        fail("Only '.' or '[' may follow ']' in format field specifier");
      }
    }
    return value;
  }

  static bool is_number(std::string_view text) {
    return !text.empty() && text.size() < 10 &&
           text.find_first_not_of("0123456789") == std::string_view::npos;
  }
  static int64_t to_number(std::string_view text) {
    int64_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
  }
  static Value key_of(std::string_view text) {
    return is_number(text) ? Value::integer(to_number(text)) : Value::string(std::string(text));
  }

  Value argument(std::string_view name) {
    if (name.empty() || is_number(name)) {
      bool automatic = name.empty();
      if (numbering_ != 0 && numbering_ != (automatic ? 'a' : 'm')) {
        fail("cannot switch between automatic field numbering and manual field specification");
      }
      numbering_ = automatic ? 'a' : 'm';
      size_t index = automatic ? next_++ : static_cast<size_t>(to_number(name));
      if (index >= args_.positional.size()) {
        fail(fmt::format("Replacement index {} out of range for positional args tuple", index));
      }
      return args_.positional[index];
    }
    for (const auto& [key, value] : args_.named) {
      if (key == name) return value;
    }
    fail(fmt::format("'{}'", name));
  }

  Runtime& rt_;
  const Value& format_;
  Args& args_;
  size_t next_ = 0;
  char numbering_ = 0;
};

}  // namespace

Value format_percent(Runtime& rt, const Value& format, const Value& values) {
  return Percent(rt, format, values).run();
}

Value format_braces(Runtime& rt, const Value& format, Args& args) {
  return rt.text(Braces(rt, format, args).run(format.str(), 2), format.is_markup());
}

}  // namespace fusebox::text::jinja
