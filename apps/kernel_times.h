// KernelTimes: from a device's trace, how long each kernel of a program takes.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace fusebox::apps {

struct KernelTime {
  double times = 0;         // that it is run in one execution of the program
  double milliseconds = 0;  // all of these together, until the last thread is done
};

struct ProgramTimes {
  int executions = 0;
  double milliseconds = 0;  // of one execution
  std::map<std::string, KernelTime> kernels = {};
};

// `trace` is what the plugin writes for its option trace_to (cpu/execute/trace.h). Of the program's
// executions the last `executions` count; times are medians over them, each kernel's by itself. Nothing was
// executed: executions is 0.
ProgramTimes kernel_times(const nlohmann::json& trace, const std::string& program, int executions);

}  // namespace fusebox::apps
