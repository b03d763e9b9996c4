// Functions as values: the globals, and methods of objects such as loop.cycle.
#pragma once

#include <functional>
#include <string_view>

#include "fusebox/text/jinja/runtime.h"

namespace fusebox::text::jinja {

class Function : public Object {
 public:
  using Body = std::function<Value(Runtime&, Args&)>;
  Function(std::string_view name, Body body) : name_(name), body_(std::move(body)) {}
  std::string_view type() const override { return "function"; }
  bool callable() const override { return true; }
  Value call(Runtime& rt, Args& args) override { return body_(rt, args); }
  std::string_view name() const { return name_; }

 private:
  std::string_view name_;  // a constant of the program
  Body body_;
};

// `self` must live as long as the rendering, as objects made by a Runtime do.
template <typename T>
Value bound_method(Runtime& rt, T* self, std::string_view name, Value (*method)(T&, Runtime&, Args&)) {
  auto body = [self, method](Runtime& r, Args& args) { return method(*self, r, args); };
  return Value::object(rt.create<Function>(name, body));
}

}  // namespace fusebox::text::jinja
