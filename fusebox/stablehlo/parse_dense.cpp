// Constants. The type stands behind the elements, so a first walk looks for their end, and a second reads
// them.
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "fusebox/base/quoted.h"
#include "fusebox/base/small_float.h"
#include "fusebox/stablehlo/parse_parts.h"

namespace fusebox::stablehlo {
namespace {

using Bytes = std::vector<std::byte>;

uint64_t low_bits(int bits) { return bits >= 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1; }

void store(std::byte* to, uint64_t bits, DType dtype) { std::memcpy(to, &bits, byte_size(dtype)); }

struct Number {
  size_t at;
  std::string_view text;  // as written
  bool negative, hex;
  std::string_view digits;  // without sign and 0x
};

Number read_number(Cursor& in) {
  Number number{in.at(), in.number_text(), false, false, {}};
  if (number.text.empty()) in.unexpected("a number");
  number.digits = number.text;
  number.negative = number.text[0] == '-';
  if (number.negative || number.text[0] == '+') number.digits.remove_prefix(1);
  number.hex = number.digits.size() > 2 && number.digits[1] == 'x';
  if (number.hex) number.digits.remove_prefix(2);
  return number;
}

[[noreturn]] void out_of_range(Cursor& in, const Number& number, DType dtype) {
  in.fail(number.at, ErrorKind::kInvalidFile, "got {}, want a value of {}", quoted(number.text), name(dtype));
}

uint64_t read_magnitude(Cursor& in, const Number& number, DType dtype) {
  uint64_t value = 0;
  const char* last = number.digits.data() + number.digits.size();
  const auto [end, error] = std::from_chars(number.digits.data(), last, value, number.hex ? 16 : 10);
  if (error != std::errc() || end != last) out_of_range(in, number, dtype);
  return value;
}

// As MLIR has it, iN takes what either an unsigned or a signed integer of N bits can be.
uint64_t read_integer(Cursor& in, DType dtype) {
  if (dtype == i1 && in.eat_word("true")) return 1;
  if (dtype == i1 && in.eat_word("false")) return 0;
  const Number number = read_number(in);
  const uint64_t magnitude = read_magnitude(in, number, dtype), all = low_bits(info(dtype).bits);
  const bool is_unsigned = info(dtype).kind == DTypeClass::kUnsigned;
  const uint64_t most = !number.negative ? all : is_unsigned ? 0 : all / 2 + 1;
  if (magnitude > most) out_of_range(in, number, dtype);
  return (number.negative ? 0 - magnitude : magnitude) & all;
}

double read_double(Cursor& in, const Number& number, DType dtype) {
  double value = 0;
  const char* last = number.digits.data() + number.digits.size();
  const auto [end, error] = std::from_chars(number.digits.data(), last, value);
  if (error != std::errc() || end != last) out_of_range(in, number, dtype);
  return number.negative ? -value : value;
}

// Decimals by way of f64, as MLIR reads them; 0x… is the bits themselves.
uint64_t read_float(Cursor& in, DType dtype) {
  const Number number = read_number(in);
  if (number.hex) {
    const uint64_t bits = read_magnitude(in, number, dtype);
    if (number.negative || bits > low_bits(info(dtype).bits)) out_of_range(in, number, dtype);
    return bits;
  }
  const double value = read_double(in, number, dtype);
  if (dtype == f64) return std::bit_cast<uint64_t>(value);
  if (dtype == f32) return std::bit_cast<uint32_t>(static_cast<float>(value));
  if (dtype == f8e8m0fnu && value == 0) return 0;  // has no zero; MLIR takes its least value
  return encode_float(dtype, value);
}

void read_element(Cursor& in, DType dtype, std::byte* to) {
  if (is_float(dtype)) return store(to, read_float(in, dtype), dtype);
  if (!is_complex(dtype)) return store(to, read_integer(in, dtype), dtype);
  const DType part = dtype == c64 ? f32 : f64;
  in.want("(");
  store(to, read_float(in, part), part);
  in.want(",");
  store(to + byte_size(part), read_float(in, part), part);
  in.want(")");
}

// Nested lists of the shape's sizes.
void read_list(Cursor& in, const Shape& shape, size_t axis, std::byte*& to) {
  if (axis == shape.dims.size()) {
    read_element(in, shape.dtype, to);
    to += byte_size(shape.dtype);
    return;
  }
  in.want("[");
  for (int64_t i = 0; i < shape.dims[axis]; i++) {
    if (i > 0 && !in.eat(',')) in.unexpected(fmt::format("{} items in this list", shape.dims[axis]));
    read_list(in, shape, axis + 1, to);
  }
  if (!in.eat(']')) in.unexpected(fmt::format("']' after {} items", shape.dims[axis]));
}

constexpr std::array<int8_t, 256> kHexValues = [] {
  std::array<int8_t, 256> values{};
  for (size_t i = 0; i < values.size(); i++) values[i] = static_cast<int8_t>(hex_digit(static_cast<char>(i)));
  return values;
}();

// "0x0001…" as bytes.
Bytes read_hex(Cursor& in, size_t at, std::string_view text) {
  text = text.substr(1, text.size() - 2);
  if (!text.starts_with("0x") || text.size() % 2 != 0)
    in.fail(at, ErrorKind::kInvalidFile, "got a string, want \"0x and two hex digits for each byte");
  Bytes bytes(text.size() / 2 - 1);
  int bad = 0;
  for (size_t i = 0; i < bytes.size(); i++) {
    const int high = kHexValues[static_cast<unsigned char>(text[2 * i + 2])];
    const int low = kHexValues[static_cast<unsigned char>(text[2 * i + 3])];
    bad |= high | low;
    bytes[i] = static_cast<std::byte>((high & 15) << 4 | low);
  }
  if (bad < 0) in.fail(at, ErrorKind::kInvalidFile, "got a string with other characters than hex digits");
  return bytes;
}

// Bits that MLIR's older versions wrote eight to a byte.
Bytes unpack(const Bytes& packed, size_t count) {
  Bytes bytes(count);
  for (size_t i = 0; i < count; i++) bytes[i] = packed[i / 8] >> (i % 8) & std::byte{1};
  return bytes;
}

hlo::Literal from_hex(Cursor& in, const Shape& shape) {
  const size_t at = in.at();
  Bytes bytes = read_hex(in, at, in.raw_string());
  const auto elements = static_cast<uint64_t>(shape.elements());
  const uint64_t size = bytes.size(), want = static_cast<uint64_t>(shape.bytes());
  const bool splat = size == byte_size(shape.dtype) && !shape.dims.empty();
  const bool packed = shape.dtype == i1 && size != want && !splat && size == (elements + 7) / 8;
  if (size != want && !splat && !packed)
    in.fail(at, ErrorKind::kInvalidFile, "got {} bytes, want {} for {}", size, want, to_string(shape));
  if (packed) bytes = unpack(bytes, elements);
  if (shape.dtype == i1)
    for (std::byte& byte : bytes) byte = std::byte{byte != std::byte{0}};
  if (info(shape.dtype).packed())
    for (std::byte& byte : bytes) byte &= static_cast<std::byte>(low_bits(info(shape.dtype).bits));
  return {shape, std::make_shared<const Bytes>(std::move(bytes)), splat};
}

// `length`: of the elements' text.
hlo::Literal read_elements(Cursor& in, const Shape& shape, size_t length) {
  if (shape.dtype == token) in.fail(in.at(), ErrorKind::kInvalidFile, "got a token, want a tensor");
  if (in.peek() == '"') return from_hex(in, shape);
  const bool list = in.peek() == '[', none = in.peek() == '>';
  const bool splat = !list && !none && !shape.dims.empty();
  const int64_t count = splat ? 1 : shape.elements();
  // A list has a character for each element at least.
  if (count > static_cast<int64_t>(length) || (none && count > 0))
    in.fail(in.at(), ErrorKind::kInvalidFile, "got fewer elements than the {} of {}", count,
            to_string(shape));
  Bytes bytes(static_cast<size_t>(count) * byte_size(shape.dtype));
  std::byte* to = bytes.data();
  if (splat)
    read_element(in, shape.dtype, to);
  else if (!none)
    read_list(in, shape, 0, to);
  return {shape, std::make_shared<const Bytes>(std::move(bytes)), splat};
}

// Behind the elements, at the '>'. Only strings are long and only they and comments can hold another '>'.
void skip_elements(Cursor& in) {
  const size_t start = in.at();
  if (in.peek() == '"') {
    in.raw_string();
    return;
  }
  const std::string_view text = in.source().text;
  const size_t end = text.find('>', start);
  if (end == std::string_view::npos) in.fail(start, ErrorKind::kInvalidFile, "got a constant without '>'");
  if (in.slice(start, end).find('/') == std::string_view::npos) return in.go(end);
  while (!in.done() && in.peek() != '>') in.go(in.end() + 1);
}

}  // namespace

hlo::Literal parse_dense(Cursor& in) {
  if (in.peek_word() == "dense_resource")
    in.fail(in.at(), ErrorKind::kUnsupported,
            "got a constant in a resource, want its elements in the text: dense<…>");
  in.want_word("dense");
  in.want("<");
  const size_t start = in.at();
  skip_elements(in);
  const size_t end = in.end();
  in.want(">");
  in.want(":");
  const Shape shape = parse_type(in);
  Cursor elements(in.source(), start);
  hlo::Literal literal = read_elements(elements, shape, end - start);
  if (elements.peek() != '>') elements.unexpected("'>'");
  return literal;
}

}  // namespace fusebox::stablehlo
