// Tensor: a symbolic tensor, the only kind that models are written with. It has a shape and a place in a
// trace, never data.
//
//   Tensor y = silu(x * 2.0) + 1;       // NumPy's broadcasting; numbers take the tensor's dtype
//
// A Tensor is a small handle, copied freely. It belongs to the trace that made it: using it in another trace,
// after its trace has ended, or outside the region (loop body, branch) that made it is an Error. Not
// thread-safe; one trace is one thread's.
//
// As a field of a module or of an input struct it starts empty, or as a spec that says what to put there:
//   struct Linear { Tensor weight = Tensor::spec({4, 8}); };
#pragma once

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "fusebox/base/shape.h"

namespace fusebox {

namespace hlo {
struct Value;
}

class TraceCx;
namespace trace_detail {
class Trace;  // emit.h
}

class Tensor {
 public:
  Tensor() = default;

  // A place for a tensor of this shape: cx.module fills it from a checkpoint (and reports another shape as a
  // mistake), cx.inputs makes it an input. Weights take the dtype that the trace asks for, so theirs is free.
  static Tensor spec(Dims dims, std::optional<DType> dtype = std::nullopt);

  using Where = std::source_location;

  // Error kInvalidArgument for an empty tensor, a mere spec, or after the trace has ended.
  const Shape& shape() const;
  DType dtype() const { return shape().dtype; }
  const Dims& dims() const { return shape().dims; }
  int64_t rank() const { return shape().rank(); }
  // Negative axes count from the end.
  int64_t dim(int64_t axis, const Where& where = Where::current()) const;

  // The trace it belongs to, to make constants or open scopes with.
  TraceCx cx(const Where& where = Where::current()) const;

  // Whether it stands for a value of a trace; neither empty nor a spec.
  bool traced() const { return value_ != nullptr; }
  const std::optional<Dims>& spec_dims() const { return spec_dims_; }
  std::optional<DType> spec_dtype() const { return spec_dtype_; }

  // For the implementation of ops.
  Tensor(std::shared_ptr<trace_detail::Trace> trace, hlo::Value* value)
      : trace_(std::move(trace)), value_(value) {}
  const std::shared_ptr<trace_detail::Trace>& trace() const { return trace_; }
  hlo::Value* value() const { return value_; }

 private:
  std::shared_ptr<trace_detail::Trace> trace_;
  hlo::Value* value_ = nullptr;
  std::optional<Dims> spec_dims_;
  std::optional<DType> spec_dtype_;
};

// A number written in a model. Integers go with any dtype that holds them; a fraction with float and complex
// ones only; true and false with i1 too, where they are all that goes.
struct Scalar {
  std::variant<bool, int64_t, uint64_t, double> value;
};

// What an op takes: a tensor or a number, and the caller's own line, captured by the conversion.
class Arg {
 public:
  Arg(const Tensor& tensor, const std::source_location& where = std::source_location::current())  // NOLINT
      : tensor_(&tensor), where_(where) {}

  template <typename T>
    requires std::is_arithmetic_v<T>
  Arg(T number, const std::source_location& where = std::source_location::current())  // NOLINT
      : where_(where) {
    if constexpr (std::is_same_v<T, bool>)
      scalar_.value = number;
    else if constexpr (std::is_unsigned_v<T>)
      scalar_.value = static_cast<uint64_t>(number);
    else if constexpr (std::is_integral_v<T>)
      scalar_.value = static_cast<int64_t>(number);
    else
      scalar_.value = static_cast<double>(number);
  }

  // The tensor, or null for a number. Points at the caller's object: an Arg lives no longer than the call.
  const Tensor* tensor() const { return tensor_; }
  const Scalar& scalar() const { return scalar_; }
  const std::source_location& where() const { return where_; }

 private:
  const Tensor* tensor_ = nullptr;
  Scalar scalar_;
  std::source_location where_;
};

}  // namespace fusebox
