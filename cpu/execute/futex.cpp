#include "cpu/execute/futex.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <climits>

namespace fusebox::cpu {
namespace {

constexpr auto kSpin = std::chrono::microseconds(50);
constexpr int kLooksPerClock = 16;  // reading the clock takes longer than looking

void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

void futex(const std::atomic<uint32_t>& word, int operation, uint32_t value) {
  static_assert(sizeof word == sizeof(uint32_t));
  syscall(SYS_futex, &word, operation, value, nullptr, nullptr, 0);
}

}  // namespace

uint32_t WaitWord::wait_while(uint32_t old) {
  for (auto until = std::chrono::steady_clock::time_point::max();;) {
    for (int look = 0; look < kLooksPerClock; ++look) {
      if (const uint32_t now = load(); now != old) return now;
      pause();
    }
    const auto now = std::chrono::steady_clock::now();
    if (until == std::chrono::steady_clock::time_point::max()) until = now + kSpin;
    if (now >= until) break;
  }

  sleepers_.fetch_add(1, std::memory_order_seq_cst);
  uint32_t now;
  while ((now = word_.load(std::memory_order_seq_cst)) == old) futex(word_, FUTEX_WAIT_PRIVATE, old);
  sleepers_.fetch_sub(1, std::memory_order_seq_cst);
  return now;
}

void WaitWord::wake_all() { futex(word_, FUTEX_WAKE_PRIVATE, INT_MAX); }

}  // namespace fusebox::cpu
