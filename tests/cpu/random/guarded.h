// Guarded: memory that ends where the next page faults, and whose beginning is watched: kernels that reach
// beyond a buffer are caught.
#pragma once

#include <cstddef>
#include <span>

namespace fusebox::cpu::test {

class Guarded {
 public:
  explicit Guarded(size_t bytes);
  Guarded(Guarded&& other) noexcept;
  Guarded& operator=(Guarded&&) = delete;
  ~Guarded();

  std::byte* data() const { return end_ - bytes_; }
  std::span<std::byte> bytes() const { return {data(), bytes_}; }
  // Whether somebody wrote in front of it.
  bool is_hurt() const;

 private:
  std::byte *begin_, *end_;
  size_t bytes_;
};

}  // namespace fusebox::cpu::test
