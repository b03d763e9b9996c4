#include "cpu/compiler/plan/cost.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#include "cpu/compiler/custom_calls.h"

namespace fusebox::cpu {
namespace {

int64_t bytes_of(int64_t elements, const Shape& shape) {
  return elements * static_cast<int64_t>(byte_size(shape.dtype));
}

// How many elements of each node are needed: no more than what is made of them.
std::vector<int64_t> needed(const KernelSpec& kernel) {
  const std::vector<Node>& nodes = kernel.expression.nodes();
  std::vector<int64_t> counts(nodes.size(), 0);
  for (const int root : kernel.roots)
    counts[static_cast<size_t>(root)] = kernel.expression.node(root).shape.elements();
  for (size_t i = nodes.size(); i-- > 0;)  // operands stand in front
    for (const int operand : nodes[i].operands) {
      int64_t& count = counts[static_cast<size_t>(operand)];
      count = std::max(count, std::min(kernel.expression.node(operand).shape.elements(), counts[i]));
    }
  return counts;
}

bool is_cache(const KernelSpec& kernel, const Node& node) {
  if (kernel.kind != KernelSpec::Kind::kCustom || custom_name(*kernel.op) != kAttention) return false;
  return std::ranges::any_of(std::array{1, 2, 5, 6}, [&](size_t i) {
    return i < kernel.roots.size() && &node == &kernel.expression.node(kernel.roots[i]);
  });
}

int64_t region_ops(const KernelSpec& kernel) {
  return kernel.combiner ? std::ranges::count_if(kernel.combiner->nodes(),
                                                 [](const Node& node) { return node.op != nullptr; })
                         : 0;
}

// Shapes without elements may have sizes whose product no integer holds.
int64_t times(int64_t x, int64_t y) {
  int64_t product = 0;
  return __builtin_mul_overflow(x, y, &product) ? std::numeric_limits<int64_t>::max() : product;
}

void add(int64_t& sum, int64_t count) {
  if (__builtin_add_overflow(sum, count, &sum)) sum = std::numeric_limits<int64_t>::max();
}

void count_product(int64_t rows, int64_t depth, int64_t columns, KernelCost& cost) {
  cost.in_products = times(2, times(times(rows, depth), columns));
  add(cost.operations, cost.in_products);
  cost.sizes = fmt::format("{}x{}x{}", rows, depth, columns);
}

void count_dot(const KernelSpec& kernel, KernelCost& cost) {
  const auto& numbers = kernel.op->attributes.get<hlo::DotDimensions>("dot_dimension_numbers");
  const Shape& lhs = kernel.expression.node(kernel.roots[0]).shape;
  int64_t depth = 1, batch = 1;
  for (const int64_t axis : numbers.lhs_contracting)
    depth = times(depth, lhs.dims[static_cast<size_t>(axis)]);
  for (const int64_t axis : numbers.lhs_batching) batch = times(batch, lhs.dims[static_cast<size_t>(axis)]);
  const int64_t results = kernel.outputs[0].elements(), rows = lhs.elements() / std::max<int64_t>(1, depth);
  count_product(rows, depth, results / std::max<int64_t>(1, rows), cost);
  if (batch > 1) cost.sizes += fmt::format(" in {}", batch);
  if (!is_float(kernel.op->results[0].shape.dtype)) cost.in_products = 0;  // they come one by one
}

void count_custom(const KernelSpec& kernel, KernelCost& cost) {
  const auto operand = [&](size_t i) -> const Shape& {
    return kernel.expression.node(kernel.roots[i]).shape;
  };
  const std::string_view name = custom_name(*kernel.op);
  if (name == kBlockDot) {
    const Dims& made = kernel.op->results[0].shape.dims;
    count_product(made[0], operand(0).dims[1] * 2 / 3, made[1], cost);  // see kernels/int8_rows.h
    cost.sizes += " " + custom_config(*kernel.op);
    cost.in_int8 = true;
    return;
  }
  if (name == kAttention) {
    const Shape& cache = operand(1);  // [slots, kv_heads, capacity, size]
    const int64_t rows = std::max<int64_t>(1, cache.dims[0] * cache.dims[2]);
    const int64_t scales = kernel.roots.size() > 5 ? operand(5).bytes() : 0;
    cost.bytes_per_row = 2 * (cache.bytes() + scales) / rows * cache.dims[0];
    cost.operations_per_row = 4 * operand(0).elements();  // scores, and the sum of values
  } else if (name == kInt8Rows) {
    cost.operations += 3 * operand(0).elements();  // the largest, the quotient, the sum
  } else if (name == kPlainAttention) {
    const Dims &q = operand(0).dims, &v = operand(2).dims;  // [batches, rows, size], [batches, keys, width]
    const int64_t scores = times(times(q[0], q[1]), v[1]);
    cost.in_products = times(times(2, scores), q[2] + v[2]);
    add(cost.operations, cost.in_products);
    add(cost.operations, times(5, scores));
    cost.sizes = fmt::format("{}x{}x{} in {}", q[1], q[2], v[1], q[0]);
  } else if (name == kSoftmax) {
    cost.operations += 5 * operand(0).elements();  // the difference and its exponential, too
  }
  if (!computes_operand(name, 0)) cost.in_products = cost.operations;
}

}  // namespace

KernelCost cost_of(const KernelSpec& kernel) {
  const bool partly = kernel.kind == KernelSpec::Kind::kUpdate;  // writes the update alone
  const Shape& first = kernel.expression.node(kernel.roots[0]).shape;
  KernelCost cost;
  cost.sizes = fmt::format("{}", fmt::join(partly ? first.dims : kernel.outputs[0].dims, "x"));
  const std::vector<Node>& nodes = kernel.expression.nodes();
  const std::vector<int64_t> counts = needed(kernel);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].input >= 0 && !is_cache(kernel, nodes[i])) cost.bytes += bytes_of(counts[i], nodes[i].shape);
    if (nodes[i].op && is_elementwise(nodes[i].op->code)) add(cost.operations, counts[i]);
  }
  const int64_t elements = first.elements();
  for (const Shape& output : kernel.outputs)
    cost.bytes += partly ? bytes_of(elements, output) : output.bytes();
  using Kind = KernelSpec::Kind;
  if (kernel.kind == Kind::kDot)
    count_dot(kernel, cost);
  else if (kernel.kind == Kind::kCustom)
    count_custom(kernel, cost);
  else if (kernel.kind == Kind::kSort)
    add(cost.operations,
        times(times(elements, region_ops(kernel)), std::bit_width(static_cast<uint64_t>(elements))));
  else
    add(cost.operations, times(elements, region_ops(kernel)));  // of those without a region: none
  return cost;
}

}  // namespace fusebox::cpu
