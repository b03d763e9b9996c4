#include <fmt/format.h>

#include <algorithm>

#include "fusebox/text/jinja/format.h"
#include "fusebox/text/jinja/methods.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

// What a Markup takes in, it escapes.
std::string adopted(const Value& self, const Value& part) {
  if (!self.is_markup() || part.is_markup()) return part.str();
  std::string out;
  append_html_escaped(out, part.str());
  return out;
}

template <std::string (*map)(std::string_view)>
Value mapped(Runtime& rt, const Value& self, Args& args) {
  args.bind("a method without arguments", {});
  rt.reserve(self.str().size());
  return text_like(rt, self, map(self.str()));
}

template <bool left, bool right>
Value stripped(Runtime& rt, const Value& self, Args& args) {
  return strip_chars(rt, self, args.bind("strip", {"chars"})[0], left, right);
}

Value remove_prefix(Runtime& rt, const Value& self, Args& args) {
  const Value prefix = args.bind("removeprefix", {"prefix"}, 1)[0];
  const std::string& p = as_text(prefix, "the argument of removeprefix()");
  return self.str().starts_with(p) ? text_like(rt, self, self.str().substr(p.size())) : self;
}

Value remove_suffix(Runtime& rt, const Value& self, Args& args) {
  const Value suffix = args.bind("removesuffix", {"suffix"}, 1)[0];
  const std::string& s = as_text(suffix, "the argument of removesuffix()");
  if (!self.str().ends_with(s)) return self;
  return text_like(rt, self, self.str().substr(0, self.str().size() - s.size()));
}

// The bytes of characters [start, stop) of `self`, with Python's defaults and clamping; `base` is where they
// start.
bool window(const Value& self, const Value& start, const Value& stop, std::string_view& bytes, size_t& base) {
  int64_t length = self.text().chars;
  auto clamp = [&](int64_t i) { return i < 0 ? (i < -length ? 0 : i + length) : i; };
  int64_t from = clamp(index_or(start, 0));
  int64_t to = std::min(clamp(index_or(stop, length)), length);
  if (from > length || from > to) return false;
  base = byte_of_char(self.str(), from);
  bytes = std::string_view(self.str()).substr(base, byte_of_char(self.str(), to) - base);
  return true;
}

template <bool at_end>
Value starts_or_ends(Runtime& rt, const Value& self, Args& args) {
  std::string_view name = at_end ? "endswith" : "startswith";
  std::vector<Value> a = args.bind(name, {"prefix", "start", "end"}, 1);
  if (a[0].is_undefined()) fail(a[0].undefined_message());
  if (!a[0].is_string() && !a[0].is(Kind::kTuple)) {
    fail(fmt::format("{} first arg must be str or a tuple of str, not {}", name, type_name(a[0])));
  }
  std::vector<Value> affixes = a[0].is_string() ? std::vector<Value>{a[0]} : a[0].items();
  std::string_view bytes;
  size_t base = 0;
  bool inside = window(self, a[1], a[2], bytes, base);
  for (const Value& affix : affixes) {
    rt.step();
    const std::string& text = as_text(affix, "an affix");
    if (inside && (at_end ? bytes.ends_with(text) : bytes.starts_with(text))) return Value::boolean(true);
  }
  return Value::boolean(false);
}

template <bool from_right, bool must_find>
Value found_at(Runtime& rt, const Value& self, Args& args) {
  std::vector<Value> a = args.bind("find", {"sub", "start", "end"}, 1);
  const std::string& wanted = as_text(a[0], "the argument of find()");
  rt.step(self.str().size() / 16);
  std::string_view bytes;
  size_t base = 0;
  size_t at = std::string_view::npos;
  if (window(self, a[1], a[2], bytes, base))
    at = from_right ? find_last(rt, bytes, wanted) : find_text(bytes, wanted);
  if (at == std::string_view::npos) {
    if (must_find) fail("substring not found");
    return Value::integer(-1);
  }
  return Value::integer(count_chars(std::string_view(self.str()).substr(0, base + at)));
}

Value count_text(Runtime& rt, const Value& self, Args& args) {
  std::vector<Value> a = args.bind("count", {"sub", "start", "end"}, 1);
  const std::string& wanted = as_text(a[0], "the argument of count()");
  rt.step(self.str().size() / 16);
  std::string_view bytes;
  size_t base = 0;
  if (!window(self, a[1], a[2], bytes, base)) return Value::integer(0);
  if (wanted.empty()) return Value::integer(count_chars(bytes) + 1);
  int64_t count = 0;
  for (size_t at = 0; (at = find_text(bytes, wanted, at)) != std::string_view::npos; at += wanted.size())
    ++count;
  return Value::integer(count);
}

Value replaced(Runtime& rt, const Value& self, Args& args) {
  std::vector<Value> a = args.bind("replace", {"old", "new", "count"}, 2);
  as_text(a[1], "replace() argument 2");
  return replace_text(rt, self, as_text(a[0], "replace() argument 1"), adopted(self, a[1]),
                      index_or(a[2], -1));
}

Value joined(Runtime& rt, const Value& self, Args& args) {
  Value iterable = args.bind("join", {"iterable"}, 1)[0];
  std::string out;
  Cursor cursor(rt, iterable);
  bool first = true;
  for (Value item; cursor.next(rt, item); first = false) {
    if (!first) out += self.str();
    if (!self.is_markup()) as_text(item, "sequence item");
    out += adopted(self, to_string(rt, item));
    rt.bound(out.size());
    rt.step(item.is_string() ? item.str().size() / 64 : 0);
  }
  return text_like(rt, self, std::move(out));
}

std::string padding(Runtime& rt, int64_t count, std::string_view fill) {
  std::string out;
  if (count <= 0) return out;
  rt.reserve(static_cast<uint64_t>(count) * fill.size());
  for (int64_t i = 0; i < count; ++i) out += fill;
  return out;
}

std::string fill_char(const Value& self, const Value& fill) {
  if (fill.is_missing()) return " ";
  as_text(fill, "the fill character");
  if (fill.text().chars != 1) fail("The fill character must be exactly one character long");
  return adopted(self, fill);
}

template <bool left>
Value justified(Runtime& rt, const Value& self, Args& args) {
  std::vector<Value> a = args.bind("just", {"width", "fillchar"}, 1);
  std::string pad =
      padding(rt, std::min<int64_t>(as_index(a[0]), INT32_MAX) - self.text().chars, fill_char(self, a[1]));
  return text_like(rt, self, left ? self.str() + pad : pad + self.str());
}

Value centered(Runtime& rt, const Value& self, Args& args) {
  std::vector<Value> a = args.bind("center", {"width", "fillchar"}, 1);
  return center_text(rt, self, as_index(a[0]), fill_char(self, a[1]));
}

Value zero_filled(Runtime& rt, const Value& self, Args& args) {
  int64_t width = std::min<int64_t>(as_index(args.bind("zfill", {"width"}, 1)[0]), INT32_MAX);
  const std::string& text = self.str();
  size_t sign = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
  std::string zeros = padding(rt, width - self.text().chars, "0");
  return text_like(rt, self, text.substr(0, sign) + zeros + text.substr(sign));
}

Value expand_tabs(Runtime& rt, const Value& self, Args& args) {
  int64_t size = index_or(args.bind("expandtabs", {"tabsize"})[0], 8);
  std::string out;
  int64_t column = 0;
  for (size_t at = 0; at < self.str().size();) {
    char32_t c = next_char(self.str(), at);
    if (c == '\t') {
      int64_t spaces = size > 0 ? size - column % size : 0;
      out += padding(rt, spaces, " ");
      column += spaces;
    } else {
      append_char(out, c);
      column = c == '\n' || c == '\r' ? 0 : column + 1;
    }
    rt.bound(out.size());
  }
  return text_like(rt, self, std::move(out));
}

Value formatted(Runtime& rt, const Value& self, Args& args) { return format_braces(rt, self, args); }

Value format_mapped(Runtime& rt, const Value& self, Args& args) {
  Value mapping = args.bind("format_map", {"mapping"}, 1)[0];
  if (!mapping.is(Kind::kDict)) fail("format_map() wants a mapping");
  Args named;
  for (const auto& [key, value] : mapping.dict().entries()) {
    if (key.is_string()) named.named.emplace_back(key.str(), value);
  }
  return format_braces(rt, self, named);
}

MethodTable merged(MethodTable own) {
  for (const MethodTable* part : {&string_predicates(), &string_splitters()})
    own.insert(part->begin(), part->end());
  return own;
}

}  // namespace

Value text_like(Runtime& rt, const Value& self, std::string bytes) {
  return rt.text(std::move(bytes), self.is_markup());
}

size_t find_last(Runtime& rt, std::string_view text, std::string_view wanted) {
  if (wanted.size() > 64) rt.step(text.size() / 32 * (wanted.size() / 32));
  return text.rfind(wanted);
}

Value replace_text(Runtime& rt, const Value& self, std::string_view old, std::string_view by, int64_t most) {
  const std::string& text = self.str();
  rt.step(text.size() / 16);
  std::string out;
  size_t start = 0;
  for (size_t from = 0; most != 0 && from <= text.size(); --most) {
    size_t at = find_text(text, old, from);
    if (at == std::string::npos) break;
    out.append(text, start, at - start);
    out += by;
    rt.step();
    rt.bound(out.size());
    start = at + old.size();
    from = start;
    if (!old.empty()) continue;
    if (at == text.size()) break;
    next_char(text, from);  // an empty `old` is found before every character and at the end
  }
  out.append(text, start);
  return text_like(rt, self, std::move(out));
}

Value strip_chars(Runtime& rt, const Value& self, const Value& chars, bool left, bool right) {
  std::string_view text = self.str();
  rt.step(text.size() / 64);
  if (chars.is_missing() || chars.is_none()) {
    if (left) text = strip_left(text);
    if (right) text = strip_right(text);
    return text.size() == self.str().size() ? self : text_like(rt, self, std::string(text));
  }
  std::u32string set;
  const std::string& wanted = as_text(chars, "strip arg");
  for (size_t at = 0; at < wanted.size();) set += next_char(wanted, at);
  auto in_set = [&](char32_t c) {
    rt.step(set.size() / 64);
    return set.find(c) != std::u32string::npos;
  };
  while (left && !text.empty()) {
    size_t at = 0;
    if (!in_set(next_char(text, at))) break;
    text.remove_prefix(at);
  }
  while (right && !text.empty()) {
    size_t start = text.size() - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xc0) == 0x80) --start;
    size_t at = start;
    if (!in_set(next_char(text, at))) break;
    text.remove_suffix(text.size() - start);
  }
  return text_like(rt, self, std::string(text));
}

Value center_text(Runtime& rt, const Value& self, int64_t width, std::string_view fill) {
  width = std::min<int64_t>(width, INT32_MAX);
  int64_t pad = std::max<int64_t>(width - self.text().chars, 0);
  int64_t left = pad / 2 + (pad & width & 1);  // Python's choice where both sides cannot be equal
  std::string out = padding(rt, left, fill) + self.str() + padding(rt, pad - left, fill);
  return text_like(rt, self, std::move(out));
}

const MethodTable& string_methods() {
  static const MethodTable table = merged({
      {"upper", {mapped<upper>}},
      {"lower", {mapped<lower>}},
      {"title", {mapped<title>}},
      {"capitalize", {mapped<capitalize>}},
      {"swapcase", {mapped<swap_case>}},
      {"casefold", {mapped<fold_case>}},
      {"strip", {stripped<true, true>}},
      {"lstrip", {stripped<true, false>}},
      {"rstrip", {stripped<false, true>}},
      {"removeprefix", {remove_prefix}},
      {"removesuffix", {remove_suffix}},
      {"startswith", {starts_or_ends<false>}},
      {"endswith", {starts_or_ends<true>}},
      {"find", {found_at<false, false>}},
      {"rfind", {found_at<true, false>}},
      {"index", {found_at<false, true>}},
      {"rindex", {found_at<true, true>}},
      {"count", {count_text}},
      {"replace", {replaced}},
      {"join", {joined}},
      {"ljust", {justified<true>}},
      {"rjust", {justified<false>}},
      {"center", {centered}},
      {"zfill", {zero_filled}},
      {"expandtabs", {expand_tabs}},
      {"format", {formatted}},
      {"format_map", {format_mapped}},
      {"encode", {}},
      {"translate", {}},
      {"maketrans", {}},
  });
  return table;
}

}  // namespace fusebox::text::jinja
