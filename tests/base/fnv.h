// FNV-1a over 64-bit steps: tables too long to print are compared by their hash, which the programs that made
// the expected values compute as well.
#pragma once

#include <cstdint>

namespace fusebox {

class Fnv {
 public:
  void add(uint64_t value) { hash_ = (hash_ ^ value) * 0x100000001b3u; }
  uint64_t hash() const { return hash_; }

 private:
  uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace fusebox
