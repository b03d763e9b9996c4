#include "apps/trace_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "apps/plugins.h"
#include "fusebox/base/error.h"
#include "fusebox/pjrt/plugin.h"

namespace fusebox::apps {
namespace {

constexpr std::string_view kEnd = "\n]}\n";  // of the plugin's file, by contract

// Microseconds of the clock that the plugin uses too.
double now() {
  const auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::micro>(since).count();
}

bool ends_as_expected(std::fstream& file, std::streamoff size) {
  std::string tail(kEnd.size(), '\0');
  const auto from = size - static_cast<std::streamoff>(kEnd.size());
  if (from < 0) return false;
  file.seekg(from);
  file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  file.seekp(from);
  return tail == kEnd;
}

}  // namespace

TraceFile::TraceFile(std::string path) : path_(std::move(path)) {
  if (!std::ofstream(path_))
    throw Error(ErrorKind::kIo, fmt::format("cannot write a trace: {}", std::strerror(errno))).file(path_);
}

TraceFile::~TraceFile() {
  try {
    write();
    fmt::print(stderr, "wrote {}: open it with https://ui.perfetto.dev\n", path_);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: the trace is not whole: {}\n", path_, error.what());
  }
}

void TraceFile::add(std::string_view name, double milliseconds) {
  const double end = now(), length = milliseconds * 1000;
  const std::scoped_lock lock(mutex_);
  spans_ += fmt::format(
      ",\n"
      R"({{"ph":"X","pid":{},"tid":{},"ts":{:.3f},"dur":{:.3f},"cat":"host","name":{}}})",
      getpid(), gettid(), end - length, length,
      nlohmann::json(name).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
}

void TraceFile::watch(DeviceOptions& device) const {
  if (device.plugin.empty()) device.plugin = find_plugin();
  if (is_own(pjrt::Plugin::load(device.plugin)))
    device.create_options.push_back({"trace_to", std::filesystem::absolute(path_).string()});
  else
    fmt::print(stderr, "{} does not tell of its kernels: the trace has the program's own spans only\n",
               device.plugin);
}

void TraceFile::write() const {
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary | std::ios::ate);
  if (!ends_as_expected(file, file.tellg())) {  // the device wrote nothing
    file.close();
    file.open(path_, std::ios::out | std::ios::trunc | std::ios::binary);
    file << fmt::format(
        R"({{"displayTimeUnit":"ns","traceEvents":[{}{{"ph":"M","name":"process_name","pid":{},"tid":{},"args":{{"name":"fusebox"}}}})",
        "\n", getpid(), getpid());
  }
  file << spans_ << kEnd;
  file.close();
  if (!file) throw Error(ErrorKind::kIo, std::strerror(errno));
}

void TraceFlag::add(CLI::App& app) {
  app.add_option("--trace", path, "write what ran when, per kernel and thread, as a trace for Perfetto");
}

void TraceFlag::open(DeviceOptions& device) {
  if (path.empty()) return;
  file = std::make_unique<TraceFile>(path);
  file->watch(device);
}

void TraceFlag::span(std::string_view name, double milliseconds) const {
  if (file) file->add(name, milliseconds);
}

}  // namespace fusebox::apps
