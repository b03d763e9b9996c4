// Bounds of softmax and of the averages that it weighs. Of each op alone little is known: x - max(x) may be
// as large as x, and a sum of exponentials as small as 0. Together: x - max(x) is 0 at the most, and 0
// somewhere, so that a row of exponentials sums up to 1 at least; and weights whose sum is 1 make an average,
// however many they are.
#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "fusebox/hlo/applied_op.h"
#include "tests/cpu/random/bounds_of_ops.h"
#include "tests/cpu/random/bounds_parts.h"
#include "tests/cpu/random/sample.h"

namespace fusebox::cpu::test {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

namespace {

const Op* made_by(const Value* value, OpCode code) {
  return value->op && value->op->code == code ? value->op : nullptr;
}

std::vector<double> numbers_of(const Op& constant) {
  const auto& literal = constant.attributes.get<hlo::Literal>("value");
  const Tensor tensor{literal.shape, {literal.bytes().begin(), literal.bytes().end()}};
  std::vector<double> numbers;
  for (size_t i = 0; i < tensor.bytes.size() / byte_size(tensor.shape.dtype); ++i)
    numbers.push_back(number_at(tensor, i));
  return numbers;
}

bool starts_from(const Op& reduce, double number) {
  const Op* constant = made_by(reduce.operands[1], OpCode::constant);
  return constant && numbers_of(*constant) == std::vector{number};
}

// The reduction by `code`, along one axis of an operand of the same sizes, whose results are in every place
// of that axis; null if it is none.
const Op* folded(const Value* wide, OpCode code) {
  const Op* broadcast = made_by(wide, OpCode::broadcast_in_dim);
  if (!broadcast) return nullptr;
  const Value* narrow = broadcast->operands[0];
  const bool keeps_axis = narrow->shape.rank() == wide->shape.rank();
  const Op* reshape = keeps_axis ? made_by(narrow, OpCode::reshape) : nullptr;
  const Op* reduce = made_by(reshape ? reshape->operands[0] : narrow, OpCode::reduce);
  const Op* applied = reduce ? hlo::applied_op(*reduce) : nullptr;
  if (!applied || applied->code != code) return nullptr;
  const auto& along = reduce->attributes.get<Dims>("dimensions");
  Dims dims = wide->shape.dims, axes(dims.size());
  if (along.size() != 1 || reduce->operands[0]->shape.dims != dims) return nullptr;
  std::iota(axes.begin(), axes.end(), 0);
  dims[static_cast<size_t>(along[0])] = 1;
  if (!keeps_axis) {
    dims.erase(dims.begin() + along[0]);
    axes.erase(axes.begin() + along[0]);
  }
  const bool lies_so = broadcast->attributes.get<Dims>("broadcast_dimensions") == axes;
  return lies_so && narrow->shape.dims == dims ? reduce : nullptr;
}

int64_t axis_of(const Op& reduce) { return reduce.attributes.get<Dims>("dimensions")[0]; }

bool subtracts_largest(const Op& op) {
  if (op.code != OpCode::subtract || !is_float(op.results[0].shape.dtype)) return false;
  const Op* largest = folded(op.operands[1], OpCode::maximum);
  return largest && largest->operands[0] == op.operands[0];
}

// What the value is e to the power of, if that is x - max(x): rows along an axis, in each of which, unless it
// has NaN, one is 1.
struct Powers {
  const Value* x_less_largest;
  int64_t axis;
};

std::optional<Powers> powers_in(const Value* value) {
  const Op* exponential = made_by(value, OpCode::exponential);
  const Op* less = exponential ? exponential->operands[0]->op : nullptr;
  if (!less || !subtracts_largest(*less) || value->shape.elements() == 0) return std::nullopt;
  const Op* largest = folded(less->operands[1], OpCode::maximum);
  // Another initial value may be larger than all of a row.
  if (!starts_from(*largest, -std::numeric_limits<double>::infinity())) return std::nullopt;
  return Powers{&less->results[0], axis_of(*largest)};
}

// Ideally none is negative, and along the axis their sum is 1. Computed ones are off by no more than these: a
// part of each, and something more.
struct Weights {
  int64_t axis;
  double relative, absolute;
  double least;  // of the ideal ones that are not 0 because of an infinity

  void round_to(DType dtype, double units) {
    relative += (1 + relative) * units * rounding(dtype);
    absolute += absolute * units * rounding(dtype) + tiny(dtype);
  }
};

// What n roundings make of 1, and more.
double roundings(DType dtype, double n) { return std::expm1(n * std::log1p(rounding(dtype))); }

std::optional<Weights> softmax(const Model& model, const Op& divide) {
  const Value* power = divide.operands[0];
  const auto powers = powers_in(power);
  const Op* total = powers ? folded(divide.operands[1], OpCode::add) : nullptr;
  if (!total || total->operands[0] != power || axis_of(*total) != powers->axis || !starts_from(*total, 0))
    return std::nullopt;
  const DType dtype = power->shape.dtype;
  const auto n = static_cast<double>(power->shape.dims[static_cast<size_t>(powers->axis)]);
  const Bounds& exponent = model.of(powers->x_less_largest);
  const auto exactly = bounds_of_function(OpCode::exponential, dtype, hull({exponent.low, exponent.high}));
  if (!exactly) return std::nullopt;
  // An error of an exponent is one in proportion of its power. The sum is no less than 1.
  const double of_exponent = std::expm1(exponent.error), off = exactly->error * (1 + of_exponent);
  const double terms = of_exponent + n * (off + tiny(dtype)),
               of_total = terms + roundings(dtype, n + 1) * (1 + terms);
  if (!(of_total < 0.5)) return std::nullopt;
  Weights weights{powers->axis, (of_exponent + of_total) / (1 - of_total), off / (1 - of_total),
                  std::exp(exponent.low) / n};
  weights.round_to(dtype, 1);
  return weights;
}

// The axis in the place of `axis`, as it is: with as many elements in front of it.
std::optional<int64_t> axis_after_reshape(const Dims& from, const Dims& to, int64_t axis) {
  const auto in_front = [](const Dims& dims, int64_t of) {
    return std::accumulate(dims.begin(), dims.begin() + of, int64_t{1}, std::multiplies<>());
  };
  for (int64_t i = 0; i < static_cast<int64_t>(to.size()); ++i)
    if (to[static_cast<size_t>(i)] == from[static_cast<size_t>(axis)] &&
        in_front(to, i) == in_front(from, axis))
      return i;
  return std::nullopt;
}

std::optional<Weights> weights_in(const Model& model, const Value* value) {
  const Op* op = value->op;
  if (!op || op->operands.empty() || !is_float(op->operands[0]->shape.dtype)) return std::nullopt;
  if (op->code == OpCode::divide) return softmax(model, *op);
  const bool moves = op->code == OpCode::transpose || op->code == OpCode::reshape;
  if ((!moves && op->code != OpCode::convert) || !is_float(value->shape.dtype)) return std::nullopt;
  auto weights = weights_in(model, op->operands[0]);
  if (!weights) return std::nullopt;
  if (op->code == OpCode::convert) weights->round_to(value->shape.dtype, 1.01);  // perhaps through f32
  if (op->code == OpCode::transpose) {
    const auto& permutation = op->attributes.get<Dims>("permutation");
    weights->axis = std::ranges::find(permutation, weights->axis) - permutation.begin();
  }
  if (op->code == OpCode::reshape) {
    const auto axis = axis_after_reshape(op->operands[0]->shape.dims, value->shape.dims, weights->axis);
    if (!axis) return std::nullopt;
    weights->axis = *axis;
  }
  return weights;
}

// The better of both, which are true.
Bounds both(const Bounds& a, double low, double high, double error) {
  Bounds result = a;
  result.low = std::max(a.low, low);
  result.high = std::min(a.high, high);
  result.error = std::min(a.error, error);
  return result;
}

Bounds average(const Weights& weights, int64_t count, DType dtype, const Bounds& of, const Bounds& bounds) {
  const auto n = static_cast<double>(count);
  const double off = weights.relative + n * weights.absolute;  // all together
  const double most = of.magnitude() + of.error;
  double error = off * most + of.error;
  error += roundings(dtype, n + 2) * (1 + off) * most + 2 * n * (n + 2) * tiny(dtype);
  return both(bounds, of.low, of.high, error);
}

std::optional<Bounds> tightened_dot(const Model& model, const Op& dot, const Bounds& bounds) {
  const auto& d = dot.attributes.get<hlo::DotDimensions>("dot_dimension_numbers");
  for (const size_t side : {size_t{0}, size_t{1}}) {
    const auto weights = weights_in(model, dot.operands[side]);
    if (!weights || (side == 0 ? d.lhs_contracting : d.rhs_contracting) != Dims{weights->axis}) continue;
    const Bounds& of = model.of(dot.operands[1 - side]);
    // 0 times infinity is NaN, and who knows whether it is 0?
    if (of.special && weights->least * (1 - weights->relative) <= weights->absolute) return std::nullopt;
    const int64_t count = dot.operands[side]->shape.dims[static_cast<size_t>(weights->axis)];
    return average(*weights, count, dot.results[0].shape.dtype, of, bounds);
  }
  return bounds;
}

Bounds tightened_reduce(const Model& model, const Op& reduce, const Bounds& bounds) {
  const Op* applied = hlo::applied_op(reduce);
  const Value* from = reduce.operands[0];
  if (!applied || !is_float(from->shape.dtype) || from->shape.elements() == 0) return bounds;
  const double infinity = std::numeric_limits<double>::infinity();
  const bool most = applied->code == OpCode::maximum, least = applied->code == OpCode::minimum;
  Bounds result = bounds;
  if ((most || least) && starts_from(reduce, most ? -infinity : infinity)) {  // it is one of the elements
    result = model.of(from);
    result.zero_sign = false;
  }
  if (applied->code == OpCode::add && starts_from(reduce, 0)) {
    const auto powers = powers_in(from);
    const auto& axes = reduce.attributes.get<Dims>("dimensions");
    if (powers && std::ranges::find(axes, powers->axis) != axes.end()) result.low = std::max(result.low, 1.0);
  }
  return result;
}

}  // namespace

std::optional<Bounds> tightened(const Model& model, const Op& op, const Bounds& bounds) {
  switch (op.code) {
    case OpCode::subtract: return subtracts_largest(op) ? both(bounds, bounds.low, 0, bounds.error) : bounds;
    case OpCode::reduce: return tightened_reduce(model, op, bounds);
    case OpCode::divide: {
      const auto weights = softmax(model, op);
      return weights ? both(bounds, 0, 1, weights->relative + weights->absolute) : bounds;
    }
    case OpCode::dot_general: return tightened_dot(model, op, bounds);
    default: return bounds;
  }
}

bool may_be_nan(const Model& model, const Value* value) {
  const Op* op = value->op;
  if (!model.of(value).special) return false;
  if (!op) return true;
  const auto may = [&](size_t i) { return may_be_nan(model, op->operands[i]); };
  switch (op->code) {
    case OpCode::constant:
      return std::ranges::any_of(numbers_of(*op), [](double x) { return std::isnan(x); });
    case OpCode::broadcast_in_dim:
    case OpCode::reshape:
    case OpCode::transpose:
    case OpCode::convert: return may(0);
    case OpCode::select: return may(1) || may(2);
    case OpCode::add:  // infinities of both signs
      return may(0) || may(1) || (model.of(op->operands[0]).special && model.of(op->operands[1]).special);
    default: return true;
  }
}

}  // namespace fusebox::cpu::test
