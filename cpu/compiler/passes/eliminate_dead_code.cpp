#include <algorithm>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"

namespace fusebox::cpu {
namespace {

using hlo::OpCode;

bool has_effect(const hlo::Op& op) {
  if (op.code == OpCode::custom_call) return op.attributes.get_or<bool>("has_side_effect", false);
  if (op.code == OpCode::call) return true;  // who knows what is in it, before it is inlined
  return op.code == OpCode::return_ || op.code == OpCode::outfeed || op.code == OpCode::send ||
         op.code == OpCode::recv || op.code == OpCode::infeed;
}

using Used = std::unordered_set<const hlo::Value*>;

// Marks from the back what the ops that stay need, and removes the others.
void sweep(hlo::Block& block, Used& used) {
  for (auto op = block.ops.rbegin(); op != block.ops.rend(); ++op) {
    const bool wanted =
        has_effect(**op) || std::any_of((*op)->results.begin(), (*op)->results.end(),
                                        [&](const hlo::Value& value) { return used.contains(&value); });
    if (!wanted) {
      op->reset();
      continue;
    }
    for (const hlo::Value* operand : (*op)->operands) used.insert(operand);
    for (const auto& region : (*op)->regions) sweep(*region, used);
  }
  std::erase(block.ops, nullptr);
}

}  // namespace

void eliminate_dead_code(hlo::Program& program) {
  for (const auto& function : program.functions) {
    Used used;
    sweep(function->body, used);
  }
}

}  // namespace fusebox::cpu
