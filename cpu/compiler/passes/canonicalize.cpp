#include <algorithm>
#include <cmath>
#include <cstring>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/plan/expression.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

bool all_are(const Dims& dims, int64_t value) {
  return std::all_of(dims.begin(), dims.end(), [&](int64_t each) { return each == value; });
}

bool in_order(const Dims& axes) {
  for (size_t i = 0; i < axes.size(); ++i)
    if (axes[i] != static_cast<int64_t>(i)) return false;
  return true;
}

// Whether every element of the constant has the bits of this number, of its own type.
bool is_number(const Value* value, double number) {
  if (!value->op || !is_splat(*value->op)) return false;
  const auto& bytes = value->op->attributes.get<hlo::Literal>("value").bytes();
  const auto equals = [&](auto wanted) {
    return bytes.size() == sizeof wanted && std::memcmp(bytes.data(), &wanted, sizeof wanted) == 0;
  };
  switch (value->shape.dtype) {
    case f32: return equals(static_cast<float>(number));
    case f64: return equals(number);
    case i8:
    case u8:
    case i1: return equals(static_cast<int8_t>(number));
    case i16:
    case u16: return equals(static_cast<int16_t>(number));
    case i32:
    case u32: return equals(static_cast<int32_t>(number));
    case i64:
    case u64: return equals(static_cast<int64_t>(number));
    default: return false;
  }
}

// Nothing added to x: for floats it is -0 that leaves a zero's sign alone.
bool is_zero(const Value* value) { return is_number(value, is_float(value->shape.dtype) ? -0.0 : 0.0); }

// Ops that hand their operand on as it is.
bool does_nothing(const Op& op) {
  const auto dims = [&](std::string_view name) -> const Dims& { return op.attributes.get<Dims>(name); };
  switch (op.code) {
    case OpCode::reshape:
    case OpCode::convert:
    case OpCode::bitcast_convert: return true;  // to the type that it has
    case OpCode::transpose: return in_order(dims("permutation"));
    case OpCode::broadcast_in_dim: return in_order(dims("broadcast_dimensions"));
    case OpCode::slice: return true;  // all of it, hence in steps of 1
    case OpCode::concatenate: return op.operands.size() == 1;
    case OpCode::pad:
      return all_are(dims("edge_padding_low"), 0) && all_are(dims("edge_padding_high"), 0) &&
             all_are(dims("interior_padding"), 0);
    default: return false;
  }
}

// The operand that the op's result is equal to, bit by bit; null if there is none.
Value* same_as(const Op& op) {
  if (op.results.size() != 1) return nullptr;
  const Shape& shape = op.results[0].shape;
  if (!op.operands.empty() && op.operands[0]->shape == shape && does_nothing(op)) return op.operands[0];
  switch (op.code) {
    case OpCode::add:
      if (is_zero(op.operands[1])) return op.operands[0];
      return is_zero(op.operands[0]) ? op.operands[1] : nullptr;
    case OpCode::subtract: return is_number(op.operands[1], 0.0) ? op.operands[0] : nullptr;
    case OpCode::multiply:
      if (is_number(op.operands[1], 1)) return op.operands[0];
      return is_number(op.operands[0], 1) ? op.operands[1] : nullptr;
    case OpCode::divide: return is_number(op.operands[1], 1) ? op.operands[0] : nullptr;
    case OpCode::maximum:
    case OpCode::minimum: {
      const double least = op.code == OpCode::maximum ? -INFINITY : INFINITY;
      if (!is_float(shape.dtype)) return nullptr;
      if (is_number(op.operands[1], least)) return op.operands[0];
      return is_number(op.operands[0], least) ? op.operands[1] : nullptr;
    }
    case OpCode::select:
      if (op.operands[1] == op.operands[2] || is_number(op.operands[0], 1)) return op.operands[1];
      return is_number(op.operands[0], 0) ? op.operands[2] : nullptr;
    default: return nullptr;
  }
}

// A reshape in place of what only adds axes of one element, or moves them.
Value* resized(hlo::Block& block, hlo::Program& program, const Op& op) {
  const bool moves = op.code == OpCode::transpose;
  if (!moves && op.code != OpCode::broadcast_in_dim) return nullptr;
  const Shape &from = op.operands[0]->shape, &to = op.results[0].shape;
  if (from.elements() != to.elements() || from.elements() == 0) return nullptr;
  // Of a transpose, axes of the operand by those of the result; of a broadcast, the other way round.
  const auto& axes = op.attributes.get<Dims>(moves ? "permutation" : "broadcast_dimensions");
  int64_t last = -1;
  for (size_t i = 0; i < axes.size(); ++i) {
    if (from.dims[moves ? static_cast<size_t>(axes[i]) : i] == 1) continue;
    if (axes[i] < last) return nullptr;
    last = axes[i];
  }
  Value* value = op.operands[0];
  if (value->op && value->op->code == OpCode::reshape) value = value->op->operands[0];
  if (value->shape == to) return value;
  hlo::Builder builder(program, block);
  builder.set_location(op.location);
  return builder.create(OpCode::reshape, {value}, {}, {to});
}

// One op in place of it and the one that made its operand.
Value* merged(hlo::Block& block, hlo::Program& program, const Op& op) {
  if (op.operands.size() != 1 || !op.operands[0]->op || op.operands[0]->op->code != op.code) return nullptr;
  const Op& below = *op.operands[0]->op;
  hlo::Builder builder(program, block);
  builder.set_location(op.location);
  if (op.code == OpCode::reshape)
    return builder.create(op.code, {below.operands[0]}, {}, {op.results[0].shape});
  if (op.code != OpCode::transpose) return nullptr;
  const auto &outer = op.attributes.get<Dims>("permutation"),
             &inner = below.attributes.get<Dims>("permutation");
  Dims both;
  for (const int64_t axis : outer) both.push_back(inner[static_cast<size_t>(axis)]);
  if (in_order(both)) return below.operands[0];
  return builder.create(op.code, {below.operands[0]}, {{"permutation", both}});
}

// What moves the elements of a constant whose elements are all equal is one.
Value* moved_constant(hlo::Block& block, hlo::Program& program, const Op& op) {
  if (!moves_elements(op.code) || op.operands.empty() || op.results.size() != 1) return nullptr;
  const Op* source = op.operands[0]->op;
  if (!source || !is_splat(*source)) return nullptr;
  hlo::Literal literal = source->attributes.get<hlo::Literal>("value");
  literal.shape = op.results[0].shape;
  literal.splat = true;
  hlo::Builder builder(program, block);
  builder.set_location(op.location);
  return builder.create(OpCode::constant, {}, {{"value", literal}}, {literal.shape});
}

}  // namespace

void canonicalize(hlo::Program& program) {
  replace_results(program, [&](hlo::Block& block, const Op& op) -> Value* {
    if (Value* same = same_as(op)) return same;
    if (Value* one = merged(block, program, op)) return one;
    if (Value* constant = moved_constant(block, program, op)) return constant;
    return resized(block, program, op);
  });
}

}  // namespace fusebox::cpu
