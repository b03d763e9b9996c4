#include "cpu/plugin/event.h"

#include <utility>

#include "cpu/plugin/entry.h"
#include "cpu/plugin/table.h"

namespace fusebox::cpu::plugin {

bool EventState::is_ready() const {
  std::scoped_lock lock(mutex_);
  return ready_;
}

Outcome EventState::outcome() const {
  std::unique_lock lock(mutex_);
  set_.wait(lock, [&] { return ready_; });
  return outcome_;
}

void EventState::on_ready(std::function<void(const Outcome&)> callback) {
  {
    std::scoped_lock lock(mutex_);
    if (!ready_) {
      callbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback(outcome_);
}

void EventState::set(Outcome outcome) {
  std::vector<std::function<void(const Outcome&)>> callbacks;
  {
    std::scoped_lock lock(mutex_);
    if (ready_) throw invalid("the event has been set before");
    ready_ = true;
    outcome_ = outcome;
    callbacks.swap(callbacks_);
    set_.notify_all();
  }
  for (auto& callback : callbacks) callback(outcome);
}

std::shared_ptr<EventState> ready_event() {
  static const std::shared_ptr<EventState>& ready = *new std::shared_ptr<EventState>(failed_event(nullptr));
  return ready;
}

std::shared_ptr<EventState> failed_event(Outcome outcome) {
  auto state = std::make_shared<EventState>();
  state->set(std::move(outcome));
  return state;
}

PJRT_Event* new_event(std::shared_ptr<EventState> state) { return new PJRT_Event{std::move(state)}; }

namespace {

EventState& state_of(PJRT_Event* event) { return *required(event, "event").state; }

void rethrow(const Outcome& outcome) {
  if (outcome != nullptr) throw as_error(*outcome);
}

void event_destroy(PJRT_Event_Destroy_Args& args) { delete args.event; }
void event_is_ready(PJRT_Event_IsReady_Args& args) { args.is_ready = state_of(args.event).is_ready(); }
void event_await(PJRT_Event_Await_Args& args) { rethrow(state_of(args.event).outcome()); }

void event_error(PJRT_Event_Error_Args& args) {
  if (!state_of(args.event).is_ready()) throw invalid("the event is not ready");
  rethrow(state_of(args.event).outcome());
}

void event_on_ready(PJRT_Event_OnReady_Args& args) {
  if (args.callback == nullptr) throw invalid("callback is null");
  const auto state = required(args.event, "event").state;  // the callback may destroy the event
  state->on_ready([callback = args.callback, argument = args.user_arg](const Outcome& outcome) {
    callback(outcome == nullptr ? nullptr : new_error(*outcome), argument);
  });
}

void event_create(PJRT_Event_Create_Args& args) { args.event = new_event(std::make_shared<EventState>()); }

void event_set(PJRT_Event_Set_Args& args) {
  const auto state = required(args.event, "event").state;
  if (args.error_code == PJRT_Error_Code_OK) return state->set(nullptr);
  std::string message(args.error_message == nullptr ? "" : args.error_message,
                      args.error_message == nullptr ? 0 : args.error_message_size);
  state->set(std::make_shared<const Failure>(Failure{args.error_code, std::move(message)}));
}

}  // namespace

void add_events(PJRT_Api& api) {
  set<event_destroy>(api.PJRT_Event_Destroy);
  set<event_is_ready>(api.PJRT_Event_IsReady);
  set<event_await>(api.PJRT_Event_Await);
  set<event_error>(api.PJRT_Event_Error);
  set<event_on_ready>(api.PJRT_Event_OnReady);
  set<event_create>(api.PJRT_Event_Create);
  set<event_set>(api.PJRT_Event_Set);
}

}  // namespace fusebox::cpu::plugin
