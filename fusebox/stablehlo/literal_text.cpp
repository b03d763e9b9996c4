#include "fusebox/stablehlo/literal_text.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "fusebox/base/error.h"
#include "fusebox/base/small_float.h"

namespace fusebox::stablehlo {
namespace {

constexpr int64_t kMaxListElements = 100;  // as MLIR's own printer does it
constexpr char kHexDigits[] = "0123456789ABCDEF";

template <typename T>
T load(const std::byte* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

template <typename Integer>
void append_integer(std::string& out, Integer value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

// "0x" and the bits, one digit per four of them.
void append_bits(std::string& out, uint64_t bits, int width) {
  out += "0x";
  for (int shift = (width + 3) / 4 * 4 - 4; shift >= 0; shift -= 4) out += kHexDigits[bits >> shift & 15];
}

// Shortest digits, with the point that MLIR wants in every float.
template <typename Float>
void append_decimal(std::string& out, Float value) {
  char text[40];
  const char* end = std::to_chars(text, text + sizeof text, value).ptr;
  const std::string_view digits(text, static_cast<size_t>(end - text));
  const size_t exponent = digits.find('e');
  out += digits.substr(0, exponent);
  if (digits.find('.') == std::string_view::npos) out += ".0";
  if (exponent != std::string_view::npos) out += digits.substr(exponent);
}

// Readers go from decimal to f64 to f32, so the f32 must survive two roundings; its bits are the way out.
void append_f32(std::string& out, float value) {
  if (std::isfinite(value)) {
    const size_t start = out.size();
    append_decimal(out, value);
    double wide = 0;
    std::from_chars(out.data() + start, out.data() + out.size(), wide);
    if (std::bit_cast<uint32_t>(static_cast<float>(wide)) == std::bit_cast<uint32_t>(value)) return;
    out.resize(start);
  }
  append_bits(out, std::bit_cast<uint32_t>(value), 32);
}

void append_float(std::string& out, DType dtype, const std::byte* bytes) {
  if (dtype == f64) return append_f64(out, load<double>(bytes));
  if (dtype == f32) return append_f32(out, load<float>(bytes));
  if (dtype == bf16 || dtype == f16) {
    const auto bits = load<uint16_t>(bytes);
    const float value = dtype == bf16 ? bf16_to_f32(bits) : f16_to_f32(bits);
    return std::isfinite(value) ? append_decimal(out, value) : append_bits(out, bits, 16);
  }
  append_bits(out, static_cast<uint8_t>(*bytes), info(dtype).bits);
}

template <typename Signed, typename Unsigned>
void append_int_of(std::string& out, bool is_signed, const std::byte* bytes) {
  is_signed ? append_integer(out, load<Signed>(bytes)) : append_integer(out, load<Unsigned>(bytes));
}

void append_int(std::string& out, DType dtype, const std::byte* bytes) {
  const bool is_signed = is_signed_integer(dtype);
  const int bits = info(dtype).bits;
  switch (bits) {
    case 64: return append_int_of<int64_t, uint64_t>(out, is_signed, bytes);
    case 32: return append_int_of<int32_t, uint32_t>(out, is_signed, bytes);
    case 16: return append_int_of<int16_t, uint16_t>(out, is_signed, bytes);
    case 8: return append_int_of<int8_t, uint8_t>(out, is_signed, bytes);
    default: {  // the low bits of a byte
      const unsigned low = static_cast<uint8_t>(*bytes) & ((1u << bits) - 1);
      const bool negative = is_signed && (low >> (bits - 1) & 1);
      append_integer(out, static_cast<int>(low) - (negative ? 1 << bits : 0));
    }
  }
}

void append_element(std::string& out, DType dtype, const std::byte* bytes) {
  switch (info(dtype).kind) {
    case DTypeClass::kBool: out += *bytes == std::byte{0} ? "false" : "true"; return;
    case DTypeClass::kSigned:
    case DTypeClass::kUnsigned: return append_int(out, dtype, bytes);
    case DTypeClass::kFloat: return append_float(out, dtype, bytes);
    case DTypeClass::kComplex: {
      const DType part = dtype == c64 ? f32 : f64;
      out += '(';
      append_float(out, part, bytes);
      out += ", ";
      append_float(out, part, bytes + byte_size(part));
      out += ')';
      return;
    }
    case DTypeClass::kToken: break;
  }
  throw InternalError("a token has no elements");
}

// Nested lists. `bytes` walks on.
void append_list(std::string& out, const Shape& shape, size_t axis, const std::byte*& bytes) {
  if (axis == shape.dims.size()) {
    append_element(out, shape.dtype, bytes);
    bytes += byte_size(shape.dtype);
    return;
  }
  out += '[';
  for (int64_t i = 0; i < shape.dims[axis]; i++) {
    if (i > 0) out += ", ";
    append_list(out, shape, axis + 1, bytes);
  }
  out += ']';
}

void append_raw(std::string& out, std::span<const std::byte> bytes) {
  const size_t start = out.size();
  out.resize(start + 2 * bytes.size() + 4);
  char* to = out.data() + start;
  *to++ = '"', *to++ = '0', *to++ = 'x';
  for (std::byte byte : bytes) {
    *to++ = kHexDigits[std::to_integer<int>(byte >> 4)];
    *to++ = kHexDigits[std::to_integer<int>(byte & std::byte{15})];
  }
  *to = '"';
}

}  // namespace

void append_type(std::string& out, const Shape& shape) {
  if (shape.dtype == token) {
    out += name(token);
    return;
  }
  out += "tensor<";
  for (int64_t size : shape.dims) {
    append_integer(out, size);
    out += 'x';
  }
  out += name(shape.dtype);
  out += '>';
}

void append_f64(std::string& out, double value) {
  std::isfinite(value) ? append_decimal(out, value) : append_bits(out, std::bit_cast<uint64_t>(value), 64);
}

void append_dense(std::string& out, const hlo::Literal& literal, size_t elide_above) {
  const Shape& shape = literal.shape;
  const int64_t elements = shape.elements();
  const std::byte* bytes = literal.data->data();
  out += "dense<";
  if (literal.splat) {
    append_element(out, shape.dtype, bytes);
  } else if (elide_above > 0 && static_cast<size_t>(elements) > elide_above) {
    out += "…";
  } else if (elements > kMaxListElements && shape.dtype != i1) {
    append_raw(out, literal.bytes());
  } else if (elements > 0) {
    append_list(out, shape, 0, bytes);
  }
  out += '>';
}

}  // namespace fusebox::stablehlo
