// Strings into their parts: split, splitlines, partition.
#include <fmt/format.h>

#include <algorithm>

#include "fusebox/text/jinja/methods.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

template <bool from_right>
Value partitioned(Runtime& rt, const Value& self, Args& args) {
  const Value separator = args.bind("partition", {"sep"}, 1)[0];
  const std::string& sep = as_text(separator, "the separator");
  if (sep.empty()) fail("empty separator");
  const std::string& text = self.str();
  size_t at = from_right ? find_last(rt, text, sep) : find_text(text, sep);
  auto part = [&](std::string bytes) { return text_like(rt, self, std::move(bytes)); };
  if (at == std::string::npos) {
    return from_right ? Value::tuple({part(""), part(""), self}) : Value::tuple({self, part(""), part("")});
  }
  return Value::tuple({part(text.substr(0, at)), part(sep), part(text.substr(at + sep.size()))});
}

Value lines_of(Runtime& rt, const Value& self, Args& args) {
  Value keep = args.bind("splitlines", {"keepends"})[0];
  std::vector<Value> lines;
  for (std::string_view line : split_lines(self.str(), !keep.is_missing() && truthy(rt, keep))) {
    lines.push_back(text_like(rt, self, std::string(line)));
    rt.step();
  }
  return Value::list(std::move(lines));
}

std::vector<Value> split_at(Runtime& rt, const Value& self, const std::string& sep, int64_t most) {
  if (sep.empty()) fail("empty separator");
  std::vector<Value> parts;
  const std::string& text = self.str();
  size_t start = 0;
  for (size_t at; most != 0 && (at = find_text(text, sep, start)) != std::string::npos; --most) {
    parts.push_back(text_like(rt, self, text.substr(start, at - start)));
    rt.step(2);
    start = at + sep.size();
  }
  parts.push_back(text_like(rt, self, text.substr(start)));
  return parts;
}

std::vector<Value> split_at_from_right(Runtime& rt, const Value& self, const std::string& sep, int64_t most) {
  if (sep.empty()) fail("empty separator");
  std::vector<Value> parts;
  const std::string& text = self.str();
  size_t end = text.size();
  while (most-- != 0 && end >= sep.size()) {
    size_t at = find_last(rt, std::string_view(text).substr(0, end), sep);
    if (at == std::string::npos) break;
    parts.push_back(text_like(rt, self, text.substr(at + sep.size(), end - at - sep.size())));
    rt.step(2);
    end = at;
  }
  parts.push_back(text_like(rt, self, text.substr(0, end)));
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::vector<Value> split_space_from_right(Runtime& rt, const Value& self, int64_t most) {
  std::vector<Value> parts;
  std::string_view rest = strip_right(self.str());
  while (!rest.empty() && most-- != 0) {
    size_t start = rest.size();
    while (start > 0) {
      size_t before = start - 1;
      while (before > 0 && (static_cast<unsigned char>(rest[before]) & 0xc0) == 0x80) --before;
      size_t at = before;
      if (is_space(next_char(rest, at))) break;
      start = before;
    }
    parts.push_back(text_like(rt, self, std::string(rest.substr(start))));
    rt.step(2);
    rest = strip_right(rest.substr(0, start));
  }
  if (!rest.empty()) parts.push_back(text_like(rt, self, std::string(rest)));
  std::reverse(parts.begin(), parts.end());
  return parts;
}

template <bool from_right>
Value split(Runtime& rt, const Value& self, Args& args) {
  std::vector<Value> a = args.bind("split", {"sep", "maxsplit"});
  rt.step(self.str().size() / 16);
  int64_t most = index_or(a[1], -1);
  if (a[0].is_missing() || a[0].is_none()) {
    return Value::list(from_right ? split_space_from_right(rt, self, most) : split_space(rt, self, most));
  }
  const std::string& sep = as_text(a[0], "the separator");
  return Value::list(from_right ? split_at_from_right(rt, self, sep, most) : split_at(rt, self, sep, most));
}

}  // namespace

std::vector<Value> split_space(Runtime& rt, const Value& self, int64_t most) {
  std::vector<Value> parts;
  std::string_view rest = strip_left(self.str());
  while (!rest.empty() && most-- != 0) {
    size_t end = 0;
    while (end < rest.size()) {
      size_t at = end;
      if (is_space(next_char(rest, at))) break;
      end = at;
    }
    parts.push_back(text_like(rt, self, std::string(rest.substr(0, end))));
    rt.step(2);
    rest = strip_left(rest.substr(end));
  }
  if (!rest.empty()) parts.push_back(text_like(rt, self, std::string(rest)));
  return parts;
}

std::vector<std::string_view> split_lines(std::string_view text, bool keep_ends) {
  std::vector<std::string_view> lines;
  size_t start = 0;
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    char32_t c = next_char(text, at);
    if (!is_line_break(c)) continue;
    if (c == '\r' && at < text.size() && text[at] == '\n') ++at;
    lines.push_back(text.substr(start, (keep_ends ? at : end) - start));
    start = at;
  }
  if (start < text.size()) lines.push_back(text.substr(start));
  return lines;
}

const MethodTable& string_splitters() {
  static const MethodTable table = {
      {"split", {split<false>}},           {"rsplit", {split<true>}},           {"splitlines", {lines_of}},
      {"partition", {partitioned<false>}}, {"rpartition", {partitioned<true>}},
  };
  return table;
}

}  // namespace fusebox::text::jinja
