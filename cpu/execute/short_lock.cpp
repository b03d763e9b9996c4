#include "cpu/execute/short_lock.h"

#include <pthread.h>

#include <atomic>
#include <mutex>

namespace fusebox::cpu {
namespace {

std::atomic<unsigned> generation{0};

std::mutex& the_lock() {
  static std::mutex& lock = *new std::mutex;
  static const int registered = pthread_atfork([] { the_lock().lock(); }, [] { the_lock().unlock(); },
                                               [] {
                                                 ++generation;
                                                 the_lock().unlock();
                                               });
  static_cast<void>(registered);
  return lock;
}

}  // namespace

ShortLock::ShortLock() { the_lock().lock(); }
ShortLock::~ShortLock() { the_lock().unlock(); }

unsigned fork_generation() {
  the_lock();
  return generation.load(std::memory_order_relaxed);
}

}  // namespace fusebox::cpu
