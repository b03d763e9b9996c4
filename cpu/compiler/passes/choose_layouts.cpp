// Products read their operands as they lie and write their results as they are wanted: x · transpose(w)
// becomes a product that contracts w's last axis, since dot_general names its axes in any order, and
// transpose(x · y) becomes y · x. Not where the kernel would have less for its vectors or threads to do at
// once, nor where it would read a value later than that is updated in place, which would cost a copy.
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/plan/dot_form.h"
#include "cpu/compiler/plan/expression.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

namespace {

constexpr const char* kNumbers = "dot_dimension_numbers";
constexpr const char* kPermutation = "permutation";
constexpr int64_t kWidest = 16;          // lanes of a vector
constexpr int64_t kColumnsToShare = 64;  // enough for some threads

struct Side {
  Value* value;
  Dims batching, contracting;

  DotOperand operand() const { return {value->shape, batching, contracting}; }
};

struct Product {
  Side lhs, rhs;

  static Product of(const Op& op) {
    const auto& numbers = op.attributes.get<hlo::DotDimensions>(kNumbers);
    return {{op.operands[0], numbers.lhs_batching, numbers.lhs_contracting},
            {op.operands[1], numbers.rhs_batching, numbers.rhs_contracting}};
  }

  DotForm form(DType out) const { return {lhs.operand(), rhs.operand(), out}; }

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

// Who uses a program's values, and which are changed where they lie.
struct Uses {
  std::unordered_map<const Value*, int> count;
  std::unordered_set<const Value*> updated;  // if nobody reads them later

  explicit Uses(const hlo::Program& program) {
    for (const auto& function : program.functions)
      for_each_block(function->body, [&](hlo::Block& block) {
        for (const auto& op : block.ops) {
          for (const Value* operand : op->operands) ++count[operand];
          for (const Value* operand : updated_operands(*op)) updated.insert(storage_of(operand));
        }
      });
  }

  bool is_updated(const Value* value) const { return updated.contains(storage_of(value)); }
};

// What the side's value is the transpose of, under the names that the axes have there. Itself if it is none,
// if the result would have its axes in another order, or if the value would be read later than it is updated.
Side as_it_lies(const Side& side, const Uses& uses) {
  const Op* transpose = side.value->op;
  if (!transpose || transpose->code != OpCode::transpose || uses.is_updated(transpose->operands[0]))
    return side;
  const auto& permutation = transpose->attributes.get<Dims>(kPermutation);
  const auto there = [&](Dims axes) {
    for (int64_t& axis : axes) axis = permutation[static_cast<size_t>(axis)];
    return axes;
  };
  if (!std::ranges::is_sorted(there(side.operand().free))) return side;
  return {transpose->operands[0], there(side.batching), there(side.contracting)};
}

// Of products without vectors: what is summed is best read in the order in which it lies.
bool contracts_innermost(const Side& side) {
  return std::ranges::find(side.contracting, side.value->shape.rank() - 1) != side.contracting.end();
}

bool is_as_good(const Product& other, const Product& product, DType out) {
  const int64_t lanes = std::min(product.form(out).along(), kWidest);
  if (lanes > 0 || other.form(out).along() > 0) return other.form(out).along() >= lanes;
  return contracts_innermost(other.lhs) >= contracts_innermost(product.lhs) &&
         contracts_innermost(other.rhs) >= contracts_innermost(product.rhs);
}

// The product of operands as they lie; null if it is that already.
Value* without_transposes(hlo::Program& program, hlo::Block& block, const Op& op, const Uses& uses) {
  if (op.code != OpCode::dot_general) return nullptr;
  const DType out = op.results[0].shape.dtype;
  const Product product = Product::of(op);
  const Side lhs = as_it_lies(product.lhs, uses), rhs = as_it_lies(product.rhs, uses);
  for (const Product& other : {Product{lhs, rhs}, Product{product.lhs, rhs}, Product{lhs, product.rhs}}) {
    const bool changes = other.lhs.value != product.lhs.value || other.rhs.value != product.rhs.value;
    if (changes && is_as_good(other, product, out))
      return other.in_place_of(program, block, op, op.results[0].shape);
  }
  return nullptr;
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

// The product of the operands in the other order, for the transpose of one that nobody else needs.
Value* turned_around(hlo::Program& program, hlo::Block& block, const Op& op, const Uses& uses) {
  if (op.code != OpCode::transpose) return nullptr;
  const Op* dot = op.operands[0]->op;
  if (!dot || dot->code != OpCode::dot_general || dot->block != &block) return nullptr;
  const auto used = uses.count.find(op.operands[0]);  // not there: made by this very pass
  if (used == uses.count.end() || used->second > 1) return nullptr;
  const Product product = Product::of(*dot), other{product.rhs, product.lhs};
  if (!turns_around(op, product) || uses.is_updated(product.lhs.value) || uses.is_updated(product.rhs.value))
    return nullptr;
  const DotForm before = product.form(dot->results[0].shape.dtype),
                after = other.form(dot->results[0].shape.dtype);
  if (after.along() < std::clamp<int64_t>(before.along(), 1, kWidest)) return nullptr;
  if (after.n.size < std::min(before.n.size, kColumnsToShare)) return nullptr;
  return other.in_place_of(program, block, *dot, op.results[0].shape);
}

}  // namespace

void choose_layouts(hlo::Program& program) {
  const Uses before(program);
  replace_results(program, [&](hlo::Block& block, const Op& op) {
    return without_transposes(program, block, op, before);
  });
  const Uses between(program);
  replace_results(
      program, [&](hlo::Block& block, const Op& op) { return turned_around(program, block, op, between); });
}

}  // namespace fusebox::cpu
