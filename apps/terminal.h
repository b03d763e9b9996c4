// What all commands say on stderr, and how.
#pragma once

#include <functional>
#include <string_view>

namespace fusebox::apps {

// The library's notices, as lines on stderr.
void install_log_sink();

// Reports finished stages ("compile decode", 812 ms) on stderr: on a terminal one line that is rewritten and
// cleared by done(), elsewhere nothing unless FUSEBOX_LOG asks for debug. Thread-safe.
class StageReport {
 public:
  std::function<void(std::string_view stage, double milliseconds)> callback();
  void done();
};

}  // namespace fusebox::apps
