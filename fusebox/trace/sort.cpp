#include "fusebox/trace/sort.h"

#include <fmt/format.h>

#include <limits>

#include "fusebox/base/error.h"
#include "fusebox/hlo/keywords.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"
#include "fusebox/trace/shape_ops.h"

namespace fusebox {
namespace {

using hlo::OpCode;

// Total order tells NaN by sign and -0 from 0: make them one first.
Tensor one_nan_one_zero(const Tensor& x) {
  const Tensor zero = where(x == 0, 0, x);
  return where(x != x, std::numeric_limits<double>::quiet_NaN(), zero);
}

Tensor comes_first(const Tensor& a, const Tensor& b, Order order) {
  const auto direction = hlo::comparison_direction(order == Order::kAscending ? "LT" : "GT");
  if (!is_float(a.dtype()))
    return emit(OpCode::compare, {a, b}, {{"comparison_direction", direction}}, {},
                std::source_location::current());
  return emit(OpCode::compare, {one_nan_one_zero(a), one_nan_one_zero(b)},
              {{"comparison_direction", direction}, {"compare_type", hlo::comparison_type("TOTALORDER")}}, {},
              std::source_location::current());
}

// Sorts all operands by the first.
std::vector<Tensor> sorted_by_first(const std::vector<Tensor>& operands, int64_t axis, Order order) {
  if (is_complex(operands[0].dtype()))
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("got {}, want an ordered type", to_string(operands[0].shape())));
  std::vector<Shape> elements;
  for (const Tensor& operand : operands) {
    const DType dtype = operand.dtype();
    elements.insert(elements.end(), 2, Shape{{}, dtype});
  }
  std::vector<std::unique_ptr<hlo::Block>> regions;
  regions.push_back(trace_region(operands[0].trace(), elements, false, [&](const std::vector<Tensor>& pairs) {
    return std::vector{comes_first(pairs[0], pairs[1], order)};
  }));
  hlo::Op* op = emit_op(OpCode::sort, operands, {{"dimension", axis}, {"is_stable", true}}, {},
                        std::move(regions), std::source_location::current());
  return results_of(operands[0].trace(), op);
}

std::vector<Tensor> sorted_with_indices(const Tensor& x, int64_t axis, Order order) {
  axis = normalize_axis(axis, x.rank());
  return sorted_by_first({x, x.cx().iota(x.dims(), axis, i32)}, axis, order);
}

}  // namespace

Tensor sort(const Arg& x, int64_t axis, Order order) {
  return in_op("sort", {x}, [&] {
    const Tensor& from = tensor_of(x);
    return sorted_by_first({from}, normalize_axis(axis, from.rank()), order)[0];
  });
}

Tensor argsort(const Arg& x, int64_t axis, Order order) {
  return in_op("argsort", {x}, [&] { return sorted_with_indices(tensor_of(x), axis, order)[1]; });
}

TopK top_k(const Arg& x, int64_t k) {
  return in_op("top_k", {x}, [&] {
    const Tensor& from = tensor_of(x);
    if (from.rank() == 0 || k < 0 || k > from.dim(-1))
      throw Error(
          ErrorKind::kInvalidArgument,
          fmt::format("got {} and k = {}, want no more than the last axis has", to_string(from.shape()), k));
    const std::vector<Tensor> sorted = sorted_with_indices(from, -1, Order::kDescending);
    return TopK{slice_in_dim(sorted[0], 0, k, 1, -1), slice_in_dim(sorted[1], 0, k, 1, -1)};
  });
}

}  // namespace fusebox
