#include "fusebox/checkpoint/safetensors_header.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "fusebox/base/error.h"
#include "fusebox/checkpoint/json_error.h"

namespace fusebox {
namespace {

using nlohmann::json;

struct TypeName {
  std::string_view name;
  DType dtype;
};

constexpr TypeName kTypes[] = {
    {"F32", DType::f32},
    {"BF16", DType::bf16},
    {"F16", DType::f16},
    {"F64", DType::f64},
    {"BOOL", DType::i1},
    {"I8", DType::i8},
    {"I16", DType::i16},
    {"I32", DType::i32},
    {"I64", DType::i64},
    {"U8", DType::u8},
    {"U16", DType::u16},
    {"U32", DType::u32},
    {"U64", DType::u64},
    {"C64", DType::c64},
    {"F8_E4M3", DType::f8e4m3fn},
    {"F8_E5M2", DType::f8e5m2},
    {"F8_E4M3FNUZ", DType::f8e4m3fnuz},
    {"F8_E5M2FNUZ", DType::f8e5m2fnuz},
    {"F8_E8M0", DType::f8e8m0fnu},
    {"F6_E2M3", DType::f6e2m3fn},
    {"F6_E3M2", DType::f6e3m2fn},
    {"F4", DType::f4e2m1fn},
};

// Follows the parser through the one form a header may have, and builds tensors on the way.
class HeaderReader : public nlohmann::json_sax<json> {
 public:
  HeaderReader(uint64_t file_size, uint64_t data, const std::string& path)
      : file_size_(file_size), data_(data), path_(path) {}

  SafetensorsHeader header;
  uint64_t at = 0;  // bytes of the header read so far

  bool start_object(size_t) override {
    if (place_ == Place::kStart) return go(Place::kTop);
    if (place_ == Place::kTop && !key_.empty())
      return go(key_ == "__metadata__" ? Place::kMetadata : begin_tensor());
    fail("an object where none belongs");
  }

  bool end_object() override {
    if (place_ == Place::kTensor) finish_tensor();
    return go(place_ == Place::kTop ? Place::kEnd : Place::kTop);
  }

  bool key(std::string& name) override {
    key_ = std::move(name);
    if (place_ == Place::kTop && key_.empty()) fail("a tensor without a name");
    return true;
  }

  bool start_array(size_t) override {
    if (place_ != Place::kTensor) fail("an array where none belongs");
    if (key_ == "shape" && !shape_seen_) return shape_seen_ = go(Place::kShape);
    if (key_ == "data_offsets" && offsets_.empty()) return go(Place::kOffsets);
    fail(fmt::format("tensor {}: {} is not expected, or there twice", fusebox::quoted(tensor_.info.name),
                     fusebox::quoted(key_)));
  }

  bool end_array() override { return go(Place::kTensor); }

  bool string(std::string& text) override {
    if (place_ == Place::kMetadata) {
      header.metadata.emplace_back(std::move(key_), std::move(text));
      return true;
    }
    if (place_ != Place::kTensor || key_ != "dtype" || !dtype_.empty()) fail("a string where none belongs");
    dtype_ = std::move(text);
    if (dtype_.empty()) fail(fmt::format("tensor {}: an empty dtype", fusebox::quoted(tensor_.info.name)));
    return true;
  }

  bool number_unsigned(uint64_t value) override {
    if (place_ == Place::kShape) return add_dimension(value);
    if (place_ != Place::kOffsets) fail("a number where none belongs");
    offsets_.push_back(value);
    if (offsets_.size() > 2)
      fail(fmt::format("tensor {}: more than two data_offsets", fusebox::quoted(tensor_.info.name)));
    return true;
  }

  bool number_integer(int64_t value) override {
    fail(fmt::format("the number {}, want one of 0 or more", value));
  }
  bool number_float(double, const std::string& text) override {
    fail(fmt::format("the number {}, want an integer below 2^64", fusebox::quoted(text)));
  }
  bool null() override { fail("a null where none belongs"); }
  bool boolean(bool) override { fail("a bool where none belongs"); }
  bool binary(json::binary_t&) override { fail("binary data where none belongs"); }
  bool parse_error(size_t position, const std::string&, const json::exception& error) override {
    at = position > 0 ? position - 1 : 0;
    fail(json_complaint(error));
  }

 private:
  enum class Place : uint8_t { kStart, kTop, kMetadata, kTensor, kShape, kOffsets, kEnd };

  bool go(Place place) {
    place_ = place;
    return true;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::kInvalidFile, "safetensors header: " + what)
        .file(path_)
        .offset(kSafetensorsPrefix + at);
  }

  Place begin_tensor() {
    tensor_ = {};
    tensor_.info.name = key_;
    dtype_.clear();
    offsets_.clear();
    shape_seen_ = false;
    elements_ = 1;
    return Place::kTensor;
  }

  bool add_dimension(uint64_t size) {
    Dims& dims = tensor_.info.shape.dims;
    if (dims.size() == kMaxTensorRank)
      fail(fmt::format("tensor {} has more than {} dimensions", fusebox::quoted(tensor_.info.name),
                       kMaxTensorRank));
    // Zeros are counted as ones, so that the other sizes are bounded too.
    if (__builtin_mul_overflow(elements_, std::max<uint64_t>(size, 1), &elements_) || elements_ >> 56 != 0)
      fail(fmt::format("tensor {} has too many elements", fusebox::quoted(tensor_.info.name)));
    dims.push_back(static_cast<int64_t>(size));
    return true;
  }

  void finish_tensor() {
    const std::string name = fusebox::quoted(tensor_.info.name);
    if (dtype_.empty() || !shape_seen_ || offsets_.size() != 2)
      fail(fmt::format("tensor {} lacks dtype, shape or data_offsets", name));
    const uint64_t begin = offsets_[0], end = offsets_[1], data_size = file_size_ - data_;
    if (begin > end || end > data_size)
      fail(fmt::format("tensor {}: data_offsets [{}, {}] are outside the {} bytes of data", name, begin, end,
                       data_size));
    tensor_.begin = data_ + begin;
    tensor_.size = end - begin;
    const auto* type =
        std::find_if(std::begin(kTypes), std::end(kTypes), [&](auto& row) { return row.name == dtype_; });
    if (type == std::end(kTypes)) {
      tensor_.unreadable = dtype_.substr(0, 32);
    } else {
      tensor_.info.shape.dtype = type->dtype;
      check_size(type->dtype, name);
    }
    header.tensors.push_back(std::move(tensor_));
  }

  // Types of 4 and 6 bits are packed without gaps, and must fill whole bytes.
  void check_size(DType dtype, const std::string& name) const {
    const auto bits_each =
        static_cast<uint64_t>(info(dtype).packed() ? info(dtype).bits : byte_size(dtype) * 8);
    const uint64_t bits = static_cast<uint64_t>(tensor_.info.shape.elements()) * bits_each;
    if (bits % 8 == 0 && bits / 8 == tensor_.size) return;
    fail(fmt::format("tensor {}: {} take {} bits, its data_offsets span {} bytes", name,
                     to_string(tensor_.info.shape), bits, tensor_.size));
  }

  const uint64_t file_size_, data_;
  const std::string& path_;
  Place place_ = Place::kStart;
  std::string key_, dtype_;
  StoredTensor tensor_;
  std::vector<uint64_t> offsets_;
  bool shape_seen_ = false;
  uint64_t elements_ = 1;
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t file_size,
                                           const std::string& path) {
  HeaderReader reader(file_size, kSafetensorsPrefix + text.size(), path);
  const char *begin = text.data(), *end = begin + text.size();
  json::sax_parse(CountingIterator(begin, begin, &reader.at), CountingIterator(end, begin, &reader.at),
                  &reader);
  return std::move(reader.header);
}

}  // namespace fusebox
