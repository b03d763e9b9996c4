#include "fusebox/base/log.h"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string>

namespace fusebox {
namespace {

LogLevel level_from_environment() {
  const char* text = std::getenv("FUSEBOX_LOG");
  const std::string_view wanted = text ? text : "info";
  constexpr std::string_view kNames[] = {"error", "warn", "info", "debug", "trace"};
  for (size_t i = 0; i < std::size(kNames); ++i)
    if (wanted == kNames[i]) return static_cast<LogLevel>(i);
  return LogLevel::kInfo;
}

struct State {
  std::mutex mutex;
  LogSink sink;
  std::atomic<bool> has_sink{false};
  std::atomic<LogLevel> level{level_from_environment()};
};

// Never destroyed: a worker may log while the process ends.
State& state() {
  static State& state = *new State;
  return state;
}

}  // namespace

void set_log_sink(LogSink sink) {
  std::scoped_lock lock(state().mutex);
  state().sink = std::move(sink);
  state().has_sink = static_cast<bool>(state().sink);
}

void set_log_level(LogLevel level) { state().level = level; }

bool log_enabled(LogLevel level) { return state().has_sink && level <= state().level.load(); }

void log(LogLevel level, std::string_view message) {
  if (!log_enabled(level)) return;
  std::scoped_lock lock(state().mutex);
  if (state().sink) state().sink(level, message);
}

}  // namespace fusebox
