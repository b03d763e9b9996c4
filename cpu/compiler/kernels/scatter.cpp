// scatter: the operands lie in the outputs already; each element of the updates is put in its place, or,
// where that is outside, left out.
//
// Updates may meet: those that can are done one after the other, in the order of their indices. The others
// differ along an axis whose place in the result no index decides; these are what threads share.
#include <algorithm>

#include "cpu/compiler/kernels/combiner.h"
#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

bool has(const Dims& list, int64_t axis) { return std::find(list.begin(), list.end(), axis) != list.end(); }

class Scatter {
 public:
  explicit Scatter(Frame& frame)
      : frame_(frame),
        b_(frame.b()),
        spec_(frame.spec()),
        dims_(spec_.op->attributes.get<hlo::ScatterDimensions>("scatter_dimension_numbers")),
        elements_(frame.b(), frame.scalars(), spec_.expression, frame.inputs()),
        combine_(frame),
        updates_(spec_.expression.node(spec_.roots[1]).shape) {
    const int64_t rank = spec_.outputs[0].rank();
    for (int64_t axis = 0; axis < rank; ++axis)
      if (!has(dims_.inserted_window_dims, axis) && !has(dims_.input_batching_dims, axis))
        window_axes_.push_back(axis);
    for (int64_t axis = 0; axis < updates_.rank(); ++axis)
      if (!has(dims_.update_window_dims, axis)) batch_axes_.push_back(axis);
  }

  KernelShape emit() {
    const Dims apart = apart_axes();
    Dims shared(updates_.dims.size(), 1), in_order = updates_.dims;
    for (const int64_t axis : apart)
      std::swap(shared[static_cast<size_t>(axis)], in_order[static_cast<size_t>(axis)]);
    int64_t items = 1, each = 1;
    for (const int64_t size : shared) items *= size;
    for (const int64_t size : in_order) each *= size;
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      const Index outer = index_of(b_, shared, item);
      frame_.nest(in_order, [&](const Index& inner) {
        Index at = inner;
        for (const int64_t axis : apart) at[static_cast<size_t>(axis)] = outer[static_cast<size_t>(axis)];
        put(at);
      });
    });
    return {items, std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, each)), 0};
  }

 private:
  // Axes of the updates along which no two elements have the same place.
  Dims apart_axes() const {
    Dims axes;
    for (size_t i = 0; i < window_axes_.size(); ++i)
      if (!has(dims_.scatter_dims_to_operand_dims, window_axes_[i]))
        axes.push_back(dims_.update_window_dims[i]);
    for (const int64_t axis : dims_.scatter_indices_batching_dims) axes.push_back(batch_axis(axis));
    return axes;
  }

  // The axis of the updates that an axis of the indices has become.
  int64_t batch_axis(int64_t axis) const {
    return batch_axes_[static_cast<size_t>(axis > dims_.index_vector_dim ? axis - 1 : axis)];
  }

  // Far outside is as good as any place outside, and does not overflow.
  Value* start(const Index& update, size_t component) {
    const Node& indices = spec_.expression.node(spec_.roots[0]);
    Index at;
    for (const int64_t axis : batch_axes_) at.push_back(update[static_cast<size_t>(axis)]);
    if (dims_.index_vector_dim < indices.shape.rank())
      at.insert(at.begin() + dims_.index_vector_dim, frame_.number(static_cast<int64_t>(component)));
    Value* index = elements_.element(spec_.roots[0], at);
    constexpr int64_t kFar = int64_t{1} << 62;
    if (!is_signed_integer(indices.shape.dtype))
      return b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, b_.CreateZExt(index, b_.getInt64Ty()),
                                      frame_.number(kFar));
    Value* wide = b_.CreateSExt(index, b_.getInt64Ty());
    wide = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, wide, frame_.number(kFar));
    return b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, wide, frame_.number(-kFar));
  }

  // The place of an update in the result, which may be outside.
  Index place_of(const Index& update) {
    Index place(spec_.outputs[0].dims.size(), frame_.number(0));
    const auto move = [&](int64_t axis, Value* by) {
      Value*& coordinate = place[static_cast<size_t>(axis)];
      coordinate = b_.CreateAdd(coordinate, by);
    };
    for (size_t i = 0; i < dims_.scatter_dims_to_operand_dims.size(); ++i)
      move(dims_.scatter_dims_to_operand_dims[i], start(update, i));
    for (size_t i = 0; i < window_axes_.size(); ++i)
      move(window_axes_[i], update[static_cast<size_t>(dims_.update_window_dims[i])]);
    for (size_t i = 0; i < dims_.input_batching_dims.size(); ++i)
      move(dims_.input_batching_dims[i],
           update[static_cast<size_t>(batch_axis(dims_.scatter_indices_batching_dims[i]))]);
    return place;
  }

  void put(const Index& update) {
    elements_.forget();
    const Index place = place_of(update);
    Value* inside = b_.getTrue();
    for (size_t i = 0; i < place.size(); ++i)
      inside = b_.CreateAnd(inside, b_.CreateICmpULT(place[i], frame_.number(spec_.outputs[0].dims[i])));
    frame_.when(inside, [&] {
      elements_.forget();
      std::vector<Value*> old, fresh, addresses;
      for (size_t i = 0; i < spec_.outputs.size(); ++i) {
        const Shape& shape = spec_.outputs[i];
        addresses.push_back(frame_.address(frame_.outputs()[i], shape.dtype, linear_index(b_, shape, place)));
        old.push_back(frame_.scalars().load(addresses[i], shape.dtype));
        fresh.push_back(elements_.element(spec_.roots[1 + i], update));
      }
      const std::vector<Value*> next = combine_(old, fresh);
      for (size_t i = 0; i < next.size(); ++i)
        frame_.scalars().store(next[i], addresses[i], spec_.outputs[i].dtype);
    });
    elements_.forget();
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  const KernelSpec& spec_;
  const hlo::ScatterDimensions& dims_;
  Elements elements_;
  Combiner combine_;
  Shape updates_;
  Dims window_axes_;  // of the result: update_window_dims in its words
  Dims batch_axes_;   // of the updates: all others
};

}  // namespace

KernelShape emit_scatter(Frame& frame) { return Scatter(frame).emit(); }

}  // namespace fusebox::cpu
