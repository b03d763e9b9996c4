#include "fusebox/trace/broadcast.h"

#include <fmt/format.h>

#include <algorithm>

#include "fusebox/base/error.h"
#include "fusebox/trace/emit.h"

namespace fusebox {

Dims broadcast_dims(const Dims& a, const Dims& b) {
  const Dims& longer = a.size() >= b.size() ? a : b;
  const Dims& shorter = a.size() >= b.size() ? b : a;
  Dims dims = longer;
  const size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    int64_t& size = dims[offset + i];
    if (size == 1)
      size = shorter[i];
    else if (shorter[i] != 1 && shorter[i] != size)
      throw Error(ErrorKind::kShapeMismatch,
                  fmt::format("got {} and {}, want sizes that are equal or 1, from the last axis on",
                              to_string(a), to_string(b)));
  }
  return dims;
}

Tensor broadcast_tensor(const Tensor& x, const Dims& dims) {
  if (x.dims() == dims) return x;
  if (broadcast_dims(x.dims(), dims) != dims)
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("got {}, which does not broadcast to {}", to_string(x.shape()), to_string(dims)));
  Dims axes;
  for (size_t i = dims.size() - x.dims().size(); i < dims.size(); ++i)
    axes.push_back(static_cast<int64_t>(i));
  return emit(hlo::OpCode::broadcast_in_dim, {x}, {{"broadcast_dimensions", std::move(axes)}},
              {{dims, x.dtype()}}, std::source_location::current());
}

std::vector<Tensor> fitted(std::initializer_list<Arg> args) {
  const Tensor* first = nullptr;
  Dims dims;
  for (const Arg& arg : args) {
    if (!arg.tensor()) continue;
    const Tensor& tensor = tensor_of(arg);
    if (!first) first = &tensor;
    if (tensor.dtype() != first->dtype())
      throw Error(
          ErrorKind::kDTypeMismatch,
          fmt::format("got {} and {}, want one dtype", to_string(first->shape()), to_string(tensor.shape())))
          .hint(fmt::format("convert one of them: convert(x, {})", name(first->dtype())));
    dims = broadcast_dims(dims, tensor.dims());
  }
  if (!first) throw Error(ErrorKind::kInvalidArgument, "got numbers only, want a tensor");
  std::vector<Tensor> tensors;
  for (const Arg& arg : args)
    tensors.push_back(broadcast_tensor(materialize(arg, first->trace(), first->dtype(), dims), dims));
  return tensors;
}

}  // namespace fusebox
