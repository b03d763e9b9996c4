// What the machine is and what this process may use of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace fusebox::apps {

struct HostInfo {
  std::string processor;                     // "AMD EPYC"
  std::vector<std::string> features;         // those that matter to a compiler: "avx2", "avx512f", …
  int processors = 0;                        // of the machine, online
  int usable_processors = 0;                 // this process may run on
  std::optional<double> processor_limit;     // of the control group, in processors
  int64_t memory = 0, available_memory = 0;  // bytes
  std::optional<int64_t> memory_limit;       // of the control group
};
HostInfo host_info();

// The most memory this process has had resident so far, bytes (VmHWM).
int64_t peak_resident_bytes();

}  // namespace fusebox::apps
