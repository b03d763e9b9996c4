// Numbers that look random and are the same here and in tools/pattern.py, so that goldens need not store
// their inputs: multiples of 2^-19 in [-1, 1), which f32 holds exactly.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace fusebox {

// The first `count` numbers of that name.
inline std::vector<float> pattern(std::string_view name, int64_t count) {
  uint32_t seed = 2166136261u;
  for (const char byte : name) seed = (seed ^ static_cast<unsigned char>(byte)) * 16777619u;
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) {
    uint32_t x = seed + static_cast<uint32_t>(i) * 0x9E3779B9u;
    x = (x ^ x >> 16) * 0x85EBCA6Bu;
    x = (x ^ x >> 13) * 0xC2B2AE35u;
    x ^= x >> 16;
    values.push_back(static_cast<float>(x >> 12) / (1 << 19) - 1);
  }
  return values;
}

}  // namespace fusebox
