#include "fusebox/checkpoint/gguf_value.h"

#include <array>
#include <cstring>
#include <limits>

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/stored_tensor.h"

namespace fusebox {
namespace {

struct TypeRow {
  std::string_view name;
  size_t size;
};

constexpr std::array<TypeRow, 13> kTypes = {{{"uint8", 1},
                                             {"int8", 1},
                                             {"uint16", 2},
                                             {"int16", 2},
                                             {"uint32", 4},
                                             {"int32", 4},
                                             {"float32", 4},
                                             {"bool", 1},
                                             {"string", 0},
                                             {"array", 0},
                                             {"uint64", 8},
                                             {"int64", 8},
                                             {"float64", 8}}};

template <typename T>
T load(std::span<const std::byte> bytes, size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}

}  // namespace

std::string_view gguf_type_name(GgufType type) { return kTypes[static_cast<size_t>(type)].name; }
size_t gguf_type_size(GgufType type) { return kTypes[static_cast<size_t>(type)].size; }

void GgufValue::wrong_type(std::string_view want) const {
  const std::string got = type_ == GgufType::kArray
                              ? fmt::format("an array of {} {}", size_, gguf_type_name(element_type_))
                              : std::string(gguf_type_name(type_));
  Error error(ErrorKind::kInvalidFile, fmt::format("metadata {}: got {}, want {}", quoted(key_), got, want));
  if (path_) error.file(*path_);
  throw error;
}

std::string_view GgufValue::as_string() const {
  if (type_ != GgufType::kString) wrong_type("a string");
  return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
}

int64_t GgufValue::int_at(GgufType type, size_t index) const {
  switch (type) {
    case GgufType::kUint8: return load<uint8_t>(bytes_, index);
    case GgufType::kInt8: return load<int8_t>(bytes_, index);
    case GgufType::kUint16: return load<uint16_t>(bytes_, index);
    case GgufType::kInt16: return load<int16_t>(bytes_, index);
    case GgufType::kUint32: return load<uint32_t>(bytes_, index);
    case GgufType::kInt32: return load<int32_t>(bytes_, index);
    case GgufType::kInt64: return load<int64_t>(bytes_, index);
    case GgufType::kUint64: {
      const auto value = load<uint64_t>(bytes_, index);
      if (value > static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
        wrong_type("an integer of 63 bits");
      return static_cast<int64_t>(value);
    }
    default: wrong_type("an integer");
  }
}

double GgufValue::float_at(GgufType type, size_t index) const {
  if (type == GgufType::kFloat32) return load<float>(bytes_, index);
  if (type == GgufType::kFloat64) return load<double>(bytes_, index);
  return static_cast<double>(int_at(type, index));
}

int64_t GgufValue::as_int() const { return int_at(type_, 0); }
double GgufValue::as_float() const { return float_at(type_, 0); }

bool GgufValue::as_bool() const {
  if (type_ != GgufType::kBool) wrong_type("a bool");
  return load<uint8_t>(bytes_, 0) != 0;
}

std::span<const std::string_view> GgufValue::as_strings() const {
  if (type_ != GgufType::kArray || element_type_ != GgufType::kString) wrong_type("an array of strings");
  return strings_;
}

std::vector<int64_t> GgufValue::as_ints() const {
  if (type_ != GgufType::kArray) wrong_type("an array of integers");
  std::vector<int64_t> values(size_);
  for (size_t i = 0; i < size_; ++i) values[i] = int_at(element_type_, i);
  return values;
}

std::vector<double> GgufValue::as_floats() const {
  if (type_ != GgufType::kArray) wrong_type("an array of numbers");
  std::vector<double> values(size_);
  for (size_t i = 0; i < size_; ++i) values[i] = float_at(element_type_, i);
  return values;
}

std::string GgufValue::to_string() const {
  switch (type_) {
    case GgufType::kString: return quoted(as_string());
    case GgufType::kArray: return fmt::format("[{} × {}]", size_, gguf_type_name(element_type_));
    case GgufType::kBool: return as_bool() ? "true" : "false";
    case GgufType::kFloat32: return fmt::format("{}", static_cast<float>(as_float()));
    case GgufType::kFloat64: return fmt::format("{}", as_float());
    case GgufType::kUint64: return fmt::format("{}", load<uint64_t>(bytes_, 0));
    default: return fmt::format("{}", as_int());
  }
}

}  // namespace fusebox
