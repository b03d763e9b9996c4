// The functions a template can call without being given them.
#include <fmt/format.h>

#include "fusebox/text/jinja/bound.h"
#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/macro.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/strftime.h"

namespace fusebox::text::jinja {
namespace {

constexpr int64_t kMaxRange = 100'000;  // jinja2's sandbox has the same limit

Value range_global(Runtime&, Args& args) {
  std::vector<Value> a = args.bind("range", {"start", "stop", "step"}, 1);
  bool only_stop = a[1].is_missing();
  Range range{only_stop ? 0 : as_index(a[0]), as_index(only_stop ? a[0] : a[1]), index_or(a[2], 1)};
  if (range.step == 0) fail("range() arg 3 must not be zero");
  if (range.length() > kMaxRange) {
    fail(fmt::format("Range too big. The sandbox blocks ranges larger than MAX_RANGE ({}).", kMaxRange));
  }
  return Value::range(range);
}

// dict(pairs or dict, a=1): also what namespace() takes.
Dict build_dict(Runtime& rt, Args& args) {
  if (args.positional.size() > 1) {
    fail(fmt::format("dict expected at most 1 argument, got {}", args.positional.size()));
  }
  Dict dict;
  if (!args.positional.empty()) {
    const Value& from = args.positional[0];
    Value pairs = from.is(Kind::kDict) ? Value::view(from, ViewKind::kItems) : from;
    Cursor cursor(rt, pairs);
    for (Value pair; cursor.next(rt, pair);) {
      std::vector<Value> both = collect(rt, pair);
      if (both.size() != 2)
        fail(fmt::format("dictionary update sequence element has length {}; 2 is required", both.size()));
      dict.set(rt, both[0], both[1]);
    }
  }
  for (auto& [name, value] : args.named) dict.set(rt, rt.text(name), value);
  return dict;
}

Value dict_global(Runtime& rt, Args& args) { return Value::dict(build_dict(rt, args)); }

Value namespace_global(Runtime& rt, Args& args) {
  return Value::object(rt.create<NamespaceObject>(build_dict(rt, args)));
}

class Cycler : public Object {
 public:
  explicit Cycler(std::vector<Value> items) : items_(std::move(items)) {}
  std::string_view type() const override { return "Cycler"; }
  Value attribute(Runtime& rt, std::string_view name) override {
    if (name == "current") return items_[at_];
    if (name == "items") return Value::tuple(items_);
    if (name == "pos") return Value::integer(static_cast<int64_t>(at_));
    if (name == "next")
      return bound_method<Cycler>(rt, this, "next", [](Cycler& self, Runtime&, Args& args) {
        args.bind("next", {});
        Value current = self.items_[self.at_];
        self.at_ = (self.at_ + 1) % self.items_.size();
        return current;
      });
    if (name == "reset")
      return bound_method<Cycler>(rt, this, "reset", [](Cycler& self, Runtime&, Args& args) {
        args.bind("reset", {});
        self.at_ = 0;
        return Value::none();
      });
    return {};
  }

 private:
  std::vector<Value> items_;
  size_t at_ = 0;
};

Value cycler_global(Runtime& rt, Args& args) {
  if (!args.named.empty()) fail("cycler() takes no keyword arguments");
  if (args.positional.empty()) fail("at least one item has to be provided");
  return Value::object(rt.create<Cycler>(std::move(args.positional)));
}

class Joiner : public Object {
 public:
  explicit Joiner(Value separator) : separator_(std::move(separator)) {}
  std::string_view type() const override { return "Joiner"; }
  bool callable() const override { return true; }
  Value call(Runtime&, Args& args) override {
    args.bind("joiner", {});
    return std::exchange(used_, true) ? separator_ : Value::string("");
  }
  Value attribute(Runtime&, std::string_view name) override {
    if (name == "sep") return separator_;
    return name == "used" ? Value::boolean(used_) : Value();
  }

 private:
  Value separator_;
  bool used_ = false;
};

Value joiner_global(Runtime& rt, Args& args) {
  Value separator = args.bind("joiner", {"sep"})[0];
  return Value::object(rt.create<Joiner>(separator.is_missing() ? Value::string(", ") : separator));
}

Value raise_exception(Runtime& rt, Args& args) {
  Value message = args.bind("raise_exception", {"message"}, 1)[0];
  throw Failure{ErrorKind::kInvalidArgument, str_of(rt, message), {}, true};
}

Value strftime_now(Runtime& rt, Args& args) {
  Value format = args.bind("strftime_now", {"format"}, 1)[0];
  return rt.text(format_time(as_text(format, "the format"), rt.now() ? parse_time(*rt.now()) : local_time()));
}

Value lipsum_global(Runtime&, Args&) { fail_unsupported("lipsum() is not supported in chat templates"); }

}  // namespace

Value find_global(Runtime& rt, std::string_view name) {
  static const std::unordered_map<std::string_view, Value (*)(Runtime&, Args&)> table = {
      {"range", range_global},   {"dict", dict_global},         {"namespace", namespace_global},
      {"cycler", cycler_global}, {"joiner", joiner_global},     {"raise_exception", raise_exception},
      {"lipsum", lipsum_global}, {"strftime_now", strftime_now}};
  auto at = table.find(name);
  return at == table.end() ? Value() : Value::object(rt.create<Function>(at->first, at->second));
}

}  // namespace fusebox::text::jinja
