// What a caller tells the compiler: XLA's CompileOptionsProto, of which we read what concerns us and skip the
// rest.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace fusebox::cpu::plugin {

struct CompileSettings {
  int64_t replicas = 1, partitions = 1;
  bool portable = false;  // not bound to a device
  std::optional<int64_t> device;
  std::map<std::string, std::string> overrides;  // env_option_overrides; numbers and booleans as text
};

// Error kInvalidArgument for bytes that are no message, kUnsupported for more than one replica or partition.
CompileSettings read_compile_options(std::string_view bytes);

// Overrides for our compiler as it takes them, "name=value\n" each: all but those of XLA's own.
std::string compiler_options(const CompileSettings& settings);

// A DeviceAssignmentProto of one replica and partition.
std::string device_assignment(int64_t device);

}  // namespace fusebox::cpu::plugin
