#include <algorithm>
#include <cstring>
#include <optional>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/plan/expression.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

bool can_fold(DType dtype) { return dtype == i1 || (is_integer(dtype) && info(dtype).bits >= 8); }

// The one element of a constant of integers, as 64 bits: a signed one with its sign, others with zeros.
std::optional<uint64_t> number_of(const Value* value) {
  const DType dtype = value->shape.dtype;
  if (!value->op || !is_splat(*value->op) || !can_fold(dtype)) return std::nullopt;
  const auto bytes = value->op->attributes.get<hlo::Literal>("value").bytes();
  if (bytes.empty()) return std::nullopt;
  uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), std::min(bytes.size(), sizeof bits));
  const size_t unused = 64 - 8 * byte_size(dtype);
  if (dtype == i1) return bits & 1;
  if (!is_signed_integer(dtype)) return bits;
  return static_cast<uint64_t>(static_cast<int64_t>(bits << unused) >> unused);
}

bool holds(const std::string& direction, bool less, bool equal) {
  if (direction == "EQ") return equal;
  if (direction == "NE") return !equal;
  if (direction == "LT") return less;
  if (direction == "LE") return less || equal;
  return direction == "GT" ? !less && !equal : !less;
}

// Of numbers of one type; wraps around as that does once it is cut to its width.
std::optional<uint64_t> result_of(const Op& op, const std::vector<uint64_t>& x) {
  const DType dtype = op.operands[0]->shape.dtype;
  const auto less = [&](uint64_t a, uint64_t b) {
    return is_signed_integer(dtype) ? static_cast<int64_t>(a) < static_cast<int64_t>(b) : a < b;
  };
  switch (op.code) {
    case OpCode::add: return dtype == i1 ? x[0] | x[1] : x[0] + x[1];
    case OpCode::subtract: return dtype == i1 ? std::nullopt : std::optional(x[0] - x[1]);
    case OpCode::multiply: return x[0] * x[1];
    case OpCode::negate: return 0 - x[0];
    case OpCode::minimum: return less(x[1], x[0]) ? x[1] : x[0];
    case OpCode::maximum: return less(x[0], x[1]) ? x[1] : x[0];
    case OpCode::and_: return x[0] & x[1];
    case OpCode::or_: return x[0] | x[1];
    case OpCode::xor_: return x[0] ^ x[1];
    case OpCode::not_: return ~x[0];
    case OpCode::select: return (x[0] & 1) != 0 ? x[1] : x[2];
    case OpCode::convert: return op.results[0].shape.dtype == i1 ? (x[0] != 0 ? 1 : 0) : x[0];
    case OpCode::compare:
      return holds(op.attributes.get<hlo::Keyword>("comparison_direction").value, less(x[0], x[1]),
                   x[0] == x[1])
                 ? 1
                 : 0;
    default: return std::nullopt;
  }
}

Value* folded(hlo::Block& block, hlo::Program& program, const Op& op) {
  if (op.results.size() != 1 || op.operands.empty() || !can_fold(op.results[0].shape.dtype)) return nullptr;
  std::vector<uint64_t> numbers;
  for (const Value* operand : op.operands) {
    const auto number = number_of(operand);
    if (!number) return nullptr;
    numbers.push_back(*number);
  }
  const auto result = result_of(op, numbers);
  if (!result) return nullptr;
  const Shape& shape = op.results[0].shape;
  const uint64_t bits = shape.dtype == i1 ? *result & 1 : *result;
  auto data = std::make_shared<std::vector<std::byte>>(byte_size(shape.dtype));
  std::memcpy(data->data(), &bits, data->size());
  hlo::Builder builder(program, block);
  builder.set_location(op.location);
  return builder.create(OpCode::constant, {}, {{"value", hlo::Literal{shape, std::move(data), true}}},
                        {shape});
}

}  // namespace

void fold_constants(hlo::Program& program) {
  replace_results(program, [&](hlo::Block& block, const Op& op) { return folded(block, program, op); });
}

}  // namespace fusebox::cpu
