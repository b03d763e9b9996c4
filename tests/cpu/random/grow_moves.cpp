// Elements at other places.
#include <algorithm>
#include <numeric>

#include "tests/cpu/random/grow.h"

namespace fusebox::cpu::test {

using hlo::OpCode;

namespace {

Value* some_array(Scope& s) {
  return s.some([](const Value* value) { return value->shape.rank() > 0; });
}

size_t some_axis(Scope& s, const Value* x) { return s.r.below(x->shape.dims.size()); }

}  // namespace

bool grow_broadcast(Scope& s) {
  Value* x = s.some([](const Value* value) { return value->shape.rank() <= 3; });
  if (!x) return false;
  const Dims& from = x->shape.dims;
  Shape to{{}, x->shape.dtype};
  Dims where;
  for (size_t i = 0; i < from.size() || s.r.chance(0.4);) {
    if (to.rank() >= 5) break;
    if (i < from.size() && (s.r.chance(0.6) || to.rank() >= 3)) {
      where.push_back(to.rank());
      to.dims.push_back(from[i] == 1 && s.r.chance(0.7) ? s.g.size() : from[i]);
      ++i;
    } else {
      to.dims.push_back(s.g.size());
    }
  }
  if (where.size() != from.size()) return false;
  return s.try_one(OpCode::broadcast_in_dim, {x}, {{"broadcast_dimensions", where}}, {to}) != nullptr;
}

bool grow_reshape(Scope& s) {
  Value* x = s.some();
  if (!x) return false;
  Dims to = x->shape.dims;
  for (int i = 0; i < 3; ++i) {
    if (to.size() >= 2 && s.r.chance(0.5)) {  // two sizes become one
      const size_t at = s.r.below(to.size() - 1);
      to[at] *= to[at + 1];
      to.erase(to.begin() + static_cast<ptrdiff_t>(at) + 1);
    } else if (to.size() < 5) {  // one becomes two
      const size_t at = s.r.below(to.size() + 1);
      int64_t part = 1;
      if (at < to.size())
        for (const int64_t by : {2, 3, 4, 5})
          if (to[at] > 0 && to[at] % by == 0 && s.r.chance(0.5)) part = by;
      if (part > 1) to[at] /= part;
      to.insert(to.begin() + static_cast<ptrdiff_t>(at), part);
    }
  }
  return s.try_one(OpCode::reshape, {x}, {}, {{to, x->shape.dtype}}) != nullptr;
}

Dims some_permutation(Scope& s, size_t rank) {
  Dims permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  for (size_t i = rank; i > 1; --i) std::swap(permutation[i - 1], permutation[s.r.below(i)]);
  return permutation;
}

Value* transposed(Scope& s, Value* x, const Dims& permutation) {
  return s.try_one(OpCode::transpose, {x}, {{"permutation", permutation}});
}

bool grow_transpose(Scope& s) {
  Value* x = s.some([](const Value* value) { return value->shape.rank() >= 2; });
  return x && transposed(s, x, some_permutation(s, x->shape.dims.size()));
}

bool grow_reverse(Scope& s) {
  Value* x = some_array(s);
  if (!x) return false;
  Dims axes;
  for (int64_t i = 0; i < x->shape.rank(); ++i)
    if (s.r.chance(0.5)) axes.push_back(i);
  return s.try_one(OpCode::reverse, {x}, {{"dimensions", axes}}) != nullptr;
}

bool grow_slice(Scope& s) {
  Value* x = some_array(s);
  if (!x) return false;
  Dims starts, limits, strides;
  for (const int64_t size : x->shape.dims) {
    const bool all = s.r.chance(0.4);
    starts.push_back(all ? 0 : s.r.between(0, size));
    limits.push_back(all ? size : s.r.between(starts.back(), size));
    if (limits.back() == starts.back() && size > 0 && s.r.chance(0.9))
      starts.back() = 0, limits.back() = size;
    strides.push_back(s.r.chance(0.75) ? 1 : s.r.between(1, 3));
  }
  return s.try_one(OpCode::slice, {x},
                   {{"start_indices", starts}, {"limit_indices", limits}, {"strides", strides}}) != nullptr;
}

bool grow_dynamic_slice(Scope& s) {
  Value* x = some_array(s);
  if (!x) return false;
  const DType dtype = s.r.pick({i32, i32, i64, i8, u8, u32});
  Dims sizes;
  Values operands{x};
  for (const int64_t size : x->shape.dims) {
    sizes.push_back(s.r.chance(0.4) ? size : s.r.between(size > 0 ? 1 : 0, size));
    operands.push_back(s.index(dtype, size - sizes.back()));
  }
  return s.try_one(OpCode::dynamic_slice, operands, {{"slice_sizes", sizes}}) != nullptr;
}

bool grow_update(Scope& s) {
  Value* x = some_array(s);
  if (!x) return false;
  const DType dtype = s.r.pick({i32, i32, i64, i8, u8, u32});
  Shape part = x->shape;
  Values indices;
  for (int64_t& size : part.dims) {
    const int64_t whole = size;
    if (s.r.chance(0.6)) size = s.r.between(size > 0 ? 1 : 0, std::min<int64_t>(size, 9));
    indices.push_back(s.index(dtype, whole - size));
  }
  Value* update = nullptr;
  if (s.r.chance(0.3) && part != x->shape) {  // of its own elements
    Values operands{x};
    for (size_t i = 0; i < part.dims.size(); ++i)
      operands.push_back(s.index(dtype, x->shape.dims[i] - part.dims[i]));
    update = s.try_one(OpCode::dynamic_slice, operands, {{"slice_sizes", part.dims}});
  }
  if (!update) update = s.like(part);
  Values operands{x, update};
  operands.insert(operands.end(), indices.begin(), indices.end());
  return s.try_one(OpCode::dynamic_update_slice, operands) != nullptr;
}

bool grow_concatenate(Scope& s) {
  Value* x = some_array(s);
  if (!x) return false;
  const size_t axis = some_axis(s, x);
  Values operands{x};
  for (size_t i = s.r.below(3) + 1; i-- > 0;) {
    Value* other = s.some([&](const Value* value) {
      if (value->shape.dtype != x->shape.dtype || value->shape.rank() != x->shape.rank()) return false;
      for (size_t d = 0; d < x->shape.dims.size(); ++d)
        if (d != axis && value->shape.dims[d] != x->shape.dims[d]) return false;
      return true;
    });
    Shape shape = x->shape;
    if (s.r.chance(0.3)) shape.dims[axis] = s.g.size();
    operands.push_back(other && s.r.chance(0.6) ? other : s.like(shape));
  }
  return s.try_one(OpCode::concatenate, operands, {{"dimension", static_cast<int64_t>(axis)}}) != nullptr;
}

bool grow_pad(Scope& s) {
  Value* x = some_array(s);
  if (!x) return false;
  Dims low, high, interior;
  for (const int64_t size : x->shape.dims) {
    low.push_back(s.r.chance(0.5) ? 0 : s.r.between(-1, 3));
    high.push_back(s.r.chance(0.5) ? 0 : s.r.between(-1, 3));
    interior.push_back(s.r.chance(0.8) ? 0 : s.r.between(1, 2));
    if (size + std::max<int64_t>(0, size - 1) * interior.back() + low.back() + high.back() < 0)
      low.back() = high.back() = 0;
  }
  Value* padding = s.like({{}, x->shape.dtype});
  return s.try_one(
             OpCode::pad, {x, padding},
             {{"edge_padding_low", low}, {"edge_padding_high", high}, {"interior_padding", interior}}) !=
         nullptr;
}

// Rows by their numbers, or blocks anywhere.
bool grow_gather(Scope& s) {
  Value* x = some_array(s);
  if (!x || x->shape.elements() == 0) return false;
  const size_t axes = x->shape.dims.size();
  const DType dtype = s.r.pick({i32, i32, i64, u8});
  hlo::GatherDimensions d;
  const auto components = static_cast<int64_t>(1 + s.r.below(axes));
  Dims order(axes);
  std::iota(order.begin(), order.end(), 0);
  for (size_t i = axes; i > 1; --i) std::swap(order[i - 1], order[s.r.below(i)]);
  d.start_index_map.assign(order.begin(), order.begin() + static_cast<ptrdiff_t>(components));
  Dims sizes = x->shape.dims;
  for (size_t i = 0; i < axes; ++i) {
    const bool indexed = std::find(d.start_index_map.begin(), d.start_index_map.end(),
                                   static_cast<int64_t>(i)) != d.start_index_map.end();
    if (indexed) sizes[i] = s.r.chance(0.6) ? 1 : s.r.between(1, sizes[i]);
    if (sizes[i] == 1 && s.r.chance(0.7)) d.collapsed_slice_dims.push_back(static_cast<int64_t>(i));
  }
  // The result: axes of the slice and of the indices, mixed.
  Shape indices{{}, dtype};
  const int64_t batch = s.r.between(0, 2);
  for (int64_t i = 0; i < batch; ++i) indices.dims.push_back(s.g.size());
  d.index_vector_dim = batch;
  if (components > 1 || s.r.chance(0.6)) {
    d.index_vector_dim = s.r.between(0, batch);
    indices.dims.insert(indices.dims.begin() + d.index_vector_dim, components);
  }
  const auto offsets = static_cast<int64_t>(axes - d.collapsed_slice_dims.size());
  Dims places(static_cast<size_t>(offsets + batch));
  std::iota(places.begin(), places.end(), 0);
  while (static_cast<int64_t>(places.size()) > offsets)
    places.erase(places.begin() + static_cast<ptrdiff_t>(s.r.below(places.size())));
  d.offset_dims = places;
  Value* starts = s.like(indices);
  return s.try_one(OpCode::gather, {x, starts}, {{"dimension_numbers", d}, {"slice_sizes", sizes}}) !=
         nullptr;
}

}  // namespace fusebox::cpu::test
