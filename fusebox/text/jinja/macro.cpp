#include "fusebox/text/jinja/macro.h"

#include <fmt/format.h>

namespace fusebox::text::jinja {

std::string MacroObject::repr(Runtime& rt) {
  return def_.name.empty() ? "<Macro anonymous>"
                           : fmt::format("<Macro {}>", repr_of(rt, Value::string(def_.name)));
}

Value MacroObject::attribute(Runtime&, std::string_view name) {
  if (name == "name") return def_.name.empty() ? Value::none() : Value::string(def_.name);
  if (name == "catch_kwargs") return Value::boolean(def_.kwargs_slot.has_value());
  if (name == "catch_varargs") return Value::boolean(def_.varargs_slot.has_value());
  if (name == "caller") return Value::boolean(def_.caller_slot.has_value());
  if (name != "arguments") return {};
  std::vector<Value> names;
  for (const MacroDef::Param& param : def_.params) names.push_back(Value::string(param.name));
  return Value::tuple(std::move(names));
}

std::string NamespaceObject::repr(Runtime& rt) {
  // A namespace may hold itself; Nesting ends what would never end.
  return fmt::format("<Namespace {}>", repr_of(rt, Value::dict(attributes_)));
}

Value NamespaceObject::attribute(Runtime&, std::string_view name) {
  const Value* found = attributes_.find(name);
  return found == nullptr ? Value() : *found;
}

void NamespaceObject::set(Runtime& rt, const std::string& name, const Value& value) {
  attributes_.set(rt, rt.text(name), value);
}

NamespaceObject* as_namespace(const Value& value) {
  return value.is(Kind::kObject) ? dynamic_cast<NamespaceObject*>(value.object()) : nullptr;
}

}  // namespace fusebox::text::jinja
