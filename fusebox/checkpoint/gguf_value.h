// GgufValue: one value of a GGUF file's metadata, read where it lies.
//
// Strings are views into the header that GgufFile keeps; they live as long as the file object. Access by the
// wrong type is an Error (kInvalidFile) that names the file and the key, so that a reader of hyper-parameters
// can ask without checking:
//
//   const int64_t layers = gguf->at("llama.block_count").as_int();
//   for (std::string_view token : gguf->at("tokenizer.ggml.tokens").as_strings()) …
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace fusebox {

// The numbers are the format's.
enum class GgufType : uint32_t {
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kFloat32,
  kBool,
  kString,
  kArray,
  kUint64,
  kInt64,
  kFloat64
};

// "uint8", …, "string", "array"
std::string_view gguf_type_name(GgufType type);
// Bytes of one number or bool; 0 for strings and arrays, whose size varies.
size_t gguf_type_size(GgufType type);

class GgufValue {
 public:
  GgufType type() const { return type_; }
  // Of an array: the type of its elements and how many there are. Arrays of arrays tell only this much.
  GgufType element_type() const { return element_type_; }
  size_t size() const { return size_; }

  std::string_view as_string() const;
  int64_t as_int() const;   // from any integer type; Error if it does not fit
  double as_float() const;  // from f32, f64 or any integer type
  bool as_bool() const;

  std::span<const std::string_view> as_strings() const;  // nothing is copied
  std::vector<int64_t> as_ints() const;
  std::vector<double> as_floats() const;

  // "llama", 30, true, "[49152 strings]": for people.
  std::string to_string() const;

 private:
  friend class GgufParser;

  int64_t int_at(GgufType type, size_t index) const;
  double float_at(GgufType type, size_t index) const;
  [[noreturn]] void wrong_type(std::string_view want) const;

  GgufType type_ = GgufType::kUint8, element_type_ = GgufType::kUint8;
  size_t size_ = 1;
  std::span<const std::byte> bytes_;       // the number, the string's text, or an array's numbers
  std::vector<std::string_view> strings_;  // of an array of strings
  std::string_view key_;
  const std::string* path_ = nullptr;
};

}  // namespace fusebox
