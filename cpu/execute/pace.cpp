#include "cpu/execute/pace.h"

#include <algorithm>

namespace fusebox::cpu {
namespace {

constexpr int64_t kShort = 2'000'000;  // nanoseconds; what takes longer gains by every thread
constexpr uint64_t kTries = 2;         // of each way, in a row: the second finds threads awake, if any does
constexpr uint64_t kLongestPause = 4096;  // runs from tries to tries; it doubles up to here
constexpr uint64_t kSoon = 128;           // runs until the next tries when in doubt

void keep_shortest(std::atomic<int64_t>& shortest, int64_t nanoseconds) {
  const int64_t before = shortest.load(std::memory_order_relaxed);
  const int64_t forgotten = before + before / 16;  // what was once possible may be no more
  // A long run counts in full: each more that goes the wrong way costs too much.
  const bool in_full = before == 0 || nanoseconds > kShort;
  shortest.store(in_full ? nanoseconds : std::min(nanoseconds, forgotten), std::memory_order_relaxed);
}

}  // namespace

// Two executions at a time may confuse each other's tries: the next ones put that right.
bool Pace::alone() {
  const int64_t alone = alone_.load(std::memory_order_relaxed);
  const int64_t together = together_.load(std::memory_order_relaxed);
  const bool tried_both = alone != 0;
  if (!tried_both && (together == 0 || together > kShort)) return false;
  const uint64_t run = runs_.fetch_add(1, std::memory_order_relaxed);
  const uint64_t begin = tries_begin_.load(std::memory_order_relaxed);
  if (run < begin) return tried_both && alone < together;
  if (run >= begin + 2 * kTries - 1) {
    const uint64_t pause = pause_.load(std::memory_order_relaxed);
    tries_begin_.store(run + pause, std::memory_order_relaxed);
    pause_.store(std::min(2 * pause, kLongestPause), std::memory_order_relaxed);
  }
  return run < begin + kTries;
}

void Pace::note(bool alone, int64_t nanoseconds) {
  std::atomic<int64_t>& shortest = alone ? alone_ : together_;
  const bool was_short = shortest.load(std::memory_order_relaxed) <= kShort;
  keep_shortest(shortest, std::max<int64_t>(nanoseconds, 1));
  if (!was_short || nanoseconds <= kShort) return;
  // Perhaps it was only held up: the next tries tell.
  const uint64_t soon = runs_.load(std::memory_order_relaxed) + kSoon;
  if (tries_begin_.load(std::memory_order_relaxed) <= soon) return;
  tries_begin_.store(soon, std::memory_order_relaxed);
  pause_.store(kSoon, std::memory_order_relaxed);
}

}  // namespace fusebox::cpu
