#include <optional>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/kernels/int8_rows.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "fusebox/base/block_format.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

bool is_composite(const Value* value, std::string_view name) {
  return value->op && value->op->code == OpCode::composite && value->op->operands.size() == 1 &&
         value->op->results.size() == 1 && value->op->attributes.get<std::string>("name") == name &&
         value->op->attributes.get_or<int64_t>("version", 0) == 1;
}

// A product that the kernel can do: x [..., K] with rounded activations, blocks of [N, K] weights.
struct Match {
  Value *x, *blocks;
  BlockFormat format;
};

std::optional<BlockFormat> format_of(const Op& expand) {
  const auto attributes = expand.attributes.get_or<hlo::AttributeDict>("composite_attributes", {});
  for (const auto& [name, attribute] : attributes)
    if (const auto* text = std::get_if<std::string>(&attribute.value); name == "format" && text)
      return block_format_from_name(*text);
  return std::nullopt;
}

std::optional<Match> match(const Op& op) {
  if (op.code != OpCode::dot_general || op.results[0].shape.dtype != f32) return std::nullopt;
  const Value *lhs = op.operands[0], *rhs = op.operands[1];
  if (!is_composite(lhs, "fusebox.int8_blocks") || !is_composite(rhs, "fusebox.expand")) return std::nullopt;
  const auto& numbers = op.attributes.get<hlo::DotDimensions>("dot_dimension_numbers");
  if (!numbers.lhs_batching.empty() || numbers.lhs_contracting != Dims{lhs->shape.rank() - 1} ||
      numbers.rhs_contracting != Dims{1})
    return std::nullopt;
  const std::optional<BlockFormat> format = format_of(*rhs->op);
  Value *x = lhs->op->operands[0], *blocks = rhs->op->operands[0];
  if (!format || lhs->shape != x->shape || lhs->shape.dtype != f32) return std::nullopt;
  // What the composites declare is believed only as far as it fits.
  const BlockFormatInfo& row = info(*format);
  const int64_t depth = lhs->shape.dims.back();
  const Shape want_blocks{{rhs->shape.dims[0], depth / row.weights * row.bytes}, u8};
  if (depth == 0 || depth % kInt8Block != 0 || depth % row.weights != 0 || blocks->shape != want_blocks ||
      op.results[0].shape.elements() == 0)
    return std::nullopt;
  return Match{x, blocks, *format};
}

class BlockKernels {
 public:
  explicit BlockKernels(hlo::Program& program) : program_(program) {}

  // Calls stand in front of the product that they replace; what nobody needs any more is dead code.
  void rewrite(hlo::Block& block) {
    int8_rows_.clear();
    std::vector<std::unique_ptr<Op>> ops;
    std::swap(ops, block.ops);
    for (auto& op : ops) {
      for (Value*& operand : op->operands) operand = resolve(replaced_, operand);
      if (const std::optional<Match> found = match(*op)) replaced_[op->result()] = call(block, *op, *found);
      block.ops.push_back(std::move(op));
    }
  }
  const ValueMap& replaced() const { return replaced_; }

 private:
  Value* call(hlo::Block& block, const Op& dot, const Match& found) {
    hlo::Builder builder(program_, block);
    builder.set_location(dot.location);
    const int64_t depth = found.x->shape.dims.back(), rows = found.x->shape.elements() / depth;
    const int64_t columns = found.blocks->shape.dims[0];
    Value*& int8_rows = int8_rows_[found.x];
    if (!int8_rows) {
      Value* x = builder.create(OpCode::reshape, {found.x}, {}, {{{rows, depth}, f32}});
      int8_rows = custom(builder, kInt8Rows, {x}, {}, {{rows, Int8Rows{depth}.row_bytes()}, u8});
    }
    Value* product = custom(builder, kBlockDot, {int8_rows, found.blocks},
                            std::string(info(found.format).name), {{rows, columns}, f32});
    return builder.create(OpCode::reshape, {product}, {}, {dot.results[0].shape});
  }

  static Value* custom(hlo::Builder& builder, std::string_view name, std::vector<Value*> operands,
                       std::string config, Shape result) {
    return builder.create(OpCode::custom_call, std::move(operands),
                          {{"call_target_name", std::string(name)}, {"backend_config", std::move(config)}},
                          {std::move(result)});
  }

  hlo::Program& program_;
  ValueMap replaced_;
  std::unordered_map<const Value*, Value*> int8_rows_;  // of the present block
};

}  // namespace

void use_block_kernels(hlo::Program& program) {
  BlockKernels kernels(program);
  for (const auto& function : program.functions) {
    for_each_block(function->body, [&](hlo::Block& block) { kernels.rewrite(block); });
    replace_operands(function->body, kernels.replaced());
  }
}

}  // namespace fusebox::cpu
