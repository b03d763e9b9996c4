// VectorTarget: what a CPU level has for vectors, as far as kernels choose their tiles and instructions by
// it.
#pragma once

#include <string>

namespace fusebox::cpu {

struct VectorTarget {
  unsigned bits = 128;  // of a register
  int registers = 16;
  // How bytes are multiplied and their products added up.
  enum class Bytes {
    kPlain,  // in several steps that LLVM finds
    kPairs,  // two neighbours at once, to 16 bits: vpmaddubsw
    kQuads,  // four neighbours at once, onto 32 bits: vpdpbusd
  } bytes = Bytes::kPlain;
};
// Error kInvalidArgument for a level that does not exist.
VectorTarget vector_target_for(const std::string& level);

}  // namespace fusebox::cpu
