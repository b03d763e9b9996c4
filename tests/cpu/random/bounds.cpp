// Bounds of ops: control flow, and what regions compute. Single ops: bounds_of_ops.cpp.
#include "tests/cpu/random/bounds.h"

#include <algorithm>
#include <cmath>

#include "tests/cpu/random/bounds_of_ops.h"

namespace fusebox::cpu::test {

using hlo::OpCode;

namespace {

constexpr int kMostRounds = 64;  // of a loop

std::vector<Bounds> of_all(const Model& model, std::span<hlo::Value* const> values) {
  std::vector<Bounds> bounds;
  for (const hlo::Value* value : values) bounds.push_back(model.of(value));
  return bounds;
}

// Whether what is within `inner` is within `outer` in every respect.
bool within(const Bounds& inner, const Bounds& outer) {
  return inner.low >= outer.low && inner.high <= outer.high && inner.error <= outer.error &&
         (outer.special || !inner.special);
}

}  // namespace

bool Model::add(const hlo::Op& op) {
  const Results found = results(op);
  if (!found) return false;
  for (size_t i = 0; i < op.results.size(); ++i) {
    if (!fits(op.results[i].shape.dtype, (*found)[i])) return false;
    set(&op.results[i], (*found)[i]);
  }
  return true;
}

std::optional<std::vector<Bounds>> Model::run(const hlo::Block& block, std::span<const Bounds> arguments) {
  for (size_t i = 0; i < arguments.size(); ++i) set(&block.arguments[i], arguments[i]);
  for (const auto& op : block.ops)
    if (op->code != OpCode::return_ && !add(*op)) return std::nullopt;
  return of_all(*this, block.returned());
}

Model::Results Model::results(const hlo::Op& op) {
  switch (op.code) {
    case OpCode::while_: return loop(op);
    case OpCode::if_:
    case OpCode::case_: return branches(op);
    case OpCode::reduce: return reduce(op);
    case OpCode::sort: return sort(op);
    case OpCode::optimization_barrier: return of_all(*this, op.operands);
    case OpCode::call: {
      const hlo::Function* callee = program_.find(op.attributes.get<hlo::SymbolRef>("callee").name);
      return run(callee->body, of_all(*this, op.operands));
    }
    default: break;
  }
  const auto bounds = bounds_of(op, of_all(*this, op.operands));
  if (!bounds) return std::nullopt;
  return std::vector{*bounds};
}

// Round by round: the condition says when it ends, so the number of rounds must not depend on data.
Model::Results Model::loop(const hlo::Op& op) {
  std::vector<Bounds> state = of_all(*this, op.operands);
  for (int round = 0; round < kMostRounds; ++round) {
    const Results goes_on = run(*op.regions[0], state);
    if (!goes_on || (*goes_on)[0].low != (*goes_on)[0].high) return std::nullopt;
    if ((*goes_on)[0].high == 0) return state;
    const Results next = run(*op.regions[1], state);
    if (!next) return std::nullopt;
    state = *next;
  }
  return std::nullopt;
}

Model::Results Model::branches(const hlo::Op& op) {
  Results all;
  for (const auto& region : op.regions) {
    const Results one = run(*region, {});
    if (!one) return std::nullopt;
    if (!all) {
      all = one;
      continue;
    }
    for (size_t i = 0; i < all->size(); ++i) (*all)[i] = join((*all)[i], (*one)[i]);
  }
  return all;
}

Model::Results Model::reduce(const hlo::Op& op) {
  const size_t count = op.operands.size() / 2;
  int64_t terms = 1;
  const Dims& axes = op.attributes.get<Dims>("dimensions");
  if (axes.empty()) return std::nullopt;  // does the initial value enter?
  for (const int64_t axis : axes) terms *= op.operands[0]->shape.dims[static_cast<size_t>(axis)];
  const std::vector<Bounds> given = of_all(*this, op.operands);
  const hlo::Block& region = *op.regions[0];
  std::vector<Bounds> found(count), twice(count * 2);
  bool all_alone = true;
  for (size_t i = 0; i < count; ++i) {  // results that are each a sum or product of their own operand
    const hlo::Op* last = region.returned()[i]->op;
    const bool extreme = last && (last->code == OpCode::maximum || last->code == OpCode::minimum);
    if (extreme && given[i].special) return std::nullopt;  // XLA may lose a NaN among many
    const auto alone =
        last ? bounds_of_fold(*last, region, i, terms, given[i], given[count + i]) : std::optional<Bounds>();
    if (alone) found[i] = *alone;
    all_alone = all_alone && alone.has_value();
    twice[i] = twice[count + i] = join(given[i], given[count + i]);
    // Which of two equal zeros comes first is nobody's business.
    twice[i].zero_sign = twice[count + i].zero_sign = false;
  }
  if (all_alone) return found;
  // Otherwise the region must choose among what it is given.
  const Results chosen = run(region, twice);
  if (!chosen) return std::nullopt;
  for (size_t i = 0; i < count; ++i)
    if (!within((*chosen)[i], twice[i])) return std::nullopt;
  return std::vector<Bounds>(twice.begin(), twice.begin() + static_cast<ptrdiff_t>(count));
}

Model::Results Model::sort(const hlo::Op& op) {
  const std::vector<Bounds> given = of_all(*this, op.operands);
  std::vector<Bounds> twice;
  for (const Bounds& bounds : given) {
    if (bounds.special) return std::nullopt;  // no order
    twice.insert(twice.end(), 2, bounds);
  }
  if (!run(*op.regions[0], twice)) return std::nullopt;
  return given;
}

}  // namespace fusebox::cpu::test
