#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_set>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/passes/softmax_form.h"
#include "cpu/compiler/plan/expression.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

constexpr int64_t kFewestRows = 8;        // of queries, for whom keys are packed
constexpr int64_t kLargestSize = 1024;    // of a head
constexpr int64_t kMostPacked = 4 << 20;  // numbers, about: a thread's scratch
constexpr int64_t kTile = 16;             // rows, and lanes of a vector, that kernels have at the most
constexpr size_t kMostBetween = 64;       // ops from one product to the other

Dims first_axes(int64_t count) {
  Dims axes(static_cast<size_t>(count));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

bool is_narrow_float(DType dtype) { return dtype == f32 || dtype == f16 || dtype == bf16; }

// An operand of a product: [batch…, rows…, column], in any order.
struct Operand {
  Value* value;
  Dims batch, rows;
  int64_t column;  // what is contracted, or, of values, what is left

  Dims sizes(const Dims& axes) const {
    Dims list;
    for (const int64_t axis : axes) list.push_back(value->shape.dims[static_cast<size_t>(axis)]);
    return list;
  }
  int64_t count(const Dims& axes) const { return Shape{sizes(axes), value->shape.dtype}.elements(); }
  int64_t width() const { return value->shape.dims[static_cast<size_t>(column)]; }
};

// Nothing unless it contracts one axis and is of floats that kernels read as f32.
std::optional<Operand> operand_of(const Op& dot, size_t side) {
  const auto& d = dot.attributes.get<hlo::DotDimensions>("dot_dimension_numbers");
  const Dims &batch = side == 0 ? d.lhs_batching : d.rhs_batching,
             &contracting = side == 0 ? d.lhs_contracting : d.rhs_contracting;
  Value* value = dot.operands[side];
  if (contracting.size() != 1 || !is_narrow_float(value->shape.dtype)) return std::nullopt;
  Operand operand{value, batch, {}, contracting[0]};
  for (int64_t i = 0; i < value->shape.rank(); ++i)
    if (i != operand.column && std::ranges::find(batch, i) == batch.end()) operand.rows.push_back(i);
  return operand;
}

// The product that makes scores of queries and keys.
struct Scores {
  const Op* dot;
  Operand q, k;
};

// Rows stay rows.
bool keeps_rows(const Op& reshape) {
  const Dims &from = reshape.operands[0]->shape.dims, &to = reshape.results[0].shape.dims;
  return !from.empty() && !to.empty() && from.back() == to.back();
}

// Without those that have one element, which lie anywhere.
Dims that_count(const Dims& axes, const Shape& shape) {
  Dims list = axes;
  std::erase_if(list, [&](int64_t axis) { return shape.dims[static_cast<size_t>(axis)] == 1; });
  return list;
}

Dims joined(Dims first, const Dims& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

// [batch…, key, rows…] becomes [batch…, rows…, key].
bool moves_key_last(const Op& transpose, int64_t batch) {
  const Shape& from = transpose.operands[0]->shape;
  Dims wanted = first_axes(from.rank());
  std::rotate(wanted.begin() + batch, wanted.begin() + batch + 1, wanted.end());
  return that_count(transpose.attributes.get<Dims>("permutation"), from) == that_count(wanted, from);
}

std::optional<Scores> scores_in(const Value* value) {
  const Op* transpose = nullptr;
  for (const Op* op = value->op; op; op = op->operands[0]->op) {
    if (op->code == OpCode::reshape && !transpose) {
      if (!keeps_rows(*op)) return std::nullopt;
    } else if (op->code == OpCode::convert) {
      const DType from = op->operands[0]->shape.dtype;
      if (op->results[0].shape.dtype != f32 || (from != f16 && from != bf16)) return std::nullopt;
    } else if (op->code == OpCode::transpose && !transpose) {
      transpose = op;
    } else if (op->code == OpCode::dot_general) {
      const size_t queries = transpose ? 1 : 0;
      auto q = operand_of(*op, queries), k = operand_of(*op, 1 - queries);
      if (!q || !k || k->rows.size() != 1 || !is_narrow_float(op->results[0].shape.dtype))
        return std::nullopt;
      if (transpose && !moves_key_last(*transpose, static_cast<int64_t>(q->batch.size())))
        return std::nullopt;
      return Scores{op, *q, *k};
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

// An element of the result is made of the operands' at its own place in its row.
bool is_by_element(const Op& op) {
  return op.code == OpCode::reshape ? keeps_rows(op)
                                    : is_elementwise(op.code) && op.code != OpCode::bitcast_convert;
}

using Reached = std::unordered_set<const Op*>;

struct Match {
  Scores scores;
  const Value* leaf;  // what stands for them among what softmax is of
  Value* x;           // that
  Operand v;
  Dims dims, permutation;  // the result [batch…, rows…, column], and how it is to lie
  Reached reached;         // from the scores
};

class Matcher {
 public:
  explicit Matcher(const hlo::Program& program) {
    for (const auto& function : program.functions) note(function->body);
  }

  // What the op is the end of: the second product, or a transpose that nobody sees the product without.
  std::optional<Match> match(const Op& op) const {
    if (op.code != OpCode::dot_general && op.code != OpCode::transpose) return std::nullopt;
    const Op* dot = &op;
    if (op.code == OpCode::transpose) dot = storage_of(op.operands[0])->op;
    auto found = dot && dot->code == OpCode::dot_general ? product(*dot) : std::nullopt;
    if (!found || dot == &op) return found && !moved(op, *found) ? found : std::nullopt;
    if (moved(*dot, *found) != &op) return std::nullopt;
    if (const Shape& shape = op.operands[0]->shape; shape != dot->results[0].shape)
      found->permutation = first_axes(shape.rank());
    Dims permutation;
    for (const int64_t axis : op.attributes.get<Dims>("permutation"))
      permutation.push_back(found->permutation[static_cast<size_t>(axis)]);
    found->permutation = permutation;
    return found;
  }

 private:
  // From the back: what nobody uses, uses nothing.
  void note(const hlo::Block& block) {
    for (auto op = block.ops.rbegin(); op != block.ops.rend(); ++op) {
      const bool wanted =
          (*op)->code == OpCode::return_ || !(*op)->regions.empty() ||
          std::ranges::any_of((*op)->results, [&](const Value& value) { return users_.contains(&value); });
      if (!wanted) continue;
      for (const Value* operand : (*op)->operands) users_[operand].push_back(op->get());
      for (const auto& region : (*op)->regions) note(*region);
    }
  }

  const Op* only_user(const Op& op) const {
    const auto found = users_.find(&op.results[0]);
    if (found == users_.end() || found->second.size() != 1) return nullptr;
    return found->second[0]->block == op.block ? found->second[0] : nullptr;
  }

  // The transpose that alone uses the product, as it is or by other sizes of its rows.
  const Op* moved(const Op& dot, const Match& match) const {
    const Op* user = only_user(dot);
    if (user && user->code == OpCode::reshape && keeps_rows(*user) &&
        match.permutation == first_axes(dot.results[0].shape.rank()))
      user = only_user(*user);
    return user && user->code == OpCode::transpose ? user : nullptr;
  }

  std::optional<Match> product(const Op& dot) const {
    if (!is_narrow_float(dot.results[0].shape.dtype)) return std::nullopt;
    for (const size_t side : {size_t{0}, size_t{1}})
      if (auto found = product(dot, side)) return found;
    return std::nullopt;
  }

  // `side`: of the weights.
  std::optional<Match> product(const Op& dot, size_t side) const {
    const auto weights = operand_of(dot, side), v = operand_of(dot, 1 - side);
    if (!weights || !v || v->rows.size() != 1) return std::nullopt;
    const Value* p = weights->value;
    const int64_t rank = p->shape.rank();
    const auto batch = static_cast<std::ptrdiff_t>(weights->batch.size());
    const Dims axes = joined(weights->batch, weights->rows);
    if (weights->column != rank - 1 || !std::ranges::is_sorted(that_count(axes, p->shape)))
      return std::nullopt;
    while (p->op && ((p->op->code == OpCode::reshape && keeps_rows(*p->op)) ||
                     (p->op->code == OpCode::convert && is_narrow_float(p->op->operands[0]->shape.dtype))))
      p = p->op->operands[0];
    Value* x = p->op ? softmax_of(*p->op) : nullptr;
    if (!x) return std::nullopt;
    // Values have keys for rows, and the result has their rows for columns.
    const Operand values{v->value, v->batch, {v->column}, v->rows[0]};
    Dims dims = joined(weights->sizes(axes), {values.width()}), permutation = first_axes(rank);
    if (side == 1) std::rotate(permutation.begin() + batch, permutation.end() - 1, permutation.end());
    // The nearest first: a mask of many ops does not hide the scores.
    std::vector<const Value*> met = {x};
    for (size_t i = 0; i < met.size() && i < kMostBetween; ++i) {
      const Value* value = met[i];
      if (const auto scores = scores_in(value)) {
        Match found{*scores, value, x, values, dims, permutation, {}};
        if (fits(found, dot)) return found;
      } else if (value->op && is_by_element(*value->op)) {
        for (const Value* operand : value->op->operands)
          if (std::ranges::find(met, operand) == met.end()) met.push_back(operand);
      }
    }
    return std::nullopt;
  }

  bool fits(Match& match, const Op& dot) const {
    const Operand &q = match.scores.q, &k = match.scores.k;
    const int64_t batches = q.count(q.batch), rows = q.count(q.rows), keys = k.sizes(k.rows)[0];
    if (match.x->shape.dims.back() != keys || match.x->shape.elements() != batches * rows * keys ||
        match.v.count(match.v.batch) != batches ||
        Shape{match.dims, f32}.elements() != batches * rows * match.v.width())
      return false;
    if (rows < kFewestRows || std::max(q.width(), match.v.width()) > kLargestSize || q.width() == 0 ||
        match.v.width() == 0)
      return false;
    const auto padded = [](int64_t size) { return (size + kTile - 1) / kTile * kTile; };
    // Keys, values, and scores of a tile.
    if (keys > kMostPacked / (padded(q.width()) + padded(match.v.width()) + kTile)) return false;
    // What is made of the scores on the way is made for this product alone, or it had to be there anyway.
    auto reached = reached_from(*match.scores.dot, dot);
    if (!reached) return false;
    match.reached = std::move(*reached);
    const auto needs = [&](const Value* value) { return value->op && match.reached.contains(value->op); };
    return !needs(q.value) && !needs(k.value) && !needs(match.v.value) && comes_by_element(match);
  }

  // All ops that the product's result goes through before it comes to the other product; nothing if there are
  // ways around that.
  std::optional<Reached> reached_from(const Op& from, const Op& to) const {
    Reached reached = {&from};
    std::vector<const Op*> open = {&from};
    while (!open.empty()) {
      const Op* op = open.back();
      open.pop_back();
      if (op->block != to.block || op->results.size() != 1 || reached.size() > kMostBetween)
        return std::nullopt;
      const auto users = users_.find(&op->results[0]);
      if (users == users_.end()) continue;
      for (const Op* user : users->second)
        if (user != &to && reached.insert(user).second) open.push_back(user);
    }
    return reached;
  }

  // Whether softmax's operand is made of the scores only element by element, each of its own.
  static bool comes_by_element(const Match& match) {
    std::vector<const Value*> open = {match.x};
    std::unordered_set<const Value*> seen;
    while (!open.empty()) {
      const Value* value = open.back();
      open.pop_back();
      if (value == match.leaf || !value->op || !match.reached.contains(value->op) ||
          !seen.insert(value).second)
        continue;
      if (!is_by_element(*value->op)) return false;
      open.insert(open.end(), value->op->operands.begin(), value->op->operands.end());
    }
    return true;
  }

  std::unordered_map<const Value*, std::vector<const Op*>> users_;
};

class Caller {
 public:
  Caller(hlo::Program& program, hlo::Block& block, const Op& op) : builder_(program, block), op_(op) {
    builder_.set_location(op.location);
  }

  Value* call(const Match& match) {
    Value *q = arranged(match.scores.q), *k = arranged(match.scores.k), *v = arranged(match.v);
    Value* scores = call_custom(builder_, kScores, {}, "", {match.x->shape.dims, f32});
    made_[match.leaf] =
        converted(converted(scores, match.scores.dot->results[0].shape.dtype), match.leaf->shape.dtype);
    Value* x = made_of_scores(match.x, match);
    return call_custom(builder_, kPlainAttention, {q, k, v, scores, x},
                       fmt::format("{}", fmt::join(match.permutation, " ")), op_.results[0].shape);
  }

 private:
  Value* converted(Value* value, DType dtype) {
    if (value->shape.dtype == dtype) return value;
    return builder_.create(OpCode::convert, {value}, {}, {{value->shape.dims, dtype}});
  }

  // [batches, rows, columns] in f32: a kernel computes that as it goes.
  Value* arranged(const Operand& operand) {
    Dims permutation = operand.batch;
    permutation.insert(permutation.end(), operand.rows.begin(), operand.rows.end());
    permutation.push_back(operand.column);
    Value* value = operand.value;
    if (permutation != first_axes(value->shape.rank()))
      value = builder_.create(OpCode::transpose, {value}, {{"permutation", permutation}});
    const Shape shape{{operand.count(operand.batch), operand.count(operand.rows), operand.width()},
                      value->shape.dtype};
    if (value->shape != shape) value = builder_.create(OpCode::reshape, {value}, {}, {shape});
    return converted(value, f32);
  }

  // The value by the sizes of softmax's operand, made of the kernel's scores where it was made of a
  // product's.
  Value* made_of_scores(Value* value, const Match& match) {
    const Dims& dims = match.x->shape.dims;
    if (const auto found = made_.find(value); found != made_.end()) return found->second;
    Value* result = nullptr;
    if (value->op && match.reached.contains(value->op)) {
      std::vector<Value*> operands;
      for (Value* operand : value->op->operands) operands.push_back(made_of_scores(operand, match));
      result = value->op->code == OpCode::reshape
                   ? operands[0]
                   : builder_.create(value->op->code, operands, value->op->attributes,
                                     {{dims, value->shape.dtype}});
    } else {
      result = value;
      if (value->shape.rank() > 0 && value->shape.dims != dims)
        result = builder_.create(OpCode::reshape, {value}, {}, {{dims, value->shape.dtype}});
    }
    return made_[value] = result;
  }

  hlo::Builder builder_;
  const Op& op_;
  std::unordered_map<const Value*, Value*> made_;
};

}  // namespace

void use_plain_attention_kernels(hlo::Program& program) {
  const Matcher matcher(program);
  replace_results(program, [&](hlo::Block& block, const Op& op) -> Value* {
    const std::optional<Match> found = matcher.match(op);
    return found ? Caller(program, block, op).call(*found) : nullptr;
  });
}

}  // namespace fusebox::cpu
