// Windows: reductions over them, convolutions, scatter.
#include <algorithm>
#include <numeric>

#include "tests/cpu/random/grow.h"

namespace fusebox::cpu::test {

using hlo::OpCode;

namespace {

constexpr int64_t kMostProducts = 300'000;

Dims shuffled(Random& r, int64_t count) {
  Dims order(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[r.below(i)]);
  return order;
}

bool has(const Dims& list, int64_t axis) { return std::find(list.begin(), list.end(), axis) != list.end(); }

// How windows lie, for each axis; an attribute is left out where nothing is unusual, now and then.
struct Lying {
  Dims sizes, strides, base_dilations, window_dilations, padding;

  Lying(Random& r, const Dims& axes) {
    const bool plain = r.chance(0.3);
    for (const int64_t size : axes) {
      sizes.push_back(r.between(1, std::clamp<int64_t>(size, 1, 5)));
      strides.push_back(r.chance(0.7) ? 1 : r.between(1, 3));
      base_dilations.push_back(plain || r.chance(0.85) ? 1 : r.between(1, 3));
      window_dilations.push_back(plain || r.chance(0.8) ? 1 : r.between(1, 3));
      for (int side = 0; side < 2; ++side)
        padding.push_back(plain || r.chance(0.5) ? 0 : r.between(size > 2 ? -1 : 0, 3));
    }
  }
  void set(Random& r, hlo::Attributes& attributes, const char* base, const char* window) const {
    const auto one = [&](const char* name, const Dims& list, int64_t usual) {
      const bool is_usual = std::ranges::all_of(list, [&](int64_t x) { return x == usual; });
      if (!is_usual || r.chance(0.3)) attributes.set(name, list);
    };
    one("window_strides", strides, 1);
    one(base, base_dilations, 1);
    one(window, window_dilations, 1);
    one("padding", padding, 0);
  }
};

// Sums, products and extremes of pairs of so many types.
std::vector<std::unique_ptr<hlo::Block>> folds(Scope& s, const std::vector<OpCode>& codes,
                                               const std::vector<Shape>& types) {
  std::vector<Shape> arguments = types;
  arguments.insert(arguments.end(), types.begin(), types.end());
  const bool swapped = s.r.chance(0.3);
  return region(s, arguments, [&](hlo::Builder& b, const Values& values) {
    Values results;
    for (size_t i = 0; i < codes.size(); ++i) {
      Values pair{values[i], values[codes.size() + i]};
      if (swapped) std::swap(pair[0], pair[1]);
      results.push_back(b.create(codes[i], pair));
    }
    return results;
  });
}

// Now and then a second one of the same sizes. XLA does not do floats of two types at once.
Values one_or_two(Scope& s, Value* x) {
  Values operands{x};
  if (!s.r.chance(0.15)) return operands;
  const auto floats = [](const Value* value) { return is_float(value->shape.dtype); };
  Value* y = s.some([&](const Value* value) {
    const bool mixed = floats(value) && floats(x) && value->shape.dtype != x->shape.dtype;
    return value->shape.dims == x->shape.dims && !mixed;
  });
  if (y) operands.push_back(y);
  return operands;
}

}  // namespace

bool grow_window(Scope& s) {
  Value* x = s.some([](const Value* value) { return value->shape.rank() > 0; });
  if (!x) return false;
  Values operands = one_or_two(s, x), starts;
  std::vector<OpCode> codes;
  std::vector<Shape> types;
  for (const Value* operand : operands) {
    const DType dtype = operand->shape.dtype;
    codes.push_back(fold_op(s.r, dtype));
    types.push_back({{}, dtype});
    starts.push_back(initial_value(s, codes.back(), dtype));
  }
  operands.insert(operands.end(), starts.begin(), starts.end());
  const Lying lying(s.r, x->shape.dims);
  hlo::Attributes attributes{{"window_dimensions", lying.sizes}};
  lying.set(s.r, attributes, "base_dilations", "window_dilations");
  return s.try_op(OpCode::reduce_window, operands, attributes, {}, folds(s, codes, types)) != nullptr;
}

// The mirror of a gather: rows by their numbers, or blocks that lie inside.
bool grow_scatter(Scope& s) {
  Value* x = s.some([](const Value* value) { return value->shape.rank() > 0; });
  if (!x || x->shape.elements() == 0) return false;
  const int64_t rank = x->shape.rank();
  hlo::ScatterDimensions d;
  const int64_t components = s.r.between(1, rank);
  d.scatter_dims_to_operand_dims = shuffled(s.r, rank);
  d.scatter_dims_to_operand_dims.resize(static_cast<size_t>(components));
  const bool rows = s.r.chance(0.8);
  Dims window;
  int64_t room = 100;  // for the starts of windows that are inside
  for (int64_t axis = 0; axis < rank; ++axis) {
    const int64_t whole = x->shape.dims[static_cast<size_t>(axis)];
    const bool indexed = has(d.scatter_dims_to_operand_dims, axis);
    const int64_t size = indexed && rows ? 1 : s.r.chance(0.5) ? whole : s.r.between(1, whole);
    if (indexed) room = std::min(room, whole - size);
    if (size == 1 && s.r.chance(0.7))
      d.inserted_window_dims.push_back(axis);
    else
      window.push_back(size);
  }
  Shape indices{{}, s.r.pick({i32, i32, i64, u8})};
  const bool replaces = s.r.chance(0.4), counts = replaces && rows;
  const int64_t batch = counts ? 1 : replaces ? 0 : s.r.between(0, 2);
  for (int64_t i = 0; i < batch; ++i) indices.dims.push_back(s.g.size());
  Dims updates = indices.dims;
  d.index_vector_dim = batch;
  if (components > 1 || s.r.chance(0.6)) {
    d.index_vector_dim = s.r.between(0, batch);
    indices.dims.insert(indices.dims.begin() + d.index_vector_dim, components);
  }
  d.update_window_dims = shuffled(s.r, batch + static_cast<int64_t>(window.size()));
  d.update_window_dims.resize(window.size());
  std::ranges::sort(d.update_window_dims);
  for (size_t i = 0; i < window.size(); ++i)
    updates.insert(updates.begin() + d.update_window_dims[i], window[i]);

  // Which of several updates stays is nobody's business: there is one, or they differ in their places.
  Value* at = s.like(indices);
  if (counts)
    at = s.try_one(OpCode::iota, {}, {{"iota_dimension", batch - (d.index_vector_dim == 0 ? 0 : 1)}},
                   {indices});
  if (at && !rows) {
    Value* most = s.constant(indices, static_cast<double>(room));
    at = s.try_one(OpCode::clamp, {s.constant(indices, 0), at, most});
  }
  Values operands = one_or_two(s, x), given;
  std::vector<OpCode> codes;
  std::vector<Shape> types;
  for (const Value* operand : operands) {
    given.push_back(s.like({updates, operand->shape.dtype}));
    codes.push_back(fold_op(s.r, operand->shape.dtype));
    types.push_back({{}, operand->shape.dtype});
  }
  const size_t count = operands.size();
  operands.push_back(at);
  operands.insert(operands.end(), given.begin(), given.end());
  auto regions = folds(s, codes, types);
  if (replaces) {
    std::vector<Shape> arguments = types;
    arguments.insert(arguments.end(), types.begin(), types.end());
    regions = region(s, arguments, [&](hlo::Builder&, const Values& values) {
      return Values(values.begin() + static_cast<ptrdiff_t>(count), values.end());
    });
  }
  return s.try_op(OpCode::scatter, operands, {{"scatter_dimension_numbers", d}}, {}, std::move(regions)) !=
         nullptr;
}

bool grow_convolution(Scope& s) {
  Value* x = s.some([](const Value* value) {
    return value->shape.rank() >= 2 && value->shape.rank() <= 5 && value->shape.dtype != i1;
  });
  if (!x) return false;
  const int64_t rank = x->shape.rank();
  const auto size_at = [&](int64_t axis) { return x->shape.dims[static_cast<size_t>(axis)]; };
  const auto rest = [](const Dims& order) { return Dims(order.begin() + 2, order.end()); };
  const Dims in = shuffled(s.r, rank), by = shuffled(s.r, rank), out = shuffled(s.r, rank);
  const hlo::ConvDimensions d{in[0], in[1], rest(in), by[0], by[1], rest(by), out[0], out[1], rest(out)};

  Dims spatial;
  for (const int64_t axis : d.input_spatial) spatial.push_back(size_at(axis));
  const Lying lying(s.r, spatial);
  const int64_t features = size_at(d.input_feature), batch = size_at(d.input_batch);
  int64_t feature_groups = 1, batch_groups = 1;
  for (const int64_t by_groups : {2, 3, 4}) {
    if (features % by_groups == 0 && features > 0 && s.r.chance(0.2)) feature_groups = by_groups;
    if (feature_groups == 1 && batch % by_groups == 0 && batch > 0 && s.r.chance(0.1))
      batch_groups = by_groups;
  }
  if (feature_groups > 1) batch_groups = 1;
  Shape kernel{Dims(static_cast<size_t>(rank)), x->shape.dtype};
  kernel.dims[static_cast<size_t>(d.kernel_input_feature)] = features / feature_groups;
  kernel.dims[static_cast<size_t>(d.kernel_output_feature)] =
      feature_groups * batch_groups * (feature_groups * batch_groups > 1 ? s.r.between(1, 3) : s.g.size());
  int64_t window = features / feature_groups, places = batch;
  for (size_t i = 0; i < spatial.size(); ++i) {
    kernel.dims[static_cast<size_t>(d.kernel_spatial[i])] = lying.sizes[i];
    window *= lying.sizes[i];
    places *= (spatial[i] * lying.base_dilations[i] + lying.padding[2 * i] + lying.padding[2 * i + 1]) /
                  lying.strides[i] +
              1;
  }
  if (kernel.elements() > s.g.most_elements || window * places > kMostProducts) return false;
  Value* weights = s.like(kernel);
  hlo::Attributes attributes{
      {"dimension_numbers", d}, {"feature_group_count", feature_groups}, {"batch_group_count", batch_groups}};
  lying.set(s.r, attributes, "lhs_dilation", "rhs_dilation");
  if (s.r.chance(0.2)) {
    std::vector<bool> reversal;
    for (size_t i = 0; i < spatial.size(); ++i) reversal.push_back(s.r.chance(0.5));
    attributes.set("window_reversal", reversal);
  }
  return s.try_op(OpCode::convolution, {x, weights}, attributes) != nullptr;
}

}  // namespace fusebox::cpu::test
