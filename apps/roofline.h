// Roofline: each kernel of a model's programs against what the machine can do.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "apps/kernel_times.h"
#include "apps/machine_peaks.h"
#include "apps/model_flags.h"

namespace fusebox::apps {

// Of one kernel: times as KernelTime, costs as cpu/compiler/plan/cost.h counts them, summed over its times.
struct KernelCosts {
  double bytes = 0, operations = 0;                  // of one of its times
  double bytes_per_row = 0, operations_per_row = 0;  // the same, for each filled row of a cache
  bool in_int8 = false;
  std::string sizes = {};
};
// By kernel; `text` is the compiler's costs.txt. Error kInvalidFile.
std::map<std::string, KernelCosts> read_costs(const std::string& text);

// Where in the text a program stands: what attention reads of its caches, and its queries meet on average.
struct FilledRows {
  double read = 0, met = 0;
};

// {"program", "step_ms", "least_ms", "share", "between_ms", "kernels": [{"kernel", "sizes", "times", "ms",
// "bytes", "operations", "unit", "bound", "least_ms", "share"}, …]}, the slowest first; per execution.
// least_ms is what the machine's peaks allow, share that of ms; bound says by which: "memory", "float" or
// "int8".
nlohmann::ordered_json roofline_of(const std::string& program, const ProgramTimes& times,
                                   const std::map<std::string, KernelCosts>& costs, const FilledRows& rows,
                                   const MachinePeaks& peaks);

// Runs the model's decode step and prefill programs, or one of them, after `depth` tokens of context and
// counts. {"depth", "peaks", "programs": [what roofline_of gives, with "tokens", …]}. Error kUnsupported for
// a plugin that does not tell of its kernels. Of the flags, sets plugin and kernels_to.
nlohmann::ordered_json measure_roofline(ModelFlags& flags, int64_t depth, const std::string& only = {});

// For people, what takes less than half a percent put together.
std::string roofline_table(const nlohmann::ordered_json& roofline);

}  // namespace fusebox::apps
