#include "fusebox/text/jinja/runtime.h"

#include <fmt/format.h>

#include <algorithm>

namespace fusebox::text::jinja {

void fail(std::string message) { throw Failure{ErrorKind::kInvalidArgument, std::move(message)}; }
void fail_unsupported(std::string message) { throw Failure{ErrorKind::kUnsupported, std::move(message)}; }

std::string Object::repr(Runtime&) { fail(fmt::format("a {} has no text of its own", type())); }
Value Object::attribute(Runtime&, std::string_view) { return {}; }
Value Object::call(Runtime&, Args&) { fail(fmt::format("'{}' object is not callable", type())); }
bool Object::next(Runtime&, Value&) { fail(fmt::format("'{}' object is not iterable", type())); }

void Runtime::fail_steps() const {
  throw Failure{ErrorKind::kInvalidArgument,
                fmt::format("the template took more than {} steps", limits_.steps),
                "a larger RenderOptions::steps allows more"};
}
void Runtime::fail_output() const {
  throw Failure{ErrorKind::kInvalidArgument, fmt::format("text longer than {} bytes", limits_.output_bytes),
                "a larger RenderOptions::output_bytes allows more"};
}
void Runtime::fail_depth() const {
  throw Failure{ErrorKind::kInvalidArgument,
                fmt::format("calls and expressions nested more than {} deep", limits_.depth),
                "a macro that calls itself without end?"};
}

std::vector<Value> Args::bind(std::string_view callee, std::initializer_list<std::string_view> names,
                              size_t required) {
  if (positional.size() > names.size()) {
    fail(fmt::format("{}() takes at most {} arguments ({} given)", callee, names.size(), positional.size()));
  }
  std::vector<Value> bound = std::move(positional);
  bound.resize(names.size());
  for (auto& [name, value] : named) {
    auto at = std::find(names.begin(), names.end(), name);
    if (at == names.end()) fail(fmt::format("{}() got an unexpected keyword argument '{}'", callee, name));
    Value& slot = bound[static_cast<size_t>(at - names.begin())];
    if (!slot.is_missing()) fail(fmt::format("{}() got multiple values for argument '{}'", callee, name));
    slot = std::move(value);
  }
  for (size_t i = 0; i < required; ++i) {
    if (bound[i].is_missing()) {
      fail(fmt::format("{}() missing required argument: '{}'", callee, *(names.begin() + i)));
    }
  }
  return bound;
}

}  // namespace fusebox::text::jinja
