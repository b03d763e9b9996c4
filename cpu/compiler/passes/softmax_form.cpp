#include "cpu/compiler/passes/softmax_form.h"

#include <cmath>
#include <cstring>

#include "cpu/compiler/plan/expression.h"
#include "fusebox/hlo/applied_op.h"

namespace fusebox::cpu {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

namespace {

const Op* made_by(const Value* value, OpCode code) {
  return value->op && value->op->code == code ? value->op : nullptr;
}

// The value with an element per row that `wide` holds in each place of its rows; null if it does not.
const Value* of_rows(const Value* wide) {
  const Op* broadcast = made_by(wide, OpCode::broadcast_in_dim);
  if (!broadcast) return nullptr;
  const Value* narrow = broadcast->operands[0];
  const auto& axes = broadcast->attributes.get<Dims>("broadcast_dimensions");
  for (size_t i = 0; i < axes.size(); ++i)
    if (axes[i] != static_cast<int64_t>(i)) return nullptr;
  Dims rows = wide->shape.dims;
  rows.pop_back();
  if (narrow->shape.rank() == wide->shape.rank() && narrow->shape.dims.back() == 1) {
    const Op* reshape = made_by(narrow, OpCode::reshape);
    if (!reshape) return nullptr;
    narrow = reshape->operands[0];
  }
  return narrow->shape.dims == rows ? narrow : nullptr;
}

// What `reduced` is the reduction of, along rows, by that op from that number; null if it is not.
const Value* reduced_by(const Value* reduced, OpCode code, float start) {
  const Op* reduce = reduced ? made_by(reduced, OpCode::reduce) : nullptr;
  const Op* applied = reduce ? hlo::applied_op(*reduce) : nullptr;
  if (!applied || applied->code != code) return nullptr;
  const Value *from = reduce->operands[0], *initial = reduce->operands[1];
  if (reduce->attributes.get<Dims>("dimensions") != Dims{from->shape.rank() - 1}) return nullptr;
  if (!initial->op || !is_splat(*initial->op)) return nullptr;
  const auto& bytes = initial->op->attributes.get<hlo::Literal>("value").bytes();
  float number = 0;
  if (initial->shape.dtype != f32 || bytes.size() != sizeof number) return nullptr;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number == start ? from : nullptr;
}

}  // namespace

Value* softmax_of(const Op& op) {
  if (op.code != OpCode::divide) return nullptr;
  const Shape& shape = op.results[0].shape;
  if (shape.dtype != f32 || shape.rank() == 0 || shape.elements() == 0) return nullptr;
  const Value *e = op.operands[0], *sum = of_rows(op.operands[1]);
  const Op* exponential = made_by(e, OpCode::exponential);
  if (!exponential || !sum || reduced_by(sum, OpCode::add, 0) != e) return nullptr;
  const Op* less = made_by(exponential->operands[0], OpCode::subtract);
  const Value* largest = less ? of_rows(less->operands[1]) : nullptr;
  if (!largest || reduced_by(largest, OpCode::maximum, -INFINITY) != less->operands[0]) return nullptr;
  return less->operands[0];
}

}  // namespace fusebox::cpu
