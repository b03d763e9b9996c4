// Event: something that a device does meanwhile.
//
//   Event copied = buffer.to_host(bytes);
//   …                                      // other work
//   copied.await();                        // throws what went wrong
#pragma once

#include <functional>
#include <memory>

#include "fusebox/base/error.h"
#include "fusebox/pjrt/abi/types.h"

namespace fusebox::pjrt {

struct ClientState;

// Owns its handle, not the work: an event may go away before the work is done. Movable. All members but
// assignment are thread-safe. A default-constructed or moved-from event is ready, without error.
class Event {
 public:
  Event() = default;
  Event(std::shared_ptr<const ClientState> client, PJRT_Event* handle);  // takes the handle over; null: ready
  Event(Event&& other) noexcept;
  Event& operator=(Event&& other) noexcept;
  ~Event();

  bool is_ready() const;

  // Waits; throws the Error (kPlugin, kOutOfMemory) that the work ended with. May be called again.
  void await() const;

  // Calls `callback` once, with null or the error, when the event is ready: at once on this thread if it is,
  // else on a thread of the plugin, which must not be kept waiting. The event may be gone by then. The
  // callback must neither throw nor drop the last handle on the client.
  void on_ready(std::function<void(const Error* error)> callback) const;

 private:
  std::shared_ptr<const ClientState> client_;
  PJRT_Event* handle_ = nullptr;
};

}  // namespace fusebox::pjrt
