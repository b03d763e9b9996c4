#include <fmt/format.h>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/plan/expression.h"

namespace fusebox::cpu {
namespace {

constexpr int64_t kLargestConstant = 64;  // bytes; to compare larger ones costs more than they do

bool can_merge(const hlo::Op& op) {
  if (!op.regions.empty() || op.results.size() != 1) return false;
  if (op.code == hlo::OpCode::constant)
    return static_cast<int64_t>(op.attributes.get<hlo::Literal>("value").bytes().size()) <= kLargestConstant;
  return moves_elements(op.code) || is_elementwise(op.code) || op.code == hlo::OpCode::concatenate ||
         op.code == hlo::OpCode::pad || op.code == hlo::OpCode::gather;
}

std::string key_of(const hlo::Op& op) {
  std::string key = fmt::format("{} {}", static_cast<int>(op.code), to_string(op.results[0].shape));
  for (const hlo::Value* operand : op.operands) key += fmt::format(" {}", static_cast<const void*>(operand));
  return key + attributes_key(op);
}

}  // namespace

void eliminate_common_subexpressions(hlo::Program& program) {
  for (const auto& function : program.functions) {
    ValueMap replaced;
    for_each_block(function->body, [&](hlo::Block& block) {
      std::unordered_map<std::string, hlo::Value*> known;
      for (const auto& op : block.ops) {
        for (hlo::Value*& operand : op->operands) operand = resolve(replaced, operand);
        if (!can_merge(*op)) continue;
        const auto [place, fresh] = known.emplace(key_of(*op), &op->results[0]);
        if (!fresh) replaced[&op->results[0]] = place->second;
      }
    });
    replace_operands(function->body, replaced);
  }
}

}  // namespace fusebox::cpu
