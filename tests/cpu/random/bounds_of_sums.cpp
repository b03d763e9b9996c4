// Bounds of sums and products of many terms.
#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "tests/cpu/random/bounds_of_ops.h"
#include "tests/cpu/random/bounds_parts.h"

namespace fusebox::cpu::test {

using hlo::OpCode;
using Maybe = std::optional<Bounds>;

namespace {

Bounds times(const Count& count, const Bounds& x) {
  const auto least = static_cast<double>(count.least), most = static_cast<double>(count.most);
  return hull({least * x.low, most * x.low, least * x.high, most * x.high});
}

Bounds fold_of_sum(DType dtype, const Count& count, const Bounds& term, const Bounds& initial) {
  const auto n = static_cast<double>(count.most);
  const Bounds sum = times(count, term);
  Bounds result = hull({initial.low + sum.low, initial.high + sum.high});
  const double most = initial.magnitude() + n * (term.magnitude() + term.error);
  result.error = initial.error + initial.product + n * (term.error + term.product);
  result.error += n * (rounding(dtype) * most + tiny(dtype));
  return result;
}

Bounds fold_of_products(DType dtype, double n, const Bounds& term, const Bounds& initial) {
  const double factor = std::max({1.0, term.magnitude() + term.error, initial.magnitude() + initial.error});
  const double most = std::pow(factor, n + 1);
  Bounds result = hull({-most, most});
  result.error = n * std::pow(factor, n) * term.error + std::pow(factor, n) * initial.error;
  result.error += n * (rounding(dtype) * most + tiny(dtype));
  return result;
}

Bounds sum_of_products(DType dtype, const Count& count, const Bounds& a, const Bounds& b) {
  const auto n = static_cast<double>(count.most);
  Bounds result = times(count, products(a, b));
  if (!is_float(dtype)) return dtype == i1 ? all_of(i1) : in_type(dtype, result);
  const double most = (a.magnitude() + a.error) * (b.magnitude() + b.error);
  result.error = n * (a.magnitude() * b.error + b.magnitude() * a.error + a.error * b.error);
  result.error += (n + 2) * (rounding(dtype) * n * most + tiny(dtype));
  result.special = a.special || b.special;
  result.zero_sign = false;
  return result;
}

bool adds(const hlo::Op& op) { return op.code == OpCode::add && op.results[0].shape.dtype != i1; }
bool multiplies(const hlo::Op& op) { return op.code == OpCode::multiply && op.results[0].shape.dtype != i1; }

}  // namespace

Maybe bounds_of_dot(const hlo::Op& op, const Bounds& a, const Bounds& b) {
  int64_t terms = 1;
  for (const int64_t axis : op.attributes.get<hlo::DotDimensions>("dot_dimension_numbers").lhs_contracting)
    terms *= op.operands[0]->shape.dims[static_cast<size_t>(axis)];
  return sum_of_products(op.results[0].shape.dtype, {terms, terms}, a, b);
}

namespace {

int64_t terms_of_convolution(const hlo::Op& op) {
  const auto& dims = op.attributes.get<hlo::ConvDimensions>("dimension_numbers");
  const Shape& kernel = op.operands[1]->shape;
  const int64_t results = kernel.dims[static_cast<size_t>(dims.kernel_output_feature)];
  return results == 0 ? 0 : kernel.elements() / results;
}

// The same element everywhere.
bool is_splat(const hlo::Value* value) {
  while (value->op && (value->op->code == OpCode::broadcast_in_dim || value->op->code == OpCode::reshape))
    value = value->op->operands[0];
  if (value->shape.elements() == 1) return true;
  return value->op && value->op->code == OpCode::constant &&
         value->op->attributes.get<hlo::Literal>("value").splat;
}

bool is_made_of_reductions(const hlo::Value* value, std::unordered_set<const hlo::Value*>& seen) {
  if (!value->op || !seen.insert(value).second) return false;
  if (value->op->code == OpCode::reduce || value->op->code == OpCode::reduce_window) return true;
  return std::ranges::any_of(value->op->operands,
                             [&](const hlo::Value* operand) { return is_made_of_reductions(operand, seen); });
}

}  // namespace

Maybe bounds_of_convolution(const hlo::Op& op, const Bounds& a, const Bounds& b) {
  if (a.special || b.special) return std::nullopt;  // is padding multiplied?
  return sum_of_products(op.results[0].shape.dtype, {0, terms_of_convolution(op)}, a, b);
}

bool xla_gets_wrong(const hlo::Op& op, std::span<const Bounds> x) {
  if (op.code == hlo::OpCode::scatter) {  // it changes an operand in place that is its indices, too
    const size_t inputs = (op.operands.size() - 1) / 2;
    const auto operands = std::span(op.operands).first(inputs);
    return std::ranges::find(operands, op.operands[inputs]) != operands.end();
  }
  if (op.code == hlo::OpCode::dot_general) {  // a sum, to it: fused with others, it reads what nobody wrote
    std::unordered_set<const hlo::Value*> seen;
    return (is_splat(op.operands[0]) && is_made_of_reductions(op.operands[1], seen)) ||
           (is_splat(op.operands[1]) && is_made_of_reductions(op.operands[0], seen));
  }
  const DType dtype = op.results[0].shape.dtype;
  if (op.code == hlo::OpCode::power && !is_float(dtype)) return x[1].high > 63;  // it looks at six bits
  if (op.code != hlo::OpCode::convolution) return false;
  if (is_float(dtype)) {  // it sometimes reads what padding cuts off
    const Dims padding = op.attributes.get_or<Dims>("padding", {});
    return std::ranges::any_of(padding, [](int64_t size) { return size < 0; });
  }
  // It wraps around when it runs them, and saturates when it folds constants.
  const Bounds sums = times({0, terms_of_convolution(op)}, products(x[0], x[1])), all = all_of(dtype);
  return sums.low < all.low || sums.high > all.high;
}

Maybe bounds_of_fold(const hlo::Op& last, const hlo::Block& region, size_t i, const Count& terms,
                     const Bounds& term, const Bounds& initial) {
  const size_t pairs = region.arguments.size() / 2;
  if (last.operands.size() != 2 || last.operands[0] == last.operands[1]) return std::nullopt;
  for (const hlo::Value* operand : last.operands)
    if (operand != &region.arguments[i] && operand != &region.arguments[pairs + i]) return std::nullopt;
  const DType dtype = last.results[0].shape.dtype;
  if (terms.most == 0) return initial;
  Bounds result = join(term, initial);
  if (is_float(dtype) && adds(last))
    result = fold_of_sum(dtype, terms, term, initial);
  else if (is_float(dtype) && multiplies(last))
    result = fold_of_products(dtype, static_cast<double>(terms.most), term, initial);
  else if (last.code != OpCode::maximum && last.code != OpCode::minimum)
    result = all_of(dtype);
  result.special = term.special || initial.special;
  result.zero_sign = false;
  return result;
}

bool may_enter_again(const hlo::Op& last, const Bounds& initial) {
  const auto is = [&](double x) { return initial.low == x && initial.high == x && !initial.special; };
  if (adds(last) || last.code == OpCode::xor_) return is(0);
  return !multiplies(last) || is(1);
}

}  // namespace fusebox::cpu::test
