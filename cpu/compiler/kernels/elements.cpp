#include "cpu/compiler/kernels/elements.h"

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>

#include <algorithm>

#include "fusebox/base/error.h"

namespace fusebox::cpu {

using hlo::OpCode;
using llvm::Value;

Value* linear_index(llvm::IRBuilderBase& b, const Shape& shape, const Index& index) {
  Value* position = nullptr;
  int64_t stride = 1;
  for (size_t i = shape.dims.size(); i-- > 0; stride *= shape.dims[i]) {
    if (shape.dims[i] == 1) continue;
    Value* term = stride == 1
                      ? index[i]
                      : b.CreateMul(index[i], b.getInt64(static_cast<uint64_t>(stride)), "", true, true);
    position = position ? b.CreateAdd(position, term, "", true, true) : term;
  }
  return position ? position : b.getInt64(0);
}

Index index_of(llvm::IRBuilderBase& b, const Dims& dims, Value* position) {
  Index index(dims.size(), b.getInt64(0));
  size_t first = 0;  // the outermost that counts: nothing is left of what lies before
  while (first < dims.size() && dims[first] == 1) ++first;
  for (size_t i = dims.size(); i-- > first;) {
    if (dims[i] == 1) continue;
    Value* size = b.getInt64(static_cast<uint64_t>(dims[i]));
    index[i] = i == first ? position : b.CreateURem(position, size);
    if (i > first) position = b.CreateUDiv(position, size);
  }
  return index;
}

// Runs of sizes with equal products map onto each other; sizes of 1 stand alone.
Index reshaped(llvm::IRBuilderBase& b, const Dims& from, const Dims& to, const Index& index) {
  Index result(to.size(), b.getInt64(0));
  size_t i = 0, j = 0;
  while (i < from.size() || j < to.size()) {
    if (i < from.size() && from[i] == 1) {
      ++i;
      continue;
    }
    if (j < to.size() && to[j] == 1) {
      ++j;
      continue;
    }
    const size_t first_from = i, first_to = j;
    int64_t product_from = from[i++], product_to = to[j++];
    while (product_from != product_to) {
      if (product_from < product_to)
        product_from *= from[i++];
      else
        product_to *= to[j++];
    }
    const Shape run{
        Dims(from.begin() + static_cast<ptrdiff_t>(first_from), from.begin() + static_cast<ptrdiff_t>(i)),
        i64};
    const Dims target(to.begin() + static_cast<ptrdiff_t>(first_to), to.begin() + static_cast<ptrdiff_t>(j));
    const Index part(index.begin() + static_cast<ptrdiff_t>(first_from),
                     index.begin() + static_cast<ptrdiff_t>(i));
    const Index mapped = index_of(b, target, linear_index(b, run, part));
    std::copy(mapped.begin(), mapped.end(), result.begin() + static_cast<ptrdiff_t>(first_to));
  }
  return result;
}

Value* Elements::number(int64_t value) const { return b_.getInt64(static_cast<uint64_t>(value)); }

void Elements::set_parameters(std::vector<Value*> values) {
  parameters_ = std::move(values);
  known_.clear();
}

Value* Elements::element_in_line(int node, Value* position) {
  line_ = position;
  Value* value = element(node, {position});
  line_ = nullptr;
  return value;
}

Value* Elements::element(int node, const Index& index) {
  const auto [place, fresh] = known_.try_emplace({node, index}, nullptr);
  if (!fresh) return place->second;
  Value* value = compute(expression_.node(node), index);
  known_[{node, index}] = value;
  return value;
}

Value* Elements::compute(const Node& node, const Index& index) {
  const DType dtype = node.shape.dtype;
  if (node.parameter >= 0) return parameters_[static_cast<size_t>(node.parameter)];
  if (node.input >= 0) {
    Value* position =
        line_ ? (node.shape.elements() == 1 ? number(0) : line_) : linear_index(b_, node.shape, index);
    Value* address =
        b_.CreateInBoundsGEP(scalars_.memory_type(dtype), inputs_[static_cast<size_t>(node.input)], position);
    return scalars_.load(address, dtype);
  }
  // The loop that would ask runs no round; there is no operand, nor a place in one, to make code of.
  if (node.shape.elements() == 0) return llvm::Constant::getNullValue(scalars_.type(dtype));
  const hlo::Op& op = *node.op;
  if (op.code == OpCode::constant) return scalars_.constant(op.attributes.get<hlo::Literal>("value"));
  if (line_ && !is_elementwise(op.code)) return element(node.operands[0], index);
  if (op.code == OpCode::bitcast_convert && operand(node, 0).shape.dims != node.shape.dims)
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("not done from {} to {}", to_string(operand(node, 0).shape), to_string(node.shape)))
        .op("bitcast_convert");
  if (is_elementwise(op.code)) {
    std::vector<Value*> operands;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const bool scalar = operand(node, i).shape.rank() == 0 && !line_;  // select and clamp take some
      operands.push_back(element(node.operands[i], scalar ? Index() : index));
    }
    const size_t typed = op.code == OpCode::select ? 1 : 0;
    return scalars_.elementwise(op, operands, operand(node, typed).shape.dtype, dtype);
  }
  Index at;
  switch (op.code) {
    case OpCode::reshape:
      return element(node.operands[0], reshaped(b_, node.shape.dims, operand(node, 0).shape.dims, index));
    case OpCode::broadcast_in_dim: {
      const auto& dims = op.attributes.get<Dims>("broadcast_dimensions");
      for (size_t i = 0; i < dims.size(); ++i)
        at.push_back(operand(node, 0).shape.dims[i] == 1 ? number(0) : index[static_cast<size_t>(dims[i])]);
      return element(node.operands[0], at);
    }
    case OpCode::transpose: {
      const auto& permutation = op.attributes.get<Dims>("permutation");
      at.resize(index.size());
      for (size_t i = 0; i < index.size(); ++i) at[static_cast<size_t>(permutation[i])] = index[i];
      return element(node.operands[0], at);
    }
    case OpCode::reverse: {
      at = index;
      for (const int64_t axis : op.attributes.get<Dims>("dimensions")) {
        const auto i = static_cast<size_t>(axis);
        at[i] = b_.CreateSub(number(node.shape.dims[i] - 1), index[i]);
      }
      return element(node.operands[0], at);
    }
    case OpCode::slice: {
      const auto &starts = op.attributes.get<Dims>("start_indices"),
                 &strides = op.attributes.get<Dims>("strides");
      for (size_t i = 0; i < index.size(); ++i) {
        Value* step = strides[i] == 1 ? index[i] : b_.CreateMul(index[i], number(strides[i]));
        at.push_back(starts[i] == 0 ? step : b_.CreateAdd(step, number(starts[i])));
      }
      return element(node.operands[0], at);
    }
    case OpCode::iota: {
      Value* position = index[static_cast<size_t>(op.attributes.get<int64_t>("iota_dimension"))];
      return scalars_.convert(position, i64, dtype);
    }
    case OpCode::concatenate: return concatenate(node, index);
    case OpCode::pad: return pad(node, index);
    case OpCode::gather: return gather(node, index);
    case OpCode::dynamic_slice: return dynamic_slice(node, index);
    default:
      throw Error(ErrorKind::kUnsupported, fmt::format("not done for {}", to_string(node.shape)))
          .op(hlo::name(op.code));
  }
}

Value* Elements::concatenate(const Node& node, const Index& index) {
  const auto axis = static_cast<size_t>(node.op->attributes.get<int64_t>("dimension"));
  Value* result = nullptr;
  int64_t begin = 0;
  for (size_t i = 0; i < node.operands.size(); ++i) {
    const int64_t size = operand(node, i).shape.dims[axis];
    if (size == 0) continue;
    Index at = index;
    if (const auto range = ranges_.find(index[axis]); range != ranges_.end()) {
      const auto [first, end] = range->second;
      if (first >= begin + size || end <= begin) {
        begin += size;
        continue;
      }
      if (first >= begin && end <= begin + size) {
        at[axis] = b_.CreateSub(index[axis], number(begin));
        return element(node.operands[i], at);
      }
    }
    Value* inside = b_.CreateSub(index[axis], number(begin));
    inside = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, inside, number(0));
    at[axis] = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, inside, number(size - 1));
    Value* value = element(node.operands[i], at);
    result = result ? b_.CreateSelect(b_.CreateICmpSGE(index[axis], number(begin)), value, result) : value;
    begin += size;
  }
  return result;
}

Value* Elements::pad(const Node& node, const Index& index) {
  const Shape& shape = operand(node, 0).shape;
  const auto& low = node.op->attributes.get<Dims>("edge_padding_low");
  const auto& interior = node.op->attributes.get<Dims>("interior_padding");
  Value* padding = element(node.operands[1], {});
  if (shape.elements() == 0) return padding;
  Value* inside = b_.getTrue();
  Index at;
  for (size_t i = 0; i < index.size(); ++i) {
    Value* place = b_.CreateSub(index[i], number(low[i]));
    inside = b_.CreateAnd(inside, b_.CreateICmpSGE(place, number(0)));
    if (interior[i] > 0) {
      Value* step = number(interior[i] + 1);
      inside = b_.CreateAnd(inside, b_.CreateICmpEQ(b_.CreateSRem(place, step), number(0)));
      place = b_.CreateSDiv(place, step);
    }
    inside = b_.CreateAnd(inside, b_.CreateICmpSLT(place, number(shape.dims[i])));
    place = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, place, number(0));
    at.push_back(b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, place, number(shape.dims[i] - 1)));
  }
  return b_.CreateSelect(inside, element(node.operands[0], at), padding);
}

// An index of any integer type, moved into [0, limit].
Value* Elements::clamped(Value* index, DType dtype, int64_t limit) {
  if (limit <= 0) return number(0);
  if (is_signed_integer(dtype)) {
    Value* wide = b_.CreateSExtOrTrunc(index, b_.getInt64Ty());
    wide = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, wide, number(0));
    return b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, wide, number(limit));
  }
  return b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, b_.CreateZExtOrTrunc(index, b_.getInt64Ty()),
                                  number(limit));
}

Value* Elements::start_index(int node, int64_t limit) {
  return clamped(element(node, {}), expression_.node(node).shape.dtype, limit);
}

Value* Elements::dynamic_slice(const Node& node, const Index& index) {
  Index at;
  for (size_t i = 0; i < index.size(); ++i) {
    Value* first = start_index(node.operands[1 + i], operand(node, 0).shape.dims[i] - node.shape.dims[i]);
    at.push_back(b_.CreateAdd(first, index[i]));
  }
  return element(node.operands[0], at);
}

Value* Elements::gather(const Node& node, const Index& index) {
  const auto& d = node.op->attributes.get<hlo::GatherDimensions>("dimension_numbers");
  const auto& sizes = node.op->attributes.get<Dims>("slice_sizes");
  const Node &from = operand(node, 0), &starts = operand(node, 1);
  const auto has = [](const Dims& list, int64_t axis) {
    return std::find(list.begin(), list.end(), axis) != list.end();
  };
  // The result's axes that are not of the slice say which slice.
  Index batch;
  for (size_t i = 0; i < index.size(); ++i)
    if (!has(d.offset_dims, static_cast<int64_t>(i))) batch.push_back(index[i]);
  const auto start_at = [&](int64_t component) {
    Index at = batch;
    if (d.index_vector_dim < starts.shape.rank())
      at.insert(at.begin() + d.index_vector_dim, number(component));
    return element(node.operands[1], at);
  };
  Index at(from.shape.dims.size(), number(0));
  for (size_t i = 0; i < d.start_index_map.size(); ++i) {
    const auto axis = static_cast<size_t>(d.start_index_map[i]);
    at[axis] =
        clamped(start_at(static_cast<int64_t>(i)), starts.shape.dtype, from.shape.dims[axis] - sizes[axis]);
  }
  for (size_t i = 0; i < d.operand_batching_dims.size(); ++i) {
    int64_t axis = d.start_indices_batching_dims[i];
    if (axis > d.index_vector_dim) --axis;  // the index vector's own axis is not among the batch's
    at[static_cast<size_t>(d.operand_batching_dims[i])] = batch[static_cast<size_t>(axis)];
  }
  size_t offset = 0;
  for (size_t axis = 0; axis < at.size(); ++axis) {
    const auto name = static_cast<int64_t>(axis);
    if (has(d.collapsed_slice_dims, name) || has(d.operand_batching_dims, name)) continue;
    at[axis] = b_.CreateAdd(at[axis], index[static_cast<size_t>(d.offset_dims[offset++])]);
  }
  return element(node.operands[0], at);
}

}  // namespace fusebox::cpu
