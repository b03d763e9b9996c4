#include "fusebox/text/jinja/methods.h"

#include <fmt/format.h>

#include "fusebox/text/jinja/operations.h"

namespace fusebox::text::jinja {
namespace {

Value dict_get(Runtime& rt, const Value& self, Args& args) {
  std::vector<Value> a = args.bind("get", {"key", "default"}, 1);
  if (const Value* found = self.dict().find(rt, a[0])) return *found;
  return a[1].is_missing() ? Value::none() : a[1];
}

template <ViewKind kind>
Value dict_view(Runtime&, const Value& self, Args& args) {
  args.bind("items", {});
  return Value::view(self, kind);
}

Value same(Runtime&, const Value& self, Args& args) {
  args.bind("copy", {});
  return self;  // values never change, so a copy is the value
}

Value sequence_count(Runtime& rt, const Value& self, Args& args) {
  Value wanted = args.bind("count", {"value"}, 1)[0];
  int64_t count = 0;
  Cursor cursor(rt, self);
  for (Value item; cursor.next(rt, item);) count += item.same_as(wanted) || equal(rt, item, wanted) ? 1 : 0;
  return Value::integer(count);
}

Value sequence_index(Runtime& rt, const Value& self, Args& args) {
  std::vector<Value> a = args.bind("index", {"value", "start", "stop"}, 1);
  int64_t length = *length_of(rt, self);
  auto clamp = [&](int64_t i) { return i < 0 ? std::max<int64_t>(i < -length ? 0 : i + length, 0) : i; };
  int64_t start = clamp(index_or(a[1], 0));
  int64_t stop = clamp(index_or(a[2], INT64_MAX));
  Cursor cursor(rt, self);
  int64_t i = 0;
  for (Value item; cursor.next(rt, item); ++i) {
    if (i >= start && i < stop && (item.same_as(a[0]) || equal(rt, item, a[0]))) return Value::integer(i);
  }
  fail(fmt::format("{} is not in {}", repr_of(rt, a[0]), type_name(self)));
}

Value float_is_integer(Runtime&, const Value& self, Args& args) {
  args.bind("is_integer", {});
  double d = self.float_value();
  return Value::boolean(d - d == 0 && static_cast<double>(static_cast<long double>(d)) == __builtin_floor(d));
}

Value int_bit_length(Runtime&, const Value& self, Args& args) {
  args.bind("bit_length", {});
  int64_t i = self.int_value();
  uint64_t magnitude = i < 0 ? 0 - static_cast<uint64_t>(i) : static_cast<uint64_t>(i);
  return Value::integer(64 - __builtin_clzll(magnitude | 1) - (magnitude == 0 ? 1 : 0));
}

constexpr Method kChanges{nullptr, true};
constexpr Method kNotDone{};

const MethodTable& dict_methods() {
  static const MethodTable table = {{"get", {dict_get}},
                                    {"items", {dict_view<ViewKind::kItems>}},
                                    {"keys", {dict_view<ViewKind::kKeys>}},
                                    {"values", {dict_view<ViewKind::kValues>}},
                                    {"copy", {same}},
                                    {"fromkeys", kNotDone},
                                    {"clear", kChanges},
                                    {"pop", kChanges},
                                    {"popitem", kChanges},
                                    {"setdefault", kChanges},
                                    {"update", kChanges}};
  return table;
}

const MethodTable& list_methods() {
  static const MethodTable table = {
      {"count", {sequence_count}}, {"index", {sequence_index}}, {"copy", {same}},      {"append", kChanges},
      {"clear", kChanges},         {"pop", kChanges},           {"reverse", kChanges}, {"insert", kChanges},
      {"sort", kChanges},          {"extend", kChanges},        {"remove", kChanges}};
  return table;
}

const MethodTable& tuple_methods() {
  static const MethodTable table = {{"count", {sequence_count}}, {"index", {sequence_index}}};
  return table;
}

const MethodTable& number_methods() {
  static const MethodTable ints = {{"bit_length", {int_bit_length}},
                                   {"bit_count", kNotDone},
                                   {"to_bytes", kNotDone},
                                   {"from_bytes", kNotDone},
                                   {"conjugate", kNotDone},
                                   {"real", kNotDone},
                                   {"imag", kNotDone},
                                   {"numerator", kNotDone},
                                   {"denominator", kNotDone},
                                   {"as_integer_ratio", kNotDone}};
  return ints;
}

const MethodTable& float_methods() {
  static const MethodTable table = {{"is_integer", {float_is_integer}},
                                    {"as_integer_ratio", kNotDone},
                                    {"hex", kNotDone},
                                    {"fromhex", kNotDone},
                                    {"conjugate", kNotDone},
                                    {"real", kNotDone},
                                    {"imag", kNotDone}};
  return table;
}

}  // namespace

const MethodTable& methods_of(const Value& value) {
  static const MethodTable none;
  switch (value.kind()) {
    case Kind::kString: return string_methods();
    case Kind::kDict: return dict_methods();
    case Kind::kList: return list_methods();
    case Kind::kTuple:
    case Kind::kRange: return tuple_methods();
    case Kind::kBool:
    case Kind::kInt: return number_methods();
    case Kind::kFloat: return float_methods();
    default: return none;
  }
}

Value call_method(Runtime& rt, const Value& self, std::string_view name, Args& args) {
  const MethodTable& table = methods_of(self);
  auto at = table.find(name);
  if (at == table.end() || at->second.run == nullptr) {
    fail_unsupported(fmt::format("the method '{}' of {} is not supported", name, type_name(self)));
  }
  return at->second.run(rt, self, args);
}

}  // namespace fusebox::text::jinja
