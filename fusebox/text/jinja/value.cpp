#include "fusebox/text/jinja/value.h"

#include <fmt/format.h>

#include <algorithm>

#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/runtime.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

constexpr size_t kIndexedFrom = 8;  // smaller dicts are searched from end to end

int checked_depth(int depth) {
  if (depth > kMaxValueDepth) fail(fmt::format("values nested more than {} deep", kMaxValueDepth));
  return depth;
}

Sequence make_sequence(std::vector<Value> items, bool group) {
  int depth = 0;
  for (const Value& item : items) depth = std::max(depth, item.depth());
  return {std::move(items), checked_depth(depth + 1), group};
}

}  // namespace

int64_t Range::length() const {
  if (step > 0 ? start >= stop : start <= stop) return 0;
  uint64_t span = step > 0 ? static_cast<uint64_t>(stop) - static_cast<uint64_t>(start)
                           : static_cast<uint64_t>(start) - static_cast<uint64_t>(stop);
  uint64_t stride = step > 0 ? static_cast<uint64_t>(step) : 0 - static_cast<uint64_t>(step);
  uint64_t length = (span - 1) / stride + 1;
  return length > INT64_MAX ? INT64_MAX : static_cast<int64_t>(length);
}

const Value* Dict::find_hashed(Runtime& rt, const Value& key, size_t hash) const {
  auto [first, last] = index_.equal_range(hash);
  for (; first != last; ++first) {
    const Entry& entry = entries_[first->second];
    if (equal(rt, entry.first, key)) return &entry.second;
  }
  return nullptr;
}

const Value* Dict::find(Runtime& rt, const Value& key) const {
  if (key.is_string()) return find(std::string_view(key.str()));
  size_t hash = hash_of(rt, key);
  if (!index_.empty()) return find_hashed(rt, key, hash);
  for (const Entry& entry : entries_) {
    if (equal(rt, entry.first, key)) return &entry.second;
  }
  return nullptr;
}

const Value* Dict::find(std::string_view key) const {
  auto matches = [&](const Entry& entry) { return entry.first.is_string() && entry.first.str() == key; };
  if (index_.empty()) {
    auto at = std::find_if(entries_.begin(), entries_.end(), matches);
    return at == entries_.end() ? nullptr : &at->second;
  }
  auto [first, last] = index_.equal_range(std::hash<std::string_view>{}(key));
  for (; first != last; ++first) {
    if (matches(entries_[first->second])) return &entries_[first->second].second;
  }
  return nullptr;
}

void Dict::set(Runtime& rt, const Value& key, Value value) {
  size_t hash = hash_of(rt, key);
  depth_ = checked_depth(std::max({depth_, key.depth() + 1, value.depth() + 1}));
  if (const Value* present = find(rt, key)) {
    const_cast<Value&>(*present) = std::move(value);  // it is ours, and we are being built
    return;
  }
  entries_.emplace_back(key, std::move(value));
  if (entries_.size() == kIndexedFrom) {
    for (size_t i = 0; i < entries_.size(); ++i) {
      index_.emplace(hash_of(rt, entries_[i].first), static_cast<uint32_t>(i));
    }
  } else if (entries_.size() > kIndexedFrom) {
    index_.emplace(hash, static_cast<uint32_t>(entries_.size() - 1));
  }
}

template <typename T>
Value Value::shared(Kind kind, T content) {
  Value value(kind);
  value.shared_ = std::make_shared<const T>(std::move(content));
  return value;
}

Value Value::undefined(std::string message) { return shared(Kind::kUndefined, std::move(message)); }
Value Value::boolean(bool b) {
  Value value(Kind::kBool);
  value.scalar_.i = b;
  return value;
}
Value Value::integer(int64_t i) {
  Value value(Kind::kInt);
  value.scalar_.i = i;
  return value;
}
Value Value::real(double d) {
  Value value(Kind::kFloat);
  value.scalar_.d = d;
  return value;
}
Value Value::string(std::string bytes, bool markup) {
  int64_t chars = count_chars(bytes);
  return shared(Kind::kString, Text{std::move(bytes), chars, markup});
}
Value Value::list(std::vector<Value> items) {
  return shared(Kind::kList, make_sequence(std::move(items), false));
}
Value Value::tuple(std::vector<Value> items, bool group) {
  return shared(Kind::kTuple, make_sequence(std::move(items), group));
}
Value Value::dict(Dict entries) { return shared(Kind::kDict, std::move(entries)); }
Value Value::range(Range range) { return shared(Kind::kRange, range); }
Value Value::view(const Value& dict, ViewKind kind) {
  Value value(Kind::kView);
  value.shared_ = dict.shared_;
  value.scalar_.i = static_cast<int64_t>(kind);
  return value;
}
Value Value::method(Value self, std::string_view name) {
  checked_depth(self.depth() + 1);
  return shared(Kind::kMethod, Method{std::move(self), name});
}
Value Value::object(Object* object) {
  Value value(Kind::kObject);
  value.scalar_.object = object;
  return value;
}

int Value::depth() const {
  switch (kind_) {
    case Kind::kList:
    case Kind::kTuple: return sequence().depth;
    case Kind::kDict:
    case Kind::kView: return dict().depth();
    case Kind::kMethod: return method_self().depth() + 1;
    default: return 0;
  }
}

bool Value::same_as(const Value& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case Kind::kNone: return true;
    case Kind::kBool:
    case Kind::kInt: return scalar_.i == other.scalar_.i;
    case Kind::kFloat: return scalar_.d == other.scalar_.d;
    case Kind::kString: return shared_ == other.shared_ || (text().chars <= 1 && str() == other.str());
    case Kind::kObject: return scalar_.object == other.scalar_.object;
    default: return shared_ == other.shared_ && scalar_.i == other.scalar_.i;
  }
}

std::string_view type_name(const Value& value) {
  switch (value.kind()) {
    case Kind::kMissing:
    case Kind::kUndefined: return "Undefined";
    case Kind::kNone: return "NoneType";
    case Kind::kBool: return "bool";
    case Kind::kInt: return "int";
    case Kind::kFloat: return "float";
    case Kind::kString: return value.is_markup() ? "Markup" : "str";
    case Kind::kList: return "list";
    case Kind::kTuple: return "tuple";
    case Kind::kDict: return "dict";
    case Kind::kRange: return "range";
    case Kind::kView: {
      constexpr std::string_view kNames[] = {"dict_items", "dict_keys", "dict_values"};
      return kNames[static_cast<size_t>(value.view_kind())];
    }
    case Kind::kMethod: return "builtin_function_or_method";
    case Kind::kObject: return value.object()->type();
  }
  return "object";
}

}  // namespace fusebox::text::jinja
