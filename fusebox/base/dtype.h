// DType: every element type of StableHLO and PJRT, one table row each.
//
// A row says how the type is written in StableHLO, its PJRT number, its width, and whether an element takes a
// byte or more ("byte" storage, also for types narrower than a byte: that is how PJRT hands them over) or is
// packed in files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fusebox {

enum class DTypeClass : uint8_t { kBool, kSigned, kUnsigned, kFloat, kComplex, kToken };

// enumerator, StableHLO text, PJRT_Buffer_Type, bits, class, exponent bits, mantissa bits (floats; 0 else)
#define FUSEBOX_DTYPES(X)                                \
  X(i1, "i1", 1, 1, kBool, 0, 0)                         \
  X(i2, "i2", 24, 2, kSigned, 0, 0)                      \
  X(i4, "i4", 21, 4, kSigned, 0, 0)                      \
  X(i8, "i8", 2, 8, kSigned, 0, 0)                       \
  X(i16, "i16", 3, 16, kSigned, 0, 0)                    \
  X(i32, "i32", 4, 32, kSigned, 0, 0)                    \
  X(i64, "i64", 5, 64, kSigned, 0, 0)                    \
  X(u2, "ui2", 25, 2, kUnsigned, 0, 0)                   \
  X(u4, "ui4", 22, 4, kUnsigned, 0, 0)                   \
  X(u8, "ui8", 6, 8, kUnsigned, 0, 0)                    \
  X(u16, "ui16", 7, 16, kUnsigned, 0, 0)                 \
  X(u32, "ui32", 8, 32, kUnsigned, 0, 0)                 \
  X(u64, "ui64", 9, 64, kUnsigned, 0, 0)                 \
  X(f4e2m1fn, "f4E2M1FN", 29, 4, kFloat, 2, 1)           \
  X(f6e2m3fn, "f6E2M3FN", 32, 6, kFloat, 2, 3)           \
  X(f6e3m2fn, "f6E3M2FN", 33, 6, kFloat, 3, 2)           \
  X(f8e3m4, "f8E3M4", 27, 8, kFloat, 3, 4)               \
  X(f8e4m3, "f8E4M3", 26, 8, kFloat, 4, 3)               \
  X(f8e4m3fn, "f8E4M3FN", 17, 8, kFloat, 4, 3)           \
  X(f8e4m3fnuz, "f8E4M3FNUZ", 20, 8, kFloat, 4, 3)       \
  X(f8e4m3b11fnuz, "f8E4M3B11FNUZ", 18, 8, kFloat, 4, 3) \
  X(f8e5m2, "f8E5M2", 16, 8, kFloat, 5, 2)               \
  X(f8e5m2fnuz, "f8E5M2FNUZ", 19, 8, kFloat, 5, 2)       \
  X(f8e8m0fnu, "f8E8M0FNU", 28, 8, kFloat, 8, 0)         \
  X(bf16, "bf16", 13, 16, kFloat, 8, 7)                  \
  X(f16, "f16", 10, 16, kFloat, 5, 10)                   \
  X(f32, "f32", 11, 32, kFloat, 8, 23)                   \
  X(f64, "f64", 12, 64, kFloat, 11, 52)                  \
  X(c64, "complex<f32>", 14, 64, kComplex, 0, 0)         \
  X(c128, "complex<f64>", 15, 128, kComplex, 0, 0)       \
  X(token, "!stablehlo.token", 23, 0, kToken, 0, 0)

enum class DType : uint8_t {
#define FUSEBOX_ENUMERATOR(name, ...) name,
  FUSEBOX_DTYPES(FUSEBOX_ENUMERATOR)
#undef FUSEBOX_ENUMERATOR
};

// Short names, as one writes them in a model: cx.input("x", {2, 4}, f32).
#define FUSEBOX_CONSTANT(name, ...) inline constexpr DType name = DType::name;
FUSEBOX_DTYPES(FUSEBOX_CONSTANT)
#undef FUSEBOX_CONSTANT

struct DTypeInfo {
  DType dtype;
  std::string_view name;  // as StableHLO writes it: "f32", "ui8", "complex<f32>"
  int pjrt_type;          // PJRT_Buffer_Type
  int bits;               // of one element
  DTypeClass kind;
  int exponent_bits, mantissa_bits;  // 0 unless kind is kFloat

  // Bytes of one element in memory. Types narrower than a byte take a whole one ("byte" storage).
  constexpr size_t bytes() const { return static_cast<size_t>(bits + 7) / 8; }
  // Whether files and devices may pack several elements into a byte.
  constexpr bool packed() const { return bits > 1 && bits < 8; }
};

const DTypeInfo& info(DType dtype);
inline std::string_view name(DType dtype) { return info(dtype).name; }
inline size_t byte_size(DType dtype) { return info(dtype).bytes(); }
inline bool is_float(DType dtype) { return info(dtype).kind == DTypeClass::kFloat; }
inline bool is_complex(DType dtype) { return info(dtype).kind == DTypeClass::kComplex; }
inline bool is_integer(DType dtype) {
  return info(dtype).kind == DTypeClass::kSigned || info(dtype).kind == DTypeClass::kUnsigned;
}
inline bool is_signed_integer(DType dtype) { return info(dtype).kind == DTypeClass::kSigned; }

// The row whose StableHLO name, or PJRT number, this is; nothing if there is none.
std::optional<DType> dtype_from_name(std::string_view name);
std::optional<DType> dtype_from_pjrt(int pjrt_type);

}  // namespace fusebox
