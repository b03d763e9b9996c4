#include "cpu/execute/threads.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <system_error>
#include <thread>

#include "cpu/execute/cgroup.h"
#include "cpu/execute/futex.h"
#include "cpu/execute/short_lock.h"

namespace fusebox::cpu {

struct Pool {
  explicit Pool(unsigned in_generation) : generation(in_generation) {}

  const unsigned generation;  // of forks
  std::mutex owner;
  int workers = 0;
  // What to do; the round says for how many, so that one look tells a worker whether it is meant. Those who
  // are not never look at the rest.
  void (*work)(void*, int) = nullptr;
  void* data = nullptr;
  alignas(64) WaitWord round;  // counter * kRound + threads
  alignas(64) WaitWord busy;   // workers that are not yet done
};

namespace {

constexpr uint32_t kRound = 2 * kMaxThreads;

int affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

int from_environment() {
  for (const char* name : {"FUSEBOX_THREADS", "PJRT_NPROC"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && std::atoi(value) > 0) return std::atoi(value);
  }
  return 0;
}

void serve(Pool* pool, int thread, uint32_t seen) {
  while (true) {
    seen = pool->round.wait_while(seen);
    if (thread >= static_cast<int>(seen % kRound)) continue;
    pool->work(pool->data, thread);
    pool->busy.subtract_and_wake_at_zero();
  }
}

// Signals are for the threads of the program; but not those of a thread's own faults: blocked, they would end
// the process unseen.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP}) sigdelset(&all, fault);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_;
};

void start_workers(Pool& pool, int wanted) {
  if (pool.workers >= wanted) return;
  SignalsBlocked blocked;
  while (pool.workers < wanted) {
    const int number = pool.workers + 1;
    try {
      std::thread thread(serve, &pool, number, pool.round.load());
      pthread_setname_np(thread.native_handle(), ("fusebox-" + std::to_string(number)).c_str());
      thread.detach();
    } catch (const std::system_error&) {
      return;
    }
    ++pool.workers;
  }
}

// The pool is never destroyed: its threads sleep in it when the process ends. What a fork leaves behind has
// no threads.
Pool& the_pool() {
  static Pool* pool = nullptr;
  const unsigned generation = fork_generation();
  ShortLock lock;
  if (pool == nullptr || pool->generation != generation) pool = new Pool(generation);
  return *pool;
}

}  // namespace

int default_threads() {
  static const int threads = [] {
    if (const int told = from_environment()) return std::min(told, kMaxThreads);
    return std::min({affinity(), cgroup_processors().value_or(kMaxThreads), kMaxThreads});
  }();
  return threads;
}

PoolLease::PoolLease(int wanted) : pool_(the_pool()), threads_(1) {
  pool_.owner.lock();
  wanted = std::min(wanted, kMaxThreads);
  start_workers(pool_, wanted - 1);
  threads_ = std::min(wanted, pool_.workers + 1);
}

PoolLease::~PoolLease() { pool_.owner.unlock(); }

void PoolLease::run(void (*work)(void*, int), void* data) {
  if (threads_ == 1) return work(data, 0);
  pool_.work = work;
  pool_.data = data;
  pool_.busy.store_quietly(static_cast<uint32_t>(threads_ - 1));
  const uint32_t counter = pool_.round.load() / kRound + 1;
  pool_.round.store_and_wake(counter * kRound + static_cast<uint32_t>(threads_));
  work(data, 0);
  for (uint32_t left = static_cast<uint32_t>(threads_ - 1); left != 0;) {
    left = pool_.busy.load();
    if (left != 0) pool_.busy.wait_while(left);
  }
}

}  // namespace fusebox::cpu
