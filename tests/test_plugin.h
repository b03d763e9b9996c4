// The plugin that tests run on: XLA's for the CPU, or the one that FUSEBOX_TEST_PLUGIN names. CTest runs the
// same tests on both (fusebox_test_on_ours).
#pragma once

#include <cstdlib>
#include <string>

namespace fusebox::test {

inline bool on_ours() {
  const char* path = std::getenv("FUSEBOX_TEST_PLUGIN");
  return path && *path;
}

inline std::string test_plugin() {
  return on_ours() ? std::getenv("FUSEBOX_TEST_PLUGIN") : FUSEBOX_ASSETS_DIR "/pjrt_c_api_cpu_plugin.so";
}

}  // namespace fusebox::test
