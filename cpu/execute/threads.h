// The threads that executions share.
//
//   PoolLease lease(4);                    // waits until no other execution has the pool
//   lease.run(work, data);                 // work(data, 0 … lease.threads() - 1); thread 0 is this one
//
// One pool for the whole process, so that clients do not crowd each other out; one execution has it at a
// time. Its threads spin for at most 50 µs after their work, then sleep. A forked child has a new pool.
#pragma once

#include <mutex>

namespace fusebox::cpu {

inline constexpr int kMaxThreads = 1024;

// As many as this process may keep busy: its processors, or fewer if its control group's quota is less.
// FUSEBOX_THREADS, else PJRT_NPROC, says otherwise.
int default_threads();

struct Pool;

class PoolLease {
 public:
  explicit PoolLease(int wanted);
  ~PoolLease();
  PoolLease(const PoolLease&) = delete;
  PoolLease& operator=(const PoolLease&) = delete;

  int threads() const { return threads_; }  // fewer than wanted if the system gives no more
  // Returns when all have returned. `work` must not throw.
  void run(void (*work)(void* data, int thread), void* data);

 private:
  Pool& pool_;
  int threads_;
};

}  // namespace fusebox::cpu
