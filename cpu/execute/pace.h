// Pace: whether one thread or all are sooner done with a short program. Waking a thread may take longer than
// all there is to do, depending on the machine and on what else runs there; so both are tried now and then.
//
//   const bool alone = pace.alone();
//   …
//   pace.note(alone, nanoseconds);
//
// Thread-safe. It changes no result: those are the same for any number of threads.
#pragma once

#include <atomic>
#include <cstdint>

namespace fusebox::cpu {

class Pace {
 public:
  // How the next execution should run.
  bool alone();
  // How long an execution took that ran so.
  void note(bool alone, int64_t nanoseconds);

 private:
  std::atomic<int64_t> alone_{0}, together_{0};  // the shortest of late; 0: none yet
  std::atomic<uint64_t> runs_{0};
  std::atomic<uint64_t> tries_begin_{8};  // the first runs meet cold caches
  std::atomic<uint64_t> pause_{128};
};

}  // namespace fusebox::cpu
