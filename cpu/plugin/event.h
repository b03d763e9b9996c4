// Events: something that is done, or will be. The ABI's PJRT_Event is a handle on shared state; callers may
// destroy it while a callback waits, or inside one.
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "cpu/plugin/failure.h"

namespace fusebox::cpu::plugin {

// Null, or no failure: it went well.
using Outcome = std::shared_ptr<const Failure>;

// Thread-safe.
class EventState {
 public:
  bool is_ready() const;
  // Waits.
  Outcome outcome() const;
  // Calls `callback` once: now if it is ready, else from set().
  void on_ready(std::function<void(const Outcome&)> callback);
  // Once; Error kInvalidArgument the second time. Callbacks run here, on this thread.
  void set(Outcome outcome);

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable set_;
  bool ready_ = false;
  Outcome outcome_;
  std::vector<std::function<void(const Outcome&)>> callbacks_;
};

// An event that is ready; the common case, and the same one for all.
std::shared_ptr<EventState> ready_event();
std::shared_ptr<EventState> failed_event(Outcome outcome);

// A handle for the caller of the ABI.
PJRT_Event* new_event(std::shared_ptr<EventState> state = ready_event());

}  // namespace fusebox::cpu::plugin

struct PJRT_Event {
  std::shared_ptr<fusebox::cpu::plugin::EventState> state;
};
