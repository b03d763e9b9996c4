// Products of matrices and tensors.
//
//   Tensor y = matmul(x, transpose(weight));
//   Tensor scores = einsum("bhqd,bhkd->bhqk", {q, k}, {.dtype = f32});
//
// Rules: both operands have one dtype. The result has it too, unless `dtype` names another: {.dtype = f32}
// for bf16 operands keeps the accumulated sums unrounded. How a device accumulates is its own; XLA adds bf16
// in f32.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "fusebox/trace/tensor.h"

namespace fusebox {

// How much of f32's precision an accelerator must keep. CPUs keep all.
enum class Precision : uint8_t { kDefault, kHigh, kHighest };

struct DotOptions {
  std::optional<DType> dtype;  // of the result
  Precision precision = Precision::kDefault;
};

// Which axes of the operands meet. The result has the batch axes, then the other axes of lhs, then those of
// rhs.
struct DotAxes {
  Dims lhs_batch = {}, rhs_batch = {}, lhs_contract = {}, rhs_contract = {};
};
Tensor dot_general(const Arg& lhs, const Arg& rhs, const DotAxes& axes, const DotOptions& options = {});

// NumPy's rules: the last axis of lhs meets the last but one of rhs; axes before them are batches and
// broadcast. A vector on the left is a row, on the right a column, and its axis vanishes.
Tensor matmul(const Arg& lhs, const Arg& rhs, const DotOptions& options = {});

// Einstein's summation for any number of operands, from left to right: labels are letters; those that the
// result does not name are summed. Without "->" the result has the labels that occur once, in alphabetical
// order. A label twice in one operand (a diagonal) and "..." are kUnsupported.
Tensor einsum(std::string_view formula, const std::vector<Tensor>& operands, const DotOptions& options = {},
              const std::source_location& where = std::source_location::current());

}  // namespace fusebox
