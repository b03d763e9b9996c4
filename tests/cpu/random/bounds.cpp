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

enum class Enters : uint8_t { kOnce, kAnyNumberOfTimes };

// The op's i-th result, if that is a sum, product or extreme of its own operand, folded into an initial
// value.
std::optional<Bounds> fold(const hlo::Op& op, size_t i, const Count& terms, const Bounds& term,
                           const Bounds& initial, Enters enters) {
  const hlo::Block& region = *op.regions[0];
  const hlo::Op* last = region.returned()[i]->op;
  if (!last || (enters == Enters::kAnyNumberOfTimes && !may_enter_again(*last, initial))) return std::nullopt;
  return bounds_of_fold(*last, region, i, terms, term, initial);
}

// XLA may lose a NaN among many.
bool may_lose_nan(const hlo::Op& op, size_t i, const Bounds& term) {
  const hlo::Op* last = op.regions[0]->returned()[i]->op;
  return last && (last->code == OpCode::maximum || last->code == OpCode::minimum) && term.special;
}

// Windows of updates that are partly outside: StableHLO leaves out what is, XLA all of the window.
bool may_be_partly_outside(const hlo::Op& op, const Bounds& indices) {
  const auto& dims = op.attributes.get<hlo::ScatterDimensions>("scatter_dimension_numbers");
  const Dims &whole = op.operands[0]->shape.dims, &updates = op.operands.back()->shape.dims;
  Dims window(whole.size(), 1);
  for (size_t axis = 0, i = 0; axis < whole.size(); ++axis) {
    const auto is_in = [&](const Dims& list) {
      return std::find(list.begin(), list.end(), static_cast<int64_t>(axis)) != list.end();
    };
    if (!is_in(dims.inserted_window_dims) && !is_in(dims.input_batching_dims))
      window[axis] = updates[static_cast<size_t>(dims.update_window_dims[i++])];
  }
  return std::ranges::any_of(dims.scatter_dims_to_operand_dims, [&](int64_t axis) {
    const auto i = static_cast<size_t>(axis);
    return window[i] > 1 && (indices.low < 0 || indices.high > static_cast<double>(whole[i] - window[i]));
  });
}

// Whether the indices of a scatter count: the windows lie in different places.
bool counts(const hlo::Op& op) {
  const hlo::Value* indices = op.operands[op.operands.size() / 2];
  if (!indices->op || indices->op->code != OpCode::iota) return false;
  const int64_t counted = indices->op->attributes.get<int64_t>("iota_dimension"),
                vector =
                    op.attributes.get<hlo::ScatterDimensions>("scatter_dimension_numbers").index_vector_dim;
  for (int64_t axis = 0; axis < indices->shape.rank(); ++axis)
    if (axis != counted && axis != vector && indices->shape.dims[static_cast<size_t>(axis)] > 1) return false;
  return counted != vector;
}

}  // namespace

bool Model::add(const hlo::Op& op) {
  Results found = results(op);
  if (!found) return false;
  if (found->size() == 1) {
    const auto better = tightened(*this, op, (*found)[0]);
    if (!better) return false;
    (*found)[0] = *better;
  }
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
  xla_is_wrong_ = xla_is_wrong_ || xla_gets_wrong(op, of_all(*this, op.operands));
  switch (op.code) {
    case OpCode::while_: return loop(op);
    case OpCode::if_:
    case OpCode::case_: return branches(op);
    case OpCode::reduce: return reduce(op);
    case OpCode::reduce_window: return window(op);
    case OpCode::scatter: return scatter(op);
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
  std::vector<Bounds> found(count), twice(count * 2);
  bool all_alone = true;
  for (size_t i = 0; i < count; ++i) {
    if (may_lose_nan(op, i, given[i]) && may_be_nan(*this, op.operands[i])) return std::nullopt;
    const auto alone = fold(op, i, {terms, terms}, given[i], given[count + i], Enters::kAnyNumberOfTimes);
    if (alone) found[i] = *alone;
    all_alone = all_alone && alone.has_value();
    twice[i] = twice[count + i] = join(given[i], given[count + i]);
    // Which of two equal zeros comes first is nobody's business.
    twice[i].zero_sign = twice[count + i].zero_sign = false;
  }
  if (all_alone) return found;
  // Otherwise the region must choose among what it is given.
  const Results chosen = run(*op.regions[0], twice);
  if (!chosen) return std::nullopt;
  for (size_t i = 0; i < count; ++i)
    if (!within((*chosen)[i], twice[i])) return std::nullopt;
  return std::vector<Bounds>(twice.begin(), twice.begin() + static_cast<ptrdiff_t>(count));
}

Model::Results Model::window(const hlo::Op& op) {
  const size_t count = op.operands.size() / 2;
  int64_t terms = 1;
  for (const int64_t size : op.attributes.get<Dims>("window_dimensions")) terms *= size;
  const std::vector<Bounds> given = of_all(*this, op.operands);
  std::vector<Bounds> found;
  for (size_t i = 0; i < count; ++i) {
    if (may_lose_nan(op, i, given[i])) return std::nullopt;
    const auto one = fold(op, i, {0, terms}, given[i], given[count + i], Enters::kAnyNumberOfTimes);
    if (!one) return std::nullopt;
    found.push_back(*one);
  }
  return found;
}

Model::Results Model::scatter(const hlo::Op& op) {
  const size_t count = op.operands.size() / 2;
  const std::vector<Bounds> given = of_all(*this, op.operands);
  if (count == 2 && op.operands[0]->shape.dtype == op.operands[1]->shape.dtype)
    return std::nullopt;  // if they are equal, XLA puts the updates of both into one
  if (takes_huge_index(op, given) || may_be_partly_outside(op, given[count])) return std::nullopt;
  const auto& dims = op.attributes.get<hlo::ScatterDimensions>("scatter_dimension_numbers");
  int64_t terms = 1;  // each window meets an element once
  for (int64_t axis = 0; axis < op.operands.back()->shape.rank(); ++axis)
    if (std::ranges::find(dims.update_window_dims, axis) == dims.update_window_dims.end())
      terms *= op.operands.back()->shape.dims[static_cast<size_t>(axis)];
  const hlo::Block& region = *op.regions[0];
  std::vector<Bounds> found;
  for (size_t i = 0; i < count; ++i) {
    const Bounds& update = given[count + 1 + i];
    if (region.returned()[i] == &region.arguments[count + i]) {  // in its place
      if (terms > 1 && !counts(op)) return std::nullopt;
      found.push_back(join(given[i], update));
      continue;
    }
    if (may_lose_nan(op, i, join(given[i], update))) return std::nullopt;
    const auto one = fold(op, i, {0, terms}, update, given[i], Enters::kOnce);
    if (!one) return std::nullopt;
    found.push_back(*one);
  }
  return found;
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
