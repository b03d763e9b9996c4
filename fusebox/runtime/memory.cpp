#include "fusebox/runtime/memory.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "fusebox/base/error.h"

namespace fusebox {
namespace {

std::optional<int64_t> number_in(const std::string& path) {
  std::ifstream file(path);
  int64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

// Pages of files that a control group's `memory.current` counts, and that go when memory is needed.
int64_t reclaimable(const std::string& group) {
  std::ifstream file(group + "/memory.stat");
  std::string key;
  int64_t value = 0, total = 0;
  while (file >> key >> value)
    if (key == "inactive_file" || key == "active_file") total += value;
  return total;
}

}  // namespace

bool shares_host_memory(const pjrt::Device& device) {
  const std::string& platform = device.client().platform_name();
  return platform == "cpu" || platform == "fusebox_cpu";
}

std::vector<std::string> control_groups(const std::string& root) {
  const std::string top = root + "/sys/fs/cgroup";
  std::vector<std::string> folders;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("0::/")) continue;
    for (std::string path = line.substr(3); path.size() > 1; path.resize(path.rfind('/')))
      folders.push_back(top + path);
  }
  folders.push_back(top);
  return folders;
}

std::optional<int64_t> host_memory(const std::string& root) {
  std::ifstream file(root + "/proc/meminfo");
  std::string key, unit;
  int64_t kilobytes = 0;
  std::optional<int64_t> available;
  while (file >> key >> kilobytes) {
    std::getline(file, unit);
    if (key == "MemAvailable:") available = kilobytes * 1024;
  }
  // A control group may allow less than the machine has.
  for (const std::string& group : control_groups(root)) {
    const auto limit = number_in(group + "/memory.max"), used = number_in(group + "/memory.current");
    if (!limit || !used) continue;
    const int64_t left = std::max<int64_t>(0, *limit - *used + reclaimable(group));
    available = std::min(available.value_or(left), left);
  }
  return available;
}

std::optional<int64_t> available_memory(const pjrt::Device& device) {
  if (shares_host_memory(device)) return host_memory();
  const auto stats = device.memory_stats();
  if (!stats) return host_memory();
  if (!stats->bytes_limit) return std::nullopt;
  return *stats->bytes_limit - stats->bytes_in_use;
}

void check_memory(const pjrt::Device& device, int64_t need, std::string_view what, std::string_view hint) {
  const std::optional<int64_t> have = available_memory(device);
  if (!have || need <= *have) return;
  throw Error(ErrorKind::kOutOfMemory,
              fmt::format("{} need {}, there are {}", what, format_bytes(need), format_bytes(*have)))
      .hint(hint);
}

std::string format_bytes(int64_t bytes) {
  constexpr std::string_view kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(kUnits)) value /= 1000, ++unit;
  return unit == 0 ? fmt::format("{} B", bytes)
                   : fmt::format("{:.{}f} {}", value, value < 10 ? 1 : 0, kUnits[unit]);
}

}  // namespace fusebox
