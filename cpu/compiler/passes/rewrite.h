// What passes share: walks over all blocks, and values put in place of others.
#pragma once

#include <functional>
#include <unordered_map>

#include "fusebox/hlo/program.h"

namespace fusebox::cpu {

using ValueMap = std::unordered_map<const hlo::Value*, hlo::Value*>;

// Every block of the function, the outer before the inner.
inline void for_each_block(hlo::Block& block, const std::function<void(hlo::Block&)>& visit) {
  visit(block);
  for (const auto& op : block.ops)
    for (const auto& region : op->regions) for_each_block(*region, visit);
}

// The value at the end of the chain of replacements.
inline hlo::Value* resolve(const ValueMap& replaced, hlo::Value* value) {
  for (auto found = replaced.find(value); found != replaced.end(); found = replaced.find(value))
    value = found->second;
  return value;
}

// Every op of the program, with operands that were replaced already: what `replacement` returns stands for
// its only result from then on, null leaves it. New ops are appended to the block, in front of the op. The
// op itself stays, for dead code elimination to find.
void replace_results(hlo::Program& program,
                     const std::function<hlo::Value*(hlo::Block& block, const hlo::Op& op)>& replacement);

inline void replace_operands(hlo::Block& block, const ValueMap& replaced) {
  if (replaced.empty()) return;
  for_each_block(block, [&](hlo::Block& inner) {
    for (const auto& op : inner.ops)
      for (hlo::Value*& operand : op->operands) operand = resolve(replaced, operand);
  });
}

// Ops in it, regions included.
size_t count_ops(const hlo::Op& op);
size_t count_ops(const hlo::Block& block);

// Copies with their regions. Operands are resolved through `copies`, which then also has what was copied; the
// copy's block is the caller's to set.
std::unique_ptr<hlo::Op> copy_op(const hlo::Op& op, ValueMap& copies);
std::unique_ptr<hlo::Block> copy_block(const hlo::Block& block, hlo::Op* parent, ValueMap& copies);

}  // namespace fusebox::cpu
