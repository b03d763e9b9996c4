#include "fusebox/base/small_float.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "fusebox/base/error.h"

namespace fusebox {
namespace {

// What dtype.h's row does not say of a format: its bias and which special values its top codes mean.
enum class Specials : uint8_t { kIeee, kNanOnly, kNanIsMinusZero, kNone, kExponentOnly };

struct Format {
  int exponent_bits, mantissa_bits, bias;
  Specials specials;
};

Format format_of(DType dtype) {
  const DTypeInfo& row = info(dtype);
  const int e = row.exponent_bits, m = row.mantissa_bits, ieee_bias = (1 << (e - 1)) - 1;
  switch (dtype) {
    case DType::f4e2m1fn:
    case DType::f6e2m3fn:
    case DType::f6e3m2fn: return {e, m, ieee_bias, Specials::kNone};
    case DType::f8e4m3fn: return {e, m, ieee_bias, Specials::kNanOnly};
    case DType::f8e4m3b11fnuz: return {e, m, 11, Specials::kNanIsMinusZero};
    case DType::f8e4m3fnuz:
    case DType::f8e5m2fnuz: return {e, m, ieee_bias + 1, Specials::kNanIsMinusZero};
    case DType::f8e8m0fnu: return {e, m, ieee_bias, Specials::kExponentOnly};
    case DType::f8e3m4:
    case DType::f8e4m3:
    case DType::f8e5m2:
    case DType::bf16:
    case DType::f16:
    case DType::f32: return {e, m, ieee_bias, Specials::kIeee};
    default: throw InternalError(fmt::format("{} is not a float of at most 32 bits", name(dtype)));
  }
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// The special value that `magnitude` (the code without its sign) means, or nothing.
bool special(const Format& f, bool negative, uint32_t magnitude, float* value) {
  const uint32_t exponent = magnitude >> f.mantissa_bits,
                 mantissa = magnitude & ((1u << f.mantissa_bits) - 1);
  const uint32_t all_ones = (1u << f.exponent_bits) - 1;
  switch (f.specials) {
    case Specials::kNone: return false;
    case Specials::kIeee:
      if (exponent != all_ones) return false;
      *value = mantissa ? kNan : kInfinity;
      return true;
    case Specials::kNanOnly:
      *value = kNan;
      return exponent == all_ones && mantissa == (1u << f.mantissa_bits) - 1;
    case Specials::kNanIsMinusZero: *value = kNan; return negative && magnitude == 0;
    case Specials::kExponentOnly: *value = kNan; return magnitude == all_ones;
  }
  return false;
}

// A format without mantissa: half-way values go up, since the leading one of a significand is odd.
uint32_t encode_exponent_only(double value) {
  constexpr uint32_t kNanCode = 0xff;
  if (!std::isfinite(value) || value <= 0) return kNanCode;
  if (value < 0x1p-127) return 0;
  int exponent = 0;
  const double fraction = std::frexp(value, &exponent);  // in [0.5, 1)
  const int code = exponent - 1 + 127 + (fraction >= 0.75 ? 1 : 0);
  return std::min(static_cast<uint32_t>(code), kNanCode);
}

}  // namespace

float decode_float(DType dtype, uint32_t bits) {
  if (dtype == DType::f32) return std::bit_cast<float>(bits);
  if (dtype == DType::bf16) return bf16_to_f32(static_cast<uint16_t>(bits));
  if (dtype == DType::f16) return f16_to_f32(static_cast<uint16_t>(bits));
  const Format f = format_of(dtype);
  const int magnitude_bits = f.exponent_bits + f.mantissa_bits;
  const bool negative = f.specials != Specials::kExponentOnly && (bits >> magnitude_bits & 1);
  const uint32_t magnitude = bits & ((1u << magnitude_bits) - 1);
  float value = 0;
  if (!special(f, negative, magnitude, &value)) {
    const int exponent = static_cast<int>(magnitude >> f.mantissa_bits);
    const uint32_t mantissa = magnitude & ((1u << f.mantissa_bits) - 1);
    const bool normal = exponent > 0 || f.specials == Specials::kExponentOnly;
    const uint32_t significand = mantissa | (normal ? 1u << f.mantissa_bits : 0u);
    value = std::ldexp(static_cast<float>(significand), (normal ? exponent : 1) - f.bias - f.mantissa_bits);
  }
  return negative ? -value : value;
}

uint32_t encode_float(DType dtype, double value) {
  const Format f = format_of(dtype);
  if (f.specials == Specials::kExponentOnly) return encode_exponent_only(value);
  const int magnitude_bits = f.exponent_bits + f.mantissa_bits;
  const uint32_t sign = std::signbit(value) ? 1u << magnitude_bits : 0u;
  const uint32_t top = (1u << magnitude_bits) - 1;  // all ones
  const uint32_t infinity = top & ~((1u << f.mantissa_bits) - 1);
  const uint32_t quiet_nan = infinity | 1u << (f.mantissa_bits - 1);

  // The code in the finite range is exponent and mantissa read as one number, so that rounding up carries.
  uint64_t magnitude = 0;
  if (std::isfinite(value) && value != 0) {
    int exponent = 0;
    std::frexp(value, &exponent);
    const int biased = std::max(exponent - 1 + f.bias, 1);
    // Scaled so that one unit is the spacing of codes here; nearbyint rounds ties to even.
    const double units = std::nearbyint(std::ldexp(std::fabs(value), f.mantissa_bits + f.bias - biased));
    magnitude = biased > 1000
                    ? ~uint64_t{0} >> 1
                    : static_cast<uint64_t>(units) + (static_cast<uint64_t>(biased - 1) << f.mantissa_bits);
  }
  switch (f.specials) {
    case Specials::kIeee:
      if (std::isnan(value)) return sign | quiet_nan;
      if (std::isinf(value) || magnitude > infinity) return sign | infinity;
      break;
    case Specials::kNanOnly:
      if (!std::isfinite(value) || magnitude >= top) return sign | top;
      break;
    case Specials::kNanIsMinusZero:
      if (!std::isfinite(value) || magnitude > top) return 1u << magnitude_bits;
      if (magnitude == 0) return 0;
      break;
    default:  // neither NaN nor infinity
      if (std::isnan(value)) return sign ^ 1u << magnitude_bits;
      if (std::isinf(value) || magnitude > top) return sign | top;
  }
  return sign | static_cast<uint32_t>(magnitude);
}

namespace {

// Loops for the two types that matter for speed; memcpy because `packed` may be unaligned.
template <float (*to_f32)(uint16_t)>
[[gnu::always_inline]] inline void decode_all(const std::byte* in, float* out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint16_t bits;
    std::memcpy(&bits, in + 2 * i, sizeof bits);
    out[i] = to_f32(bits);
  }
}

template <uint16_t (*from_f32)(float)>
[[gnu::always_inline]] inline void encode_all(const float* in, std::byte* out, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const uint16_t bits = from_f32(in[i]);
    std::memcpy(out + 2 * i, &bits, sizeof bits);
  }
}

// The same loops for two CPU levels.
#define FUSEBOX_LEVEL(name, attributes)                                                 \
  struct name {                                                                         \
    attributes static void decode_bf16(const std::byte* in, float* out, size_t count) { \
      decode_all<bf16_to_f32>(in, out, count);                                          \
    }                                                                                   \
    attributes static void decode_f16(const std::byte* in, float* out, size_t count) {  \
      decode_all<f16_to_f32>(in, out, count);                                           \
    }                                                                                   \
    attributes static void encode_bf16(const float* in, std::byte* out, size_t count) { \
      encode_all<f32_to_bf16>(in, out, count);                                          \
    }                                                                                   \
    attributes static void encode_f16(const float* in, std::byte* out, size_t count) {  \
      encode_all<f32_to_f16>(in, out, count);                                           \
    }                                                                                   \
  };
FUSEBOX_LEVEL(Baseline, )
#if defined(__x86_64__)
FUSEBOX_LEVEL(Avx2, [[gnu::target("avx2")]])
#endif
#undef FUSEBOX_LEVEL

struct Loops {
  void (*decode_bf16)(const std::byte*, float*, size_t);
  void (*decode_f16)(const std::byte*, float*, size_t);
  void (*encode_bf16)(const float*, std::byte*, size_t);
  void (*encode_f16)(const float*, std::byte*, size_t);
};

template <typename Level>
constexpr Loops loops_of() {
  return {Level::decode_bf16, Level::decode_f16, Level::encode_bf16, Level::encode_f16};
}

const Loops& loops() {
  static const Loops best = [] {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2")) return loops_of<Avx2>();
#endif
    return loops_of<Baseline>();
  }();
  return best;
}

void check_sizes(DType dtype, size_t bytes, size_t values) {
  if (!is_float(dtype))
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("{} is not a floating-point type", name(dtype)));
  if (bytes / byte_size(dtype) != values || bytes % byte_size(dtype) != 0)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("{} bytes do not hold {} values of {}", bytes, values, name(dtype)));
}

template <typename T>
void copy_bytes(T* to, const void* from, size_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}

}  // namespace

void decode_floats(DType dtype, std::span<const std::byte> packed, std::span<float> values) {
  check_sizes(dtype, packed.size(), values.size());
  if (dtype == DType::f32) return copy_bytes(values.data(), packed.data(), packed.size());
  if (dtype == DType::bf16) return loops().decode_bf16(packed.data(), values.data(), values.size());
  if (dtype == DType::f16) return loops().decode_f16(packed.data(), values.data(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (dtype == DType::f64) {
      double wide;
      std::memcpy(&wide, packed.data() + 8 * i, sizeof wide);
      values[i] = static_cast<float>(wide);
    } else {
      values[i] = decode_float(dtype, static_cast<uint32_t>(packed[i]));
    }
  }
}

void encode_floats(DType dtype, std::span<const float> values, std::span<std::byte> packed) {
  check_sizes(dtype, packed.size(), values.size());
  if (dtype == DType::f32) return copy_bytes(packed.data(), values.data(), packed.size());
  if (dtype == DType::bf16) return loops().encode_bf16(values.data(), packed.data(), values.size());
  if (dtype == DType::f16) return loops().encode_f16(values.data(), packed.data(), values.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (dtype == DType::f64) {
      const double wide = values[i];
      std::memcpy(packed.data() + 8 * i, &wide, sizeof wide);
    } else {
      packed[i] = static_cast<std::byte>(encode_float(dtype, values[i]));
    }
  }
}

}  // namespace fusebox
