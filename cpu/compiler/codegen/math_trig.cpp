// Sine, cosine, tangent of any angle.
//
// |x| = m 2^e with an integer m. Of |x| / 2 pi only the part behind the point matters, so of 1 / 2 pi only
// the bits from the one on that 2^e shifts behind the point (Payne and Hanek, 1983). That part is computed as
// an integer, for small angles too: what is left after the nearest multiple of pi / 2 is good to the last
// bit.

#include <llvm/IR/Constants.h>
#include <llvm/IR/GlobalVariable.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <array>
#include <limits>

#include "cpu/compiler/codegen/lanes.h"
#include "cpu/compiler/codegen/math_coefficients.h"

namespace fusebox::cpu {
namespace {

constexpr unsigned kTurnPadding = 64;  // zero bits before those of 1 / 2 pi

// |x| = rest + tail + quadrant pi / 2, |rest| <= pi / 4, the tail below rest's last bit; the quadrant modulo
// 4, as wide as x.
struct Angle {
  Float rest, tail;
  Int quadrant;
};

Angle unless_small(Float size, Float rest, Float tail, Int quadrant) {
  const Mask small = size <= (size.is_f64() ? 0x1.921fb54442d18p-1 : 0x1.921fb4p-1);  // pi / 4
  return {select(small, size, rest), select(small, 0.0, tail), select(small, quadrant.constant(0), quadrant)};
}

// 32 bits of 1 / 2 pi, the index-th.
uint32_t turn_word(size_t index) {
  uint32_t word = 0;
  for (size_t i = 0; i < 4; ++i) word = word << 8 | kTurnBytes[4 * index + i];
  return word;
}

// Three words of 1 / 2 pi from bit `first` on, which lies in word 1 to 5.
std::array<Int, 3> select_turn_words(Int first) {
  const Int word = first >> 5, shift = first & 31;
  std::array<Mask, 4> beyond;
  for (size_t i = 0; i < 4; ++i) beyond[i] = less_signed(word.constant(i + 1), word);
  std::array<Int, 4> raw;
  for (size_t i = 0; i < 4; ++i) {
    raw[i] = word.constant(turn_word(i + 1));
    for (size_t j = 0; j < 4; ++j) raw[i] = select(beyond[j], word.constant(turn_word(i + j + 2)), raw[i]);
  }
  return {funnel_left(raw[0], raw[1], shift), funnel_left(raw[1], raw[2], shift),
          funnel_left(raw[2], raw[3], shift)};
}

// The multiple of pi / 2 nearest to turns / 2^64 of a circle, as i64, and what is left, in 2^-64 of a circle.
struct Turns {
  Int quadrant, rest;
};
Turns nearest_quarter(Int turns) {
  const Int quadrant = (turns + (uint64_t{1} << 61)) >> 62;
  return {quadrant & 3, turns - (quadrant << 62)};
}

Angle reduce_f32(Float size) {
  const Int raw = bits(size);
  const Int mantissa = widen((raw & 0x7fffff) | 0x800000);
  const auto window = select_turn_words(at_least((raw >> 23) - (150 - kTurnPadding), 32));
  const Int turns = ((mantissa * widen(window[0])) << 32) + mantissa * widen(window[1]) +
                    ((mantissa * widen(window[2])) >> 32);
  const auto [quadrant, left] = nearest_quarter(turns);
  const Float count = to_float(shift_right_signed(left, 32)) * 0x1p32 + to_float(left & 0xffffffff);
  const Float angle = count * (0x1.921fb54442d18p+1 * 0x1p-63), rest = narrow(angle);
  return unless_small(size, rest, narrow(angle - widen(rest)), narrow(quadrant));
}

// 1 / 2 pi in memory, backwards: so that eight bytes, read as a little-endian number, are in order.
llvm::Value* turn_table(llvm::IRBuilderBase& builder) {
  llvm::Module& module = *builder.GetInsertBlock()->getModule();
  constexpr const char* kName = "turn_bytes";
  if (llvm::GlobalVariable* known = module.getNamedGlobal(kName)) return known;
  std::array<uint8_t, std::size(kTurnBytes)> bytes{};
  std::reverse_copy(std::begin(kTurnBytes), std::end(kTurnBytes), bytes.begin());
  llvm::Constant* content = llvm::ConstantDataArray::get(module.getContext(), bytes);
  auto* table = new llvm::GlobalVariable(module, content->getType(), /*isConstant=*/true,
                                         llvm::GlobalValue::InternalLinkage, content, kName);
  table->setAlignment(llvm::Align(64));
  return table;
}

// 64 bits of 1 / 2 pi from byte `first` on.
Int load_turn_bits(Int first) {
  llvm::IRBuilderBase& builder = first.in->builder;
  const Int offset = first.constant(std::size(kTurnBytes) - 8) - first;
  llvm::Value* address = builder.CreateGEP(builder.getInt8Ty(), turn_table(builder), offset.value);
  const auto* vector = llvm::dyn_cast<llvm::FixedVectorType>(first.value->getType());
  if (vector == nullptr)
    return {first.in, builder.CreateAlignedLoad(builder.getInt64Ty(), address, llvm::Align(1))};
  return {first.in, builder.CreateMaskedGather(first.value->getType(), address, llvm::Align(1))};
}

// a · b, both of 64 bits, from products of 32-bit halves, for which there are vector instructions.
struct Wide {
  Int high, low;
};
Wide multiply_wide(Int a, Int b) {
  const Int a_low = a & 0xffffffff, a_high = a >> 32, b_low = b & 0xffffffff, b_high = b >> 32;
  const Int low = a_low * b_low;
  const Int middle = a_high * b_low + (low >> 32);
  const Int other = a_low * b_high + (middle & 0xffffffff);
  return {a_high * b_high + (middle >> 32) + (other >> 32), (other << 32) | (low & 0xffffffff)};
}

Angle reduce_f64(Float size) {
  const Int raw = bits(size);
  const Int first = at_least((raw >> 52) - (1075 - kTurnPadding), 0);
  const Int byte = first >> 3;
  const Int mantissa = ((raw & 0xfffffffffffff) | 0x10000000000000) << (first & 7);
  const Wide upper = multiply_wide(mantissa, load_turn_bits(byte + 8));
  const Int lower = multiply_wide(mantissa, load_turn_bits(byte + 16)).high;
  const Int turns_low = upper.low + lower;
  const Int carry = select(less_unsigned(turns_low, lower), raw.constant(1), raw.constant(0));
  const auto [quadrant, left] = nearest_quarter(mantissa * load_turn_bits(byte) + upper.high + carry);

  // As the sum of two numbers in 2^-64 of a circle, then times pi / 2^63, likewise of two.
  const Float behind = to_float(turns_low >> 32) * 0x1p-32 + to_float(turns_low & 0xffffffff) * 0x1p-64;
  const Pair whole =
      quick_two_sum(to_float(shift_right_signed(left, 32)) * 0x1p32, to_float(left & 0xffffffff));
  const Pair sum = quick_two_sum(whole.high, behind + whole.low);
  const Float pi = size.constant(0x1.921fb54442d18p+1 * 0x1p-63);
  const Pair product = two_product(sum.high, pi);
  const Float low = product.low + sum.high * (0x1.1a62633145c07p-53 * 0x1p-63) + sum.low * pi;
  const Pair angle = quick_two_sum(product.high, low);
  return unless_small(size, angle.high, angle.low, quadrant);
}

Angle reduce(Float size) { return size.is_f64() ? reduce_f64(size) : reduce_f32(size); }

// sin(r + tail) = sin r + tail cos r
Float sine_of_small(Float r, Float tail) {
  const Float z = r * r;
  const Float rest = r.is_f64() ? polynomial(z, kSinF64) : polynomial(z, kSinF32);
  return r + multiply_add(r * z, rest, multiply_add(tail * -0.5, z, tail));
}

// cos(r + tail) = cos r - tail sin r
Float cosine_of_small(Float r, Float tail) {
  const Float z = r * r;
  const Float rest = r.is_f64() ? polynomial(z, kCosF64) : polynomial(z, kCosF32);
  const Float half = 0.5 * z, near = 1.0 - half;
  return near + (((1.0 - near) - half) + multiply_add(z * z, rest, -(r * tail)));
}

// No infinity has a sine.
Float for_finite(Float result, Float x) {
  return select(absolute(x) < std::numeric_limits<double>::infinity(), result, x - x);
}

}  // namespace

llvm::Value* emit_sin(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  const auto [rest, tail, quadrant] = reduce(absolute(x));
  const Float size = select(low_bit(quadrant), cosine_of_small(rest, tail), sine_of_small(rest, tail));
  return for_finite(select(bit(quadrant, 1) ^ sign_bit(x), -size, size), x).value;
}

llvm::Value* emit_cos(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  const auto [rest, tail, quadrant] = reduce(absolute(x));
  const Float size = select(low_bit(quadrant), sine_of_small(rest, tail), cosine_of_small(rest, tail));
  return for_finite(select(bit(quadrant + 1, 1), -size, size), x).value;
}

llvm::Value* emit_tan(llvm::IRBuilderBase& builder, llvm::Value* value, const MathTarget& target) {
  Lanes lanes(builder, target);
  const Float x{&lanes, value};
  const auto [rest, tail, quadrant] = reduce(absolute(x));
  const Float sine = sine_of_small(rest, tail), cosine = cosine_of_small(rest, tail);
  const Mask odd = low_bit(quadrant);
  const Float size = select(odd, cosine, sine) / select(odd, sine, cosine);
  return for_finite(select(odd ^ sign_bit(x), -size, size), x).value;
}

}  // namespace fusebox::cpu
