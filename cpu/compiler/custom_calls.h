// The custom calls that passes put in place of what a kernel of its own does. They exist between the passes
// and code generation only: no program may bring them along.
//
// To add one: a name here, a pass that makes it, a row in kernels/custom.cpp.
#pragma once

#include <string>
#include <string_view>

#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {

inline constexpr std::string_view kCustomPrefix = "fusebox.";

// f32 [rows, K] → ui8 [rows, K * 3 / 2]: see kernels/int8_rows.h.
inline constexpr std::string_view kInt8Rows = "fusebox.int8_rows";
// int8 rows [M, …], blocks ui8 [N, …] → f32 [M, N]; `config` is the format's name.
inline constexpr std::string_view kBlockDot = "fusebox.block_dot";
// The composite's q, k, v, positions, valid (, k's scales, v's scales) → its result, or, where the filled
// rows are split, parts of it (kernels/attention_sizes.h): f32 [slots, kv_heads, parts, n * group, size +
// kPartExtra]; `config` is the scale.
inline constexpr std::string_view kAttention = "fusebox.attention";
// Those parts → the result.
inline constexpr std::string_view kAttentionMerge = "fusebox.attention_merge";

// q f32 [batches, rows, size], k [batches, keys, size], v [batches, keys, width], what kScores calls, x f32
// […, keys] made of it → softmax(x) · v: […, width], its axes in the order that `config` tells.
inline constexpr std::string_view kPlainAttention = "fusebox.plain_attention";
// → f32 […, keys]: what the kernel that is called with it makes of q and k. No buffer holds it.
inline constexpr std::string_view kScores = "fusebox.scores";
// f32 → f32 of the same shape: softmax along the last axis.
inline constexpr std::string_view kSoftmax = "fusebox.softmax";

// The call's name; empty for any other op.
inline std::string_view custom_name(const hlo::Op& op) {
  if (op.code != hlo::OpCode::custom_call) return {};
  return op.attributes.get<std::string>("call_target_name");
}

// Appends a call; `config` is what its kernel has to know beside the shapes.
inline hlo::Value* call_custom(hlo::Builder& builder, std::string_view name,
                               std::vector<hlo::Value*> operands, std::string config, Shape result) {
  return builder.create(hlo::OpCode::custom_call, std::move(operands),
                        {{"call_target_name", std::string(name)}, {"backend_config", std::move(config)}},
                        {std::move(result)});
}
inline const std::string& custom_config(const hlo::Op& op) {
  return op.attributes.get<std::string>("backend_config");
}

// Whether the kernel computes this operand's elements as it goes; if not, it reads them from a buffer.
inline bool computes_operand(std::string_view custom, size_t operand) {
  return custom == kPlainAttention || ((custom == kInt8Rows || custom == kSoftmax) && operand == 0);
}

}  // namespace fusebox::cpu
