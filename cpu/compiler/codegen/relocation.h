// Relocations: fills a reference into an image whose parts keep their distances wherever it is loaded.
//
// `place` and `target` are offsets in the image. InternalError for kinds that need an absolute address and
// for distances that do not fit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fusebox::cpu {

void relocate_x86_64(std::span<std::byte> image, uint32_t type, uint64_t place, uint64_t target,
                     int64_t addend);
void relocate_aarch64(std::span<std::byte> image, uint32_t type, uint64_t place, uint64_t target,
                      int64_t addend);

}  // namespace fusebox::cpu
