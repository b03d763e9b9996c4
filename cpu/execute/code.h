// Code: machine code of a blob, mapped so that it can be called.
#pragma once

#include <cstddef>
#include <span>

namespace fusebox::cpu {

class Code {
 public:
  Code() = default;
  // Copies `bytes` to pages that are never writable and executable at once. Error kUnsupported if the system
  // refuses pages of both kinds: anonymous ones, and ones of a file in memory.
  explicit Code(std::span<const std::byte> bytes);
  ~Code();
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  const std::byte* data() const { return data_; }

 private:
  std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace fusebox::cpu
