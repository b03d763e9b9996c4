#include "cpu/compiler/passes/rewrite.h"

namespace fusebox::cpu {

using hlo::Block;
using hlo::Op;

void replace_results(hlo::Program& program,
                     const std::function<hlo::Value*(Block& block, const Op& op)>& replacement) {
  for (const auto& function : program.functions) {
    ValueMap replaced;
    for_each_block(function->body, [&](Block& block) {
      std::vector<std::unique_ptr<Op>> ops;
      std::swap(ops, block.ops);
      for (auto& op : ops) {
        for (hlo::Value*& operand : op->operands) operand = resolve(replaced, operand);
        if (hlo::Value* value = replacement(block, *op)) replaced[op->result()] = value;
        block.ops.push_back(std::move(op));
      }
    });
    replace_operands(function->body, replaced);
  }
}

size_t count_ops(const Block& block) {
  size_t count = 0;
  for (const auto& op : block.ops) count += count_ops(*op);
  return count;
}

size_t count_ops(const Op& op) {
  size_t count = 1;
  for (const auto& region : op.regions) count += count_ops(*region);
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
