// The objects that templates make: macros and namespaces.
#pragma once

#include <memory>

#include "fusebox/text/jinja/evaluator.h"
#include "fusebox/text/jinja/operations.h"

namespace fusebox::text::jinja {

class MacroObject : public Object {
 public:
  MacroObject(Evaluator& evaluator, const MacroDef& def, std::shared_ptr<Activation> outer)
      : evaluator_(evaluator), def_(def), outer_(std::move(outer)) {}
  std::string_view type() const override { return "Macro"; }
  std::string repr(Runtime& rt) override;
  Value attribute(Runtime& rt, std::string_view name) override;
  bool callable() const override { return true; }
  Value call(Runtime& rt, Args& args) override { return rt.text(evaluator_.call_macro(def_, outer_, args)); }

 private:
  Evaluator& evaluator_;
  const MacroDef& def_;
  std::shared_ptr<Activation> outer_;
};

// namespace(a=1): what a template may change from inside a loop.
class NamespaceObject : public Object {
 public:
  explicit NamespaceObject(Dict attributes) : attributes_(std::move(attributes)) {}
  std::string_view type() const override { return "Namespace"; }
  std::string repr(Runtime& rt) override;
  Value attribute(Runtime& rt, std::string_view name) override;
  void set(Runtime& rt, const std::string& name, const Value& value);

 private:
  Dict attributes_;
};

NamespaceObject* as_namespace(const Value& value);  // null if it is none

}  // namespace fusebox::text::jinja
