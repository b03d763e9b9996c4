#pragma once

#include <cstdint>
#include <vector>

namespace fusebox::apps {

// Tokens without a meaning, spread over the vocabulary, always the same.
inline std::vector<int32_t> some_tokens(int64_t count, int64_t vocabulary) {
  std::vector<int32_t> tokens;
  for (int64_t i = 0; i < count; ++i) tokens.push_back(static_cast<int32_t>((i * 7919 + 1000) % vocabulary));
  return tokens;
}

}  // namespace fusebox::apps
