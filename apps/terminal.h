// What all commands say, and how: data on stdout, all else on stderr.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fusebox::apps {

// The library's notices, as lines on stderr.
void install_log_sink();

// Writes data to stdout now. Error kIo if the system takes no more.
void put(std::string_view text);

// `text`, dimmed if stderr is a terminal and NO_COLOR is not set.
std::string dim(std::string_view text);

// Says on stderr how making a model ready goes on. On a terminal that is one line, rewritten while stages
// run; done() clears it. Elsewhere it is a line when it takes long, and one per program compiled.
// Thread-safe.
class StageReport {
 public:
  StageReport();
  ~StageReport();
  StageReport(const StageReport&) = delete;
  StageReport& operator=(const StageReport&) = delete;

  // Takes finished stages ("compile decode", 812 ms); may outlive the report.
  std::function<void(std::string_view stage, double milliseconds)> callback();
  // Clears the line; later stages are counted and not shown, until resume().
  void done();
  void resume();

  // What is known of programs so far: "2 programs compiled in 3.1 s", "4 programs from the cache in 60 ms",
  // or both; times are sums over programs.
  std::string summary() const;
  // All that were reported, in order.
  std::vector<std::pair<std::string, double>> stages() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

// "812 ms", "3.1 s"
std::string format_time(double milliseconds);

}  // namespace fusebox::apps
