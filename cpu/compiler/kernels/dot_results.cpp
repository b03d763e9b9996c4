#include "cpu/compiler/kernels/dot_results.h"

namespace fusebox::cpu {

using llvm::Value;

DotResults::DotResults(Frame& frame, const Sizes& sizes, const Block& most, int64_t scratch_taken)
    : frame_(frame),
      b_(frame_.b()),
      sizes_(sizes),
      dtype_(frame.spec().op->results[0].shape.dtype),
      elements_(b_, frame_.scalars(), frame_.spec().expression, frame_.inputs()),
      epilogue_(frame_.spec().epilogue()),
      stride_(most.columns),
      scratch_bytes_(scratch_taken) {
  if (epilogue_ < 0) return;
  scratch_bytes_ += most.rows * most.columns * static_cast<int64_t>(byte_size(dtype_));
  gathered_ = b_.CreateInBoundsGEP(b_.getInt8Ty(), frame_.scratch(), frame_.number(scratch_taken));
}

Value* DotResults::in_output(const Place& place) {
  Value* row = b_.CreateAdd(b_.CreateMul(place.batch, frame_.number(sizes_.rows)), place.row);
  return b_.CreateAdd(b_.CreateMul(row, frame_.number(sizes_.columns)), place.column);
}

void DotResults::begin_block(Value* batch, Value* row, Value* column) { block_ = {batch, row, column}; }

Value* DotResults::address(Value* row, Value* column) {
  if (!gathered_) return frame_.address(frame_.outputs()[0], dtype_, in_output({block_.batch, row, column}));
  Value* position = b_.CreateMul(b_.CreateSub(row, block_.row), frame_.number(stride_));
  return frame_.address(gathered_, dtype_, b_.CreateAdd(position, b_.CreateSub(column, block_.column)));
}

void DotResults::end_block(Value* row_end, Value* column_end) {
  if (!gathered_) return;
  frame_.loop(block_.row, row_end, 1, [&](Value* row) {
    frame_.loop(block_.column, column_end, 1, [&](Value* column) {
      const Place place{block_.batch, row, column};
      Value* result = frame_.scalars().load(address(row, column), dtype_);
      frame_.store(0, in_output(place), made(place, result));
    });
  });
}

void DotResults::put(Value* batch, Value* row, Value* column, Value* result) {
  const Place place{batch, row, column};
  if (epilogue_ >= 0) result = made(place, frame_.scalars().round(result, dtype_));
  frame_.store(0, in_output(place), result);
}

Value* DotResults::made(const Place& place, Value* result) {
  elements_.set_parameters({result});
  const Dims from = {sizes_.batches, sizes_.rows, sizes_.columns};
  const Dims& to = frame_.spec().expression.node(epilogue_).shape.dims;
  return elements_.element(epilogue_, reshaped(b_, from, to, {place.batch, place.row, place.column}));
}

}  // namespace fusebox::cpu
