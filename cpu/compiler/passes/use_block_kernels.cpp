#include <map>
#include <optional>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/kernels/int8_rows.h"
#include "cpu/compiler/passes/composites.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "fusebox/base/block_format.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

// A product that the kernel can do: x [..., K] with rounded activations, blocks of [N, K] weights.
struct Match {
  Value *x, *blocks;
  BlockFormat format;
};

// The operand of a composite that makes the value.
Value* operand_of(const Value* value, std::string_view composite) {
  return value->op && is_composite(*value->op, composite, 1) ? value->op->operands[0] : nullptr;
}

std::optional<Match> match(const Op& op) {
  if (op.code != OpCode::dot_general || op.results[0].shape.dtype != f32) return std::nullopt;
  const Value *lhs = op.operands[0], *rhs = op.operands[1];
  Value *x = operand_of(lhs, "fusebox.int8_blocks"), *blocks = operand_of(rhs, "fusebox.expand");
  if (!x || !blocks) return std::nullopt;
  const auto& numbers = op.attributes.get<hlo::DotDimensions>("dot_dimension_numbers");
  if (!numbers.lhs_batching.empty() || numbers.lhs_contracting != Dims{lhs->shape.rank() - 1} ||
      numbers.rhs_contracting != Dims{1} || lhs->shape != x->shape || lhs->shape.dtype != f32)
    return std::nullopt;
  const auto name = composite_attribute<std::string>(*rhs->op, "format");
  const auto format = name ? block_format_from_name(*name) : std::nullopt;
  const int64_t depth = lhs->shape.dims.back();
  const auto bytes = format ? row_bytes(*format, depth) : std::nullopt;
  if (!bytes || depth % kInt8Block != 0 || blocks->shape != Shape{{rhs->shape.dims[0], *bytes}, u8} ||
      depth == 0 || op.results[0].shape.elements() == 0)
    return std::nullopt;
  return Match{x, blocks, *format};
}

}  // namespace

void use_block_kernels(hlo::Program& program) {
  std::map<std::pair<const hlo::Block*, const Value*>, Value*> known;  // x as int8 rows
  replace_results(program, [&](hlo::Block& block, const Op& op) -> Value* {
    const std::optional<Match> found = match(op);
    if (!found) return nullptr;
    hlo::Builder builder(program, block);
    builder.set_location(op.location);
    const int64_t depth = found->x->shape.dims.back(), rows = found->x->shape.elements() / depth;
    Value*& int8_rows = known[{&block, found->x}];
    if (!int8_rows) {
      Value* x = builder.create(OpCode::reshape, {found->x}, {}, {{{rows, depth}, f32}});
      int8_rows = call_custom(builder, kInt8Rows, {x}, "", {{rows, Int8Rows{depth}.row_bytes()}, u8});
    }
    Value* product =
        call_custom(builder, kBlockDot, {int8_rows, found->blocks}, std::string(info(found->format).name),
                    {{rows, found->blocks->shape.dims[0]}, f32});
    return builder.create(OpCode::reshape, {product}, {}, {op.results[0].shape});
  });
}

}  // namespace fusebox::cpu
