#include "fusebox/text/jinja/operations.h"

#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

bool numbers_equal(const Value& a, const Value& b) {
  if (a.is_integral() && b.is_integral()) return a.int_value() == b.int_value();
  return a.as_double() == b.as_double();
}

bool items_equal(Runtime& rt, const std::vector<Value>& a, const std::vector<Value>& b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!a[i].same_as(b[i]) && !equal(rt, a[i], b[i])) return false;
  }
  return true;
}

bool dicts_equal(Runtime& rt, const Dict& a, const Dict& b) {
  if (a.size() != b.size()) return false;
  for (const auto& [key, value] : a.entries()) {
    const Value* other = b.find(rt, key);
    if (other == nullptr || (!value.same_as(*other) && !equal(rt, value, *other))) return false;
  }
  return true;
}

bool ranges_equal(const Range& a, const Range& b) {
  if (a.length() != b.length()) return false;
  return a.length() == 0 || (a.start == b.start && (a.length() == 1 || a.step == b.step));
}

// Python compares sequences by their first items that differ.
template <typename Order>
bool order_of_items(Runtime& rt, const std::vector<Value>& a, const std::vector<Value>& b,
                    std::string_view op, Order&& order_of_sizes) {
  for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (a[i].same_as(b[i]) || equal(rt, a[i], b[i])) continue;
    return op.ends_with('=') ? less_equal(rt, a[i], b[i], op) : less(rt, a[i], b[i], op);
  }
  return order_of_sizes(a.size(), b.size());
}

// `order` is std::less or std::less_equal.
template <typename Order>
bool ordered(Runtime& rt, const Value& a, const Value& b, std::string_view op, Order order) {
  rt.step();
  if (a.is_integral() && b.is_integral()) return order(a.int_value(), b.int_value());
  if (a.is_number() && b.is_number()) return order(a.as_double(), b.as_double());
  if (a.is_undefined()) fail(a.undefined_message());
  if (b.is_undefined()) fail(b.undefined_message());
  if (a.kind() == b.kind()) {
    if (a.is_string()) return order(a.str(), b.str());  // the order of UTF-8 bytes is that of characters
    if (a.is_sequence()) return order_of_items(rt, a.items(), b.items(), op, order);
  }
  const Value& left = op[0] == '>' ? b : a;  // a > b is asked as b < a
  const Value& right = op[0] == '>' ? a : b;
  fail(fmt::format("'{}' not supported between instances of '{}' and '{}'", op, type_name(left),
                   type_name(right)));
}

void combine(size_t& seed, size_t hash) { seed ^= hash + 0x9e3779b97f4a7c15 + (seed << 6) + (seed >> 2); }

size_t hash_of_number(const Value& value) {
  if (value.is_integral()) return std::hash<int64_t>{}(value.int_value());
  double d = value.float_value();
  bool whole = std::floor(d) == d && std::abs(d) < 9.2e18;
  return whole ? std::hash<int64_t>{}(static_cast<int64_t>(d)) : std::hash<double>{}(d);
}

}  // namespace

bool truthy(Runtime& rt, const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kNone: return false;
    case Kind::kBool:
    case Kind::kInt: return value.int_value() != 0;
    case Kind::kFloat: return value.float_value() != 0;
    case Kind::kString: return !value.str().empty();
    case Kind::kList:
    case Kind::kTuple: return !value.items().empty();
    case Kind::kDict:
    case Kind::kView: return value.dict().size() != 0;
    case Kind::kRange: return value.range().length() != 0;
    case Kind::kMethod: return true;
    case Kind::kObject: return value.object()->length(rt).value_or(1) != 0;
  }
  return true;
}

bool equal(Runtime& rt, const Value& a, const Value& b) {
  rt.step();
  if (a.is_number() && b.is_number()) return numbers_equal(a, b);
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined:
    case Kind::kNone: return true;
    case Kind::kString: rt.step(a.str().size() / 64); return a.str() == b.str();
    case Kind::kList:
    case Kind::kTuple: return items_equal(rt, a.items(), b.items());
    case Kind::kDict: return dicts_equal(rt, a.dict(), b.dict());
    case Kind::kRange: return ranges_equal(a.range(), b.range());
    case Kind::kMethod: return a.method_name() == b.method_name() && a.method_self().same_as(b.method_self());
    default: return a.same_as(b);
  }
}

bool less(Runtime& rt, const Value& a, const Value& b, std::string_view op) {
  return ordered(rt, a, b, op, std::less<>());
}

bool less_equal(Runtime& rt, const Value& a, const Value& b, std::string_view op) {
  return ordered(rt, a, b, op, std::less_equal<>());
}

size_t hash_of(Runtime& rt, const Value& value) {
  rt.step();
  switch (value.kind()) {
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kFloat: return hash_of_number(value);
    case Kind::kString: return std::hash<std::string_view>{}(value.str());
    case Kind::kTuple: {
      size_t seed = value.items().size();
      for (const Value& item : value.items()) combine(seed, hash_of(rt, item));
      return seed;
    }
    case Kind::kList:
    case Kind::kDict:
    case Kind::kView: fail(fmt::format("unhashable type: '{}'", type_name(value)));
    case Kind::kObject: return std::hash<const void*>{}(value.object());
    case Kind::kRange: return std::hash<int64_t>{}(value.range().length());
    default: return static_cast<size_t>(value.kind());
  }
}

bool contains(Runtime& rt, const Value& container, const Value& item) {
  switch (container.kind()) {
    case Kind::kString:
      if (!item.is_string()) {
        fail(fmt::format("'in <string>' requires string as left operand, not {}", type_name(item)));
      }
      rt.step(container.str().size() / 16);
      return find_text(container.str(), item.str()) != std::string::npos;
    case Kind::kDict: return container.dict().find(rt, item) != nullptr;
    case Kind::kView:
      if (container.view_kind() == ViewKind::kKeys) return container.view_dict().find(rt, item) != nullptr;
      [[fallthrough]];
    default: break;
  }
  if (!is_iterable(container))
    fail(fmt::format("argument of type '{}' is not iterable", type_name(container)));
  Cursor cursor(rt, container);
  Value each;
  while (cursor.next(rt, each)) {
    if (each.same_as(item) || equal(rt, each, item)) return true;
  }
  return false;
}

std::optional<int64_t> length_of(Runtime& rt, const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined: return 0;
    case Kind::kString: return value.text().chars;
    case Kind::kList:
    case Kind::kTuple: return static_cast<int64_t>(value.items().size());
    case Kind::kDict:
    case Kind::kView: return static_cast<int64_t>(value.dict().size());
    case Kind::kRange: return value.range().length();
    case Kind::kObject: return value.object()->length(rt);
    default: return std::nullopt;
  }
}

int64_t as_index(const Value& value) {
  if (value.is_undefined()) fail(value.undefined_message());
  if (!value.is_integral())
    fail(fmt::format("'{}' object cannot be interpreted as an integer", type_name(value)));
  return value.int_value();
}

int64_t index_or(const Value& value, int64_t otherwise) {
  return value.is_missing() || value.is_none() ? otherwise : as_index(value);
}

const std::string& as_text(const Value& value, std::string_view what) {
  if (value.is_undefined()) fail(value.undefined_message());
  if (!value.is_string()) fail(fmt::format("{} must be str, not {}", what, type_name(value)));
  return value.str();
}

bool is_iterable(const Value& value) {
  switch (value.kind()) {
    case Kind::kUndefined:
    case Kind::kString:
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kDict:
    case Kind::kView:
    case Kind::kRange: return true;
    case Kind::kObject: return value.object()->iterable();
    default: return false;
  }
}

Cursor::Cursor(Runtime&, Value source) : source_(std::move(source)) {
  if (!is_iterable(source_)) fail(fmt::format("'{}' object is not iterable", type_name(source_)));
}

bool Cursor::next(Runtime& rt, Value& out) {
  rt.step();
  switch (source_.kind()) {
    case Kind::kList:
    case Kind::kTuple:
      if (at_ >= source_.items().size()) return false;
      out = source_.items()[at_++];
      return true;
    case Kind::kString: {
      if (at_ >= source_.str().size()) return false;
      size_t start = at_;
      next_char(source_.str(), at_);
      out = Value::string(source_.str().substr(start, at_ - start));
      return true;
    }
    case Kind::kDict:
    case Kind::kView: {
      if (at_ >= source_.dict().size()) return false;
      const Dict::Entry& entry = source_.dict().entries()[at_++];
      ViewKind kind = source_.is(Kind::kDict) ? ViewKind::kKeys : source_.view_kind();
      out = kind == ViewKind::kKeys     ? entry.first
            : kind == ViewKind::kValues ? entry.second
                                        : Value::tuple({entry.first, entry.second});
      return true;
    }
    case Kind::kRange: {
      const Range& range = source_.range();
      if (static_cast<int64_t>(at_) >= range.length()) return false;
      out = Value::integer(range.start + static_cast<int64_t>(at_++) * range.step);
      return true;
    }
    case Kind::kObject: return source_.object()->next(rt, out);
    default: return false;
  }
}

std::vector<Value> collect(Runtime& rt, const Value& iterable) {
  if (iterable.is_sequence()) {
    rt.reserve_items(iterable.items().size());
    return iterable.items();
  }
  std::vector<Value> items;
  Cursor cursor(rt, iterable);
  for (Value item; cursor.next(rt, item);) items.push_back(std::move(item));
  return items;
}

}  // namespace fusebox::text::jinja
