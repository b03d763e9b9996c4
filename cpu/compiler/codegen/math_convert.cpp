// Conversions between f64, f32 and the 16-bit formats.

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Type.h>

#include "cpu/compiler/codegen/lanes.h"

namespace fusebox::cpu {
namespace {

llvm::Type* same_lanes(llvm::Value* value, llvm::Type* element) {
  const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(value->getType());
  return vector == nullptr ? element : llvm::FixedVectorType::get(element, vector->getNumElements());
}

// i16, half or bfloat, as i32.
Int load_16_bits(Lanes& lanes, llvm::Value* value) {
  llvm::IRBuilderBase& builder = lanes.builder;
  value = builder.CreateBitCast(value, same_lanes(value, builder.getInt16Ty()));
  return {&lanes, builder.CreateZExt(value, same_lanes(value, builder.getInt32Ty()))};
}

llvm::Value* as_16_bits(Int x) {
  return x.in->builder.CreateTrunc(x.value, same_lanes(x.value, x.in->builder.getInt16Ty()));
}

// To f32 so that rounding again is as good as rounding once: what is cut off leaves the last bit odd (Boldo
// and Melquiond, 2008).
Float to_f32_odd(Float x) {
  const Float near = narrow(x), size = absolute(x), back = absolute(widen(near));
  const Int zero = bits(near).constant(0), one = bits(near).constant(1);
  const Int toward_zero = bits(near) - select(back > size, one, zero);
  // Bit 0 is set if something was cut off. NaN compares false: it stays.
  return as_float(toward_zero | select((back > size) | (back < size), one, zero));
}

Float to_f32(Lanes& lanes, llvm::Value* value) {
  const Float x{&lanes, value};
  return x.is_f64() ? to_f32_odd(x) : x;
}

}  // namespace

llvm::Value* emit_bf16_to_f32(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  return as_float(load_16_bits(lanes, value) << 16).value;
}

// The exponent is off by 112 once the bits are in place, and one multiplication mends it, for subnormals too.
llvm::Value* emit_f16_to_f32(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  if (target.half) {
    value = builder.CreateBitCast(value, same_lanes(value, builder.getHalfTy()));
    return builder.CreateFPExt(value, same_lanes(value, builder.getFloatTy()));
  }
  const Int half = load_16_bits(lanes, value);
  const Int size = half & 0x7fff, placed = size << 13;
  const Int finite = bits(as_float(placed) * 0x1p112);
  const Int quiet =
      select(less_signed(half.constant(0x7c00), size), half.constant(0x400000), half.constant(0));
  const Int special = placed | 0x7f800000 | quiet;
  const Int magnitude = select(less_signed(size, half.constant(0x7c00)), finite, special);
  return as_float(magnitude | (half & 0x8000) << 16).value;
}

// Adding just under half of what is cut off, and a bit more if the bit that stays last is odd.
llvm::Value* emit_to_bf16(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x = to_f32(lanes, value);
  const Int raw = bits(x);
  const Int rounded = raw + ((raw >> 16) & 1) + 0x7fff;
  return as_16_bits(select(is_nan(x), raw | 0x400000, rounded) >> 16);
}

llvm::Value* emit_to_f16(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x = to_f32(lanes, value);
  if (target.half) {
    llvm::Value* half = builder.CreateFPTrunc(x.value, same_lanes(x.value, builder.getHalfTy()));
    return builder.CreateBitCast(half, same_lanes(half, builder.getInt16Ty()));
  }
  const Int raw = bits(x), size = raw & 0x7fffffff;
  const Int rebased = size - (uint64_t{112} << 23) + ((size >> 13) & 1) + 0xfff;
  const Int normal = rebased >> 13;
  // One half is so large that its last bit is that of f16's subnormals.
  const Int subnormal = bits(as_float(size) + 0.5) - 0x3f000000;
  const Int finite = select(less_signed(size, size.constant(0x38800000)), subnormal, normal);
  const Int large = size.constant(0x7c00);
  const Int number = select(less_signed(size, size.constant(0x47800000)), finite, large);
  const Int nan = ((size >> 13) & 0x3ff) | 0x7e00;
  return as_16_bits(select(is_nan(x), nan, number) | ((raw >> 16) & 0x8000));
}

}  // namespace fusebox::cpu
