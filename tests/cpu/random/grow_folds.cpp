// Sums, products, orders.
#include <algorithm>
#include <limits>

#include "fusebox/hlo/keywords.h"
#include "tests/cpu/random/grow.h"

namespace fusebox::cpu::test {

using hlo::OpCode;

namespace {

using Regions = std::vector<std::unique_ptr<hlo::Block>>;

Dims some_axes(Scope& s, int64_t rank) {
  Dims axes;
  for (int64_t i = 0; i < rank; ++i)
    if (s.r.chance(0.5)) axes.push_back(i);
  if (axes.empty()) axes.push_back(s.r.between(0, rank - 1));
  return axes;
}

hlo::Attributes direction(const char* which) {
  return {{"comparison_direction", hlo::comparison_direction(which)}};
}

}  // namespace

Regions region(Scope& s, const std::vector<Shape>& arguments,
               const std::function<Values(hlo::Builder&, const Values&)>& body) {
  Regions regions;
  regions.push_back(std::make_unique<hlo::Block>());
  Values values;
  for (const Shape& shape : arguments) values.push_back(regions[0]->add_argument(shape));
  hlo::Builder inside(s.g.program, *regions[0]);
  inside.ret(body(inside, values));
  return regions;
}

Value* initial_value(Scope& s, OpCode code, DType dtype) {
  const bool low = code == OpCode::maximum, high = code == OpCode::minimum;
  if ((low || high) && s.r.chance(0.25)) return s.random_constant({{}, dtype});
  if (!is_float(dtype)) {
    const Bounds all = all_of(dtype);
    const bool ones = high || code == OpCode::and_ || code == OpCode::multiply;
    if (code == OpCode::and_ && is_signed_integer(dtype)) return s.constant({{}, dtype}, -1);
    if (code == OpCode::multiply) return s.constant({{}, dtype}, 1);
    return s.constant({{}, dtype}, low ? all.low : ones ? all.high : 0);
  }
  const double infinity = std::numeric_limits<double>::infinity();
  return s.constant({{}, dtype}, low ? -infinity : high ? infinity : code == OpCode::multiply ? 1 : 0);
}

OpCode fold_op(Random& r, DType dtype) {
  if (dtype == i1) return r.pick({OpCode::and_, OpCode::or_, OpCode::xor_});
  if (is_float(dtype))
    return r.pick(
        {OpCode::add, OpCode::add, OpCode::add, OpCode::maximum, OpCode::minimum, OpCode::multiply});
  return r.pick({OpCode::add, OpCode::add, OpCode::maximum, OpCode::minimum, OpCode::multiply, OpCode::and_,
                 OpCode::or_, OpCode::xor_});
}

bool grow_reduce(Scope& s) {
  Value* x = s.some([](const Value* value) { return value->shape.rank() > 0; });
  if (!x) return false;
  Values operands{x}, starts;
  if (s.r.chance(0.15)) {  // two at once
    Value* y = s.some([&](const Value* value) { return value->shape.dims == x->shape.dims; });
    if (y) operands.push_back(y);
  }
  std::vector<OpCode> codes;
  std::vector<Shape> arguments;
  for (const Value* operand : operands) {
    codes.push_back(fold_op(s.r, operand->shape.dtype));
    starts.push_back(initial_value(s, codes.back(), operand->shape.dtype));
    arguments.push_back({{}, operand->shape.dtype});
  }
  const size_t count = operands.size();
  for (size_t i = 0; i < count; ++i) arguments.push_back(arguments[i]);
  operands.insert(operands.end(), starts.begin(), starts.end());
  if (std::find(operands.begin(), operands.end(), nullptr) != operands.end()) return false;
  const bool swapped = s.r.chance(0.3);
  Regions regions = region(s, arguments, [&](hlo::Builder& b, const Values& values) {
    Values results;
    for (size_t i = 0; i < count; ++i) {
      Values pair{values[i], values[count + i]};
      if (swapped) std::swap(pair[0], pair[1]);
      results.push_back(b.create(codes[i], pair));
    }
    return results;
  });
  return s.try_op(OpCode::reduce, operands, {{"dimensions", some_axes(s, x->shape.rank())}}, {},
                  std::move(regions)) != nullptr;
}

// The greatest (or least) element and where it is first.
bool grow_argmax(Scope& s) {
  Value* x = s.some([&](const Value* value) {
    return value->shape.rank() > 0 && value->shape.dtype != i1 && !s.g.model.of(value).special &&
           s.g.model.of(value).exact();
  });
  if (!x) return false;
  const Shape places{x->shape.dims, i32};
  const auto axis = static_cast<int64_t>(s.r.below(x->shape.dims.size()));
  Value* where = s.try_one(OpCode::iota, {}, {{"iota_dimension", axis}}, {places});
  const bool most = s.r.chance(0.7);
  Value* start = initial_value(s, most ? OpCode::maximum : OpCode::minimum, x->shape.dtype);
  Value* zero = s.constant({{}, i32}, 0);
  if (!where || !start || !zero) return false;
  const Shape key{{}, x->shape.dtype}, place{{}, i32};
  Regions regions = region(s, {key, place, key, place}, [&](hlo::Builder& b, const Values& v) {
    Value* better = b.create(OpCode::compare, {v[0], v[2]}, direction(most ? "GT" : "LT"));
    Value* same = b.create(OpCode::compare, {v[0], v[2]}, direction("EQ"));
    Value* first = b.create(OpCode::compare, {v[1], v[3]}, direction("LT"));
    Value* keep = b.create(OpCode::or_, {better, b.create(OpCode::and_, {same, first})});
    return Values{b.create(OpCode::select, {keep, v[0], v[2]}), b.create(OpCode::select, {keep, v[1], v[3]})};
  });
  return s.try_op(OpCode::reduce, {x, where, start, zero}, {{"dimensions", Dims{axis}}}, {},
                  std::move(regions)) != nullptr;
}

Value* spread(Scope& s, Value* x, const Dims& dims) {
  const Shape scalar{{}, x->shape.dtype}, to{dims, x->shape.dtype};
  const bool floats = is_float(x->shape.dtype);
  if (x->shape.rank() > 0) {
    Dims axes;
    for (int64_t i = 0; i < x->shape.rank(); ++i) axes.push_back(i);
    Value* start = s.constant(scalar, floats ? -std::numeric_limits<double>::infinity() : 0);
    if (!start) return nullptr;
    Regions regions = region(s, {scalar, scalar}, [&](hlo::Builder& b, const Values& v) {
      return Values{b.create(floats ? OpCode::maximum : OpCode::add, {v[0], v[1]})};
    });
    hlo::Op* op = s.try_op(OpCode::reduce, {x, start}, {{"dimensions", axes}}, {}, std::move(regions));
    if (!op) return nullptr;
    x = op->result();
  }
  return s.try_one(OpCode::broadcast_in_dim, {x}, {{"broadcast_dimensions", Dims{}}}, {to});
}

namespace {

// A value of the shape that is the transpose of another.
Value* like_turned(Scope& s, const Shape& shape) {
  const Dims permutation = some_permutation(s, shape.dims.size());
  Shape lying = shape;
  for (size_t i = 0; i < permutation.size(); ++i)
    lying.dims[static_cast<size_t>(permutation[i])] = shape.dims[i];
  Value* x = s.like(lying);
  return x ? transposed(s, x, permutation) : nullptr;
}

}  // namespace

bool grow_dot(Scope& s) {
  Value* x = s.some([](const Value* value) { return value->shape.dtype != i1; });
  if (x && s.r.chance(0.2)) x = transposed(s, x, some_permutation(s, x->shape.dims.size()));
  if (!x) return false;
  hlo::DotDimensions d;
  Shape other{{}, x->shape.dtype};
  for (int64_t i = 0; i < x->shape.rank(); ++i) {
    const double part = s.r.unit();
    if (part < 0.25) d.lhs_batching.push_back(i);
    if (part >= 0.25 && part < 0.65) d.lhs_contracting.push_back(i);
  }
  // The other operand: batch, contracting and free sizes in any order.
  struct Size {
    int64_t size, kind, of;
  };
  std::vector<Size> sizes;
  for (const int64_t i : d.lhs_batching) sizes.push_back({x->shape.dims[static_cast<size_t>(i)], 0, i});
  for (const int64_t i : d.lhs_contracting) sizes.push_back({x->shape.dims[static_cast<size_t>(i)], 1, i});
  for (size_t i = s.r.below(3); i-- > 0;) sizes.push_back({s.g.size(), 2, 0});
  for (size_t i = sizes.size(); i > 1; --i) std::swap(sizes[i - 1], sizes[s.r.below(i)]);
  d.lhs_batching.clear();
  d.lhs_contracting.clear();
  for (size_t i = 0; i < sizes.size(); ++i) {
    other.dims.push_back(sizes[i].size);
    if (sizes[i].kind == 0)
      d.lhs_batching.push_back(sizes[i].of), d.rhs_batching.push_back(static_cast<int64_t>(i));
    if (sizes[i].kind == 1)
      d.lhs_contracting.push_back(sizes[i].of), d.rhs_contracting.push_back(static_cast<int64_t>(i));
  }
  if (other.rank() > 5 || other.elements() > s.g.most_elements) return false;
  Value* y = s.r.chance(0.2) ? like_turned(s, other) : s.like(other);
  if (!y) return false;
  std::vector<Shape> declared;
  const DType from = x->shape.dtype;
  if ((from == bf16 || from == f16 || from == i8) && s.r.chance(0.3)) {  // gathered in a wider type
    Shape result{{}, from == i8 ? i32 : f32};
    const auto has = [](const Dims& list, int64_t axis) {
      return std::find(list.begin(), list.end(), axis) != list.end();
    };
    for (const int64_t axis : d.lhs_batching) result.dims.push_back(x->shape.dims[static_cast<size_t>(axis)]);
    for (int64_t i = 0; i < x->shape.rank(); ++i)
      if (!has(d.lhs_batching, i) && !has(d.lhs_contracting, i))
        result.dims.push_back(x->shape.dims[static_cast<size_t>(i)]);
    for (int64_t i = 0; i < other.rank(); ++i)
      if (!has(d.rhs_batching, i) && !has(d.rhs_contracting, i))
        result.dims.push_back(other.dims[static_cast<size_t>(i)]);
    declared.push_back(result);
  }
  Value* made = s.try_one(OpCode::dot_general, {x, y}, {{"dot_dimension_numbers", d}}, declared);
  if (!made) return false;
  if (s.r.chance(0.15)) made = transposed(s, made, some_permutation(s, made->shape.dims.size()));
  while (made && s.r.chance(0.6)) made = made_of(s, made);  // as layers go on, by the product's kernel
  return true;
}

bool grow_sort(Scope& s) {
  Value* x = s.some([&](const Value* value) { return value->shape.rank() > 0; });
  if (!x) return false;
  Values operands{x};
  for (size_t i = s.r.below(3); i-- > 0;) {
    Value* y = s.some([&](const Value* value) { return value->shape.dims == x->shape.dims; });
    if (y) operands.push_back(y);
  }
  std::vector<Shape> arguments;
  for (const Value* operand : operands) arguments.insert(arguments.end(), 2, Shape{{}, operand->shape.dtype});
  const char* order = s.r.pick({"LT", "GT"});
  const bool by_two = operands.size() > 1 && s.r.chance(0.4);
  Regions regions = region(s, arguments, [&](hlo::Builder& b, const Values& v) {
    Value* before = b.create(OpCode::compare, {v[0], v[1]}, direction(order));
    if (!by_two) return Values{before};
    Value* same = b.create(OpCode::compare, {v[0], v[1]}, direction("EQ"));
    Value* second = b.create(OpCode::compare, {v[2], v[3]}, direction("LT"));
    return Values{b.create(OpCode::or_, {before, b.create(OpCode::and_, {same, second})})};
  });
  const auto axis = static_cast<int64_t>(s.r.below(x->shape.dims.size()));
  return s.try_op(OpCode::sort, operands, {{"dimension", axis}, {"is_stable", true}}, {},
                  std::move(regions)) != nullptr;
}

}  // namespace fusebox::cpu::test
