#include "fusebox/text/jinja/filters.h"

#include <fmt/format.h>

#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

class Generator : public Object {
 public:
  explicit Generator(std::function<bool(Runtime&, Value&)> next) : next_(std::move(next)) {}
  std::string_view type() const override { return "generator"; }
  bool iterable() const override { return true; }
  bool next(Runtime& rt, Value& out) override {
    Nesting nesting(rt);
    return !done_ && (next_(rt, out) || !(done_ = true));
  }
  std::string repr(Runtime&) override {
    fail("a generator has no text of its own; the filter list gives its items");
  }

 private:
  std::function<bool(Runtime&, Value&)> next_;
  bool done_ = false;
};

bool is_number_part(std::string_view part) {
  return !part.empty() && part.size() < 10 && part.find_first_not_of("0123456789") == std::string_view::npos;
}

std::vector<Value> attribute_parts(const Value& attribute) {
  if (attribute.is_missing() || attribute.is_none()) return {};
  if (!attribute.is_string()) return {attribute};
  std::vector<Value> parts;
  std::string_view rest = attribute.str();
  for (bool more = true; more;) {
    size_t dot = rest.find('.');
    std::string part(rest.substr(0, dot));
    parts.push_back(is_number_part(part) ? Value::integer(std::stoll(part)) : Value::string(part));
    more = dot != std::string_view::npos;
    if (more) rest.remove_prefix(dot + 1);
  }
  return parts;
}

template <typename Table>
auto find_in(const Table& table, std::string_view name) {
  auto at = table.find(name);
  return at == table.end() ? nullptr : at->second;
}

}  // namespace

FilterFunction find_filter(std::string_view name) {
  for (const FilterTable* table :
       {&text_filters(), &number_filters(), &sequence_filters(), &selection_filters()}) {
    if (FilterFunction filter = find_in(*table, name)) return filter;
  }
  return name == "tojson" ? to_json : nullptr;
}

std::string unknown_message(std::string_view what, const std::string& name) {
  if (what == "filter") {
    for (std::string_view known : {"pprint", "random", "urlize", "wordwrap"}) {
      if (name == known) return fmt::format("The filter '{}' is not supported in chat templates.", name);
    }
  }
  return fmt::format("No {} named '{}'.", what, name);
}

Value make_generator(Runtime& rt, std::function<bool(Runtime&, Value&)> next) {
  return Value::object(rt.create<Generator>(std::move(next)));
}

Getter::Getter(const Value& attribute, bool case_sensitive, Value otherwise)
    : parts_(attribute_parts(attribute)), case_sensitive_(case_sensitive), otherwise_(std::move(otherwise)) {}

Value Getter::operator()(Runtime& rt, Value item) const {
  for (const Value& part : parts_) {
    rt.step();
    item = get_item(rt, item, part);
    bool has_default = !otherwise_.is_missing() && !otherwise_.is_none();
    if (has_default && item.is_undefined()) item = otherwise_;
  }
  return case_sensitive_ || !item.is_string() ? item : rt.text(lower(item.str()));
}

void sort_by(Runtime& rt, std::vector<Value>& keys, std::vector<Value>& items, bool reverse) {
  std::vector<size_t> order(keys.size()), merged(keys.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  for (size_t width = 1; width < order.size(); width *= 2) {
    for (size_t start = 0; start < order.size(); start += 2 * width) {
      size_t middle = std::min(start + width, order.size()), end = std::min(start + 2 * width, order.size());
      size_t left = start, right = middle;
      for (size_t to = start; to < end; ++to) {
        // From the right only what has to stand before the left; in reverse, equal items keep their order
        // too.
        bool take_right =
            left == middle || (right < end && (reverse ? less(rt, keys[order[left]], keys[order[right]])
                                                       : less(rt, keys[order[right]], keys[order[left]])));
        merged[to] = order[take_right ? right++ : left++];
      }
    }
    order.swap(merged);
  }
  std::vector<Value> sorted_keys, sorted_items;
  for (size_t i : order) {
    sorted_keys.push_back(std::move(keys[i]));
    sorted_items.push_back(std::move(items[i]));
  }
  keys = std::move(sorted_keys);
  items = std::move(sorted_items);
}

}  // namespace fusebox::text::jinja
