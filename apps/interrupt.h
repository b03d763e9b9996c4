// Ctrl-C while there is something to stop.
#pragma once

#include <atomic>

namespace fusebox::apps {

// While one lives, the first two Ctrl-C set the flag instead of ending the program; the third ends it, exit
// code 130. One at a time.
class Interruptible {
 public:
  Interruptible();
  ~Interruptible();
  Interruptible(const Interruptible&) = delete;
  Interruptible& operator=(const Interruptible&) = delete;

  // As if none had been pressed so far.
  void reset();
  const std::atomic<bool>* flag() const;
  bool interrupted() const { return *flag(); }
};

}  // namespace fusebox::apps
