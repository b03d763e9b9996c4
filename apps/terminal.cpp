#include "apps/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "fusebox/base/log.h"

namespace fusebox::apps {

void install_log_sink() {
  set_log_sink([](LogLevel level, std::string_view message) {
    const char* mark = level == LogLevel::kError ? "error: " : level == LogLevel::kWarn ? "warning: " : "";
    fmt::print(stderr, "{}{}\n", mark, message);
  });
}

std::function<void(std::string_view, double)> StageReport::callback() {
  const bool terminal = isatty(STDERR_FILENO) != 0;
  return [terminal](std::string_view stage, double milliseconds) {
    if (terminal)
      fmt::print(stderr, "\r\x1b[K{} {:.0f} ms", stage, milliseconds);
    else
      log_message(LogLevel::kDebug, "{} {:.0f} ms", stage, milliseconds);
  };
}

void StageReport::done() {
  if (isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r\x1b[K");
}

}  // namespace fusebox::apps
