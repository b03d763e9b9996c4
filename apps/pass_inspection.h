// What fusebox's own compiler makes of a program; `fusebox inspect --passes` prints it.
#pragma once

#include <optional>
#include <string>

#include "apps/compile_by_hand.h"
#include "fusebox/base/dtype.h"

namespace fusebox::apps {

struct PassOptions {
  std::string what;          // a file of StableHLO text (is_program_text), or a model
  std::string program = {};  // of a model: see program_named
  std::optional<DType> dtype = {}, cache_dtype = {};
  int64_t context = 0;
  std::string plugin = {};  // empty: the own one beside the program
  std::string output = {};  // a folder for the files; empty: they are in the text
  CompilerFlags compiler = {};
};

// By its name: *.mlir.
bool is_program_text(const std::string& path);

// Compiles, and tells of it: a table of the stages; then, unless there is an output folder or only times were
// asked for, the program after each pass, the memory plan, the kernels as LLVM IR and assembly, each under
// its name. Errors of read_program, LanguageModel::open and compile_by_hand.
std::string passes_text(const PassOptions& options);

}  // namespace fusebox::apps
