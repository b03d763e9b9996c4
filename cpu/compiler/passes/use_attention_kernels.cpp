#include <fmt/format.h>

#include <optional>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/kernels/attention_sizes.h"
#include "cpu/compiler/passes/composites.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::Value;

constexpr int64_t kLargestSize = 1024;                 // of a head: kernels keep some in the scratch
constexpr int64_t kMostRows = (int64_t{1} << 31) - 1;  // of the cache: they are counted in i32

struct Match {
  AttentionSizes sizes;
  double scale;
};

std::optional<Match> match(const Op& op) {
  const bool in_int8 = is_composite(op, "fusebox.attention", 7);  // with scales
  if (!in_int8 && !is_composite(op, "fusebox.attention", 5)) return std::nullopt;
  const Shape &q = op.operands[0]->shape, &k = op.operands[1]->shape;
  const auto scale = composite_attribute<double>(op, "scale");
  if (!scale || q.rank() != 4 || k.rank() != 4 || q.elements() == 0 || k.elements() == 0) return std::nullopt;
  const AttentionSizes sizes{q.dims[0], q.dims[1], q.dims[2], k.dims[1], k.dims[2], q.dims[3]};
  const bool types =
      q.dtype == f32 && (in_int8 ? k.dtype == i8 : k.dtype == f32 || k.dtype == f16 || k.dtype == bf16);
  const Shape scales{{sizes.slots, sizes.kv_heads, sizes.capacity, 1}, f32};
  if (in_int8 && (op.operands[5]->shape != scales || op.operands[6]->shape != scales)) return std::nullopt;
  const bool shapes = k == op.operands[2]->shape && k.dims[0] == sizes.slots && k.dims[3] == sizes.size &&
                      op.operands[3]->shape == Shape{{sizes.slots, sizes.n}, i32} &&
                      op.operands[4]->shape == Shape{{sizes.slots}, i32} &&
                      op.results[0].shape == Shape{{sizes.slots, sizes.n, sizes.heads * sizes.size}, f32};
  if (!types || !shapes || sizes.heads % sizes.kv_heads != 0 || sizes.size % 8 != 0 ||
      sizes.size > kLargestSize || sizes.group() > kLargestSize || sizes.capacity % kAttentionChunk != 0 ||
      sizes.capacity > kMostRows)
    return std::nullopt;
  return Match{sizes, *scale};
}

Value* call(hlo::Program& program, hlo::Block& block, const Op& op, const Match& found) {
  hlo::Builder builder(program, block);
  builder.set_location(op.location);
  const AttentionSizes& sizes = found.sizes;
  const std::string scale = fmt::format("{}", found.scale);
  if (sizes.parts() == 1) return call_custom(builder, kAttention, op.operands, scale, op.results[0].shape);
  const Dims parts = {sizes.slots, sizes.kv_heads, sizes.parts(), sizes.rows(), sizes.size + kPartExtra};
  Value* all = call_custom(builder, kAttention, op.operands, scale, {parts, f32});
  return call_custom(builder, kAttentionMerge, {all}, "", op.results[0].shape);
}

}  // namespace

void use_attention_kernels(hlo::Program& program) {
  replace_results(program, [&](hlo::Block& block, const Op& op) -> Value* {
    const std::optional<Match> found = match(op);
    return found ? call(program, block, op, *found) : nullptr;
  });
}

}  // namespace fusebox::cpu
