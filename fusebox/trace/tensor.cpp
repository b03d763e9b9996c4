#include "fusebox/trace/tensor.h"

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/hlo/program.h"
#include "fusebox/trace/emit.h"

namespace fusebox {

Tensor Tensor::spec(Dims dims, std::optional<DType> dtype) {
  Tensor tensor;
  tensor.spec_dims_ = std::move(dims);
  tensor.spec_dtype_ = dtype;
  return tensor;
}

const Shape& Tensor::shape() const {
  if (!value_)
    throw Error(ErrorKind::kInvalidArgument, "an empty tensor has no shape")
        .hint("a module's tensors are filled by cx.module, inputs by cx.input");
  if (!trace_->open)  // the value went with the program
    throw Error(ErrorKind::kInvalidArgument, "the tensor's trace has ended");
  return value_->shape;
}

namespace {

const Shape& shape_at(const Tensor& tensor, const std::source_location& where) try {
  return tensor.shape();
} catch (Error& error) {
  throw error.at(where);
}

}  // namespace

int64_t Tensor::dim(int64_t axis, const Where& where) const {
  const Shape& whole = shape_at(*this, where);
  if (axis < -whole.rank() || axis >= whole.rank())
    throw trace_error(trace_, ErrorKind::kInvalidArgument, "dim",
                      fmt::format("got axis {} of {}", axis, to_string(whole)), where);
  return whole.dims[static_cast<size_t>(axis < 0 ? axis + whole.rank() : axis)];
}

TraceCx Tensor::cx(const Where& where) const {
  if (!trace_)
    throw Error(ErrorKind::kInvalidArgument, "an empty tensor belongs to no trace")
        .at(where)
        .hint("a module's tensors are filled by cx.module, inputs by cx.input");
  return TraceCx(trace_);
}

}  // namespace fusebox
