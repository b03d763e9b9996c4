#include "fusebox/text/jinja/loop.h"

#include <fmt/format.h>

#include "fusebox/text/jinja/bound.h"

namespace fusebox::text::jinja {

LoopSource::LoopSource(Evaluator& evaluator, const ForStmt& node, std::shared_ptr<Activation> activation,
                       Value iterable)
    : evaluator_(evaluator),
      node_(node),
      activation_(std::move(activation)),
      iterable_(iterable),
      cursor_(evaluator.runtime(), std::move(iterable)) {}

bool LoopSource::next(Value& out) {
  while (cursor_.next(evaluator_.runtime(), out)) {
    if (!filtered() || evaluator_.passes_test(node_, activation_, out)) return true;
  }
  return false;
}

bool LoopObject::pull(Value& item) {
  if (!rest_) return source_.next(item);
  if (rest_at_ >= rest_->size()) return false;
  item = (*rest_)[rest_at_++];
  return true;
}

bool LoopObject::peek() { return !after_.is_missing() || pull(after_) || (after_ = {}, false); }

bool LoopObject::advance(Value& item) {
  if (!after_.is_missing()) {
    item = std::exchange(after_, {});
  } else if (!pull(item)) {
    return false;
  }
  ++index0_;
  before_ = std::exchange(current_, item);
  return true;
}

std::optional<int64_t> LoopObject::length(Runtime& rt) {
  if (length_) return length_;
  if (!source_.filtered()) length_ = length_of(rt, source_.iterable());
  if (length_) return length_;
  std::vector<Value> rest;
  for (Value item; pull(item);) rest.push_back(item);
  length_ = static_cast<int64_t>(rest.size()) + index0_ + 1 + (after_.is_missing() ? 0 : 1);
  rest_ = std::move(rest);
  rest_at_ = 0;
  return length_;
}

std::string LoopObject::repr(Runtime& rt) {
  return fmt::format("<LoopContext {}/{}>", index0_ + 1, *length(rt));
}

Value LoopObject::attribute(Runtime& rt, std::string_view name) {
  if (name == "index") return Value::integer(index0_ + 1);
  if (name == "index0") return Value::integer(index0_);
  if (name == "first") return Value::boolean(index0_ == 0);
  if (name == "last") return Value::boolean(!peek());
  if (name == "length") return Value::integer(*length(rt));
  if (name == "revindex") return Value::integer(*length(rt) - index0_);
  if (name == "revindex0") return Value::integer(*length(rt) - index0_ - 1);
  if (name == "depth") return Value::integer(depth0_ + 1);
  if (name == "depth0") return Value::integer(depth0_);
  if (name == "previtem") return index0_ == 0 ? Value::undefined("there is no previous item") : before_;
  if (name == "nextitem") return peek() ? after_ : Value::undefined("there is no next item");
  if (name == "cycle")
    return bound_method<LoopObject>(rt, this, "cycle",
                                    [](LoopObject& self, Runtime&, Args& args) { return self.cycle(args); });
  if (name == "changed")
    return bound_method<LoopObject>(
        rt, this, "changed", [](LoopObject& self, Runtime& r, Args& args) { return self.changed(r, args); });
  return {};
}

Value LoopObject::cycle(Args& args) const {
  if (args.positional.empty()) fail("no items for cycling given");
  return args.positional[static_cast<size_t>(index0_) % args.positional.size()];
}

Value LoopObject::changed(Runtime& rt, Args& args) {
  Value now = Value::tuple(std::move(args.positional));
  if (!last_changed_.is_missing() && equal(rt, last_changed_, now)) return Value::boolean(false);
  last_changed_ = std::move(now);
  return Value::boolean(true);
}

Value LoopObject::call(Runtime& rt, Args& args) {
  if (outer_ == nullptr) fail("The loop must have the 'recursive' marker to be called recursively.");
  Value iterable = args.bind("loop", {"iterable"}, 1)[0];
  return rt.text(evaluator_.render_recursive_loop(node_, outer_, std::move(iterable), depth0_ + 1));
}

}  // namespace fusebox::text::jinja
