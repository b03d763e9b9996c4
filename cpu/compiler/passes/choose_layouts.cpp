// Products read their operands as they lie and write their results as they are wanted, where their kernels
// have vectors for that. dot_general names its axes in any order, so a transpose in front of it is only
// another naming; and the transpose of a product is the product of its operands in the other order.
#include <algorithm>
#include <unordered_map>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/plan/dot_form.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

namespace {

constexpr const char* kNumbers = "dot_dimension_numbers";
constexpr const char* kPermutation = "permutation";

struct Side {
  Value* value;
  Dims batching, contracting;

  DotOperand operand() const { return {value->shape, batching, contracting}; }
};

struct Product {
  Side lhs, rhs;

  explicit Product(const Op& op) {
    const auto& numbers = op.attributes.get<hlo::DotDimensions>(kNumbers);
    lhs = {op.operands[0], numbers.lhs_batching, numbers.lhs_contracting};
    rhs = {op.operands[1], numbers.rhs_batching, numbers.rhs_contracting};
  }

  bool has_vectors(DType out) const {
    return DotForm(lhs.operand(), rhs.operand(), out).kind != DotForm::Kind::kAny;
  }

  // As the op, but of these operands.
  Value* in_place_of(hlo::Program& program, hlo::Block& block, const Op& op, const Shape& result) const {
    hlo::Builder builder(program, block);
    builder.set_location(op.location);
    hlo::Attributes attributes = op.attributes;
    attributes.set(kNumbers,
                   hlo::DotDimensions{lhs.batching, rhs.batching, lhs.contracting, rhs.contracting});
    return builder.create(op.code, {lhs.value, rhs.value}, std::move(attributes), {result});
  }
};

// What the side's value is the transpose of, under the names that the axes have there. Itself if it is none,
// or if the result would have its axes in another order.
Side as_it_lies(const Side& side) {
  const Op* transpose = side.value->op;
  if (!transpose || transpose->code != OpCode::transpose) return side;
  const auto& permutation = transpose->attributes.get<Dims>(kPermutation);
  const auto there = [&](Dims axes) {
    for (int64_t& axis : axes) axis = permutation[static_cast<size_t>(axis)];
    return axes;
  };
  if (!std::ranges::is_sorted(there(side.operand().free))) return side;
  return {transpose->operands[0], there(side.batching), there(side.contracting)};
}

// The product of operands as they lie; null if it is that already.
Value* without_transposes(hlo::Program& program, hlo::Block& block, const Op& op) {
  if (op.code != OpCode::dot_general) return nullptr;
  const DType out = op.results[0].shape.dtype;
  Product best(op);
  const bool had_vectors = best.has_vectors(out);
  for (Side Product::* side : {&Product::rhs, &Product::lhs}) {
    Product other = best;
    other.*side = as_it_lies(best.*side);
    if (!had_vectors || other.has_vectors(out)) best = std::move(other);
  }
  if (best.lhs.value == op.operands[0] && best.rhs.value == op.operands[1]) return nullptr;
  return best.in_place_of(program, block, op, op.results[0].shape);
}

// Whether the transpose puts what is free on the right of the product in front of what is free on the left.
bool turns_around(const Op& transpose, const Product& product) {
  const auto batch = static_cast<int64_t>(product.lhs.batching.size()),
             left = static_cast<int64_t>(product.lhs.operand().free.size()),
             rank = transpose.results[0].shape.rank();
  Dims wanted;
  for (int64_t i = 0; i < batch; ++i) wanted.push_back(i);
  for (int64_t i = batch + left; i < rank; ++i) wanted.push_back(i);
  for (int64_t i = batch; i < batch + left; ++i) wanted.push_back(i);
  return transpose.attributes.get<Dims>(kPermutation) == wanted;
}

using Uses = std::unordered_map<const Value*, int>;

Uses count_uses(const hlo::Program& program) {
  Uses uses;
  for (const auto& function : program.functions)
    for_each_block(function->body, [&](const hlo::Block& block) {
      for (const auto& op : block.ops)
        for (const Value* operand : op->operands) ++uses[operand];
    });
  return uses;
}

// The product of the operands in the other order, for the transpose of one that nobody else needs.
Value* turned_around(hlo::Program& program, hlo::Block& block, const Op& op, const Uses& uses) {
  if (op.code != OpCode::transpose) return nullptr;
  const Op* dot = op.operands[0]->op;
  if (!dot || dot->code != OpCode::dot_general || uses.at(op.operands[0]) > 1) return nullptr;
  Product product(*dot);
  const DType out = dot->results[0].shape.dtype;
  if (!turns_around(op, product)) return nullptr;
  const bool had_vectors = product.has_vectors(out);
  std::swap(product.lhs, product.rhs);
  if (had_vectors && !product.has_vectors(out)) return nullptr;
  return product.in_place_of(program, block, *dot, op.results[0].shape);
}

}  // namespace

void choose_layouts(hlo::Program& program) {
  replace_results(program,
                  [&](hlo::Block& block, const Op& op) { return without_transposes(program, block, op); });
  const Uses uses = count_uses(program);
  replace_results(program,
                  [&](hlo::Block& block, const Op& op) { return turned_around(program, block, op, uses); });
}

}  // namespace fusebox::cpu
