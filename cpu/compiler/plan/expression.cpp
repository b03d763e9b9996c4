#include "cpu/compiler/plan/expression.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>

#include "fusebox/stablehlo/attribute_text.h"

namespace fusebox::cpu {

using hlo::OpCode;

bool moves_elements(OpCode code) {
  switch (code) {
    case OpCode::constant:
    case OpCode::iota:
    case OpCode::broadcast_in_dim:
    case OpCode::reshape:
    case OpCode::transpose:
    case OpCode::reverse:
    case OpCode::slice:
    case OpCode::dynamic_slice: return true;
    default: return false;
  }
}

bool is_elementwise(OpCode code) {
  const hlo::OpInfo& row = hlo::info(code);
  if (row.form == hlo::Form::kElementwise) return true;
  switch (code) {
    case OpCode::convert:
    case OpCode::bitcast_convert:
    case OpCode::is_finite:
    case OpCode::compare:
    case OpCode::select:
    case OpCode::reduce_precision: return true;
    default: return false;
  }
}

const hlo::Value* storage_of(const hlo::Value* value) {
  while (value->op && value->op->code == OpCode::reshape) value = value->op->operands[0];
  return value;
}

std::span<hlo::Value* const> updated_operands(const hlo::Op& op) {
  const std::span<hlo::Value* const> all = op.operands;
  if (op.code == OpCode::dynamic_update_slice) return all.first(1);
  if (op.code == OpCode::scatter) return all.first(all.size() / 2);
  return {};
}

bool is_splat(const hlo::Op& op) {
  if (op.code != OpCode::constant) return false;
  const auto& literal = op.attributes.get<hlo::Literal>("value");
  return literal.splat || literal.shape.elements() == 1;
}

std::string attributes_key(const hlo::Op& op) {
  std::string key;
  for (const auto& [name, attribute] : op.attributes.list()) {
    key += ' ';
    stablehlo::append_named(key, name, attribute, std::numeric_limits<size_t>::max());
  }
  return key;
}

int Expression::append(Node node) {
  nodes_.push_back(std::move(node));
  return static_cast<int>(nodes_.size()) - 1;
}

int Expression::add_input(const hlo::Value* value, const Shape* as) {
  const hlo::Value* storage = storage_of(value);
  const auto [place, fresh] = input_of_.emplace(storage, static_cast<int>(inputs_.size()));
  if (fresh) inputs_.push_back(storage);
  Node node;
  node.shape = as ? *as : value->shape;
  node.input = place->second;
  return append(std::move(node));
}

void Expression::finish() {
  is_input_ = nullptr;
  known_ = {};
  input_of_ = {};
}

int Expression::add(const hlo::Value* value) {
  if (const auto found = known_.find(value); found != known_.end()) return found->second;
  int index = 0;
  const bool renamed = value->op && value->op->code == OpCode::reshape && is_input_(storage_of(value));
  if (!value->op || is_input_(value) || renamed) {
    index = add_input(value);
  } else {
    Node node;
    node.op = value->op;
    node.shape = value->shape;
    const OpCode code = value->op->code;
    for (size_t i = 0; i < value->op->operands.size(); ++i) {
      const hlo::Value* operand = value->op->operands[i];
      if (code == OpCode::reshape) operand = storage_of(operand);  // a chain of them is one
      // What is read at places that values say is read from a buffer.
      const bool indexed = i == 0 && (code == OpCode::dynamic_slice || code == OpCode::gather);
      node.operands.push_back(indexed ? add_input(operand) : add(operand));
    }
    index = append(std::move(node));
  }
  known_.emplace(value, index);
  return index;
}

int Expression::add_parameter(const hlo::Value* value, int index) {
  Node node;
  node.shape = value->shape;
  node.parameter = index;
  return known_[value] = append(std::move(node));
}

std::vector<int> Expression::add_region(const hlo::Block& block) {
  for (const hlo::Value& argument : block.arguments)
    add_parameter(&argument, static_cast<int>(argument.index));
  std::vector<int> results;
  for (const hlo::Value* value : block.returned()) results.push_back(add(value));
  return results;
}

std::string Expression::key() const {
  std::string key;
  for (const Node& node : nodes_) {
    if (node.op)
      key += fmt::format("{}({}){}:{};", hlo::name(node.op->code), fmt::join(node.operands, ","),
                         attributes_key(*node.op), to_string(node.shape));
    else
      key += fmt::format("{}{}:{};", node.input >= 0 ? "in" : "par",
                         node.input >= 0 ? node.input : node.parameter, to_string(node.shape));
  }
  return key;
}

}  // namespace fusebox::cpu
