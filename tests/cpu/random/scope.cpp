#include "tests/cpu/random/scope.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace fusebox::cpu::test {

using hlo::OpCode;

namespace {

constexpr size_t kMostArguments = 7;

}  // namespace

Growth::Growth(uint64_t seed) : random(seed) {
  program.add_function("main", true);
  const bool large = random.chance(0.08);
  most_elements = large ? 20'000 : random.chance(0.3) ? 64 : 2'500;
  for (int i = 0; i < 3; ++i)
    favourite_sizes.push_back(large ? random.pick({64, 65, 129, 100, 3, 33})
                                    : random.pick({1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65}));
  if (random.chance(0.03)) favourite_sizes[0] = 0;
  favourite_dtype =
      random.chance(0.4) ? f32 : random.pick({f64, f16, bf16, i8, i16, i32, i64, u8, u16, u32, u64, i1});
}

int64_t Growth::size() {
  if (random.chance(0.8)) return random.pick(favourite_sizes);
  return random.pick({1, 2, 3, 4, 7, 8, 9, 17, 33});
}

DType Growth::dtype() {
  if (random.chance(0.6)) return favourite_dtype;
  return random.pick({f32, f32, f64, f16, bf16, i8, i16, i32, i32, i64, u8, u16, u32, u64, i1});
}

Shape Growth::shape() {
  Shape shape{{}, dtype()};
  const auto rank = random.pick({0, 1, 1, 2, 2, 2, 3, 3, 4, 5});
  for (int i = 0; i < rank; ++i) {
    shape.dims.push_back(size());
    if (shape.elements() > most_elements) shape.dims.back() = random.pick({1, 2});
    if (shape.elements() > most_elements) shape.dims.back() = 1;
  }
  return shape;
}

Filling Growth::filling(DType dtype) {
  Filling filling;
  if (is_float(dtype)) {
    switch (random.below(6)) {
      case 0: filling = {-4, 4, 0.25, false}; break;
      case 1: filling = {0.5, 4, 0, false}; break;
      case 2: filling = {-1, 1, 0, false}; break;
      case 3: filling = {-4, 4, 0, true}; break;
      case 4: filling = {-0.25, 0.25, 0, false}; break;
      default: break;
    }
  } else {
    const Bounds all = all_of(dtype);
    filling = {std::max(all.low, -8.0), std::min(all.high, 8.0), 1, false};
    if (random.chance(0.3)) filling = {all.low, all.high, 0, false};
    if (info(dtype).bits == 32 && random.chance(0.15))
      filling = {0x1p29, 0x1p30, 1, false};  // bits of floats
  }
  return filling;
}

Value* Growth::argument(const Shape& shape, const Filling& given) {
  Value* value = main().body.add_argument(shape);
  main().arguments.emplace_back();
  fillings.push_back(given);
  model.set(value, bounds_of_filling(shape.dtype, given));
  return value;
}

hlo::Op* Scope::try_op(OpCode code, Values operands, hlo::Attributes attributes, std::vector<Shape> declared,
                       std::vector<std::unique_ptr<hlo::Block>> regions) {
  if (std::find(operands.begin(), operands.end(), nullptr) != operands.end()) return nullptr;
  hlo::Op* op = builder_.create_op(code, std::move(operands), std::move(attributes), std::move(declared),
                                   std::move(regions));
  bool large = false;
  for (const Value& value : op->results) large = large || value.shape.elements() > g.most_elements;
  if (large || !g.model.add(*op)) {
    block().ops.pop_back();
    return nullptr;
  }
  for (Value& value : op->results) pool.push_back(&value);
  return op;
}

Value* Scope::some(const std::function<bool(const Value*)>& wanted) {
  Values found;
  std::copy_if(pool.begin(), pool.end(), std::back_inserter(found), wanted);
  if (found.empty()) return nullptr;
  const double far = r.unit();
  return found[found.size() - 1 - static_cast<size_t>(far * far * static_cast<double>(found.size()))];
}

Value* Scope::constant(const Shape& shape, double number) {
  auto bytes = std::make_shared<std::vector<std::byte>>();
  append_number(*bytes, shape.dtype, number);
  const bool splat = shape.elements() != 1;
  return try_one(OpCode::constant, {}, {{"value", hlo::Literal{shape, std::move(bytes), splat}}});
}

Value* Scope::random_constant(const Shape& shape) {
  Filling filling = g.filling(shape.dtype);
  const int64_t elements = shape.elements();
  if (elements > 100 || elements == 0 || r.chance(0.4)) {
    filling.special = false;
    const Tensor one = fill({{}, shape.dtype}, filling, r.bits(), 0);
    return constant(shape, number_at(one, 0));
  }
  Tensor many = fill(shape, filling, r.bits(), 0);
  auto bytes = std::make_shared<std::vector<std::byte>>(std::move(many.bytes));
  return try_one(OpCode::constant, {}, {{"value", hlo::Literal{shape, std::move(bytes), false}}});
}

Value* Scope::like(const Shape& shape) {
  if (r.chance(0.75))
    if (Value* found = some([&](const Value* value) { return value->shape == shape; })) return found;
  if (Value* made = made_like(shape)) return made;
  if (g.may_take_arguments && g.fillings.size() < kMostArguments && r.chance(0.6))
    return pool.emplace_back(g.argument(shape, g.filling(shape.dtype)));
  return random_constant(shape);
}

Value* Scope::made_like(const Shape& shape) {
  const auto declared = std::vector{shape};
  switch (r.below(5)) {
    case 0: {  // of another type
      Value* from = some([&](const Value* value) {
        return value->shape.dims == shape.dims && value->shape.dtype != shape.dtype;
      });
      return from ? try_one(OpCode::convert, {from}, {}, declared) : nullptr;
    }
    case 1: {  // of fewer sizes
      Value* from = some([&](const Value* value) {
        return value->shape.dtype == shape.dtype && value->shape.rank() <= 1 &&
               value->shape.rank() < shape.rank();
      });
      if (!from) return nullptr;
      Dims dims;
      if (from->shape.rank() == 1) {
        const int64_t size = from->shape.dims[0];
        for (size_t i = shape.dims.size(); i-- > 0 && dims.empty();)
          if (shape.dims[i] == size || size == 1) dims.push_back(static_cast<int64_t>(i));
        if (dims.empty()) return nullptr;
      }
      return try_one(OpCode::broadcast_in_dim, {from}, {{"broadcast_dimensions", dims}}, declared);
    }
    case 2: {  // in other sizes
      Value* from = some([&](const Value* value) {
        return value->shape.dtype == shape.dtype && value->shape != shape &&
               value->shape.elements() == shape.elements();
      });
      return from ? try_one(OpCode::reshape, {from}, {}, declared) : nullptr;
    }
    case 3:
      if (shape.rank() == 0 || shape.dtype == i1 || !r.chance(0.5)) return nullptr;
      return try_one(OpCode::iota, {}, {{"iota_dimension", static_cast<int64_t>(r.below(shape.dims.size()))}},
                     declared);
    default: return nullptr;
  }
}

Value* Scope::index(DType dtype, int64_t most) {
  const Shape scalar{{}, dtype};
  if (r.chance(0.4))
    if (Value* found = some([&](const Value* value) { return value->shape == scalar; })) return found;
  const double low = is_signed_integer(dtype) ? -2 : 0;
  const auto high = static_cast<double>(std::min<int64_t>(most + 2, 100));
  if (g.may_take_arguments && g.fillings.size() < kMostArguments && r.chance(0.7))
    return pool.emplace_back(g.argument(scalar, {low, high, 1, false}));
  return constant(scalar, std::floor(low + r.unit() * (high - low + 1)));
}

Values unused(const hlo::Block& block) {
  std::unordered_set<const Value*> used;
  const auto note = [&](const auto& self, const hlo::Block& in) -> void {
    for (const auto& op : in.ops) {
      used.insert(op->operands.begin(), op->operands.end());
      for (const auto& region : op->regions) self(self, *region);
    }
  };
  note(note, block);
  Values found;
  for (const auto& op : block.ops)
    for (Value& value : op->results)
      if (!used.contains(&value)) found.push_back(&value);
  return found;
}

}  // namespace fusebox::cpu::test
