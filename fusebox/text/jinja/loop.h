// The variable `loop` of a {% for %}.
#pragma once

#include <memory>
#include <optional>

#include "fusebox/text/jinja/evaluator.h"
#include "fusebox/text/jinja/operations.h"

namespace fusebox::text::jinja {

// Where a loop gets its items: an iterable and, with `for … if`, a test that decides one by one, when asked.
class LoopSource {
 public:
  LoopSource(Evaluator& evaluator, const ForStmt& node, std::shared_ptr<Activation> activation,
             Value iterable);
  bool next(Value& out);
  bool filtered() const { return node_.test != nullptr; }
  const Value& iterable() const { return iterable_; }

 private:
  Evaluator& evaluator_;
  const ForStmt& node_;
  std::shared_ptr<Activation> activation_;
  Value iterable_;
  Cursor cursor_;
};

class LoopObject : public Object {
 public:
  // `outer` is set for a recursive loop: the activation around it.
  LoopObject(Evaluator& evaluator, const ForStmt& node, LoopSource source, std::shared_ptr<Activation> outer,
             int depth0)
      : evaluator_(evaluator),
        node_(node),
        source_(std::move(source)),
        outer_(std::move(outer)),
        depth0_(depth0) {}

  bool advance(Value& item);  // to the next item; false at the end

  std::string_view type() const override { return "LoopContext"; }
  std::string repr(Runtime& rt) override;
  Value attribute(Runtime& rt, std::string_view name) override;
  bool callable() const override { return true; }
  Value call(Runtime& rt, Args& args) override;  // loop(children), in a recursive loop
  std::optional<int64_t> length(Runtime& rt) override;
  Value changed(Runtime& rt, Args& args);
  Value cycle(Args& args) const;

 private:
  bool pull(Value& item);
  bool peek();

  Evaluator& evaluator_;
  const ForStmt& node_;
  LoopSource source_;
  std::shared_ptr<Activation> outer_;
  int depth0_;
  int64_t index0_ = -1;
  std::optional<int64_t> length_;
  std::optional<std::vector<Value>> rest_;  // once the length had to be known
  size_t rest_at_ = 0;
  Value before_, current_, after_, last_changed_;
};

}  // namespace fusebox::text::jinja
