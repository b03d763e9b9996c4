#include "cpu/compiler/kernels/block_dot.h"

#include "cpu/compiler/codegen/vectors.h"
#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/kernels/custom.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kFewRows = 2;
constexpr int64_t kGatheredColumns = 64;  // of a block of results of few rows

BlockFormat format_of(const hlo::Op& op) {
  const std::string& name = custom_config(op);
  if (const auto format = block_format_from_name(name)) return *format;
  throw InternalError("no block format is called " + name);
}

}  // namespace

BlockDot::BlockDot(Frame& frame, BlockFormat format)
    : frame_(frame),
      b_(frame.b()),
      reader_(b_, format, math_target_for(frame.level())),
      rows_(frame.spec().op->results[0].shape.dims[0]),
      columns_(frame.spec().op->results[0].shape.dims[1]),
      x_{frame.operand_shape(0).dims[1] * 2 / 3},
      blocks_(weight_row_bytes() / reader_.bytes()) {}

AllocaInst* BlockDot::zeroed(llvm::Type* type) {
  AllocaInst* variable = frame_.variable(type);
  b_.CreateStore(llvm::Constant::getNullValue(type), variable);
  return variable;
}

void BlockDot::add_to(AllocaInst* sum, Value* x, Value* y) {
  b_.CreateStore(frame_.multiply_add(x, y, b_.CreateLoad(sum->getAllocatedType(), sum)), sum);
}

Value* BlockDot::to_float(Value* integers) {
  const auto* type = llvm::cast<llvm::FixedVectorType>(integers->getType());
  return b_.CreateSIToFP(integers, floats(type->getNumElements()));
}

Value* BlockDot::weight_row(Value* row) {
  row = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, row, number(columns_ - 1));
  return at(frame_.operand(1), b_.CreateMul(row, number(weight_row_bytes())));
}

Value* BlockDot::x_row(Value* row) {
  row = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, row, number(rows_ - 1));
  return at(frame_.operand(0), b_.CreateMul(row, number(x_.row_bytes())));
}

void BlockDot::prefetch(Value* address, int64_t ahead) {
  frame_.prefetch(b_.CreateConstGEP1_64(b_.getInt8Ty(), address, static_cast<uint64_t>(ahead)));
}

void BlockDot::for_items(int64_t tile, const std::function<void(Value*)>& body) {
  const int64_t group = kGatheredColumns / tile;
  gather({rows_, kGatheredColumns});
  frame_.loop(frame_.begin(), frame_.end(), group, [&](Value* first) {
    Value* end = frame_.smaller(b_.CreateAdd(first, number(group)), frame_.end());
    results_->begin_block(number(0), number(0), b_.CreateMul(first, number(tile)));
    frame_.loop(first, end, 1, [&](Value* item) { body(b_.CreateMul(item, number(tile))); });
    results_->end_block(number(rows_), frame_.smaller(b_.CreateMul(end, number(tile)), number(columns_)));
  });
}

void BlockDot::put(Value* row, Value* column, Value* values, int64_t tile) {
  const auto lanes = llvm::cast<llvm::FixedVectorType>(values->getType())->getNumElements();
  Value* address = results_->address(row, column);
  if (columns_ % tile == 0) return static_cast<void>(b_.CreateAlignedStore(values, address, llvm::Align(4)));
  Value* left = splat(b_.CreateSub(number(columns_), column), lanes);
  Value* inside = b_.CreateICmpSLT(b_.CreateStepVector(left->getType()), left);
  b_.CreateMaskedStore(values, address, llvm::Align(4), inside);
}

KernelShape emit_block_dot(Frame& frame) {
  const BlockFormat format = format_of(*frame.spec().op);
  if (frame.spec().op->results[0].shape.dims[0] > kFewRows) return emit_block_dot_by_panel(frame, format);
  const BlockReader reader(frame.b(), format, math_target_for(frame.level()));
  if (vector_target_for(frame.level()).bits == 512 && reader.runs() == 1)
    return emit_block_dot_by_four(frame, format);
  return emit_block_dot_by_row(frame, format);
}

}  // namespace fusebox::cpu
