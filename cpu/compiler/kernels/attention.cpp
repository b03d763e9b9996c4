#include "cpu/compiler/kernels/attention.h"

#include <llvm/IR/Intrinsics.h>

#include <cstdlib>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/kernels/custom.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kLanes = 8;

}  // namespace

AttentionSizes attention_sizes(const Frame& frame) {
  const Dims &q = frame.operand_shape(0).dims, &k = frame.operand_shape(1).dims;
  return {q[0], q[1], q[2], k[1], k[2], q[3]};
}

Attention::Attention(Frame& frame)
    : frame_(frame),
      b_(frame.b()),
      sizes_(attention_sizes(frame)),
      target_(math_target_for(frame.level())),
      scale_(std::strtod(custom_config(*frame.spec().op).c_str(), nullptr)),
      parts_(frame.spec().outputs[0].rank() == 5 ? frame.spec().outputs[0].dims[2] : 1) {}

KernelShape Attention::emit() {
  lay_out_scratch();
  scratch_ = frame_.scratch();
  frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* index) { attend(item(index)); });
  return {sizes_.slots * sizes_.kv_heads * sizes_.tiles() * parts_, 1, scratch_floats_ * 4};
}

int64_t Attention::padded_rows() const { return padded(sizes_.tile() * sizes_.group(), row_step()); }

void Attention::lay_out_scratch() {
  const int64_t rows = padded_rows();
  const auto take = [&](int64_t floats) {
    const int64_t at = scratch_floats_;
    scratch_floats_ += padded(floats, 16);
    return at;
  };
  queries_at_ = take(rows * sizes_.size);
  sums_at_ = take(rows * sizes_.size);
  fades_at_ = take(rows);
  tops_at_ = take(rows);
  totals_at_ = take(rows * total_lanes());
  seen_at_ = take(rows);
  more_at_ = take(more_scratch());
}

Value* Attention::cached(size_t operand, Value* offset, int64_t lanes) {
  const DType dtype = frame_.operand_shape(operand).dtype;
  llvm::Type* memory =
      llvm::FixedVectorType::get(frame_.scalars().memory_type(dtype), static_cast<unsigned>(lanes));
  Value* raw = b_.CreateAlignedLoad(memory, frame_.address(frame_.operand(operand), dtype, offset),
                                    llvm::Align(byte_size(dtype)));
  if (dtype == f16) return emit_f16_to_f32(b_, raw, target_);
  if (dtype == bf16) return emit_bf16_to_f32(b_, raw, target_);
  if (dtype == i8) return b_.CreateSIToFP(raw, vector(lanes));
  return raw;
}

void Attention::prefetch(size_t operand, Value* offset, int64_t rows) {
  constexpr int64_t kLine = 64;
  const DType dtype = frame_.operand_shape(operand).dtype;
  const auto bytes = static_cast<int64_t>(byte_size(dtype)) * sizes_.size;
  Value* row = b_.CreateGEP(frame_.scalars().memory_type(dtype), frame_.operand(operand),
                            offset);  // may lie behind it
  for (int64_t line = 0; line < bytes; line += kLine)
    frame_.prefetch(b_.CreateGEP(b_.getInt8Ty(), row, number(rows * bytes + line)));
}

// Tiles from both ends in turn: later ones see more, and threads take neighbouring items.
Attention::Item Attention::item(Value* index) {
  const int64_t tiles = sizes_.tiles();
  Value* part = b_.CreateURem(index, number(parts_));
  Value* rest = b_.CreateUDiv(index, number(parts_));
  Value* tile = b_.CreateURem(rest, number(tiles));
  rest = b_.CreateUDiv(rest, number(tiles));
  Value* half = b_.CreateLShr(tile, 1);
  tile = b_.CreateSelect(b_.CreateTrunc(tile, b_.getInt1Ty()), b_.CreateSub(number(tiles - 1), half), half);
  return {b_.CreateUDiv(rest, number(sizes_.kv_heads)), b_.CreateURem(rest, number(sizes_.kv_heads)),
          b_.CreateMul(tile, number(sizes_.tile())), part};
}

void Attention::attend(const Item& item) {
  Value* positions = frame_.smaller(b_.CreateSub(number(sizes_.n), item.first), sizes_.tile());
  const Seen seen = seen_by(item, positions);
  // Few queries are met all at once, whether they see anything or not.
  Value* used = b_.CreateMul(sizes_.few() ? positions : seen.positions, number(sizes_.group()));
  Value* steps = b_.CreateUDiv(b_.CreateAdd(used, number(row_step() - 1)), number(row_step()));
  const Queries queries{used, b_.CreateMul(steps, number(row_step()))};

  // The part's share of whole chunks.
  Value* end = seen.rows;
  Value* chunks = b_.CreateUDiv(b_.CreateAdd(end, number(kAttentionChunk - 1)), number(kAttentionChunk));
  const auto border = [&](Value* part) {
    Value* before = b_.CreateUDiv(b_.CreateMul(chunks, part), number(parts_));
    return b_.CreateMul(before, number(kAttentionChunk));
  };
  Value* from = border(item.part);
  Value* to = border(b_.CreateAdd(item.part, number(1)));
  to = frame_.smaller(to, end);
  Value* is_empty = b_.CreateICmpSGE(from, to);
  frame_.when(b_.CreateNot(is_empty), [&] {
    prepare(item, queries);
    Value* head = b_.CreateAdd(b_.CreateMul(item.slot, number(sizes_.kv_heads)), item.head);
    Value* rows_before = b_.CreateMul(head, number(sizes_.capacity));
    frame_.loop(from, to, kAttentionChunk, [&](Value* first) {
      Value* row = b_.CreateAdd(rows_before, first);
      const Chunk chunk{row, b_.CreateMul(row, number(sizes_.size)), first,
                        frame_.smaller(b_.CreateSub(to, first), kAttentionChunk)};
      scores(chunk, queries);
      soften(chunk, queries);
      values(chunk, queries);
    });
    frame_.loop(number(0), queries.used, 1, [&](Value* row) { finish(item, row); });
  });
  // What nothing was computed for: all queries of a part without rows, else those that see nothing.
  frame_.loop(b_.CreateSelect(is_empty, number(0), queries.used),
              b_.CreateMul(positions, number(sizes_.group())), 1,
              [&](Value* row) { finish_empty(item, row); });
}

Attention::Seen Attention::seen_by(const Item& item, Value* positions) {
  AllocaInst *rows = frame_.variable(b_.getInt64Ty()), *used = frame_.variable(b_.getInt64Ty());
  b_.CreateStore(number(0), rows);
  b_.CreateStore(number(0), used);
  frame_.loop(number(0), positions, 1, [&](Value* i) {
    Value* count = rows_seen(item.slot, b_.CreateAdd(item.first, i));
    Value* largest = b_.CreateLoad(b_.getInt64Ty(), rows);
    b_.CreateStore(b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, largest, count), rows);
    Value* before = b_.CreateLoad(b_.getInt64Ty(), used);
    Value* sees = b_.CreateICmpNE(count, number(0));
    b_.CreateStore(b_.CreateSelect(sees, b_.CreateAdd(i, number(1)), before), used);
  });
  return {b_.CreateLoad(b_.getInt64Ty(), rows), b_.CreateLoad(b_.getInt64Ty(), used)};
}

// Fills the scratch.
void Attention::prepare(const Item& item, const Queries& queries) {
  Value* zeros = llvm::Constant::getNullValue(vector(kLanes));
  Value* scale = llvm::ConstantFP::get(vector(kLanes), scale_);
  frame_.loop(number(0), queries.padded, 1, [&](Value* row) {
    Value* in_tile = b_.CreateUDiv(row, number(sizes_.group()));
    Value* position = frame_.smaller(b_.CreateAdd(item.first, in_tile), sizes_.n - 1);
    Value* is_used = b_.CreateICmpULT(row, queries.used);
    Value* count = b_.CreateSelect(is_used, rows_seen(item.slot, position), number(0));
    b_.CreateStore(b_.CreateTrunc(count, b_.getInt32Ty()), seen(row));
    store(llvm::ConstantFP::get(b_.getFloatTy(), kNoScore), top(row));
    store(llvm::Constant::getNullValue(vector(total_lanes())), total(row));
    Value* head = b_.CreateAdd(b_.CreateMul(item.head, number(sizes_.group())),
                               b_.CreateURem(row, number(sizes_.group())));
    Value* at = b_.CreateAdd(b_.CreateMul(item.slot, number(sizes_.n)), position);
    at = b_.CreateAdd(b_.CreateMul(at, number(sizes_.heads)), head);
    at = b_.CreateMul(at, number(sizes_.size));
    frame_.loop(number(0), number(sizes_.size), kLanes, [&](Value* i) {
      Value* x = load(vector(kLanes), floats_from(frame_.operand(0), b_.CreateAdd(at, i)));
      store(b_.CreateFMul(x, scale), floats_from(query(row), i));
      store(zeros, floats_from(sum(row), i));
    });
  });
}

// How many rows of the cache a position sees. Whatever the numbers are, they do not lead out of the cache.
Value* Attention::rows_seen(Value* slot, Value* position) {
  const auto number_at = [&](size_t operand, Value* index) {
    Value* narrow =
        b_.CreateLoad(b_.getInt32Ty(), b_.CreateInBoundsGEP(b_.getInt32Ty(), frame_.operand(operand), index));
    return b_.CreateSExt(narrow, b_.getInt64Ty());
  };
  Value* index = b_.CreateAdd(b_.CreateMul(slot, number(sizes_.n)), position);
  Value* count = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, b_.CreateAdd(number_at(3, index), number(1)),
                                          number_at(4, slot));
  return b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, frame_.smaller(count, sizes_.capacity), number(0));
}

Value* Attention::whole_total(Value* row) {
  Value* lanes = load(vector(total_lanes()), total(row));
  Value* all = b_.CreateExtractElement(lanes, uint64_t{0});
  for (int64_t i = 1; i < total_lanes(); ++i)
    all = b_.CreateFAdd(all, b_.CreateExtractElement(lanes, static_cast<uint64_t>(i)));
  return all;
}

// Where a query's sums go: to the result, or to what the parts are merged from.
Value* Attention::destination(const Item& item, Value* row) {
  Value* position = b_.CreateAdd(item.first, b_.CreateUDiv(row, number(sizes_.group())));
  Value* in_group = b_.CreateURem(row, number(sizes_.group()));
  Value* to = nullptr;
  if (parts_ > 1) {
    to = b_.CreateAdd(b_.CreateMul(item.slot, number(sizes_.kv_heads)), item.head);
    to = b_.CreateAdd(b_.CreateMul(to, number(parts_)), item.part);
    to = b_.CreateAdd(b_.CreateMul(to, number(sizes_.n)), position);
  } else {
    to = b_.CreateAdd(b_.CreateMul(item.slot, number(sizes_.n)), position);
    to = b_.CreateAdd(b_.CreateMul(to, number(sizes_.kv_heads)), item.head);
  }
  to = b_.CreateAdd(b_.CreateMul(to, number(sizes_.group())), in_group);
  const int64_t stride = parts_ > 1 ? sizes_.size + kPartExtra : sizes_.size;
  return floats_from(frame_.outputs()[0], b_.CreateMul(to, number(stride)));
}

void Attention::finish(const Item& item, Value* row) {
  Value *to = destination(item, row), *all = whole_total(row), *divisor = nullptr;
  if (parts_ > 1) {
    store(load(b_.getFloatTy(), top(row)), floats_from(to, number(sizes_.size)));
    store(all, floats_from(to, number(sizes_.size + 1)));
  } else {
    // What sees nothing has sums of 0.
    Value* one = llvm::ConstantFP::get(b_.getFloatTy(), 1);
    Value* is_none = b_.CreateFCmpOEQ(all, llvm::ConstantFP::get(b_.getFloatTy(), 0));
    divisor = splat(b_.CreateSelect(is_none, one, all), kLanes);
  }
  frame_.loop(number(0), number(sizes_.size), kLanes, [&](Value* i) {
    Value* x = load(vector(kLanes), floats_from(sum(row), i));
    store(divisor ? b_.CreateFDiv(x, divisor) : x, floats_from(to, i));
  });
}

// Of a part that has seen nothing nobody reads more than that.
void Attention::finish_empty(const Item& item, Value* row) {
  Value* to = destination(item, row);
  if (parts_ > 1) {
    store(llvm::ConstantFP::get(b_.getFloatTy(), kNoScore), floats_from(to, number(sizes_.size)));
    store(llvm::ConstantFP::get(b_.getFloatTy(), 0), floats_from(to, number(sizes_.size + 1)));
    return;
  }
  frame_.loop(number(0), number(sizes_.size), kLanes,
              [&](Value* i) { store(llvm::Constant::getNullValue(vector(kLanes)), floats_from(to, i)); });
}

KernelShape emit_attention(Frame& frame) {
  return attention_sizes(frame).few() ? emit_attention_of_few(frame) : emit_attention_of_many(frame);
}

}  // namespace fusebox::cpu
