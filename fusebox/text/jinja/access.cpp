#include <fmt/format.h>

#include <algorithm>

#include "fusebox/text/jinja/methods.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

std::string described(const Value& object) {
  return object.is_none() ? "None" : fmt::format("{} object", type_name(object));
}

Value no_attribute(const Value& object, std::string_view name) {
  return Value::undefined(fmt::format("'{}' has no attribute '{}'", described(object), name));
}

Value no_element(Runtime& rt, const Value& object, const Value& key) {
  if (key.is_string()) return no_attribute(object, key.str());
  return Value::undefined(fmt::format("{} has no element {}", described(object), repr_of(rt, key)));
}

Value unsafe_attribute(const Value& object, std::string_view name) {
  return Value::undefined(
      fmt::format("access to attribute '{}' of '{}' object is unsafe.", name, type_name(object)));
}

// Where a Python index lands in a sequence of `length`; false if outside.
bool place_of(int64_t index, int64_t length, int64_t& place) {
  place = index < 0 ? index + length : index;
  return place >= 0 && place < length;
}

Value char_at(const Value& text, int64_t place) {
  const std::string& bytes = text.str();
  bool ascii = static_cast<int64_t>(bytes.size()) == text.text().chars;
  size_t start = ascii ? static_cast<size_t>(place) : byte_of_char(bytes, place);
  size_t end = start;
  next_char(bytes, end);
  return Value::string(bytes.substr(start, end - start), text.is_markup());
}

// obj[key] alone; missing where Python raises TypeError or LookupError.
Value item_of(Runtime& rt, const Value& object, const Value& key) {
  int64_t place = 0;
  switch (object.kind()) {
    case Kind::kDict: {
      if (key.is(Kind::kList) || key.is(Kind::kDict)) return {};
      const Value* found = object.dict().find(rt, key);
      return found == nullptr ? Value() : *found;
    }
    case Kind::kString:
      if (!key.is_integral() || !place_of(key.int_value(), object.text().chars, place)) return {};
      rt.step(object.str().size() / 64);
      return char_at(object, place);
    case Kind::kList:
    case Kind::kTuple:
      if (!key.is_integral() ||
          !place_of(key.int_value(), static_cast<int64_t>(object.items().size()), place)) {
        return {};
      }
      return object.items()[static_cast<size_t>(place)];
    case Kind::kRange:
      if (!key.is_integral() || !place_of(key.int_value(), object.range().length(), place)) return {};
      return Value::integer(object.range().start + place * object.range().step);
    default: return {};
  }
}

struct Slice {
  int64_t start, stop, step;
};

// Python's slice.indices().
Slice resolve_slice(const Value& start, const Value& stop, const Value& step, int64_t length) {
  int64_t stride = index_or(step, 1);
  if (stride == 0) fail("slice step cannot be zero");
  stride = std::max<int64_t>(stride, -INT64_MAX);
  int64_t low = stride < 0 ? -1 : 0;
  int64_t high = stride < 0 ? length - 1 : length;
  auto clamp = [&](const Value& bound, int64_t otherwise) {
    if (bound.is_missing() || bound.is_none()) return otherwise;
    int64_t i = as_index(bound);
    if (i < 0) i = i < -length ? low : std::max(i + length, low);
    return std::min(i, high);
  };
  return {clamp(start, stride < 0 ? high : low), clamp(stop, stride < 0 ? low : high), stride};
}

int64_t slice_length(const Slice& slice) { return Range{slice.start, slice.stop, slice.step}.length(); }

Value slice_text(Runtime& rt, const Value& text, const Slice& slice) {
  int64_t count = slice_length(slice);
  rt.reserve(text.str().size());
  const std::string& bytes = text.str();
  if (slice.step == 1) {
    size_t start = byte_of_char(bytes, slice.start);
    size_t size = byte_of_char(std::string_view(bytes).substr(start), count);
    return Value::string(bytes.substr(start, size), text.is_markup());
  }
  std::vector<std::string_view> chars;
  for (size_t at = 0; at < bytes.size();) {
    size_t start = at;
    next_char(bytes, at);
    chars.emplace_back(bytes.data() + start, at - start);
  }
  rt.step(chars.size());
  std::string out;
  for (int64_t i = 0; i < count; ++i) out += chars[static_cast<size_t>(slice.start + i * slice.step)];
  return Value::string(std::move(out), text.is_markup());
}

Value slice_range(const Range& range, const Slice& slice) {
  bool overflow = false;
  auto at = [&](int64_t i) {
    int64_t offset = 0, place = 0;
    overflow |=
        __builtin_mul_overflow(i, range.step, &offset) || __builtin_add_overflow(range.start, offset, &place);
    return place;
  };
  Range sliced{at(slice.start), at(slice.stop), 1};
  overflow |= __builtin_mul_overflow(range.step, slice.step, &sliced.step);
  if (overflow) fail("an integer beyond 64 bits");
  return Value::range(sliced);
}

Value group_member(const Value& group, std::string_view name) {
  if (name == "grouper") return group.items()[0];
  if (name == "list") return group.items()[1];
  return {};
}

}  // namespace

Value get_member(Runtime& rt, const Value& object, std::string_view name) {
  if (object.is_undefined()) fail(object.undefined_message());
  if (name.starts_with("__") && name.ends_with("__")) return unsafe_attribute(object, name);
  if (object.is(Kind::kObject)) return object.object()->attribute(rt, name);
  if (object.is(Kind::kTuple) && object.sequence().group) {
    if (Value member = group_member(object, name); !member.is_missing()) return member;
  }
  const MethodTable& methods = methods_of(object);
  auto at = methods.find(name);
  if (at == methods.end()) return {};
  if (at->second.changes_object) return unsafe_attribute(object, name);
  return Value::method(object, at->first);
}

Value get_attribute(Runtime& rt, const Value& object, std::string_view name) {
  Value member = get_member(rt, object, name);
  if (!member.is_missing()) return member;
  if (object.is(Kind::kDict)) {
    if (const Value* found = object.dict().find(name)) return *found;
  }
  return no_attribute(object, name);
}

Value get_item(Runtime& rt, const Value& object, const Value& key) {
  if (object.is_undefined()) fail(object.undefined_message());
  Value item = item_of(rt, object, key);
  if (!item.is_missing()) return item;
  if (key.is_string()) {
    item = get_member(rt, object, key.str());
    if (!item.is_missing()) return item;
  }
  return no_element(rt, object, key);
}

Value get_slice(Runtime& rt, const Value& object, const Value& start, const Value& stop, const Value& step) {
  if (object.is_undefined()) fail(object.undefined_message());
  if (!object.is_string() && !object.is_sequence() && !object.is(Kind::kRange)) {
    fail(fmt::format("'{}' object cannot be sliced", type_name(object)));
  }
  Slice slice = resolve_slice(start, stop, step, *length_of(rt, object));
  if (object.is_string()) return slice_text(rt, object, slice);
  if (object.is(Kind::kRange)) return slice_range(object.range(), slice);
  int64_t count = slice_length(slice);
  rt.reserve_items(static_cast<uint64_t>(count));
  std::vector<Value> items;
  items.reserve(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i)
    items.push_back(object.items()[static_cast<size_t>(slice.start + i * slice.step)]);
  return object.is(Kind::kList) ? Value::list(std::move(items)) : Value::tuple(std::move(items));
}

bool is_callable(const Value& value) {
  if (value.is(Kind::kObject)) return value.object()->callable();
  return value.is(Kind::kMethod) || value.is_undefined();
}

Value call_value(Runtime& rt, const Value& callee, Args& args) {
  rt.step();
  Nesting nesting(rt);
  if (callee.is_undefined()) fail(callee.undefined_message());
  if (callee.is(Kind::kMethod)) return call_method(rt, callee.method_self(), callee.method_name(), args);
  if (callee.is(Kind::kObject)) return callee.object()->call(rt, args);
  fail(fmt::format("'{}' object is not callable", type_name(callee)));
}

}  // namespace fusebox::text::jinja
