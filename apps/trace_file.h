// --trace FILE: what the program and the device did when, as Chrome's trace-event JSON, for Perfetto.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "fusebox/runtime/device.h"

namespace fusebox::apps {

// The file is whole when this goes. fusebox's own plugin writes the kernels when its client goes, so whatever
// holds a device must be gone before; the spans of the program itself are put behind them. Thread-safe.
class TraceFile {
 public:
  // Error kIo if the file cannot be made.
  explicit TraceFile(std::string path);
  ~TraceFile();
  TraceFile(const TraceFile&) = delete;
  TraceFile& operator=(const TraceFile&) = delete;

  // A span that is over now, of this thread.
  void add(std::string_view name, double milliseconds);
  // Asks the device's plugin for its kernels, if it can tell of them; else says so on stderr.
  void watch(DeviceOptions& device) const;

 private:
  void write() const;

  std::string path_;
  std::mutex mutex_;
  std::string spans_;  // events, each behind ",\n"
};

// The flag; the file is there from open() on until the flag goes.
struct TraceFlag {
  std::string path = {};
  std::unique_ptr<TraceFile> file = {};

  void add(CLI::App& app);
  // Begins the trace, if one is wanted, with that device in it.
  void open(DeviceOptions& device);
  // Adds to it, if there is one.
  void span(std::string_view name, double milliseconds) const;
};

}  // namespace fusebox::apps
