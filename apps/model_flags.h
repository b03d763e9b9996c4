// The flags of every command that opens a model.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "apps/terminal.h"
#include "apps/trace_file.h"
#include "fusebox/llm/language_model.h"

namespace fusebox::apps {

struct ModelFlags {
  std::string model, plugin, dtype, cache_dtype;
  int64_t context = 0;
  int threads = 0;
  bool no_cache = false;
  std::string kernels_to = {};  // no flag: a file for the device's trace alone; see cpu/execute/trace.h
  mutable TraceFlag trace;      // mutable: opened with the model, gone after it

  // `prepare`: see ModelOptions.
  // MODEL --plugin --dtype --cache-dtype --context --threads --no-cache --trace. Must outlive the model.
  void add(CLI::App& app);
  std::shared_ptr<llm::LanguageModel> open(StageReport& stages, std::vector<int64_t> prepare = {}) const;
};

}  // namespace fusebox::apps
