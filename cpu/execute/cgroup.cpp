#include "cpu/execute/cgroup.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace fusebox::cpu {
namespace {

std::optional<int> worth(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return std::nullopt;
  return std::max(1, static_cast<int>(std::min(quota / period + 0.999, 1e6)));
}

// "max 100000" or "150000 100000"
std::optional<int> read_unified(const std::string& folder) {
  std::ifstream file(folder + "/cpu.max");
  double quota = 0, period = 0;
  if (!(file >> quota >> period)) return std::nullopt;
  return worth(quota, period);
}

std::optional<int> read_legacy(const std::string& folder) {
  std::ifstream quota_file(folder + "/cpu.cfs_quota_us"), period_file(folder + "/cpu.cfs_period_us");
  double quota = 0, period = 0;
  if (!(quota_file >> quota) || !(period_file >> period)) return std::nullopt;
  return worth(quota, period);
}

// The least of a group and all above it.
template <typename Read>
std::optional<int> least(const std::string& mount, std::string group, Read read) {
  std::optional<int> found;
  while (true) {
    if (const auto here = read(mount + group)) found = std::min(here, found ? found : here);
    if (group.empty() || group == "/") return found;
    group.erase(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
  }
}

}  // namespace

std::optional<int> cgroup_processors(const std::string& proc_self_cgroup, const std::string& root) {
  std::optional<int> found;
  std::ifstream file(proc_self_cgroup);
  for (std::string line; std::getline(file, line);) {  // "0::/group", "4:cpu,cpuacct:/group"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string group = line.substr(second + 1);
    std::istringstream controllers(line.substr(first + 1, second - first - 1));
    std::optional<int> here;
    if (second == first + 1) here = least(root, group, read_unified);
    for (std::string name; std::getline(controllers, name, ',');)
      if (name == "cpu") here = least(root + "/cpu", group, read_legacy);
    if (here) found = std::min(here, found ? found : here);
  }
  return found;
}

std::optional<int> cgroup_processors() { return cgroup_processors("/proc/self/cgroup", "/sys/fs/cgroup"); }

}  // namespace fusebox::cpu
