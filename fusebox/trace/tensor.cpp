#include "fusebox/trace/tensor.h"

#include "fusebox/base/error.h"
#include "fusebox/hlo/program.h"
#include "fusebox/trace/trace_cx.h"

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
  return value_->shape;
}

int64_t Tensor::dim(int64_t axis) const { return dims()[static_cast<size_t>(normalize_axis(axis, rank()))]; }

TraceCx Tensor::cx() const {
  if (!trace_) throw Error(ErrorKind::kInvalidArgument, "an empty tensor belongs to no trace");
  return TraceCx(trace_);
}

}  // namespace fusebox
