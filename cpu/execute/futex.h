// Waiting for another thread that is probably about to be done: look for a while, then sleep.
#pragma once

#include <atomic>
#include <cstdint>

namespace fusebox::cpu {

// A word that others wait on. Spinning threads take processor time from those who still work, so a wait spins
// for 50 µs at most; then it sleeps in the kernel.
class WaitWord {
 public:
  uint32_t load() const { return word_.load(std::memory_order_acquire); }
  // Everything written before is visible to whoever sees the new value.
  void store_and_wake(uint32_t value) {
    word_.store(value, std::memory_order_seq_cst);
    wake();
  }
  // Returns the new value.
  uint32_t subtract_and_wake_at_zero() {
    const uint32_t left = word_.fetch_sub(1, std::memory_order_seq_cst) - 1;
    if (left == 0) wake();
    return left;
  }
  void store_quietly(uint32_t value) { word_.store(value, std::memory_order_relaxed); }

  // Returns the value once it is not `old`.
  uint32_t wait_while(uint32_t old);

 private:
  void wake() {
    if (sleepers_.load(std::memory_order_seq_cst) != 0) wake_all();
  }
  void wake_all();

  std::atomic<uint32_t> word_{0};
  std::atomic<uint32_t> sleepers_{0};
};

// All threads of an execution meet here, as often as they like.
class Barrier {
 public:
  void meet(int threads) {
    const uint32_t phase = phase_.load();
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == static_cast<uint32_t>(threads)) {
      arrived_.store(0, std::memory_order_relaxed);
      phase_.store_and_wake(phase + 1);
    } else {
      phase_.wait_while(phase);
    }
  }

 private:
  alignas(64) std::atomic<uint32_t> arrived_{0};
  alignas(64) WaitWord phase_;
};

}  // namespace fusebox::cpu
