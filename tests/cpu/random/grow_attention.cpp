// Softmax, and attention, which is softmax between two products.
#include <algorithm>
#include <limits>
#include <numeric>

#include "fusebox/hlo/keywords.h"
#include "tests/cpu/random/grow.h"

namespace fusebox::cpu::test {

using hlo::OpCode;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Dims counted(int64_t count) {
  Dims axes(static_cast<size_t>(count));
  std::iota(axes.begin(), axes.end(), 0);
  return axes;
}

Value* converted(Scope& s, Value* x, DType dtype) {
  if (!x || x->shape.dtype == dtype) return x;
  return s.try_one(OpCode::convert, {x}, {}, {{x->shape.dims, dtype}});
}

Value* reshaped(Scope& s, Value* x, const Dims& dims) {
  if (!x || x->shape.dims == dims) return x;
  return s.try_one(OpCode::reshape, {x}, {}, {{dims, x->shape.dtype}});
}

Value* in_all_places(Scope& s, Value* x, const Dims& axes, const Dims& dims) {
  if (!x || x->shape.dims == dims) return x;
  return s.try_one(OpCode::broadcast_in_dim, {x}, {{"broadcast_dimensions", axes}}, {{dims, x->shape.dtype}});
}

// exp(x - max) / sum, as models write it: reductions between element-wise ops that share their operand.
Value* softmax(Scope& s, Value* x, int64_t axis) {
  const Shape scalar{{}, x->shape.dtype};
  const bool keeps_axis = s.r.chance(0.4);
  Dims narrow = x->shape.dims, kept = counted(x->shape.rank());
  if (keeps_axis)
    narrow[static_cast<size_t>(axis)] = 1;
  else
    narrow.erase(narrow.begin() + axis), kept.erase(kept.begin() + axis);
  const auto folded = [&](OpCode code, Value* of) -> Value* {
    Value* start = s.constant(scalar, code == OpCode::add ? 0 : -kInfinity);
    if (!of || !start) return nullptr;
    auto regions = region(s, {scalar, scalar}, [&](hlo::Builder& b, const Values& v) {
      return Values{b.create(code, {v[0], v[1]})};
    });
    hlo::Op* op = s.try_op(OpCode::reduce, {of, start}, {{"dimensions", Dims{axis}}}, {}, std::move(regions));
    Value* result = op ? reshaped(s, op->result(), narrow) : nullptr;
    return result
               ? s.try_one(OpCode::broadcast_in_dim, {result}, {{"broadcast_dimensions", kept}}, {x->shape})
               : nullptr;
  };
  Value* most = folded(OpCode::maximum, x);
  Value* low = s.try_one(OpCode::subtract, {x, most});
  Value* power = s.try_one(OpCode::exponential, {low});
  Value* total = folded(OpCode::add, power);
  return s.try_one(OpCode::divide, {power, total});
}

// An operand of a product, which has its axes in any order: `place` says where each lies.
struct Operand {
  Value* value;
  Dims place;
};

class Attention {
 public:
  explicit Attention(Scope& s) : s_(s), r_(s.r) {}

  bool grow() {
    if (!choose_sizes()) return false;
    const size_t before = s_.pool.size();
    Value* result = product_with_values(weights(scores()));
    if (result && r_.chance(0.4))
      result = transposed(s_, result, some_permutation(s_, result->shape.dims.size()));
    // What others use, a kernel cannot keep to itself.
    if (result && r_.chance(0.9)) {
      s_.pool.resize(before);
      s_.pool.push_back(result);
    }
    return result != nullptr;
  }

 private:
  bool choose_sizes() {
    dtype_ = r_.chance(0.75) ? f32 : r_.pick({f16, bf16, f64});
    for (int tries = 0; tries < 30; ++tries) {
      batch_.clear();
      for (size_t i = r_.below(3); i-- > 0;) batch_.push_back(r_.between(1, 3));
      rows_ = {r_.pick({8, 9, 12, 15, 16, 17, 20, 24, 33, 48, 50, 70})};
      if (r_.chance(0.25)) rows_.insert(rows_.begin(), r_.between(1, 3));
      keys_ = r_.pick({1, 2, 3, 5, 7, 8, 9, 15, 16, 17, 20, 31, 33, 40, 64, 65, 100});
      size_ = r_.pick({1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 17, 20, 31, 33});
      width_ = r_.chance(0.6) ? size_ : r_.pick({1, 2, 3, 4, 7, 8, 9, 16, 17, 33});
      const auto fits = [&](int64_t rows, int64_t columns) {
        return of_batch({rows, columns}).elements() <= s_.g.most_elements;
      };
      const int64_t rows = Shape{rows_, f32}.elements();
      if (fits(rows, size_) && fits(rows, keys_) && fits(rows, width_) && fits(keys_, size_) &&
          fits(keys_, width_))
        return true;
    }
    return false;
  }

  Shape of_batch(const Dims& others) const {
    Shape shape{batch_, dtype_};
    shape.dims.insert(shape.dims.end(), others.begin(), others.end());
    return shape;
  }
  int64_t batches() const { return static_cast<int64_t>(batch_.size()); }

  Operand operand(const Shape& shape) {
    const auto rank = shape.dims.size();
    const Dims order = r_.chance(0.4) ? some_permutation(s_, rank) : counted(shape.rank());
    Dims place(rank);
    Shape lies{{}, shape.dtype};
    for (size_t i = 0; i < order.size(); ++i) {
      lies.dims.push_back(shape.dims[static_cast<size_t>(order[i])]);
      place[static_cast<size_t>(order[i])] = static_cast<int64_t>(i);
    }
    // Others are constant, or little is known of them, most of the time.
    if (!s_.g.may_take_arguments || r_.chance(0.35)) return {s_.like(lies), place};
    const double most = r_.pick({0.5, 1.0, 1.0, 2.0});
    return {s_.pool.emplace_back(s_.g.argument(lies, {-most, most, 0, false})), place};
  }

  // Contracts an axis of each; may gather in f32.
  Value* product(const Operand& x, int64_t of_x, const Operand& y, int64_t of_y) {
    if (!x.value || !y.value) return nullptr;
    hlo::DotDimensions d;
    for (size_t i = 0; i < batch_.size(); ++i)
      d.lhs_batching.push_back(x.place[i]), d.rhs_batching.push_back(y.place[i]);
    d.lhs_contracting = {x.place[static_cast<size_t>(of_x)]};
    d.rhs_contracting = {y.place[static_cast<size_t>(of_y)]};
    hlo::Attributes attributes{{"dot_dimension_numbers", d}};
    if (!is_half() || !r_.chance(0.5))
      return s_.try_one(OpCode::dot_general, {x.value, y.value}, std::move(attributes));
    Shape result{batch_, f32};
    const auto add_others = [&](const Operand& operand, const Dims& batching, int64_t contracting) {
      const Dims& dims = operand.value->shape.dims;
      for (int64_t i = 0; i < static_cast<int64_t>(dims.size()); ++i)
        if (i != contracting && std::ranges::find(batching, i) == batching.end())
          result.dims.push_back(dims[static_cast<size_t>(i)]);
    };
    add_others(x, d.lhs_batching, d.lhs_contracting[0]);
    add_others(y, d.rhs_batching, d.rhs_contracting[0]);
    return s_.try_one(OpCode::dot_general, {x.value, y.value}, std::move(attributes), {result});
  }

  bool is_half() const { return dtype_ == f16 || dtype_ == bf16; }

  // [batch…, rows…, keys]
  Value* scores() {
    const auto last = batches() + static_cast<int64_t>(rows_.size());
    Dims of_queries = rows_;
    of_queries.push_back(size_);
    const Operand q = operand(of_batch(of_queries)), k = operand(of_batch({keys_, size_}));
    if (r_.chance(0.7)) return product(q, last, k, batches() + 1);
    Value* x = product(k, batches() + 1, q, last);
    if (!x) return nullptr;
    Dims permutation = counted(last + 1);
    std::rotate(permutation.begin() + batches(), permutation.begin() + batches() + 1, permutation.end());
    return s_.try_one(OpCode::transpose, {x}, {{"permutation", permutation}});
  }

  // One number in every place of a shape.
  Value* everywhere(const Shape& shape, double number) {
    if (r_.chance(0.5)) return s_.constant(shape, number);
    return in_all_places(s_, s_.constant({{}, shape.dtype}, number), {}, shape.dims);
  }

  Value* scaled(Value* x) {
    if (r_.chance(0.3))
      return s_.try_one(OpCode::divide, {x, everywhere(x->shape, r_.pick({2.0, 2.83, 4.0}))});
    return s_.try_one(OpCode::multiply, {x, everywhere(x->shape, r_.pick({0.125, 0.25, 0.3, 0.5}))});
  }

  // Who sees whom, along some axes.
  Value* predicate(const Dims& dims) {
    if (dims.size() < 2 || r_.chance(0.5)) return s_.like({dims, i1});
    const Shape places{dims, i32};
    const auto last = static_cast<int64_t>(dims.size()) - 1;
    Value* row = s_.try_one(OpCode::iota, {}, {{"iota_dimension", last - 1}}, {places});
    Value* key = s_.try_one(OpCode::iota, {}, {{"iota_dimension", last}}, {places});
    return s_.try_one(OpCode::compare, {row, key},
                      {{"comparison_direction", hlo::comparison_direction("GE")}});
  }

  // By a choice, or a number to be added that may be one.
  Value* masked(Value* x) {
    const int64_t rank = x->shape.rank();
    Dims axes, dims;
    for (int64_t i = 0; i < rank; ++i)
      if (i == rank - 1 || r_.chance(0.4))
        axes.push_back(i), dims.push_back(x->shape.dims[static_cast<size_t>(i)]);
    const DType dtype = x->shape.dtype;
    const double low = r_.pick({-kInfinity, -kInfinity, -20.0, -1000.0});
    if (r_.chance(0.3))
      return s_.try_one(OpCode::add, {x, in_all_places(s_, s_.like({dims, dtype}), axes, x->shape.dims)});
    Value* sees = predicate(dims);
    if (r_.chance(0.4)) {
      Value* mask = sees ? s_.try_one(OpCode::select,
                                      {sees, everywhere({dims, dtype}, 0), everywhere({dims, dtype}, low)})
                         : nullptr;
      return s_.try_one(OpCode::add, {x, in_all_places(s_, mask, axes, x->shape.dims)});
    }
    return s_.try_one(OpCode::select,
                      {in_all_places(s_, sees, axes, x->shape.dims), x, everywhere(x->shape, low)});
  }

  // Those of two batch axes may be one meanwhile.
  Value* weights(Value* x) {
    if (!x) return nullptr;
    const Dims dims = x->shape.dims;
    if (is_half() && r_.chance(0.5)) x = converted(s_, x, f32);
    if (x && batches() == 2 && r_.chance(0.2)) {
      Dims fewer(dims.begin() + 1, dims.end());
      fewer[0] *= dims[0];
      x = reshaped(s_, x, fewer);
    }
    if (x && r_.chance(0.6)) x = scaled(x);
    if (x && r_.chance(0.15)) x = s_.try_one(OpCode::tanh, {x});
    if (x && r_.chance(0.65)) x = masked(x);
    if (is_half() && r_.chance(0.9)) x = converted(s_, x, f32);
    x = x ? softmax(s_, x, x->shape.rank() - 1) : nullptr;
    return reshaped(s_, converted(s_, x, dtype_), dims);
  }

  Value* product_with_values(Value* weights) {
    if (!weights) return nullptr;
    const int64_t rank = weights->shape.rank();
    const Operand p{weights, counted(rank)}, v = operand(of_batch({keys_, width_}));
    if (r_.chance(0.6)) return product(p, rank - 1, v, batches());
    Value* x = product(v, batches(), p, rank - 1);
    if (!x || r_.chance(0.3)) return x;
    Dims permutation = counted(rank);
    std::rotate(permutation.begin() + batches(), permutation.begin() + batches() + 1, permutation.end());
    return s_.try_one(OpCode::transpose, {x}, {{"permutation", permutation}});
  }

  Scope& s_;
  Random& r_;
  DType dtype_ = f32;
  Dims batch_, rows_;
  int64_t keys_ = 0, size_ = 0, width_ = 0;
};

}  // namespace

bool grow_softmax(Scope& s) {
  Value* x = s.some([](const Value* value) {
    return value->shape.rank() > 0 && is_float(value->shape.dtype) && value->shape.elements() > 0;
  });
  return x && softmax(s, x, static_cast<int64_t>(s.r.below(x->shape.dims.size()))) != nullptr;
}

bool grow_attention(Scope& s) { return Attention(s).grow(); }

}  // namespace fusebox::cpu::test
