#include "cpu/compiler/kernels/block_reader.h"

#include <algorithm>

#include "cpu/compiler/kernels/transpose.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

std::vector<int> lanes(int first, int count, int step = 1) {
  std::vector<int> list(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) list[static_cast<size_t>(i)] = first + i * step;
  return list;
}

}  // namespace

int64_t BlockReader::run() const {
  switch (format_) {
    case BlockFormat::q2_k:
    case BlockFormat::q3_k:
    case BlockFormat::q6_k: return 16;
    default: return 32;
  }
}

int BlockReader::largest() const {
  switch (format_) {
    case BlockFormat::q2_k: return 3;
    case BlockFormat::q3_k: return 7;
    case BlockFormat::q4_0:
    case BlockFormat::q4_1:
    case BlockFormat::q4_k: return 15;
    case BlockFormat::q5_0:
    case BlockFormat::q5_1:
    case BlockFormat::q5_k: return 31;
    case BlockFormat::q6_k: return 63;
    case BlockFormat::q8_0: return 128;
  }
  throw InternalError("no such block format");
}

Value* BlockReader::load(Value* block, int64_t offset, llvm::Type* element, unsigned count) {
  Value* address = b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), block, static_cast<uint64_t>(offset));
  llvm::Type* type = count == 1 ? element : llvm::FixedVectorType::get(element, count);
  return b_.CreateAlignedLoad(type, address, llvm::Align(1));
}

Value* BlockReader::half(Value* block, int64_t offset) {
  return emit_f16_to_f32(b_, load(block, offset, b_.getInt16Ty(), 1), target_);
}

// Lane r: the f16 at `offset` of block r.
Value* BlockReader::halves(const std::vector<Value*>& blocks, int64_t offset) {
  const auto count = static_cast<unsigned>(blocks.size());
  Value* bits = llvm::PoisonValue::get(llvm::FixedVectorType::get(b_.getInt16Ty(), count));
  for (unsigned r = 0; r < count; ++r)
    bits = b_.CreateInsertElement(bits, load(blocks[r], offset, b_.getInt16Ty(), 1), r);
  return emit_f16_to_f32(b_, bits, target_);
}

// Lane r of the first: the f16 at the beginning of block r; of the second: the one behind it.
std::pair<Value*, Value*> BlockReader::pairs_of_halves(const std::vector<Value*>& blocks) {
  const auto count = static_cast<unsigned>(blocks.size());
  Value* words = llvm::PoisonValue::get(llvm::FixedVectorType::get(b_.getInt32Ty(), count));
  for (unsigned r = 0; r < count; ++r)
    words = b_.CreateInsertElement(words, load(blocks[r], 0, b_.getInt32Ty(), 1), r);
  Value* bits = b_.CreateBitCast(words, llvm::FixedVectorType::get(b_.getInt16Ty(), 2 * count));
  // Of 16 blocks LLVM would put them together half by half, were they not converted first.
  if (count == 16) bits = emit_f16_to_f32(b_, bits, target_);
  const auto every_other = [&](int first) {
    Value* picked = b_.CreateShuffleVector(bits, lanes(first, static_cast<int>(count), 2));
    return count == 16 ? picked : emit_f16_to_f32(b_, picked, target_);
  };
  return {every_other(0), every_other(1)};
}

Value* BlockReader::shifted(Value* bytes, int shift, int mask) {
  if (shift > 0) bytes = b_.CreateLShr(bytes, llvm::ConstantInt::get(bytes->getType(), shift));
  return mask == 0xff >> shift ? bytes : b_.CreateAnd(bytes, llvm::ConstantInt::get(bytes->getType(), mask));
}

// Where 16 bytes begin whose low halves are the first 16 of 32 weights, and the high ones the others.
int64_t BlockReader::nibbles_at() const {
  switch (format_) {
    case BlockFormat::q4_0: return 2;
    case BlockFormat::q4_1: return 4;
    case BlockFormat::q5_0: return 6;
    case BlockFormat::q5_1: return 8;
    default: throw InternalError("a format without halves of bytes side by side");
  }
}

Value* BlockReader::nibbles(Value* block) {
  // As words, twice, the second time shifted: two instructions where there are shifts by vectors.
  Value* words =
      b_.CreateShuffleVector(load(block, nibbles_at(), b_.getInt32Ty(), 4), {0, 1, 2, 3, 0, 1, 2, 3});
  std::vector<llvm::Constant*> shifts;
  for (unsigned i = 0; i < 8; ++i) shifts.push_back(b_.getInt32(i < 4 ? 0 : 4));
  words = b_.CreateLShr(words, llvm::ConstantVector::get(shifts));
  return shifted(b_.CreateBitCast(words, llvm::FixedVectorType::get(b_.getInt8Ty(), 32)), 0, 15);
}

// q plus `value` where the mask, <32 x i1>, is set.
Value* BlockReader::with_bits(Value* q, Value* mask, int value) {
  Value* add = llvm::ConstantInt::get(q->getType(), static_cast<uint64_t>(value));
  return b_.CreateOr(q, b_.CreateSelect(mask, add, llvm::Constant::getNullValue(q->getType())));
}

Value* BlockReader::to_float(Value* integers, bool is_signed) {
  llvm::Type* type = llvm::FixedVectorType::get(
      b_.getFloatTy(), llvm::cast<llvm::FixedVectorType>(integers->getType())->getNumElements());
  return is_signed ? b_.CreateSIToFP(integers, type) : b_.CreateUIToFP(integers, type);
}

Value* BlockReader::times(Value* x, double factor) {
  return b_.CreateFMul(x, llvm::ConstantFP::get(x->getType(), factor));
}

Value* BlockReader::quants(Value* block, int64_t group) {
  const int j = static_cast<int>(group), in_half = j % 4;
  const auto bytes = [&](int64_t offset) { return load(block, offset, b_.getInt8Ty(), 32); };
  // The bit of weight i in byte i, for formats whose top bits lie in planes.
  const auto plane = [&](int64_t offset, int bit) {
    Value* masked = b_.CreateAnd(bytes(offset), static_cast<uint64_t>(1 << bit));
    return b_.CreateICmpNE(masked, llvm::Constant::getNullValue(masked->getType()));
  };
  // 32 bits side by side, one for each weight.
  const auto row_of_bits = [&](int64_t offset) {
    return b_.CreateBitCast(load(block, offset, b_.getInt32Ty(), 1),
                            llvm::FixedVectorType::get(b_.getInt1Ty(), 32));
  };
  switch (format_) {
    case BlockFormat::q4_0: return nibbles(block);
    case BlockFormat::q4_1: return nibbles(block);
    case BlockFormat::q5_0: return with_bits(nibbles(block), row_of_bits(2), 16);
    case BlockFormat::q5_1: return with_bits(nibbles(block), row_of_bits(4), 16);
    case BlockFormat::q8_0: return bytes(2);
    case BlockFormat::q2_k: return shifted(bytes(16 + j / 4 * 32), 2 * in_half, 3);
    case BlockFormat::q3_k: return with_bits(shifted(bytes(32 + j / 4 * 32), 2 * in_half, 3), plane(0, j), 4);
    case BlockFormat::q4_k: return shifted(bytes(16 + j / 2 * 32), j % 2 * 4, 15);
    case BlockFormat::q5_k:
      return with_bits(shifted(bytes(48 + j / 2 * 32), j % 2 * 4, 15), plane(16, j), 16);
    case BlockFormat::q6_k: {
      Value* low = shifted(bytes(j / 4 * 64 + in_half % 2 * 32), in_half / 2 * 4, 15);
      Value* high = shifted(bytes(128 + j / 4 * 32), 2 * in_half, 3);
      return b_.CreateOr(low, b_.CreateShl(high, llvm::ConstantInt::get(high->getType(), 4)));
    }
  }
  throw InternalError("no such block format");
}

// The bits of each byte of a mask, after they were turned right by `first` places in the first 32 bytes and
// by `second` in the others.
Value* BlockReader::turned(Value* bytes, int first, int second, int mask) {
  Value* words = b_.CreateBitCast(bytes, llvm::FixedVectorType::get(b_.getInt32Ty(), 16));
  std::vector<llvm::Constant*> counts;
  for (int i = 0; i < 16; ++i)
    counts.push_back(b_.getInt32(static_cast<uint32_t>(i < 8 ? first : second) & 31));
  words = b_.CreateIntrinsic(llvm::Intrinsic::fshr, {words->getType()},
                             {words, words, llvm::ConstantVector::get(counts)});
  return shifted(b_.CreateBitCast(words, bytes->getType()), 0, mask);
}

Value* BlockReader::quants_of_two(Value* block, int64_t group) {
  const int j = static_cast<int>(group), in_half = j % 4;
  const auto twice = [&](int64_t offset) {
    Value* bytes = load(block, offset, b_.getInt8Ty(), 32);
    return b_.CreateShuffleVector(bytes, bytes, lanes(0, 64));
  };
  const auto planes = [&](int64_t offset) {
    std::vector<llvm::Constant*> bits;
    for (int i = 0; i < 64; ++i) bits.push_back(b_.getInt8(static_cast<uint8_t>(1 << (i < 32 ? j : j + 1))));
    Value* masked = b_.CreateAnd(twice(offset), llvm::ConstantVector::get(bits));
    return b_.CreateICmpNE(masked, llvm::Constant::getNullValue(masked->getType()));
  };
  switch (format_) {
    case BlockFormat::q2_k: return turned(twice(16 + j / 4 * 32), 2 * in_half, 2 * in_half + 2, 3);
    case BlockFormat::q3_k:
      return with_bits(turned(twice(32 + j / 4 * 32), 2 * in_half, 2 * in_half + 2, 3), planes(0), 4);
    case BlockFormat::q4_k: return turned(twice(16 + j / 2 * 32), 0, 4, 15);
    case BlockFormat::q5_k: return with_bits(turned(twice(48 + j / 2 * 32), 0, 4, 15), planes(16), 16);
    case BlockFormat::q6_k: {
      Value* low = load(block, j / 4 * 64, b_.getInt8Ty(), 64);
      low = turned(low, in_half / 2 * 4, in_half / 2 * 4, 15);
      return b_.CreateOr(low, turned(twice(128 + j / 4 * 32), 2 * in_half - 4, 2 * in_half - 2, 0x30));
    }
    default: throw InternalError("a format of one group");
  }
}

Value* BlockReader::sixteens(const std::vector<Value*>& blocks, int64_t offset) {
  std::vector<Value*> four;
  for (Value* block : blocks) four.push_back(load(block, offset, b_.getInt8Ty(), 16));
  while (four.size() < 4) four.push_back(llvm::Constant::getNullValue(four[0]->getType()));
  return b_.CreateShuffleVector(b_.CreateShuffleVector(four[0], four[1], lanes(0, 32)),
                                b_.CreateShuffleVector(four[2], four[3], lanes(0, 32)), lanes(0, 64));
}

std::array<Value*, 2> BlockReader::quants_of_four(const std::vector<Value*>& blocks) {
  if (format_ == BlockFormat::q8_0) return {sixteens(blocks, 2), sixteens(blocks, 18)};
  Value* bytes = sixteens(blocks, nibbles_at());
  std::array<Value*, 2> halves = {shifted(bytes, 0, 15), high_nibbles(bytes)};
  if (format_ != BlockFormat::q5_0 && format_ != BlockFormat::q5_1) return halves;
  const int64_t bits_at = nibbles_at() - 4;
  for (size_t h = 0; h < 2; ++h) {  // in a general register: masks are made from those
    Value* bits = b_.getInt64(0);
    for (size_t i = 0; i < blocks.size(); ++i) {
      Value* some = load(blocks[i], bits_at + 2 * static_cast<int64_t>(h), b_.getInt16Ty(), 1);
      bits = b_.CreateOr(bits, b_.CreateShl(b_.CreateZExt(some, b_.getInt64Ty()), 16 * i));
    }
    halves[h] =
        with_bits(halves[h], b_.CreateBitCast(bits, llvm::FixedVectorType::get(b_.getInt1Ty(), 64)), 16);
  }
  return halves;
}

// Shifted as words, as there are no shifts of bytes.
Value* BlockReader::high_nibbles(Value* bytes) {
  const unsigned count = llvm::cast<llvm::FixedVectorType>(bytes->getType())->getNumElements();
  Value* words = b_.CreateBitCast(bytes, llvm::FixedVectorType::get(b_.getInt32Ty(), count / 4));
  words = b_.CreateLShr(words, llvm::ConstantInt::get(words->getType(), 4));
  return shifted(b_.CreateBitCast(words, bytes->getType()), 0, 15);
}

std::vector<Value*> BlockReader::quants_of_all(const std::vector<Value*>& blocks, int64_t group) {
  llvm::Type* bytes = llvm::FixedVectorType::get(b_.getInt8Ty(), 4 * static_cast<unsigned>(blocks.size()));
  std::vector<Value*> rows, columns;
  if (format_ == BlockFormat::q4_0 || format_ == BlockFormat::q4_1) {
    // Turned while two weights are still one byte: half the work.
    for (Value* block : blocks) rows.push_back(load(block, nibbles_at(), b_.getInt32Ty(), 4));
    for (Value* words : transposed(b_, rows)) columns.push_back(b_.CreateBitCast(words, bytes));
    for (size_t k = 0; k < 4; ++k) columns.push_back(shifted(columns[k], 4, 15));
    for (size_t k = 0; k < 4; ++k) columns[k] = shifted(columns[k], 0, 15);
    return columns;
  }
  llvm::Type* words = llvm::FixedVectorType::get(b_.getInt32Ty(), 8);
  for (Value* block : blocks) rows.push_back(b_.CreateBitCast(quants(block, group), words));
  for (Value* word : transposed(b_, rows)) columns.push_back(b_.CreateBitCast(word, bytes));
  return columns;
}

BlockReader::Scales BlockReader::scales(const std::vector<Value*>& blocks) {
  if (runs() == 1) return one_run(blocks);
  Scales all;
  for (Value* block : blocks) switch (format_) {
      case BlockFormat::q2_k: q2_k(block, all); break;
      case BlockFormat::q3_k: q3_k(block, all); break;
      case BlockFormat::q4_k:
      case BlockFormat::q5_k: q4_k(block, all); break;
      case BlockFormat::q6_k: q6_k(block, all); break;
      default: throw InternalError("a format of one run");
    }
  return all;
}

BlockReader::Scales BlockReader::one_run(const std::vector<Value*>& blocks) {
  if (format_ == BlockFormat::q4_1 || format_ == BlockFormat::q5_1) {
    const auto [scale, minimum] = pairs_of_halves(blocks);
    return {{scale}, {minimum}};
  }
  return one_run(halves(blocks, 0));
}

BlockReader::Scales BlockReader::one_run(Value* scale) {
  switch (format_) {
    case BlockFormat::q4_0: return {{scale}, {times(scale, -8)}};
    case BlockFormat::q5_0: return {{scale}, {times(scale, -16)}};
    default: return {{scale}, {}};
  }
}

// Lane 4b + r: the 32 bits of block b of row r that begin with its scale, or end with it where `in_upper` is
// set. They are picked out of 64 bytes of a row, or twice 64, at once.
Value* BlockReader::words_of_scales(const std::vector<Value*>& rows, int64_t count,
                                    std::array<bool, 4>& in_upper) {
  constexpr int64_t kRegister = 64;
  constexpr int kLanes = 16;
  const int64_t all = count * bytes();
  Value* picked = nullptr;
  for (int r = 0; r < 4; ++r) {
    Value* block = rows[static_cast<size_t>(r)];
    Value* words = load_up_to(block, 0, all);
    Value* others = all > kRegister ? load_up_to(block, kRegister, all) : words;
    std::vector<int> from(kLanes, -1), keep;
    for (int64_t i = 0; i < 4; ++i) {
      int64_t offset = i * bytes();
      // Where there is no block, what lies behind the last one is zero.
      if (i >= count) offset = (all > kRegister ? 2 : 1) * kRegister - 4;
      const int64_t first = offset + 4 > kRegister ? kRegister : 0;
      in_upper[static_cast<size_t>(i)] = offset % 4 != 0;
      from[static_cast<size_t>(4 * i + r)] =
          static_cast<int>((first > 0 ? kLanes : 0) + (offset - first) / 4);
    }
    Value* of_row = b_.CreateShuffleVector(words, others, from);
    for (int lane = 0; lane < kLanes; ++lane) keep.push_back(lane % 4 == r ? kLanes + lane : lane);
    picked = picked ? b_.CreateShuffleVector(picked, of_row, keep) : of_row;
  }
  return picked;
}

BlockReader::Scales BlockReader::scales_of_four(const std::vector<Value*>& rows, int64_t count) {
  std::array<bool, 4> in_upper{};
  Value* words = words_of_scales(rows, count, in_upper);
  const auto as_floats = [&](Value* bits) { return emit_f16_to_f32(b_, bits, target_); };
  if (stores_minimum()) {
    Value* all = as_floats(b_.CreateBitCast(words, llvm::FixedVectorType::get(b_.getInt16Ty(), 32)));
    return {{b_.CreateShuffleVector(all, lanes(0, 16, 2))}, {b_.CreateShuffleVector(all, lanes(1, 16, 2))}};
  }
  std::vector<llvm::Constant*> shifts;
  for (size_t lane = 0; lane < 16; ++lane) shifts.push_back(b_.getInt32(in_upper[lane / 4] ? 16 : 0));
  words = b_.CreateLShr(words, llvm::ConstantVector::get(shifts));
  return {{as_floats(b_.CreateTrunc(words, llvm::FixedVectorType::get(b_.getInt16Ty(), 16)))}, {}};
}

// 64 bytes from `offset` on as words, zeros for what lies behind `end`.
Value* BlockReader::load_up_to(Value* block, int64_t offset, int64_t end) {
  llvm::Type* words = llvm::FixedVectorType::get(b_.getInt32Ty(), 16);
  const int64_t halves = (end - offset) / 2;
  if (halves >= 32) return load(block, offset, b_.getInt32Ty(), 16);
  std::vector<llvm::Constant*> mask;
  for (int64_t i = 0; i < 32; ++i) mask.push_back(b_.getInt1(i < halves));
  llvm::Type* type = llvm::FixedVectorType::get(b_.getInt16Ty(), 32);
  Value* address = b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), block, static_cast<uint64_t>(offset));
  return b_.CreateBitCast(b_.CreateMaskedLoad(type, address, llvm::Align(1), llvm::ConstantVector::get(mask),
                                              llvm::Constant::getNullValue(type)),
                          words);
}

void BlockReader::q2_k(Value* block, Scales& out) {
  Value* bytes = load(block, 0, b_.getInt8Ty(), 16);
  const auto scaled = [&](Value* integers, Value* by) {
    return b_.CreateFMul(to_float(integers, false), b_.CreateVectorSplat(16, by));
  };
  out.scale.push_back(scaled(shifted(bytes, 0, 15), half(block, 80)));
  out.minimum.push_back(scaled(shifted(bytes, 4, 15), b_.CreateFNeg(half(block, 82))));
}

void BlockReader::q3_k(Value* block, Scales& out) {
  Value* eight = load(block, 96, b_.getInt8Ty(), 8);
  Value* four = load(block, 104, b_.getInt8Ty(), 4);
  Value* low = b_.CreateShuffleVector(shifted(eight, 0, 15), shifted(eight, 4, 15), lanes(0, 16));
  // Two bits of each of four bytes, four times.
  std::vector<int> repeat;
  std::vector<llvm::Constant*> shifts;
  for (int i = 0; i < 16; ++i) {
    repeat.push_back(i % 4);
    shifts.push_back(b_.getInt8(static_cast<uint8_t>(i / 4 * 2)));
  }
  Value* high = b_.CreateLShr(b_.CreateShuffleVector(four, repeat), llvm::ConstantVector::get(shifts));
  high = b_.CreateShl(b_.CreateAnd(high, llvm::ConstantInt::get(high->getType(), 3)),
                      llvm::ConstantInt::get(high->getType(), 4));
  Value* integers = b_.CreateSub(b_.CreateOr(low, high), llvm::ConstantInt::get(low->getType(), 32));
  Value* scale = b_.CreateFMul(to_float(integers, true), b_.CreateVectorSplat(16, half(block, 108)));
  out.scale.push_back(scale);
  out.minimum.push_back(times(scale, -4));
}

// Six bits for each of 8 scales and 8 minima in 12 bytes.
void BlockReader::q4_k(Value* block, Scales& out) {
  Value* first = load(block, 4, b_.getInt8Ty(), 4);
  Value* second = load(block, 8, b_.getInt8Ty(), 4);
  Value* third = load(block, 12, b_.getInt8Ty(), 4);
  const auto top = [&](Value* bytes) {
    return b_.CreateShl(shifted(bytes, 6, 3), llvm::ConstantInt::get(bytes->getType(), 4));
  };
  const auto eight = [&](Value* low, Value* high, Value* by) {
    Value* integers = b_.CreateShuffleVector(low, high, lanes(0, 8));
    return b_.CreateFMul(to_float(integers, false), b_.CreateVectorSplat(8, by));
  };
  out.scale.push_back(
      eight(shifted(first, 0, 63), b_.CreateOr(shifted(third, 0, 15), top(first)), half(block, 0)));
  out.minimum.push_back(eight(shifted(second, 0, 63), b_.CreateOr(shifted(third, 4, 15), top(second)),
                              b_.CreateFNeg(half(block, 2))));
}

void BlockReader::q6_k(Value* block, Scales& out) {
  Value* integers = load(block, 192, b_.getInt8Ty(), 16);
  Value* scale = b_.CreateFMul(to_float(integers, true), b_.CreateVectorSplat(16, half(block, 208)));
  out.scale.push_back(scale);
  out.minimum.push_back(times(scale, -32));
}

}  // namespace fusebox::cpu
