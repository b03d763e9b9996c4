#include "fusebox/pjrt/event.h"

#include <utility>

#include "fusebox/base/log.h"
#include "fusebox/pjrt/call.h"
#include "fusebox/pjrt/client_state.h"

namespace fusebox::pjrt {
namespace {

// Does not hold the client: its last handle must not go away on a thread of the plugin.
struct Waiter {
  const Plugin* plugin;
  std::function<void(const Error*)> callback;
};

// No exception may reach the plugin.
void call_back(PJRT_Error* error, void* user_arg) noexcept {
  std::unique_ptr<Waiter> waiter(static_cast<Waiter*>(user_arg));
  try {
    if (error == nullptr) {
      waiter->callback(nullptr);
    } else {
      Error converted = to_error(*waiter->plugin, error, entry_name(Entry::Event_OnReady));
      waiter->callback(&converted);
    }
  } catch (const std::exception& thrown) {
    log_message(LogLevel::kError, "a callback of a device event threw: {}", thrown.what());
  }
}

}  // namespace

Event::Event(std::shared_ptr<const ClientState> client, PJRT_Event* handle)
    : client_(std::move(client)), handle_(handle) {}

Event::Event(Event&& other) noexcept
    : client_(std::move(other.client_)), handle_(std::exchange(other.handle_, nullptr)) {}

Event& Event::operator=(Event&& other) noexcept {
  std::swap(client_, other.client_);
  std::swap(handle_, other.handle_);
  return *this;
}

Event::~Event() {
  if (handle_ == nullptr) return;
  Call<Entry::Event_Destroy> call(client_->plugin);
  call->event = handle_;
  call.run_quietly();
}

bool Event::is_ready() const {
  if (handle_ == nullptr) return true;
  Call<Entry::Event_IsReady> call(client_->plugin);
  call->event = handle_;
  call.run();
  return call->is_ready;
}

void Event::await() const {
  if (handle_ == nullptr) return;
  Call<Entry::Event_Await> call(client_->plugin);
  call->event = handle_;
  call.run();
}

void Event::on_ready(std::function<void(const Error* error)> callback) const {
  if (handle_ == nullptr) return callback(nullptr);
  auto waiter = std::make_unique<Waiter>(Waiter{&client_->plugin, std::move(callback)});
  Call<Entry::Event_OnReady> call(client_->plugin);
  call->event = handle_;
  call->callback = call_back;
  call->user_arg = waiter.get();
  call.run();
  waiter.release();  // call_back has it, or has had it
}

}  // namespace fusebox::pjrt
