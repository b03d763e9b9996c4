#include "apps/elements.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "fusebox/base/error.h"
#include "fusebox/base/small_float.h"

namespace fusebox::apps {
namespace {

constexpr size_t kShownWhole = 64, kShownEdge = 6;  // elements

uint64_t bits(const HostTensor& tensor, size_t index) {
  const size_t width = byte_size(number_type(tensor.shape.dtype));
  uint64_t value = 0;
  std::memcpy(&value, tensor.data.data() + index * width, width);
  return value;
}

int64_t signed_value(const HostTensor& tensor, size_t index) {
  const int spare = 64 - info(tensor.shape.dtype).bits;
  return static_cast<int64_t>(bits(tensor, index) << spare) >> spare;
}

uint64_t unsigned_value(const HostTensor& tensor, size_t index) {
  const int spare = 64 - info(tensor.shape.dtype).bits;
  return bits(tensor, index) << spare >> spare;
}

// A level of brackets.
void append_nested(std::string& text, const HostTensor& tensor, size_t axis, size_t& next) {
  if (axis == tensor.shape.dims.size()) {
    text += element_text(tensor, next++);
    return;
  }
  const bool last = axis + 1 == tensor.shape.dims.size();
  text += '[';
  for (int64_t i = 0; i < tensor.shape.dims[axis]; ++i) {
    if (i > 0) text += last ? ", " : ",\n" + std::string(axis + 1, ' ');
    append_nested(text, tensor, axis + 1, next);
  }
  text += ']';
}

std::string statistics(const HostTensor& tensor) {
  double least = INFINITY, greatest = -INFINITY, sum = 0;
  size_t count = 0, nans = 0;
  for (size_t i = 0; i < count_numbers(tensor); ++i) {
    const double value = number(tensor, i);
    if (std::isnan(value)) {
      ++nans;
      continue;
    }
    least = std::min(least, value), greatest = std::max(greatest, value);
    sum += value;
    ++count;
  }
  const std::string not_numbers = nans > 0 ? fmt::format("{} NaN", nans) : "";
  if (count == 0) return not_numbers;
  return fmt::format("from {:.6g} to {:.6g}, mean {:.6g}{}{}", least, greatest,
                     sum / static_cast<double>(count), nans > 0 ? ", " : "", not_numbers);
}

// A well mixed number for each counter (SplitMix64).
uint64_t mixed(uint64_t counter) {
  uint64_t z = (counter + 1) * 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

uint64_t made_up_bits(DType dtype, uint64_t random) {
  const DTypeInfo& type = info(dtype);
  if (type.kind == DTypeClass::kBool) return random >> 63;
  if (type.kind == DTypeClass::kUnsigned) return random >> (64 - std::min(type.bits, 4));
  if (type.kind == DTypeClass::kSigned) {
    const int used = std::min(type.bits, 4);
    const auto value = static_cast<uint64_t>(static_cast<int64_t>(random) >> (64 - used));
    return type.bits == 64 ? value : value & ((uint64_t{1} << type.bits) - 1);
  }
  double value = static_cast<double>(random >> 11) * 0x1p-52 - 1;
  if (dtype == f64) return std::bit_cast<uint64_t>(value);
  if (dtype == f8e8m0fnu) value = std::abs(value);
  const float single = static_cast<float>(value);
  // Rounded up to 1, it would leave the range.
  return encode_float(dtype, single == 1 ? std::nextafter(1.0F, 0.0F) : single);
}

}  // namespace

DType number_type(DType dtype) { return dtype == c64 ? f32 : dtype == c128 ? f64 : dtype; }

size_t count_numbers(const HostTensor& tensor) {
  return tensor.data.size() / std::max<size_t>(byte_size(number_type(tensor.shape.dtype)), 1);
}

double number(const HostTensor& tensor, size_t index) {
  const DType dtype = number_type(tensor.shape.dtype);
  if (dtype == f64) return std::bit_cast<double>(bits(tensor, index));
  if (is_float(dtype)) return decode_float(dtype, static_cast<uint32_t>(bits(tensor, index)));
  if (is_signed_integer(dtype)) return static_cast<double>(signed_value(tensor, index));
  return static_cast<double>(unsigned_value(tensor, index));
}

Place place(const HostTensor& tensor, size_t index) {
  const DType dtype = number_type(tensor.shape.dtype);
  const uint64_t value = bits(tensor, index);
  if (dtype == f8e8m0fnu) return value;  // has no sign
  const uint64_t sign = uint64_t{1} << (info(dtype).bits - 1), magnitude = value & (sign - 1);
  return value & sign ? -Place{magnitude} : Place{magnitude};
}

std::string element_text(const HostTensor& tensor, size_t index) {
  const DType dtype = tensor.shape.dtype;
  switch (info(dtype).kind) {
    case DTypeClass::kBool: return bits(tensor, index) != 0 ? "true" : "false";
    case DTypeClass::kSigned: return fmt::format("{}", signed_value(tensor, index));
    case DTypeClass::kUnsigned: return fmt::format("{}", unsigned_value(tensor, index));
    case DTypeClass::kFloat: return fmt::format("{:.6g}", number(tensor, index));
    case DTypeClass::kComplex:
      return fmt::format("{:.6g}{:+.6g}i", number(tensor, 2 * index), number(tensor, 2 * index + 1));
    case DTypeClass::kToken: break;
  }
  return "";
}

std::string tensor_text(const HostTensor& tensor) {
  std::string text = to_string(tensor.shape) + "\n";
  const auto count = static_cast<size_t>(tensor.shape.elements());
  if (count == 0) return text + "[]\n";  // other axes may be of any size
  if (count <= kShownWhole) {
    size_t next = 0;
    append_nested(text, tensor, 0, next);
    return text + "\n";
  }
  for (size_t i = 0; i < kShownEdge; ++i) text += element_text(tensor, i) + " ";
  text += "…";
  for (size_t i = count - kShownEdge; i < count; ++i) text += " " + element_text(tensor, i);
  return text + "\n" + statistics(tensor) + "\n";
}

HostTensor made_up(const Shape& shape, uint64_t seed) {
  if (shape.dtype == token)
    throw Error(ErrorKind::kUnsupported, "tokens have no values that could be made up");
  HostTensor tensor{shape, {}};
  tensor.data.resize(static_cast<size_t>(shape.bytes()));
  const DType dtype = number_type(shape.dtype);
  const size_t width = byte_size(dtype), count = count_numbers(tensor);
  for (size_t i = 0; i < count; ++i) {
    const uint64_t value = made_up_bits(dtype, mixed(mixed(seed) + i));
    std::memcpy(tensor.data.data() + i * width, &value, width);
  }
  return tensor;
}

}  // namespace fusebox::apps
