#include "cpu/compiler/kernels/scalar.h"

#include <fmt/format.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Intrinsics.h>

#include <cstring>

#include "fusebox/base/error.h"

namespace fusebox::cpu {

using hlo::OpCode;
using llvm::Value;
using llvm::Intrinsic::ID;

namespace {

bool is_half(DType dtype) { return dtype == f16 || dtype == bf16; }

[[noreturn]] void refuse(const hlo::Op& op, DType dtype) {
  throw Error(ErrorKind::kUnsupported, fmt::format("not done for {}", name(dtype))).op(hlo::name(op.code));
}

}  // namespace

void Scalars::check(DType dtype) {
  const DTypeInfo& row = info(dtype);
  const bool integer =
      (row.kind == DTypeClass::kSigned || row.kind == DTypeClass::kUnsigned) && row.bits >= 8;
  if (dtype == i1 || integer || is_half(dtype) || dtype == f32 || dtype == f64) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("the CPU compiler does not do {}", name(dtype)));
}

llvm::Type* Scalars::memory_type(DType dtype) const {
  check(dtype);
  if (dtype == f32 || dtype == f64) return type(dtype);
  return b_.getIntNTy(static_cast<unsigned>(byte_size(dtype) * 8));
}

llvm::Type* Scalars::type(DType dtype) const {
  check(dtype);
  if (dtype == f64) return b_.getDoubleTy();
  if (is_float(dtype)) return b_.getFloatTy();
  return b_.getIntNTy(static_cast<unsigned>(info(dtype).bits));
}

Value* Scalars::load(Value* address, DType dtype) const {
  Value* raw = b_.CreateAlignedLoad(memory_type(dtype), address, llvm::Align(byte_size(dtype)));
  if (dtype == i1) return b_.CreateICmpNE(raw, b_.getInt8(0));
  if (dtype == f16) return emit_f16_to_f32(b_, raw, target_);
  if (dtype == bf16) return emit_bf16_to_f32(b_, raw, target_);
  return raw;
}

void Scalars::store(Value* value, Value* address, DType dtype) const {
  if (dtype == i1) value = b_.CreateZExt(value, b_.getInt8Ty());
  if (dtype == f16) value = emit_to_f16(b_, value, target_);
  if (dtype == bf16) value = emit_to_bf16(b_, value, target_);
  b_.CreateAlignedStore(value, address, llvm::Align(byte_size(dtype)));
}

Value* Scalars::constant(const hlo::Literal& literal, int64_t element) const {
  const DType dtype = literal.shape.dtype;
  const size_t size = byte_size(dtype);
  uint64_t bits = 0;
  std::memcpy(&bits, literal.bytes().data() + (literal.splat ? 0 : static_cast<size_t>(element)) * size,
              size);
  if (dtype == i1) return b_.getInt1(bits != 0);
  llvm::Constant* raw = b_.getIntN(static_cast<unsigned>(size * 8), bits);
  if (dtype == f32 || dtype == f64) return llvm::ConstantExpr::getBitCast(raw, type(dtype));
  if (dtype == f16) return emit_f16_to_f32(b_, raw, target_);
  if (dtype == bf16) return emit_bf16_to_f32(b_, raw, target_);
  check(dtype);
  return raw;
}

Value* Scalars::round(Value* x, DType dtype) const {
  if (dtype == f16) return emit_f16_to_f32(b_, emit_to_f16(b_, x, target_), target_);
  if (dtype == bf16) return emit_bf16_to_f32(b_, emit_to_bf16(b_, x, target_), target_);
  return x;
}

Value* Scalars::elementwise(const hlo::Op& op, std::span<Value* const> x, DType operand, DType result) const {
  switch (op.code) {
    case OpCode::convert: return convert(x[0], operand, result);
    case OpCode::bitcast_convert: return bitcast(x[0], operand, result);
    case OpCode::compare: return compare(op, x[0], x[1], operand);
    case OpCode::reduce_precision: return reduce_precision(op, x[0], operand);
    case OpCode::select: return b_.CreateSelect(x[0], x[1], x[2]);
    case OpCode::is_finite: {
      Value* size = b_.CreateUnaryIntrinsic(ID(llvm::Intrinsic::fabs), x[0]);
      return b_.CreateFCmpOLT(size, llvm::ConstantFP::getInfinity(x[0]->getType()));
    }
    default: break;
  }
  if (is_float(operand)) return round(on_floats(op, x, operand), result);
  return on_integers(op, x, operand);
}

Value* Scalars::on_floats(const hlo::Op& op, std::span<Value* const> x, DType dtype) const {
  switch (op.code) {
    case OpCode::abs: return b_.CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x[0]);
    case OpCode::add: return b_.CreateFAdd(x[0], x[1]);
    case OpCode::atan2: return emit_atan2(b_, x[0], x[1], target_);
    case OpCode::cbrt: return emit_cbrt(b_, x[0], target_);
    case OpCode::ceil: return emit_ceil(b_, x[0], target_);
    case OpCode::clamp: return emit_min(b_, emit_max(b_, x[1], x[0], target_), x[2], target_);
    case OpCode::cosine: return emit_cos(b_, x[0], target_);
    case OpCode::divide: return b_.CreateFDiv(x[0], x[1]);
    case OpCode::exponential: return emit_exp(b_, x[0], target_);
    case OpCode::exponential_minus_one: return emit_expm1(b_, x[0], target_);
    case OpCode::floor: return emit_floor(b_, x[0], target_);
    case OpCode::log: return emit_log(b_, x[0], target_);
    case OpCode::log_plus_one: return emit_log1p(b_, x[0], target_);
    case OpCode::logistic: return emit_logistic(b_, x[0], target_);
    case OpCode::maximum: return emit_max(b_, x[0], x[1], target_);
    case OpCode::minimum: return emit_min(b_, x[0], x[1], target_);
    case OpCode::multiply: return b_.CreateFMul(x[0], x[1]);
    case OpCode::negate: return b_.CreateFNeg(x[0]);
    case OpCode::power: return emit_pow(b_, x[0], x[1], target_);
    case OpCode::remainder: return b_.CreateFRem(x[0], x[1]);
    case OpCode::round_nearest_afz: return emit_round_nearest_afz(b_, x[0], target_);
    case OpCode::round_nearest_even: return emit_round_nearest_even(b_, x[0], target_);
    case OpCode::rsqrt: return emit_rsqrt(b_, x[0], target_);
    case OpCode::sign: return emit_sign(b_, x[0], target_);
    case OpCode::sine: return emit_sin(b_, x[0], target_);
    case OpCode::sqrt: return emit_sqrt(b_, x[0], target_);
    case OpCode::subtract: return b_.CreateFSub(x[0], x[1]);
    case OpCode::tan: return emit_tan(b_, x[0], target_);
    case OpCode::tanh: return emit_tanh(b_, x[0], target_);
    default: refuse(op, dtype);
  }
}

Value* Scalars::on_integers(const hlo::Op& op, std::span<Value* const> x, DType dtype) const {
  const bool is_signed = is_signed_integer(dtype);
  const auto zero = [&] { return llvm::ConstantInt::get(x[0]->getType(), 0); };
  const auto pick = [&](ID id, Value* a, Value* b) { return b_.CreateBinaryIntrinsic(id, a, b); };
  const ID most = is_signed ? llvm::Intrinsic::smax : llvm::Intrinsic::umax;
  const ID least = is_signed ? llvm::Intrinsic::smin : llvm::Intrinsic::umin;
  const bool boolean = dtype == i1;
  switch (op.code) {
    case OpCode::abs: return is_signed ? pick(llvm::Intrinsic::smax, x[0], b_.CreateNeg(x[0])) : x[0];
    case OpCode::add: return boolean ? b_.CreateOr(x[0], x[1]) : b_.CreateAdd(x[0], x[1]);
    case OpCode::and_: return b_.CreateAnd(x[0], x[1]);
    case OpCode::clamp: return pick(least, pick(most, x[1], x[0]), x[2]);
    case OpCode::count_leading_zeros:
      return b_.CreateBinaryIntrinsic(llvm::Intrinsic::ctlz, x[0], b_.getFalse());
    case OpCode::divide: return divide(x[0], x[1], is_signed, false);
    case OpCode::maximum: return boolean ? b_.CreateOr(x[0], x[1]) : pick(most, x[0], x[1]);
    case OpCode::minimum: return boolean ? b_.CreateAnd(x[0], x[1]) : pick(least, x[0], x[1]);
    case OpCode::multiply: return boolean ? b_.CreateAnd(x[0], x[1]) : b_.CreateMul(x[0], x[1]);
    case OpCode::negate: return b_.CreateNeg(x[0]);
    case OpCode::not_: return b_.CreateNot(x[0]);
    case OpCode::or_: return b_.CreateOr(x[0], x[1]);
    case OpCode::popcnt: return b_.CreateUnaryIntrinsic(llvm::Intrinsic::ctpop, x[0]);
    case OpCode::power: return integer_power(x[0], x[1], is_signed);
    case OpCode::remainder: return divide(x[0], x[1], is_signed, true);
    case OpCode::shift_left:
    case OpCode::shift_right_arithmetic:
    case OpCode::shift_right_logical: return shift(op.code, x[0], x[1]);
    case OpCode::sign: {
      Value* positive = b_.CreateZExt(b_.CreateICmpSGT(x[0], zero()), x[0]->getType());
      return b_.CreateSelect(b_.CreateICmpSLT(x[0], zero()),
                             llvm::ConstantInt::getAllOnesValue(x[0]->getType()), positive);
    }
    case OpCode::subtract: return b_.CreateSub(x[0], x[1]);
    case OpCode::xor_: return b_.CreateXor(x[0], x[1]);
    default: refuse(op, dtype);
  }
}

// By zero: all ones, and the dividend as remainder; the smallest number by -1 stays itself, with remainder 0.
Value* Scalars::divide(Value* x, Value* y, bool is_signed, bool remainder) const {
  llvm::Type* type = x->getType();
  Value* one = llvm::ConstantInt::get(type, 1);
  Value* ones = llvm::ConstantInt::getAllOnesValue(type);
  Value* by_zero = b_.CreateICmpEQ(y, llvm::ConstantInt::get(type, 0));
  Value* divisor = b_.CreateSelect(by_zero, one, y);
  Value* overflow = nullptr;
  if (is_signed) {
    const auto bits = type->getIntegerBitWidth();
    Value* smallest = llvm::ConstantInt::get(type, llvm::APInt::getSignedMinValue(bits));
    overflow = b_.CreateAnd(b_.CreateICmpEQ(x, smallest), b_.CreateICmpEQ(y, ones));
    divisor = b_.CreateSelect(overflow, one, divisor);
  }
  Value* result = remainder ? (is_signed ? b_.CreateSRem(x, divisor) : b_.CreateURem(x, divisor))
                            : (is_signed ? b_.CreateSDiv(x, divisor) : b_.CreateUDiv(x, divisor));
  return b_.CreateSelect(by_zero, remainder ? x : ones, result);
}

Value* Scalars::shift(OpCode code, Value* x, Value* y) const {
  llvm::Type* type = x->getType();
  const auto bits = type->getIntegerBitWidth();
  Value* fits = b_.CreateICmpULT(y, llvm::ConstantInt::get(type, bits));
  Value* zero = llvm::ConstantInt::get(type, 0);
  Value* by = b_.CreateSelect(fits, y, zero);
  if (code == OpCode::shift_left) return b_.CreateSelect(fits, b_.CreateShl(x, by), zero);
  if (code == OpCode::shift_right_logical) return b_.CreateSelect(fits, b_.CreateLShr(x, by), zero);
  return b_.CreateAShr(x, b_.CreateSelect(fits, y, llvm::ConstantInt::get(type, bits - 1)));
}

// By squaring, one bit of the exponent after the other. A negative exponent leaves 1, -1 or 0.
Value* Scalars::integer_power(Value* x, Value* y, bool is_signed) const {
  llvm::Type* type = x->getType();
  const auto constant = [&](uint64_t value) { return llvm::ConstantInt::get(type, value); };
  Value* result = constant(1);
  Value* square = x;
  for (unsigned bit = 0; bit < type->getIntegerBitWidth(); ++bit) {
    Value* set = b_.CreateTrunc(b_.CreateLShr(y, constant(bit)), b_.getInt1Ty());
    result = b_.CreateSelect(set, b_.CreateMul(result, square), result);
    square = b_.CreateMul(square, square);
  }
  if (!is_signed) return result;
  Value* ones = llvm::ConstantInt::getAllOnesValue(type);
  Value* odd = b_.CreateTrunc(y, b_.getInt1Ty());
  Value* of_minus_one = b_.CreateSelect(odd, ones, constant(1));
  Value* inverse = b_.CreateSelect(b_.CreateICmpEQ(x, ones), of_minus_one,
                                   b_.CreateZExt(b_.CreateICmpEQ(x, constant(1)), type));
  return b_.CreateSelect(b_.CreateICmpSLT(y, constant(0)), inverse, result);
}

Value* Scalars::bits_of(Value* x, DType dtype) const {
  if (dtype == f16) return emit_to_f16(b_, x, target_);
  if (dtype == bf16) return emit_to_bf16(b_, x, target_);
  if (is_float(dtype))
    return b_.CreateBitCast(x, memory_type(dtype) == b_.getFloatTy() ? b_.getInt32Ty() : b_.getInt64Ty());
  return x;
}

Value* Scalars::from_bits(Value* bits, DType dtype) const {
  if (dtype == f16) return emit_f16_to_f32(b_, bits, target_);
  if (dtype == bf16) return emit_bf16_to_f32(b_, bits, target_);
  return is_float(dtype) ? b_.CreateBitCast(bits, type(dtype)) : bits;
}

// On the bits: the mantissa is rounded to the nearest, ties to even; beyond the smaller range of exponents
// lie infinity and, subnormal numbers included, zero. NaN stays, or, where no mantissa can tell it, is
// infinity too.
Value* Scalars::reduce_precision(const hlo::Op& op, Value* x, DType dtype) const {
  const int64_t exponent = dtype == f64 ? 11 : dtype == f16 ? 5 : 8;
  const int64_t mantissa = info(dtype).bits - 1 - exponent;
  const int64_t exponent_left = op.attributes.get<int64_t>("exponent_bits");
  const int64_t mantissa_left = op.attributes.get<int64_t>("mantissa_bits");
  Value* bits = bits_of(x, dtype);
  const auto number = [&](uint64_t value) { return llvm::ConstantInt::get(bits->getType(), value); };
  Value* infinity = number(((uint64_t{1} << exponent) - 1) << mantissa);
  Value* sign = b_.CreateAnd(bits, number(uint64_t{1} << (info(dtype).bits - 1)));
  Value* result = bits;
  if (mantissa_left < mantissa) {
    const auto dropped = static_cast<uint64_t>(mantissa - mantissa_left);
    Value* last = b_.CreateAnd(b_.CreateLShr(bits, dropped), number(1));
    result = b_.CreateAdd(bits, b_.CreateAdd(last, number((uint64_t{1} << (dropped - 1)) - 1)));
    result = b_.CreateAnd(result, number(~((uint64_t{1} << dropped) - 1)));
  }
  if (exponent_left < exponent) {
    const uint64_t bias = (uint64_t{1} << (exponent - 1)) - 1;
    const uint64_t range = (uint64_t{1} << (exponent_left - 1)) - 1;
    Value* size = b_.CreateAnd(result, infinity);
    Value* above = b_.CreateICmpUGT(size, number((bias + range) << mantissa));
    Value* below = b_.CreateICmpULE(size, number((bias - range) << mantissa));
    result = b_.CreateSelect(above, b_.CreateOr(sign, infinity), result);
    result = b_.CreateSelect(below, sign, result);
  }
  Value* nan = mantissa_left == 0 ? from_bits(b_.CreateOr(sign, infinity), dtype) : x;
  return b_.CreateSelect(b_.CreateFCmpUNO(x, x), nan, from_bits(result, dtype));
}

Value* Scalars::compare(const hlo::Op& op, Value* x, Value* y, DType dtype) const {
  const std::string& direction = op.attributes.get<hlo::Keyword>("comparison_direction").value;
  const auto pick = [&](llvm::CmpInst::Predicate eq, llvm::CmpInst::Predicate ne, llvm::CmpInst::Predicate lt,
                        llvm::CmpInst::Predicate le, llvm::CmpInst::Predicate gt,
                        llvm::CmpInst::Predicate ge) {
    return direction == "EQ"   ? eq
           : direction == "NE" ? ne
           : direction == "LT" ? lt
           : direction == "LE" ? le
           : direction == "GT" ? gt
                               : ge;
  };
  using P = llvm::CmpInst;
  const auto as_signed = [&] {
    return pick(P::ICMP_EQ, P::ICMP_NE, P::ICMP_SLT, P::ICMP_SLE, P::ICMP_SGT, P::ICMP_SGE);
  };
  if (is_float(dtype)) {
    if (op.attributes.get_or<hlo::Keyword>("compare_type", {}).value != "TOTALORDER")
      return b_.CreateFCmp(pick(P::FCMP_OEQ, P::FCMP_UNE, P::FCMP_OLT, P::FCMP_OLE, P::FCMP_OGT, P::FCMP_OGE),
                           x, y);
    // The bits of floats are ordered as sign and magnitude.
    const auto key = [&](Value* value) {
      Value* bits = bits_of(value, dtype);
      Value* sign = b_.CreateAShr(bits, bits->getType()->getIntegerBitWidth() - 1);
      return b_.CreateXor(bits, b_.CreateLShr(sign, 1));
    };
    return b_.CreateICmp(as_signed(), key(x), key(y));
  }
  if (is_signed_integer(dtype)) return b_.CreateICmp(as_signed(), x, y);
  return b_.CreateICmp(pick(P::ICMP_EQ, P::ICMP_NE, P::ICMP_ULT, P::ICMP_ULE, P::ICMP_UGT, P::ICMP_UGE), x,
                       y);
}

Value* Scalars::bitcast(Value* x, DType from, DType to) const {
  if (info(from).bits != info(to).bits)
    throw Error(ErrorKind::kUnsupported, fmt::format("not done from {} to {}", name(from), name(to)))
        .op("bitcast_convert");
  return from_bits(bits_of(x, from), to);
}

Value* Scalars::convert(Value* x, DType from, DType to) const {
  if (from == to) return x;
  const bool to_float = is_float(to), from_float = is_float(from);
  if (from_float && to == i1) return b_.CreateFCmpUNE(x, llvm::ConstantFP::get(x->getType(), 0));
  if (to == i1) return b_.CreateICmpNE(x, llvm::ConstantInt::get(x->getType(), 0));
  if (from_float && to_float) {
    if (from == f64 && to == f16) return emit_f16_to_f32(b_, emit_to_f16(b_, x, target_), target_);
    if (from == f64 && to == bf16) return emit_bf16_to_f32(b_, emit_to_bf16(b_, x, target_), target_);
    return round(b_.CreateFPCast(x, type(to)), to);
  }
  if (from_float) {  // beyond the range: the nearest there is; NaN: 0
    const ID id = is_signed_integer(to) ? llvm::Intrinsic::fptosi_sat : llvm::Intrinsic::fptoui_sat;
    return b_.CreateIntrinsic(id, {type(to), x->getType()}, {x});
  }
  if (to_float) {
    // Through double, a 32-bit integer is rounded once.
    const bool twice = is_half(to) && info(from).bits > 16;
    llvm::Type* wide = to == f64 || twice ? b_.getDoubleTy() : b_.getFloatTy();
    Value* value = is_signed_integer(from) ? b_.CreateSIToFP(x, wide) : b_.CreateUIToFP(x, wide);
    if (!twice) return round(value, to);
    Value* bits = to == f16 ? emit_to_f16(b_, value, target_) : emit_to_bf16(b_, value, target_);
    return to == f16 ? emit_f16_to_f32(b_, bits, target_) : emit_bf16_to_f32(b_, bits, target_);
  }
  return is_signed_integer(from) ? b_.CreateSExtOrTrunc(x, type(to)) : b_.CreateZExtOrTrunc(x, type(to));
}

}  // namespace fusebox::cpu
