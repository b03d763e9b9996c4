#include "fusebox/runtime/identity.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/stat.h>
#include <xxhash.h>

#include <fstream>

#include "fusebox/runtime/memory.h"

namespace fusebox {
namespace {

constexpr int kFormat = 2;  // of compile-cache entries and artifacts; raise it when their meaning changes

// The processor's name and a hash of its features: code made for one may not run on another.
std::string host_processor() {
  std::ifstream file("/proc/cpuinfo");
  std::string line, model, flags;
  while (std::getline(file, line) && (model.empty() || flags.empty())) {
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) continue;
    if (line.starts_with("model name")) model = line.substr(colon + 2);
    if (line.starts_with("flags") || line.starts_with("Features")) flags = line.substr(colon + 2);
  }
  return fmt::format("{} ({:08x})", model, static_cast<uint32_t>(XXH3_64bits(flags.data(), flags.size())));
}

// Threads that this process may use: XLA splits work at compile time.
int processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 0;
}

// Plugins carry no build number; size and time of the file tell builds apart.
std::string file_stamp(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) return "built in";
  return fmt::format("{} bytes of {}", status.st_size, status.st_mtim.tv_sec);
}

}  // namespace

Identity identity_of(const pjrt::Device& device) {
  const pjrt::Client client = device.client();
  Identity identity;
  identity.parts["format"] = std::to_string(kFormat);
  identity.parts["platform"] = client.platform_name();
  identity.parts["platform version"] = client.platform_version();
  identity.parts["plugin"] = file_stamp(client.plugin().path());
  identity.parts["plugin API"] =
      fmt::format("{}.{}", client.plugin().version().major, client.plugin().version().minor);
  if (shares_host_memory(device)) {
    const char* threads = std::getenv("PJRT_NPROC");
    identity.parts["processor"] = host_processor();
    identity.parts["threads"] = threads ? threads : std::to_string(processors());
  } else {
    identity.parts["device"] = device.kind();
  }
  return identity;
}

}  // namespace fusebox
