// Small floats: exact conversion between f32 or f64 and every floating-point row of dtype.h.
//
// Decoding is exact. Encoding rounds to nearest, ties to even. What lies beyond a type's range follows from
// what the type has (the rules of ml_dtypes, which JAX and XLA use):
//   infinities (f8e3m4, f8e4m3, f8e5m2, bf16, f16, f32)        overflow becomes an infinity
//   NaN only   (f8e4m3fn, the *fnuz types, f8e8m0fnu)          overflow and infinities become NaN
//   neither    (f4e2m1fn, f6e2m3fn, f6e3m2fn)                  overflow becomes the largest of its sign,
//                                                              NaN a zero of the other sign
// The *fnuz types have no negative zero. f8e8m0fnu, a power of two, has neither zero nor sign: zeros and
// negative values become NaN, positive ones below its range 2^-127.
//
// An element narrower than a byte takes one byte here, in its low bits ("byte" storage).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "fusebox/base/dtype.h"

namespace fusebox {

// One value, from and to the low bits of an integer. `dtype` must be a float of at most 32 bits
// (InternalError).
float decode_float(DType dtype, uint32_t bits);
uint32_t encode_float(DType dtype, double value);

// Many values. `packed` has as many elements of `dtype` (f64 too) as `values` has (Error kInvalidArgument).
// Fast for bf16, f16 and f32; other types go value by value. Any alignment of `packed` will do.
void decode_floats(DType dtype, std::span<const std::byte> packed, std::span<float> values);
void encode_floats(DType dtype, std::span<const float> values, std::span<std::byte> packed);

constexpr float bf16_to_f32(uint16_t bits) { return std::bit_cast<float>(static_cast<uint32_t>(bits) << 16); }

constexpr uint16_t f32_to_bf16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  const uint32_t nan = (bits >> 16 & 0x8000) | 0x7fc0;
  return static_cast<uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? nan : rounded);
}

constexpr float f16_to_f32(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
  const uint32_t magnitude = static_cast<uint32_t>(bits & 0x7fff) << 13;
  // Exponents 1 … 30 need a new bias; infinities and NaN need it twice; subnormals are normalised by a
  // subtraction that is exact.
  const uint32_t normal = magnitude + (112u << 23) + (magnitude >= (31u << 23) ? 112u << 23 : 0u);
  const float subnormal = std::bit_cast<float>(magnitude + (113u << 23)) - std::bit_cast<float>(113u << 23);
  const uint32_t chosen = magnitude < (1u << 23) ? std::bit_cast<uint32_t>(subnormal) : normal;
  return std::bit_cast<float>(chosen | sign);
}

constexpr uint16_t f32_to_f16(float value) {
  const uint32_t bits = std::bit_cast<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000;
  const uint32_t magnitude = bits & 0x7fffffff;
  // Below 2^-14, adding 0.5 lets the addition itself round at 2^-24, the spacing of f16's subnormals.
  const uint32_t subnormal =
      std::bit_cast<uint32_t>(std::bit_cast<float>(magnitude) + 0.5f) - std::bit_cast<uint32_t>(0.5f);
  const uint32_t normal = (magnitude - (112u << 23) + 0xfff + (magnitude >> 13 & 1)) >> 13;
  const uint32_t infinite = magnitude > 0x7f800000 ? 0x7e00u : 0x7c00u;
  const uint32_t finite = magnitude < (113u << 23) ? subnormal : normal;
  return static_cast<uint16_t>((magnitude >= 0x477ff000 ? infinite : finite) | sign);
}

}  // namespace fusebox
