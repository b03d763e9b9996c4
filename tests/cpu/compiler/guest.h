// Guest: a program for AArch64 that this machine runs under qemu-user: machine code that was compiled for
// that architecture, data, and a `main` that calls the code, made here, instruction by instruction. It knows
// no C library and no other file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "cpu/blob.h"

namespace fusebox::cpu::test {

class Guest {
 public:
  static bool can_run();  // whether qemu-aarch64 is installed

  Guest();

  // Puts bytes into its memory, at the beginning of a page; their address.
  uint64_t add(std::span<const std::byte> bytes);
  uint64_t add_zeros(size_t bytes) { return add(std::vector<std::byte>(bytes)); }

  // Appends to `main`. Places are those that here() told.
  void call(uint64_t function, std::initializer_list<uint64_t> arguments);
  size_t here() const { return main_.size(); }
  void jump(size_t to);
  // Jumps that patch() tells where to, later: if the byte at the address is 0; if the 32 bits at the address
  // are a number (0 … 4095); always.
  size_t jump_if_zero(uint64_t address);
  size_t jump_if_equal(uint64_t address, uint32_t number);
  size_t jump_later();
  void patch(size_t jump, size_t to);

  // Runs all that was appended; the bytes that are then at an address. std::runtime_error if it ends
  // otherwise.
  std::vector<std::byte> run(uint64_t address, size_t bytes);

 private:
  void set_register(uint32_t index, uint64_t value);
  void system_call(uint64_t number, std::initializer_list<uint64_t> arguments);
  std::vector<std::byte> executable();

  std::vector<std::byte> bytes_;
  std::vector<uint32_t> main_;
};

// The results of a program that was compiled for AArch64. Each kernel's items are done in the shares of as
// many threads, one share after the other.
std::vector<std::vector<std::byte>> run_as_guest(const Blob& blob,
                                                 std::span<const std::vector<std::byte>> arguments,
                                                 int threads);

}  // namespace fusebox::cpu::test
