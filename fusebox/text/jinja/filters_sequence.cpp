#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

bool flag(Runtime& rt, const Value& value) { return !value.is_missing() && truthy(rt, value); }

Value default_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("default", {"default_value", "boolean"});
  if (!input.is_undefined() && !(flag(rt, a[1]) && !truthy(rt, input))) return input;
  return a[0].is_missing() ? Value::string("") : a[0];
}

Value length_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("length", {});
  auto length = length_of(rt, input);
  if (!length) fail(fmt::format("object of type '{}' has no len()", type_name(input)));
  return Value::integer(*length);
}

Value first_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("first", {});
  Cursor cursor(rt, input);
  Value item;
  return cursor.next(rt, item) ? item : Value::undefined("No first item, sequence was empty.");
}

bool is_reversible(const Value& value) {
  return value.is_undefined() || value.is_string() || value.is_sequence() || value.is(Kind::kRange) ||
         value.is(Kind::kDict) || value.is(Kind::kView);
}

Value last_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("last", {});
  if (!is_reversible(input)) fail(fmt::format("'{}' object is not reversible", type_name(input)));
  if (input.is_string() || input.is_sequence() || input.is(Kind::kRange)) {
    Value last = get_item(rt, input, Value::integer(-1));
    return last.is_undefined() && *length_of(rt, input) == 0
               ? Value::undefined("No last item, sequence was empty.")
               : last;
  }
  std::vector<Value> items = collect(rt, input);
  return items.empty() ? Value::undefined("No last item, sequence was empty.") : items.back();
}

Value list_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("list", {});
  return Value::list(collect(rt, input));
}

// A generator over items that are known already.
Value generator_over(Runtime& rt, std::vector<Value> items) {
  return make_generator(rt, [items = std::move(items), at = size_t{0}](Runtime& r, Value& out) mutable {
    r.step();
    if (at >= items.size()) return false;
    out = items[at++];
    return true;
  });
}

Value reverse_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("reverse", {});
  if (input.is_string()) return get_slice(rt, input, {}, {}, Value::integer(-1));
  if (!is_iterable(input)) fail("argument must be iterable");
  std::vector<Value> items = collect(rt, input);
  std::reverse(items.begin(), items.end());
  return is_reversible(input) ? generator_over(rt, std::move(items)) : Value::list(std::move(items));
}

Value join_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("join", {"d", "attribute"});
  Getter get(a[1]);
  std::string separator = a[0].is_missing() ? "" : str_of(rt, a[0]), out;
  Cursor cursor(rt, input);
  bool first = true;
  for (Value item; cursor.next(rt, item); first = false) {
    if (!first) out += separator;
    out += str_of(rt, get(rt, item));
    rt.bound(out.size());
  }
  return rt.text(std::move(out));
}

Value items_filter(Runtime& rt, const Value& input, Args& args) {
  args.bind("items", {});
  if (input.is_undefined()) return generator_over(rt, {});
  if (!input.is(Kind::kDict)) fail("Can only get item pairs from a mapping.");
  return generator_over(rt, collect(rt, Value::view(input, ViewKind::kItems)));
}

Value sum_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("sum", {"attribute", "start"});
  Getter get(a[0]);
  Value sum = a[1].is_missing() ? Value::integer(0) : a[1];
  if (sum.is_string()) fail("sum() can't sum strings [use ''.join(seq) instead]");
  Cursor cursor(rt, input);
  for (Value item; cursor.next(rt, item);) sum = arithmetic(rt, Arithmetic::kAdd, sum, get(rt, item));
  return sum;
}

template <bool greatest>
Value extreme_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind(greatest ? "max" : "min", {"case_sensitive", "attribute"});
  Getter get(a[1], flag(rt, a[0]));
  Cursor cursor(rt, input);
  Value best, item;
  if (!cursor.next(rt, best)) return Value::undefined("No aggregated item, sequence was empty.");
  Value best_key = get(rt, best);
  while (cursor.next(rt, item)) {
    Value key = get(rt, item);
    if (!(greatest ? less(rt, best_key, key, ">") : less(rt, key, best_key))) continue;
    best = item;
    best_key = std::move(key);
  }
  return best;
}

// Sort keys for "name" or "age,name".
Value multi_key(Runtime& rt, const std::vector<Getter>& getters, const Value& item) {
  std::vector<Value> keys;
  for (const Getter& get : getters) keys.push_back(get(rt, item));
  return Value::list(std::move(keys));
}

Value sort_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("sort", {"reverse", "case_sensitive", "attribute"});
  bool case_sensitive = flag(rt, a[1]);
  std::vector<Getter> getters;
  if (a[2].is_string()) {
    std::string_view rest = a[2].str();
    for (bool more = true; more;) {
      size_t comma = rest.find(',');
      getters.emplace_back(Value::string(std::string(rest.substr(0, comma))), case_sensitive);
      more = comma != std::string_view::npos;
      if (more) rest.remove_prefix(comma + 1);
    }
  } else {
    getters.emplace_back(a[2], case_sensitive);
  }
  std::vector<Value> items = collect(rt, input), keys;
  for (const Value& item : items) keys.push_back(multi_key(rt, getters, item));
  sort_by(rt, keys, items, flag(rt, a[0]));
  return Value::list(std::move(items));
}

Value dictsort_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("dictsort", {"case_sensitive", "by", "reverse"});
  std::string by = a[1].is_missing() ? "key" : str_of(rt, a[1]);
  if (by != "key" && by != "value") fail("You can only sort by either \"key\" or \"value\"");
  if (input.is_undefined()) fail(input.undefined_message());
  if (!input.is(Kind::kDict)) fail(fmt::format("'{}' object has no attribute 'items'", type_name(input)));
  Getter get(Value(), flag(rt, a[0]));
  std::vector<Value> items, keys;
  for (const auto& [key, value] : input.dict().entries()) {
    items.push_back(Value::tuple({key, value}));
    keys.push_back(get(rt, by == "key" ? key : value));
  }
  rt.reserve_items(2 * items.size());
  sort_by(rt, keys, items, flag(rt, a[2]));
  return Value::list(std::move(items));
}

Value unique_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("unique", {"case_sensitive", "attribute"});
  Getter get(a[1], flag(rt, a[0]));
  auto cursor = std::make_shared<Cursor>(rt, input);
  auto seen = std::make_shared<Dict>();
  return make_generator(rt, [=](Runtime& r, Value& out) {
    while (cursor->next(r, out)) {
      Value key = get(r, out);
      if (seen->find(r, key) != nullptr) continue;
      seen->set(r, key, Value::none());
      return true;
    }
    return false;
  });
}

Value batch_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("batch", {"linecount", "fill_with"}, 1);
  Value fill = a[1];
  int64_t size = as_index(a[0]);
  auto cursor = std::make_shared<Cursor>(rt, input);
  auto ahead = std::make_shared<Value>();
  return make_generator(rt, [=](Runtime& r, Value& out) {
    std::vector<Value> row;
    if (!ahead->is_missing()) row.push_back(std::exchange(*ahead, {}));
    for (Value item; cursor->next(r, item);) {
      bool full = static_cast<int64_t>(row.size()) == size;
      if (full) {
        *ahead = item;
        out = Value::list(std::move(row));
        return true;
      }
      row.push_back(item);
    }
    if (row.empty()) return false;
    if (!fill.is_missing() && !fill.is_none() && static_cast<int64_t>(row.size()) < size) {
      r.reserve_items(static_cast<uint64_t>(size));
      row.resize(static_cast<size_t>(size), fill);
    }
    out = Value::list(std::move(row));
    return true;
  });
}

Value slice_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("slice", {"slices", "fill_with"}, 1);
  std::vector<Value> items = collect(rt, input), columns;
  int64_t count = as_index(a[0]);
  if (count == 0) fail("integer division or modulo by zero");
  rt.reserve_items(count < 0 ? 0 : static_cast<uint64_t>(count));
  auto length = static_cast<int64_t>(items.size());
  int64_t each = count < 0 ? 0 : length / count, longer = count < 0 ? 0 : length % count, at = 0;
  for (int64_t i = 0; i < count; ++i) {
    int64_t size = each + (i < longer ? 1 : 0);
    std::vector<Value> column(items.begin() + at, items.begin() + at + size);
    at += size;
    if (!a[1].is_missing() && !a[1].is_none() && i >= longer) column.push_back(a[1]);
    columns.push_back(Value::list(std::move(column)));
  }
  return generator_over(rt, std::move(columns));
}

Value groupby_filter(Runtime& rt, const Value& input, Args& args) {
  std::vector<Value> a = args.bind("groupby", {"attribute", "default", "case_sensitive"}, 1);
  bool case_sensitive = flag(rt, a[2]);
  Getter key_of(a[0], case_sensitive, a[1]), label_of(a[0], true, a[1]);
  std::vector<Value> items = collect(rt, input), keys, groups;
  for (const Value& item : items) keys.push_back(key_of(rt, item));
  sort_by(rt, keys, items, false);
  for (size_t start = 0; start < items.size();) {
    size_t end = start + 1;
    while (end < items.size() && equal(rt, keys[end], keys[start])) ++end;
    std::vector<Value> members(items.begin() + static_cast<std::ptrdiff_t>(start),
                               items.begin() + static_cast<std::ptrdiff_t>(end));
    Value label = label_of(rt, items[start]);
    groups.push_back(Value::tuple({label, Value::list(std::move(members))}, true));
    start = end;
  }
  return Value::list(std::move(groups));
}

Value attr_filter(Runtime& rt, const Value& input, Args& args) {
  Value name = args.bind("attr", {"name"}, 1)[0];
  Value member = get_member(rt, input, as_text(name, "attribute name"));
  if (!member.is_missing()) return member;
  return Value::undefined(fmt::format("'{} object' has no attribute '{}'", type_name(input), name.str()));
}

}  // namespace

const FilterTable& sequence_filters() {
  static const FilterTable table = {
      {"default", default_filter},   {"d", default_filter},       {"length", length_filter},
      {"count", length_filter},      {"first", first_filter},     {"last", last_filter},
      {"list", list_filter},         {"reverse", reverse_filter}, {"join", join_filter},
      {"items", items_filter},       {"sum", sum_filter},         {"min", extreme_filter<false>},
      {"max", extreme_filter<true>}, {"sort", sort_filter},       {"dictsort", dictsort_filter},
      {"unique", unique_filter},     {"batch", batch_filter},     {"slice", slice_filter},
      {"groupby", groupby_filter},   {"attr", attr_filter}};
  return table;
}

}  // namespace fusebox::text::jinja
