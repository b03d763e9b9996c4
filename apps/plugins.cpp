#include "apps/plugins.h"

#include <filesystem>

#include "fusebox/base/error.h"
#include "fusebox/runtime/device.h"

namespace fusebox::apps {

namespace fs = std::filesystem;

constexpr const char* kOwn = "libpjrt_fusebox_cpu.so";

std::string own_plugin() {
  for (const std::string& path : plugins_beside_program())
    if (fs::path(path).filename() == kOwn) return path;
  throw Error(ErrorKind::kNotFound, std::string(kOwn) + " is not beside the program")
      .hint("name it with --plugin PATH");
}

bool is_own(const pjrt::Plugin& plugin) { return plugin.attribute("compiler") != nullptr; }

std::string other_plugin(const std::string& plugin) {
  std::error_code failed;
  for (const std::string& path : plugins_beside_program())
    if (!fs::equivalent(path, plugin, failed)) return path;
  throw Error(ErrorKind::kNotFound, "no other plugin is beside the program")
      .hint("name one with --against PATH");
}

}  // namespace fusebox::apps
