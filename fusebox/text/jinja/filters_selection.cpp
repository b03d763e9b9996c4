// map, select, reject and their kin: filters that apply another filter or a test to each item, lazily.
#include <fmt/format.h>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/operations.h"

namespace fusebox::text::jinja {
namespace {

using Each = std::function<Value(Runtime&, const Value&)>;

Each attribute_of_each(Args& args) {
  Value attribute, otherwise;
  for (auto& [name, value] : args.named) {
    if (name == "attribute") {
      attribute = value;
    } else if (name == "default") {
      otherwise = value;
    } else {
      fail(fmt::format("Unexpected keyword argument '{}'", name));
    }
  }
  return [get = Getter(attribute, true, otherwise)](Runtime& r, const Value& item) { return get(r, item); };
}

Each filter_of_each(Args& args) {
  if (args.positional.empty()) fail("map requires a filter argument");
  const std::string& name = as_text(args.positional[0], "a filter's name");
  FilterFunction filter = find_filter(name);
  if (filter == nullptr) fail(unknown_message("filter", name));
  args.positional.erase(args.positional.begin());
  return [filter, args](Runtime& r, const Value& item) {
    Args copy = args;
    return filter(r, item, copy);
  };
}

bool names_attribute(const Args& args) {
  if (!args.positional.empty()) return false;
  for (const auto& [name, value] : args.named) {
    if (name == "attribute") return true;
  }
  return false;
}

// As in jinja2, nothing is looked at before the first item is wanted: neither the arguments nor the input.
Value lazily(Runtime& rt, const Value& input, std::function<bool(Runtime&, Cursor&, Value&)> next) {
  auto cursor = std::make_shared<std::optional<Cursor>>();
  return make_generator(rt, [=](Runtime& r, Value& out) {
    if (!cursor->has_value()) {
      if (!truthy(r, input)) return false;
      cursor->emplace(r, input);
    }
    return next(r, **cursor, out);
  });
}

Value map_filter(Runtime& rt, const Value& input, Args& args) {
  auto each = std::make_shared<Each>();
  return lazily(rt, input, [each, args](Runtime& r, Cursor& cursor, Value& out) mutable {
    if (!*each) *each = names_attribute(args) ? attribute_of_each(args) : filter_of_each(args);
    Value item;
    if (!cursor.next(r, item)) return false;
    out = (*each)(r, item);
    return true;
  });
}

// What select and its kin ask of an item.
class Condition {
 public:
  Condition(Args args, bool by_attribute) : args_(std::move(args)) {
    if (by_attribute) {
      if (args_.positional.empty()) fail("Missing parameter for attribute name");
      get_.emplace(args_.positional[0]);
      args_.positional.erase(args_.positional.begin());
    }
    if (args_.positional.empty()) return;
    const std::string& name = as_text(args_.positional[0], "a test's name");
    test_ = find_test(name);
    if (test_ == nullptr) fail(unknown_message("test", name));
    args_.positional.erase(args_.positional.begin());
  }

  bool operator()(Runtime& rt, const Value& item) const {
    Value value = get_ ? (*get_)(rt, item) : item;
    if (test_ == nullptr) return truthy(rt, value);
    Args copy = args_;
    return test_(rt, value, copy);
  }

 private:
  Args args_;
  std::optional<Getter> get_;
  TestFunction test_ = nullptr;
};

template <bool wanted, bool by_attribute>
Value select_filter(Runtime& rt, const Value& input, Args& args) {
  auto condition = std::make_shared<std::optional<Condition>>();
  return lazily(rt, input, [condition, args](Runtime& r, Cursor& cursor, Value& out) {
    if (!condition->has_value()) condition->emplace(args, by_attribute);
    while (cursor.next(r, out)) {
      if ((**condition)(r, out) == wanted) return true;
    }
    return false;
  });
}

}  // namespace

const FilterTable& selection_filters() {
  static const FilterTable table = {{"map", map_filter},
                                    {"select", select_filter<true, false>},
                                    {"reject", select_filter<false, false>},
                                    {"selectattr", select_filter<true, true>},
                                    {"rejectattr", select_filter<false, true>}};
  return table;
}

}  // namespace fusebox::text::jinja
