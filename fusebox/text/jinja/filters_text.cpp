#include <fmt/format.h>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/format.h"
#include "fusebox/text/jinja/html.h"
#include "fusebox/text/jinja/methods.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

Value plain(Runtime& rt, const Value& input) {
  return input.is_markup() ? rt.text(input.str()) : to_string(rt, input);
}

template <std::string (*map)(std::string_view)>
Value mapped(Runtime& rt, const Value& input, Args& args) {
  args.bind("the filter", {});
  Value text = to_string(rt, input);
  rt.reserve(text.str().size());
  return rt.text(map(text.str()), text.is_markup());
}

// jinja2's own title case: a capital after blanks, hyphens and opening brackets.
Value title_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("title", {});
  Value value = to_string(rt, input);
  const std::string& text = value.str();
  auto separates = [](char32_t c) {
    return is_space(c) || c == '-' || c == '(' || c == '{' || c == '[' || c == '<';
  };
  std::string out;
  for (size_t at = 0; at < text.size();) {
    size_t start = at, end = at;
    bool separator = separates(next_char(text, end));
    while (end < text.size()) {
      size_t next = end;
      if (separates(next_char(text, next)) != separator) break;
      end = next;
    }
    size_t after_first = start;
    next_char(text, after_first);
    out += upper(std::string_view(text).substr(start, after_first - start));
    out += lower(std::string_view(text).substr(after_first, end - after_first));
    at = end;
  }
  rt.reserve(out.size());
  return rt.text(std::move(out));
}

Value trim_filter(Runtime& rt, const Value& input, Args& args) {
  Value chars = args.bind("trim", {"chars"})[0];
  return strip_chars(rt, to_string(rt, input), chars, true, true);
}

Value replace_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("replace", {"old", "new", "count"}, 2);
  Value text = plain(rt, input);
  return replace_text(rt, text, str_of(rt, a[0]), str_of(rt, a[1]), index_or(a[2], -1));
}

Value string_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("string", {});
  return to_string(rt, input);
}

Value center_filter(Runtime& rt, const Value& input, Args& args) {
  Value width = args.bind("center", {"width"})[0];
  return center_text(rt, to_string(rt, input), index_or(width, 80), " ");
}

Value format_filter(Runtime& rt, const Value& input, Args& args) {
  Value format = to_string(rt, input);
  if (args.named.empty()) return format_percent(rt, format, Value::tuple(std::move(args.positional)));
  if (!args.positional.empty()) fail("can't handle positional and keyword arguments at the same time");
  Dict values;
  for (auto& [name, value] : args.named) values.set(rt, rt.text(name), value);
  return format_percent(rt, format, Value::dict(std::move(values)));
}

Value indent_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("indent", {"width", "first", "blank"});
  as_text(input, "the input of indent");
  bool first = !a[1].is_missing() && truthy(rt, a[1]);
  bool blank = !a[2].is_missing() && truthy(rt, a[2]);
  std::string pad = a[0].is_string() ? a[0].str() : std::string();
  if (!a[0].is_string()) {
    int64_t width = std::max<int64_t>(index_or(a[0], 4), 0);
    rt.reserve(static_cast<uint64_t>(width));
    pad.assign(static_cast<size_t>(width), ' ');
  }
  std::string source = input.str() + "\n";  // so that a last empty line counts
  std::string out = first ? pad : "";
  bool is_first = true;
  for (std::string_view line : split_lines(source, false)) {
    if (!is_first) {
      out += '\n';
      if (blank || !line.empty()) out += pad;
    }
    is_first = false;
    out += line;
    rt.step(1 + pad.size() / 64);
    rt.bound(out.size());
  }
  return rt.text(std::move(out), input.is_markup());
}

Value truncate_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("truncate", {"length", "killwords", "end", "leeway"});
  std::string end = a[2].is_missing() ? "..." : as_text(a[2], "end");
  int64_t length = index_or(a[0], 255), leeway = index_or(a[3], 5), end_chars = count_chars(end);
  if (length < end_chars) fail(fmt::format("expected length >= {}, got {}", end_chars, length));
  if (leeway < 0) fail(fmt::format("expected leeway >= 0, got {}", leeway));
  auto size = length_of(rt, input);
  if (!size) fail(fmt::format("object of type '{}' has no len()", type_name(input)));
  if (*size - leeway <= length) return input;
  const Value& text = input;
  as_text(text, "the input of truncate");
  std::string kept = text.str().substr(0, byte_of_char(text.str(), length - end_chars));
  bool kill_words = !a[1].is_missing() && truthy(rt, a[1]);
  if (!kill_words) kept = kept.substr(0, kept.rfind(' '));
  return rt.text(kept + end, text.is_markup());
}

Value word_count(Runtime& rt, const Value& input, Args& args) {
  args.bind("wordcount", {});
  Value text = to_string(rt, input);
  rt.step(text.str().size() / 16);
  int64_t words = 0;
  bool inside = false;
  for (size_t at = 0; at < text.str().size();) {
    bool word = is_word(next_char(text.str(), at));
    words += word && !inside ? 1 : 0;
    inside = word;
  }
  return Value::integer(words);
}

Value escape_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("escape", {});
  if (input.is_markup()) return input;
  std::string out;
  Value text = to_string(rt, input);
  rt.reserve(text.str().size());
  append_html_escaped(out, text.str());
  return rt.text(std::move(out), true);
}

Value force_escape_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("forceescape", {});
  std::string out;
  Value text = to_string(rt, input);
  rt.reserve(text.str().size());
  append_html_escaped(out, text.str());
  return rt.text(std::move(out), true);
}

Value safe_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("safe", {});
  return rt.text(str_of(rt, input), true);
}

Value striptags_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("striptags", {});
  Value text = to_string(rt, input);
  rt.step(text.str().size() / 16);
  return rt.text(strip_tags(text.str()));
}

Value urlencode_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("urlencode", {});
  if (input.is_string() || !is_iterable(input)) return rt.text(url_quote(str_of(rt, input), false));
  std::vector<Value> pairs =
      collect(rt, input.is(Kind::kDict) ? Value::view(input, ViewKind::kItems) : input);
  std::string out;
  for (const Value& pair : pairs) {
    std::vector<Value> both = collect(rt, pair);
    if (both.size() != 2) fail("urlencode wants pairs");
    if (!out.empty()) out += '&';
    out += url_quote(str_of(rt, both[0]), true) + "=" + url_quote(str_of(rt, both[1]), true);
    rt.bound(out.size());
  }
  return rt.text(std::move(out));
}

Value xmlattr_filter(Runtime& rt, const Value& input, Args& args) {
  Value autospace = args.bind("xmlattr", {"autospace"})[0];
  if (!input.is(Kind::kDict)) fail(fmt::format("'{}' object has no attribute 'items'", type_name(input)));
  std::string out;
  for (const auto& [key, value] : input.dict().entries()) {
    if (value.is_none() || value.is_undefined()) continue;
    const std::string& name = as_text(key, "an attribute's name");
    if (name.find_first_of(" \t\n\r\f\v/>=") != std::string::npos) {
      fail(fmt::format("Invalid character in attribute name: {}", repr_of(rt, key)));
    }
    if (!out.empty()) out += ' ';
    auto append = [&](const Value& part) {
      if (part.is_markup()) {
        out += part.str();
      } else {
        append_html_escaped(out, str_of(rt, part));
      }
    };
    append(key);
    out += "=\"";
    append(value);
    out += '"';
    rt.bound(out.size());
  }
  bool space = autospace.is_missing() || truthy(rt, autospace);
  return rt.text(space && !out.empty() ? " " + out : out);
}

}  // namespace

const FilterTable& text_filters() {
  static const FilterTable table = {
      {"upper", mapped<upper>},   {"lower", mapped<lower>},        {"capitalize", mapped<capitalize>},
      {"title", title_filter},    {"trim", trim_filter},           {"replace", replace_filter},
      {"string", string_filter},  {"center", center_filter},       {"format", format_filter},
      {"indent", indent_filter},  {"truncate", truncate_filter},   {"wordcount", word_count},
      {"e", escape_filter},       {"escape", escape_filter},       {"forceescape", force_escape_filter},
      {"safe", safe_filter},      {"striptags", striptags_filter}, {"urlencode", urlencode_filter},
      {"xmlattr", xmlattr_filter}};
  return table;
}

}  // namespace fusebox::text::jinja
