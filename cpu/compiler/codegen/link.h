// Linking: ELF objects become one position-independent image.
//
// Functions come first, then the constants, each section aligned as it asks (at most to 64 bytes). References
// within the image are PC-relative and settled here; whatever would need a loader is refused: addresses in
// data, sections that are written to, symbols that no object defines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace fusebox::cpu {

using ObjectBytes = std::span<const char>;  // a relocatable ELF64 file, x86-64 or AArch64

struct LinkedImage {
  struct Symbol {
    std::string name;
    uint64_t offset = 0, size = 0;
  };
  std::vector<std::byte> bytes;
  std::vector<Symbol> functions;  // the global ones, by offset
};

// Names that the objects use and none defines, each once, in order of appearance.
std::vector<std::string> undefined_symbols(std::span<const ObjectBytes> objects);

// InternalError as said above. The same objects give the same bytes.
LinkedImage link_objects(std::span<const ObjectBytes> objects);

}  // namespace fusebox::cpu
