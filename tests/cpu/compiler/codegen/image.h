// What the tests of codegen share: an image in executable memory.
#pragma once

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstring>
#include <string>

#include "cpu/compiler/codegen/machine_code.h"

namespace fusebox::cpu {

class Image {
 public:
  explicit Image(MachineCode code) : code_(std::move(code)) {
    memory_ = mmap(nullptr, code_.code.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memcpy(memory_, code_.code.data(), code_.code.size());
    mprotect(memory_, code_.code.size(), PROT_READ | PROT_EXEC);
  }
  ~Image() { munmap(memory_, code_.code.size()); }
  Image(const Image&) = delete;
  Image& operator=(const Image&) = delete;

  // F: a pointer to a function.
  template <typename F>
  F kernel(const std::string& name) const {
    for (const MachineCode::Symbol& symbol : code_.kernels)
      if (symbol.name == name) return reinterpret_cast<F>(static_cast<std::byte*>(memory_) + symbol.offset);
    throw std::runtime_error("no kernel " + name);
  }

  const MachineCode& code() const { return code_; }

 private:
  MachineCode code_;
  void* memory_;
};

// Levels whose code this machine runs, the best last.
inline std::vector<std::string> levels_of_this_machine() {
  std::vector<std::string> all;
#ifdef __x86_64__
  all.emplace_back("x86-64");
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2"))
    all.emplace_back("v3");
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    all.emplace_back("v4");
  if (all.back() == "v4" && __builtin_cpu_supports("avx512vnni")) all.emplace_back("v4-vnni");
  if (all.back() == "v4-vnni" && __builtin_cpu_supports("avx512bf16")) all.emplace_back("v4-vnni-bf16");
#else
  all.emplace_back("aarch64");
#endif
  return all;
}

}  // namespace fusebox::cpu
