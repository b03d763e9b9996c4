// Reads a GGUF header: metadata, then the list of tensors. Not for users of the folder: see gguf.h.
//
// All numbers are little-endian; strings are a uint64 length and bytes; in order:
//   "GGUF", uint32 version, uint64 tensor count, uint64 metadata count
//   metadata: string key, uint32 type, value (an array: uint32 element type, uint64 count, elements)
//   tensors:  string name, uint32 rank, uint64 sizes (innermost first), uint32 type, uint64 offset
//   padding to general.alignment (32 unless said), then the data that the offsets count from
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fusebox/checkpoint/gguf.h"

namespace fusebox {

class GgufParser {
 public:
  // Thrown when the header goes on past the bytes at hand, but not past the file.
  struct NeedMore {};

  // `head` is the first bytes of a file of `file_size` bytes; what is parsed looks into it. Error
  // kInvalidFile, kUnsupported.
  GgufParser(std::span<const std::byte> head, uint64_t file_size, const std::string& path)
      : head_(head), file_size_(file_size), path_(path) {}

  void parse();

  uint32_t version = 0;
  std::vector<GgufEntry> metadata;
  std::vector<StoredTensor> tensors;

 private:
  template <typename T>
  T number();
  std::string_view text();
  std::span<const std::byte> take(uint64_t size);
  void require(uint64_t count, uint64_t bytes_each);

  void parse_magic_and_version();
  void parse_entry();
  GgufValue parse_value(std::string_view key, GgufType type);
  void parse_array(GgufValue& value);
  void skip_nested_array(int depth);
  GgufType parse_type();
  StoredTensor parse_tensor();
  void place_tensors();
  uint64_t alignment() const;

  [[noreturn]] void fail(std::string_view what, uint64_t at) const;

  std::span<const std::byte> head_;
  uint64_t file_size_;
  const std::string& path_;
  uint64_t at_ = 0;
};

}  // namespace fusebox
