#include "fusebox/hlo/program.h"

namespace fusebox::hlo {

Value* Block::add_argument(const Shape& shape) {
  const auto index = static_cast<uint32_t>(arguments.size());
  arguments.push_back(Value{shape, nullptr, this, index});
  return &arguments.back();
}

std::span<Value* const> Block::returned() const {
  if (ops.empty() || ops.back()->code != OpCode::return_) return {};
  return ops.back()->operands;
}

Function& Program::add_function(std::string function_name, bool is_public) {
  functions.push_back(std::make_unique<Function>(std::move(function_name), is_public));
  return *functions.back();
}

Function* Program::find(std::string_view function_name) const {
  for (const auto& function : functions)
    if (function->name == function_name) return function.get();
  return nullptr;
}

std::string_view Program::intern(std::string_view scope) { return *scopes_.emplace(scope).first; }

}  // namespace fusebox::hlo
