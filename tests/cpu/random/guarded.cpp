#include "tests/cpu/random/guarded.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace fusebox::cpu::test {
namespace {

constexpr std::byte kFront{0xa5};
constexpr size_t kWatched = 256;  // bytes, as far as the page goes

size_t page_size() {
  static const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

size_t pages(size_t bytes) { return (bytes + kWatched + page_size() - 1) / page_size() * page_size(); }

}  // namespace

Guarded::Guarded(size_t bytes) : bytes_(bytes) {
  const size_t whole = pages(bytes) + page_size();
  void* memory = mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  begin_ = static_cast<std::byte*>(memory);
  end_ = begin_ + pages(bytes);
  mprotect(end_, page_size(), PROT_NONE);
  std::memset(begin_, static_cast<int>(kFront), static_cast<size_t>(end_ - begin_));
}

Guarded::Guarded(Guarded&& other) noexcept
    : begin_(std::exchange(other.begin_, nullptr)), end_(other.end_), bytes_(other.bytes_) {}

Guarded::~Guarded() {
  if (begin_) munmap(begin_, static_cast<size_t>(end_ - begin_) + page_size());
}

bool Guarded::is_hurt() const {
  return !std::all_of(data() - kWatched, data(), [](std::byte byte) { return byte == kFront; });
}

}  // namespace fusebox::cpu::test
