#include "apps/plugins.h"

#include <filesystem>

#include "fusebox/base/error.h"

namespace fusebox::apps {

namespace fs = std::filesystem;

constexpr const char* kOwn = "libpjrt_fusebox_cpu.so";

std::vector<std::string> plugins_here() {
  std::error_code failed;
  const fs::path program = fs::read_symlink("/proc/self/exe", failed).parent_path();
  std::vector<std::string> found;
  for (const char* name : {kOwn, "pjrt_c_api_cpu_plugin.so"})
    for (const char* folder : {"", "../lib/fusebox", "../lib"}) {
      const fs::path path = program / folder / name;
      if (!fs::exists(path, failed)) continue;
      found.push_back(path.lexically_normal().string());
      break;
    }
  return found;
}

std::string own_plugin() {
  for (const std::string& path : plugins_here())
    if (fs::path(path).filename() == kOwn) return path;
  throw Error(ErrorKind::kNotFound, std::string(kOwn) + " is not beside the program")
      .hint("name it with --plugin PATH");
}

bool is_own(const pjrt::Plugin& plugin) { return plugin.attribute("compiler") != nullptr; }

std::string other_plugin(const std::string& plugin) {
  std::error_code failed;
  for (const std::string& path : plugins_here())
    if (!fs::equivalent(path, plugin, failed)) return path;
  throw Error(ErrorKind::kNotFound, "no other plugin is beside the program")
      .hint("name one with --against PATH");
}

}  // namespace fusebox::apps
