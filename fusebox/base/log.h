// One log sink for the whole library. The library never prints: a program that wants its notices installs a
// sink (the fusebox program writes them to stderr). Levels come from FUSEBOX_LOG or set_log_level.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string_view>

namespace fusebox {

enum class LogLevel : uint8_t { kError, kWarn, kInfo, kDebug, kTrace };

using LogSink = std::function<void(LogLevel, std::string_view message)>;

// Installs the sink; an empty one (the default) drops every message. Thread-safe; the sink is called by one
// thread at a time and must not log.
void set_log_sink(LogSink sink);

// What is passed on; the default is FUSEBOX_LOG (error, warn, info, debug, trace), else info.
void set_log_level(LogLevel level);
bool log_enabled(LogLevel level);

void log(LogLevel level, std::string_view message);

// log_message(LogLevel::kInfo, "expanded {} tensors", n): formats only when somebody listens.
template <typename... Args>
void log_message(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(level)) log(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace fusebox
