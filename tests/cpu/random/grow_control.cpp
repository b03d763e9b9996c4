// Loops, branches, calls.
#include <algorithm>

#include "fusebox/hlo/keywords.h"
#include "tests/cpu/random/grow.h"

namespace fusebox::cpu::test {

using hlo::OpCode;

namespace {

using Regions = std::vector<std::unique_ptr<hlo::Block>>;

void grow_some(Scope& s, size_t most) {
  for (size_t i = 1 + s.r.below(most); i-- > 0;) grow(s);
}

// A late value of the type that the scope made itself, or any of the type; there is one.
Value* of_type(Scope& s, const Shape& shape, Value* otherwise) {
  Value* own =
      s.some([&](const Value* value) { return value->block == &s.block() && value->shape == shape; });
  return own ? own : otherwise;
}

// Keeps a loop variable where it began, so that its bounds do not grow from round to round.
Value* kept_within(Scope& s, Value* value, const Bounds& bounds) {
  if (!is_float(value->shape.dtype)) return value;
  const Shape scalar{{}, value->shape.dtype};
  Value* low = s.constant(scalar, bounds.low);
  Value* high = s.constant(scalar, bounds.high);
  return s.try_one(OpCode::clamp, {low, value, high});
}

// The value, changed by what would otherwise be made for nothing.
Value* with_unused(Scope& s, Value* value) {
  const OpCode fold = is_float(value->shape.dtype) ? OpCode::maximum : OpCode::add;
  for (Value* idle : unused(s.block())) {
    if (idle == value || idle->shape.dtype != value->shape.dtype || idle->shape.dtype == i1) continue;
    if (Value* all = spread(s, idle, value->shape.dims))
      if (Value* both = s.try_one(fold, {value, all})) value = both;
  }
  return value;
}

// Something that is made for a loop alone, which reads it in every round; nobody does behind the loop.
Value* own_of_loop(Scope& s) {
  Value* x = s.some([](const Value* value) {
    return value->shape.rank() > 0 && value->shape.elements() > 0 && value->shape.dtype != i1;
  });
  if (!x || !s.try_one(OpCode::maximum, {x, s.like(x->shape)})) return nullptr;
  Value* own = s.pool.back();
  s.pool.pop_back();
  return own;
}

// Another value of its shape, with a place in memory: changed in one row, the counter's.
Value* updated(Scope& s, Value* x, Value* counter) {
  Shape part = x->shape;
  part.dims[0] = 1;
  Values operands{x, s.like(part), counter};
  while (operands.size() < x->shape.dims.size() + 2) operands.push_back(s.constant(counter->shape, 0));
  return s.try_one(OpCode::dynamic_update_slice, operands);
}

// Changes what comes from outside of the loop: it must be whole in the next round.
void update_captured(Scope& s, Value* captured, Value* counter) { updated(s, captured, counter); }

// Reads what comes from outside, for the last time in this round, and then makes something as large: that
// must not take its place, for the next round reads it again.
void read_captured(Scope& s, Value* captured, Value* counter) {
  Value* all = spread(s, captured, captured->shape.dims);
  if (!all) return;
  Value* other = s.try_one(OpCode::maximum, {all, s.like(captured->shape)});
  if (!other) return;
  if (Value* made = updated(s, other, counter)) spread(s, made, s.r.chance(0.5) ? Dims{} : made->shape.dims);
}

std::unique_ptr<hlo::Block> condition(Growth& g, const std::vector<Shape>& types, int64_t rounds) {
  auto block = std::make_unique<hlo::Block>();
  Values arguments;
  for (const Shape& shape : types) arguments.push_back(block->add_argument(shape));
  Scope inside(g, *block, {}, 0);
  g.model.set(arguments[0], {0, 1});
  Value* limit = inside.constant(types[0], static_cast<double>(rounds));
  hlo::Builder b(g.program, *block);
  b.ret({b.create(OpCode::compare, {arguments[0], limit},
                  {{"comparison_direction", hlo::comparison_direction("LT")}})});
  return block;
}

// The body; null if it has no bounds.
std::unique_ptr<hlo::Block> body(Scope& s, const Values& initial, int64_t rounds) {
  Value* captured = s.r.chance(0.6) ? own_of_loop(s) : nullptr;
  auto block = std::make_unique<hlo::Block>();
  Values arguments, visible = s.pool;
  for (size_t i = 0; i < initial.size(); ++i) {
    arguments.push_back(block->add_argument(initial[i]->shape));
    Bounds bounds = s.g.model.of(initial[i]);
    if (i == 0) bounds.high = static_cast<double>(rounds);
    // Whatever was exact may not be so in the second round.
    if (is_float(initial[i]->shape.dtype) && s.r.chance(0.7))
      bounds.error = std::max(bounds.error, bounds.magnitude() * rounding(initial[i]->shape.dtype) * 8);
    s.g.model.set(arguments[i], bounds);
  }
  visible.insert(visible.end(), arguments.begin(), arguments.end());
  Scope inside(s.g, *block, visible, s.depth() + 1);
  if (captured) (s.r.chance(0.5) ? update_captured : read_captured)(inside, captured, arguments[0]);
  grow_some(inside, 6);
  Values next{inside.try_one(OpCode::add, {arguments[0], inside.constant(initial[0]->shape, 1)})};
  for (size_t i = 1; i < initial.size(); ++i) {
    Value* otherwise = arguments[1 + s.r.below(initial.size() - 1)];  // variables may change places
    if (otherwise->shape != initial[i]->shape) otherwise = arguments[i];
    Value* value = with_unused(inside, of_type(inside, initial[i]->shape, otherwise));
    next.push_back(kept_within(inside, value, s.g.model.of(initial[i])));
  }
  if (std::find(next.begin(), next.end(), nullptr) != next.end()) return nullptr;
  inside.ret(next);
  return block;
}

}  // namespace

bool grow_while(Scope& s) {
  const Shape counter{{}, s.r.pick({i32, i32, i64, u8})};
  const int64_t rounds = s.r.pick({0, 1, 2, 2, 3, 3, 4});
  Values initial{s.constant(counter, 0)};
  for (size_t i = 1 + s.r.below(3); i-- > 0;) initial.push_back(s.some());
  if (std::find(initial.begin(), initial.end(), nullptr) != initial.end()) return false;
  for (size_t i = 1; i < initial.size(); ++i)
    if (s.g.model.of(initial[i]).special) return false;
  std::vector<Shape> types;
  for (const Value* value : initial) types.push_back(value->shape);
  Regions regions;
  regions.push_back(condition(s.g, types, rounds));
  regions.push_back(body(s, initial, rounds));
  return regions[1] && s.try_op(OpCode::while_, initial, {}, {}, std::move(regions));
}

bool grow_if(Scope& s) {
  const bool is_case = s.r.chance(0.4);
  Value* which = is_case && s.r.chance(0.7) ? s.index(i32, 2) : s.like({{}, is_case ? i32 : i1});
  if (!which) return false;
  Values models;  // of the results
  for (size_t i = 1 + s.r.below(2); i-- > 0;) models.push_back(s.some());
  Regions regions;
  for (size_t i = is_case ? 1 + s.r.below(3) : 2; i-- > 0;) {
    regions.push_back(std::make_unique<hlo::Block>());
    Scope inside(s.g, *regions.back(), s.pool, s.depth() + 1);
    if (s.r.chance(0.85)) grow_some(inside, 4);
    Values results;
    for (Value* model : models) results.push_back(of_type(inside, model->shape, model));
    inside.ret(results);
  }
  return s.try_op(is_case ? OpCode::case_ : OpCode::if_, {which}, {}, {}, std::move(regions)) != nullptr;
}

bool grow_call(Scope& s) {
  if (!s.g.may_take_arguments) return false;  // functions that call functions grow beyond all bounds
  Growth& g = s.g;
  Values given;
  for (size_t i = 1 + s.r.below(3); i-- > 0;) given.push_back(s.some());
  hlo::Function& function = g.program.add_function("part" + std::to_string(g.functions++), false);
  Values arguments;
  for (const Value* value : given) {
    arguments.push_back(function.body.add_argument(value->shape));
    g.model.set(arguments.back(), g.model.of(value));
  }
  g.may_take_arguments = false;
  Scope inside(g, function.body, arguments, 1);
  grow_some(inside, 5);
  std::vector<Shape> types;
  Values results{inside.some()};
  if (s.r.chance(0.3)) results.push_back(inside.some());
  inside.ret(results);
  g.may_take_arguments = true;
  for (const Value* value : results) types.push_back(value->shape);
  const hlo::Attributes callee{{"callee", hlo::SymbolRef{function.name}}};
  if (!s.try_op(OpCode::call, given, callee, types)) return false;
  if (s.r.chance(0.5)) {  // once more, with others of the types
    Values others;
    for (const Value* value : given) others.push_back(s.like(value->shape));
    s.try_op(OpCode::call, others, callee, types);
  }
  return true;
}

bool grow_barrier(Scope& s) {
  Values operands;
  for (size_t i = 1 + s.r.below(2); i-- > 0;) operands.push_back(s.some());
  if (std::find(operands.begin(), operands.end(), nullptr) != operands.end()) return false;
  return s.try_op(OpCode::optimization_barrier, operands) != nullptr;
}

}  // namespace fusebox::cpu::test
