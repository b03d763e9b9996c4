#include "cpu/compiler/codegen/relocation.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>

#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

constexpr uint64_t kPage = 4096;  // of AArch64's ADRP

template <typename T>
T load(std::span<const std::byte> image, uint64_t place) {
  if (place > image.size() || image.size() - place < sizeof(T))
    throw InternalError("relocation outside the image");
  T value;
  std::memcpy(&value, image.data() + place, sizeof(T));
  return value;
}

template <typename T>
void store(std::span<std::byte> image, uint64_t place, T value) {
  load<T>(image, place);  // checks the bounds
  std::memcpy(image.data() + place, &value, sizeof(T));
}

// `value` as a signed number of `bits` bits.
int64_t fit(int64_t value, int bits) {
  if (value >> (bits - 1) != 0 && value >> (bits - 1) != -1)
    throw InternalError(fmt::format("a distance of {} bytes in generated code is too far", value));
  return value;
}

// mov symbol@GOTPCREL(%rip), %reg → lea symbol(%rip), %reg: there is no table of addresses.
void relax_got_load(std::span<std::byte> image, uint64_t place) {
  constexpr auto kMov = std::byte{0x8b}, kLea = std::byte{0x8d};
  if (load<std::byte>(image, place - 2) != kMov)
    throw InternalError("generated code reads an address from a table other than by mov");
  store(image, place - 2, kLea);
}

void or_into(std::span<std::byte> image, uint64_t place, uint32_t bits) {
  store(image, place, load<uint32_t>(image, place) | bits);
}

// The offset in a load's or store's immediate, in units of its size.
void low_12_bits(std::span<std::byte> image, uint64_t place, uint64_t address, int log2_size) {
  if (address % (uint64_t{1} << log2_size) != 0)
    throw InternalError("a constant in generated code is misaligned");
  or_into(image, place, static_cast<uint32_t>((address % kPage) >> log2_size) << 10);
}

// The 21 bits of ADR and ADRP: two low ones, then the others.
void adr(std::span<std::byte> image, uint64_t place, int64_t value) {
  const auto bits = static_cast<uint32_t>(value);
  or_into(image, place, (bits & 3) << 29 | (bits >> 2 & 0x7ffff) << 5);
}

}  // namespace

void relocate_x86_64(std::span<std::byte> image, uint32_t type, uint64_t place, uint64_t target,
                     int64_t addend) {
  const auto distance = static_cast<int64_t>(target - place) + addend;
  switch (type) {
    case R_X86_64_GOTPCREL:
    case R_X86_64_GOTPCRELX:
    case R_X86_64_REX_GOTPCRELX: relax_got_load(image, place); [[fallthrough]];
    case R_X86_64_PC32:
    case R_X86_64_PLT32: store(image, place, static_cast<int32_t>(fit(distance, 32))); return;
    case R_X86_64_PC64: store(image, place, distance); return;
    default: throw InternalError(fmt::format("generated code has a relocation of type {} (x86-64)", type));
  }
}

void relocate_aarch64(std::span<std::byte> image, uint32_t type, uint64_t place, uint64_t target,
                      int64_t addend) {
  const uint64_t address = target + static_cast<uint64_t>(addend);
  const auto distance = static_cast<int64_t>(address - place);
  switch (type) {
    case R_AARCH64_PREL32: store(image, place, static_cast<int32_t>(fit(distance, 32))); return;
    case R_AARCH64_PREL64: store(image, place, distance); return;
    case R_AARCH64_CALL26:
    case R_AARCH64_JUMP26:
      or_into(image, place, static_cast<uint32_t>(fit(distance, 28) >> 2) & 0x3ffffff);
      return;
    case R_AARCH64_ADR_PREL_LO21: adr(image, place, fit(distance, 21)); return;
    case R_AARCH64_ADR_PREL_PG_HI21:
      adr(image, place, fit(static_cast<int64_t>(address / kPage - place / kPage), 21));
      return;
    case R_AARCH64_ADD_ABS_LO12_NC: low_12_bits(image, place, address, 0); return;
    case R_AARCH64_LDST8_ABS_LO12_NC: low_12_bits(image, place, address, 0); return;
    case R_AARCH64_LDST16_ABS_LO12_NC: low_12_bits(image, place, address, 1); return;
    case R_AARCH64_LDST32_ABS_LO12_NC: low_12_bits(image, place, address, 2); return;
    case R_AARCH64_LDST64_ABS_LO12_NC: low_12_bits(image, place, address, 3); return;
    case R_AARCH64_LDST128_ABS_LO12_NC: low_12_bits(image, place, address, 4); return;
    default: throw InternalError(fmt::format("generated code has a relocation of type {} (AArch64)", type));
  }
}

}  // namespace fusebox::cpu
