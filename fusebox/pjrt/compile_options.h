// CompileOptions: what a compiler is told beside the program, and its encoding for the C API.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>

#include "fusebox/pjrt/client.h"

namespace fusebox::pjrt {

// A plain value.
struct CompileOptions {
  int64_t num_replicas = 1, num_partitions = 1;
  // Not bound to a device at compile time: Executable::execute may name any.
  bool portable = false;
  // The compiler's own switches by name, e.g. {"xla_cpu_enable_fast_min_max", false}.
  std::map<std::string, std::variant<std::string, bool, int64_t, double>> overrides = {};

  // The bytes of XLA's CompileOptionsProto (protobuf wire format).
  std::string encode() const;
};

// What programs of fusebox want of this client's compiler. On XLA's CPU: minimum and maximum that keep NaN,
// as StableHLO defines them.
CompileOptions default_compile_options(const Client& client);

}  // namespace fusebox::pjrt
