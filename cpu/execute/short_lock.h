// ShortLock: the one lock for everything that takes a few dozen instructions: free lists and counts. Being
// one, it can be taken around fork(), so that a child never inherits it locked.
#pragma once

namespace fusebox::cpu {

class ShortLock {
 public:
  ShortLock();
  ~ShortLock();
  ShortLock(const ShortLock&) = delete;
  ShortLock& operator=(const ShortLock&) = delete;
};

// How often this process is a fork of the one that loaded us.
unsigned fork_generation();

}  // namespace fusebox::cpu
