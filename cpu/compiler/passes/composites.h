// What passes ask of composites that a kernel may do.
#pragma once

#include <optional>
#include <string_view>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

// Whether the op is that composite, version 1, with so many operands and one result. What it declares is the
// program's word: kernels believe shapes only as far as they fit each other.
inline bool is_composite(const hlo::Op& op, std::string_view name, size_t operands) {
  return op.code == hlo::OpCode::composite && op.operands.size() == operands && op.results.size() == 1 &&
         op.attributes.get<std::string>("name") == name && op.attributes.get_or<int64_t>("version", 0) == 1;
}

// The composite's own attribute of that name, if it is of that type.
template <typename T>
std::optional<T> composite_attribute(const hlo::Op& op, std::string_view wanted) {
  const auto attributes = op.attributes.get_or<hlo::AttributeDict>("composite_attributes", {});
  for (const auto& [name, attribute] : attributes)
    if (const T* value = std::get_if<T>(&attribute.value); name == wanted && value) return *value;
  return std::nullopt;
}

}  // namespace fusebox::cpu
