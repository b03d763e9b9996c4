#include "cpu/compiler/passes/rewrite.h"

namespace fusebox::cpu {

using hlo::Block;
using hlo::Op;

size_t count_ops(const Op& op) {
  size_t count = 1;
  for (const auto& region : op.regions)
    for (const auto& inner : region->ops) count += count_ops(*inner);
  return count;
}

std::unique_ptr<Op> copy_op(const Op& op, ValueMap& copies) {
  auto twin = std::make_unique<Op>();
  twin->code = op.code;
  twin->attributes = op.attributes;
  twin->location = op.location;
  for (hlo::Value* operand : op.operands) twin->operands.push_back(resolve(copies, operand));
  twin->results = op.results;
  for (size_t i = 0; i < op.results.size(); ++i) {
    twin->results[i].op = twin.get();
    copies[&op.results[i]] = &twin->results[i];
  }
  for (const auto& region : op.regions) twin->regions.push_back(copy_block(*region, twin.get(), copies));
  return twin;
}

std::unique_ptr<Block> copy_block(const Block& block, Op* parent, ValueMap& copies) {
  auto twin = std::make_unique<Block>(parent);
  for (const hlo::Value& argument : block.arguments) copies[&argument] = twin->add_argument(argument.shape);
  for (const auto& op : block.ops) {
    twin->ops.push_back(copy_op(*op, copies));
    twin->ops.back()->block = twin.get();
    for (hlo::Value& value : twin->ops.back()->results) value.block = twin.get();
  }
  return twin;
}

}  // namespace fusebox::cpu
