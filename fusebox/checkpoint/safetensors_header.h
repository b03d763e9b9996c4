// Parses the JSON header of a safetensors file. Not for users of the folder: see safetensors.h.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fusebox/checkpoint/stored_tensor.h"

namespace fusebox {

struct SafetensorsHeader {
  std::vector<StoredTensor> tensors;
  std::vector<std::pair<std::string, std::string>> metadata;
};

inline constexpr uint64_t kSafetensorsPrefix = 8;               // bytes of the header's length
inline constexpr uint64_t kMaxSafetensorsHeader = 100'000'000;  // the format's own limit

// `text` is the header of a file of `file_size` bytes; each tensor's range is checked against its shape and
// the file. Error kInvalidFile.
SafetensorsHeader parse_safetensors_header(std::string_view text, uint64_t file_size,
                                           const std::string& path);

}  // namespace fusebox
