#include <fmt/format.h>

#include <optional>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/kernels/attention_sizes.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

constexpr int64_t kLargestSize = 1024;                 // of a head: kernels keep some in the scratch
constexpr int64_t kMostRows = (int64_t{1} << 31) - 1;  // of the cache: they are counted in i32

struct Match {
  AttentionSizes sizes;
  double scale;
};

std::optional<double> scale_of(const Op& op) {
  const auto attributes = op.attributes.get_or<hlo::AttributeDict>("composite_attributes", {});
  for (const auto& [name, attribute] : attributes)
    if (const auto* number = std::get_if<double>(&attribute.value); name == "scale" && number) return *number;
  return std::nullopt;
}

// What the composite declares is believed only as far as it fits.
std::optional<Match> match(const Op& op) {
  if (op.code != OpCode::composite || op.operands.size() != 5 || op.results.size() != 1 ||
      op.attributes.get<std::string>("name") != "fusebox.attention" ||
      op.attributes.get_or<int64_t>("version", 0) != 1)
    return std::nullopt;
  const Shape &q = op.operands[0]->shape, &k = op.operands[1]->shape;
  const std::optional<double> scale = scale_of(op);
  if (!scale || q.rank() != 4 || k.rank() != 4 || q.elements() == 0 || k.elements() == 0) return std::nullopt;
  const AttentionSizes sizes{q.dims[0], q.dims[1], q.dims[2], k.dims[1], k.dims[2], q.dims[3]};
  const bool types = q.dtype == f32 && (k.dtype == f32 || k.dtype == f16 || k.dtype == bf16);
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

Value* custom(hlo::Builder& builder, std::string_view name, std::vector<Value*> operands, std::string config,
              Shape result) {
  return builder.create(OpCode::custom_call, std::move(operands),
                        {{"call_target_name", std::string(name)}, {"backend_config", std::move(config)}},
                        {std::move(result)});
}

Value* call(hlo::Program& program, hlo::Block& block, const Op& op, const Match& found) {
  hlo::Builder builder(program, block);
  builder.set_location(op.location);
  const AttentionSizes& sizes = found.sizes;
  const std::string scale = fmt::format("{}", found.scale);
  if (sizes.parts() == 1) return custom(builder, kAttention, op.operands, scale, op.results[0].shape);
  const Dims parts = {sizes.slots, sizes.kv_heads, sizes.parts(), sizes.rows(), sizes.size + kPartExtra};
  Value* all = custom(builder, kAttention, op.operands, scale, {parts, f32});
  return custom(builder, kAttentionMerge, {all}, "", op.results[0].shape);
}

}  // namespace

void use_attention_kernels(hlo::Program& program) {
  ValueMap replaced;
  for (const auto& function : program.functions) {
    for_each_block(function->body, [&](hlo::Block& block) {
      std::vector<std::unique_ptr<Op>> ops;
      std::swap(ops, block.ops);
      for (auto& op : ops) {
        if (const std::optional<Match> found = match(*op))
          replaced[op->result()] = call(program, block, *op, *found);
        block.ops.push_back(std::move(op));
      }
    });
    replace_operands(function->body, replaced);
  }
}

}  // namespace fusebox::cpu
