// Element by element.
#include "fusebox/hlo/keywords.h"
#include "tests/cpu/random/grow.h"

namespace fusebox::cpu::test {

using hlo::OpCode;

namespace {

bool is_bits(const Value* value) { return value->shape.dtype == i1 || is_integer(value->shape.dtype); }

OpCode unary_op(Random& r, DType dtype) {
  if (dtype == i1) return OpCode::not_;
  if (!is_float(dtype) && is_signed_integer(dtype) && r.chance(0.4))
    return r.pick({OpCode::abs, OpCode::sign});
  if (!is_float(dtype))
    return r.pick({OpCode::negate, OpCode::not_, OpCode::popcnt, OpCode::count_leading_zeros});
  return r.pick({OpCode::abs,
                 OpCode::negate,
                 OpCode::negate,
                 OpCode::sign,
                 OpCode::floor,
                 OpCode::ceil,
                 OpCode::round_nearest_afz,
                 OpCode::round_nearest_even,
                 OpCode::exponential,
                 OpCode::exponential_minus_one,
                 OpCode::log,
                 OpCode::log_plus_one,
                 OpCode::logistic,
                 OpCode::tanh,
                 OpCode::sqrt,
                 OpCode::rsqrt,
                 OpCode::cbrt,
                 OpCode::sine,
                 OpCode::cosine,
                 OpCode::tan});
}

OpCode binary_op(Random& r, DType dtype) {
  if (dtype == i1)  // XLA adds now by `or`, now by `xor`
    return r.pick(
        {OpCode::and_, OpCode::or_, OpCode::xor_, OpCode::multiply, OpCode::maximum, OpCode::minimum});
  if (!is_float(dtype))
    return r.pick({OpCode::add, OpCode::subtract, OpCode::multiply, OpCode::divide, OpCode::remainder,
                   OpCode::maximum, OpCode::minimum, OpCode::and_, OpCode::or_, OpCode::xor_,
                   OpCode::shift_left, OpCode::shift_right_arithmetic, OpCode::shift_right_logical,
                   OpCode::power});
  return r.pick({OpCode::add, OpCode::add, OpCode::subtract, OpCode::subtract, OpCode::multiply,
                 OpCode::multiply, OpCode::maximum, OpCode::minimum, OpCode::divide, OpCode::remainder,
                 OpCode::power, OpCode::atan2});
}

// What the op is defined for, and what does something: divisors that are not 0, small exponents and shifts.
Value* fit_operand(Scope& s, OpCode code, Value* y) {
  const DType dtype = y->shape.dtype;
  const auto with = [&](OpCode op, double number) {
    return s.try_one(op, {y, s.constant(y->shape, number)});
  };
  switch (code) {
    case OpCode::divide:
    case OpCode::remainder:
      if (is_signed_integer(dtype) && s.r.chance(0.3)) return with(OpCode::minimum, -1);
      return with(OpCode::maximum, s.r.pick({1, 1, 2, 7}));
    case OpCode::power: return with(OpCode::and_, s.r.pick({1, 3, 7, 63}));
    case OpCode::shift_left:
    case OpCode::shift_right_arithmetic:
    case OpCode::shift_right_logical:
      return s.r.chance(0.5) ? with(OpCode::and_, s.r.pick({3, 7, 15, 31})) : y;
    default: return y;
  }
}

// A predicate of these sizes.
Value* predicate(Scope& s, const Dims& dims) {
  const Shape shape{dims, i1};
  if (s.r.chance(0.3)) return s.like(shape);
  Value* x = s.some([&](const Value* value) { return value->shape.dims == dims; });
  if (!x) return s.like(shape);
  const hlo::Keyword direction = hlo::comparison_direction(s.r.pick({"EQ", "NE", "LT", "LE", "GT", "GE"}));
  hlo::Attributes attributes{{"comparison_direction", direction}};
  const DType dtype = x->shape.dtype;
  if (is_float(dtype) && s.r.chance(0.2)) attributes.set("compare_type", hlo::comparison_type("TOTALORDER"));
  return s.try_one(OpCode::compare, {x, s.like(x->shape)}, attributes);
}

Value* binary(Scope& s, Value* x, Value* y) {
  if (!y) return nullptr;
  if (s.r.chance(0.3)) std::swap(x, y);
  const OpCode code = binary_op(s.r, x->shape.dtype);
  if (is_integer(x->shape.dtype)) y = fit_operand(s, code, y);
  return s.try_one(code, {x, y});
}

}  // namespace

bool grow_unary(Scope& s) {
  Value* x = s.some();
  if (!x) return false;
  // What stays: the op comes first, then an operand that it likes.
  return s.try_one(unary_op(s.r, x->shape.dtype), {x}) != nullptr;
}

Value* made_of(Scope& s, Value* x) {
  if (s.r.chance(0.3)) return s.try_one(unary_op(s.r, x->shape.dtype), {x});
  Value* y = nullptr;
  if (x->shape.rank() > 0 && s.r.chance(0.5)) {
    const auto axis = static_cast<int64_t>(s.r.below(x->shape.dims.size()));
    y = s.like({{x->shape.dims[static_cast<size_t>(axis)]}, x->shape.dtype});
    if (y) y = s.try_one(OpCode::broadcast_in_dim, {y}, {{"broadcast_dimensions", Dims{axis}}}, {x->shape});
  } else {
    y = s.like(x->shape);
  }
  return binary(s, x, y);
}

bool grow_binary(Scope& s) {
  Value* x = s.some();
  if (!x) return false;
  return binary(s, x, s.like(x->shape)) != nullptr;
}

bool grow_select(Scope& s) {
  Value* x = s.some();
  if (!x) return false;
  if (s.r.chance(0.3)) return predicate(s, x->shape.dims) != nullptr;
  Value* which = predicate(s, s.r.chance(0.2) ? Dims{} : x->shape.dims);
  return s.try_one(OpCode::select, {which, x, s.like(x->shape)}) != nullptr;
}

bool grow_clamp(Scope& s) {
  Value* x = s.some([](const Value* value) { return value->shape.dtype != i1; });
  if (!x) return false;
  const auto limit = [&] { return s.like(s.r.chance(0.6) ? Shape{{}, x->shape.dtype} : x->shape); };
  Value *low = limit(), *high = limit();
  if (!low || !high) return false;
  if (low->shape != high->shape && low->shape.rank() > 0 && high->shape.rank() > 0) return false;
  return s.try_one(OpCode::clamp, {low, x, high}) != nullptr;
}

bool grow_convert(Scope& s) {
  Value* x = s.some();
  if (!x) return false;
  const DType to = s.g.dtype();
  if (to == x->shape.dtype && s.r.chance(0.8)) return false;
  return s.try_one(OpCode::convert, {x}, {}, {{x->shape.dims, to}}) != nullptr;
}

bool grow_bitcast(Scope& s) {
  Value* x = s.some([](const Value* value) { return value->shape.dtype != i1; });
  if (!x) return false;
  DType to = x->shape.dtype;
  switch (info(to).bits) {
    case 8: to = s.r.pick({i8, u8}); break;
    case 16: to = is_bits(x) ? s.r.pick({f16, bf16, i16, u16}) : s.r.pick({i16, u16}); break;
    case 32: to = is_bits(x) ? s.r.pick({f32, i32, u32}) : s.r.pick({i32, u32}); break;
    default: to = is_bits(x) ? s.r.pick({f64, i64, u64}) : s.r.pick({i64, u64}); break;
  }
  return s.try_one(OpCode::bitcast_convert, {x}, {}, {{x->shape.dims, to}}) != nullptr;
}

bool grow_precision(Scope& s) {
  Value* x = s.some([](const Value* value) { return is_float(value->shape.dtype); });
  if (!x) return false;
  const auto [exponent, mantissa] = s.r.pick({std::pair{8, 7}, {5, 10}, {8, 23}, {11, 52}, {5, 2}, {4, 3}});
  const bool usual = s.r.chance(0.6);
  const int64_t exponent_bits = usual ? exponent : s.r.between(3, 11);
  const int64_t mantissa_bits = usual ? mantissa : s.r.between(0, 24);
  return s.try_one(OpCode::reduce_precision, {x},
                   {{"exponent_bits", exponent_bits}, {"mantissa_bits", mantissa_bits}}) != nullptr;
}

bool grow_again(Scope& s) {
  if (s.block().ops.empty()) return false;
  const hlo::Op& op = *s.r.pick(s.block().ops);
  if (!op.regions.empty() || op.results.size() != 1) return false;
  const OpCode code = op.code;
  const hlo::Attributes attributes = op.attributes;
  const Shape declared = op.results[0].shape;
  Values operands = op.operands;
  if (operands.size() == 2 && operands[0]->shape == operands[1]->shape && s.r.chance(0.5))
    std::swap(operands[0], operands[1]);
  else if (!operands.empty() && s.r.chance(0.5)) {
    const size_t which = s.r.below(operands.size());
    operands[which] = s.like(operands[which]->shape);
  }
  return s.try_one(code, operands, attributes, {declared}) != nullptr;
}

}  // namespace fusebox::cpu::test
