#include "apps/host.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "fusebox/runtime/memory.h"

namespace fusebox::apps {
namespace {

// Of /proc/cpuinfo's flags, x86-64 and AArch64.
constexpr const char* kFeatures[] = {
    "sse4_2",   "avx",         "avx2",        "fma",         "f16c",     "avx_vnni", "avx512f",  "avx512bw",
    "avx512vl", "avx512_bf16", "avx512_fp16", "avx512_vnni", "amx_tile", "amx_int8", "amx_bf16", "asimd",
    "asimdhp",  "asimddp",     "bf16",        "i8mm",        "sve",      "sve2"};

// The value of the first line that starts with `key`, without the colon and what surrounds it.
std::string value_of(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const size_t colon = line.find(':');
    const size_t begin = line.find_first_not_of(" \t", colon + 1);
    if (colon != std::string::npos && begin != std::string::npos) return line.substr(begin);
  }
  return {};
}

int64_t kilobytes(const std::string& path, const std::string& key) {
  std::istringstream text(value_of(path, key));
  int64_t number = 0;
  text >> number;
  return number * 1024;
}

std::vector<std::string> features() {
  std::istringstream flags(value_of("/proc/cpuinfo", "flags") + " " + value_of("/proc/cpuinfo", "Features"));
  std::vector<std::string> found;
  for (std::string flag; flags >> flag;)
    if (std::find(std::begin(kFeatures), std::end(kFeatures), flag) != std::end(kFeatures))
      found.push_back(flag);
  return found;
}

std::optional<double> processor_limit() {
  std::optional<double> limit;
  for (const std::string& folder : control_groups()) {
    std::ifstream file(folder + "/cpu.max");
    double quota = 0, period = 0;
    if (file >> quota >> period && period > 0)
      limit = std::min(limit.value_or(quota / period), quota / period);
  }
  return limit;
}

std::optional<int64_t> memory_limit() {
  std::optional<int64_t> limit;
  for (const std::string& folder : control_groups()) {
    std::ifstream file(folder + "/memory.max");
    int64_t bytes = 0;
    if (file >> bytes) limit = std::min(limit.value_or(bytes), bytes);
  }
  return limit;
}

}  // namespace

HostInfo host_info() {
  HostInfo host;
  host.processor = value_of("/proc/cpuinfo", "model name");
  host.features = features();
  host.processors = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
  cpu_set_t set;
  CPU_ZERO(&set);
  host.usable_processors = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : host.processors;
  host.processor_limit = processor_limit();
  host.memory = kilobytes("/proc/meminfo", "MemTotal");
  host.available_memory = kilobytes("/proc/meminfo", "MemAvailable");
  host.memory_limit = memory_limit();
  return host;
}

int64_t peak_resident_bytes() { return kilobytes("/proc/self/status", "VmHWM"); }

}  // namespace fusebox::apps
