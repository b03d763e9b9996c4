// compiler: StableHLO text to a Blob. The only place of the project that includes LLVM.
//
//   passes/   the program becomes simpler
//   plan/     which values get buffers, what is one kernel, the steps, the arena
//   codegen/  kernels to machine code
//
// It uses fusebox/{base,hlo,stablehlo} and blob.h; plugin and execute reach it only through compiler_api.h.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cpu/blob.h"

namespace llvm {
class Module;
}

namespace fusebox::cpu {

struct CompileOptions {
  std::string level = "x86-64";
  // By name: those of passes/pipeline.cpp, and of the plan "fusion", "dot-epilogues", "remove-copies",
  // "bring-together" and "keep-for-one".
  std::vector<std::string> disabled_passes = {};
  // Is told what was done and how long it took: "parse", passes by name, "plan", "kernels", "machine code".
  std::function<void(std::string_view stage, double milliseconds)> on_stage = {};
  std::string dump_to = {};  // a folder for the files of dump.h
  // For tests of levels that no machine at hand has: `on_kernels` makes of the kernels for `level` what can
  // be compiled for `machine_level`.
  std::string machine_level = {};  // `level` if empty
  std::function<void(llvm::Module&)> on_kernels = {};
};

// Errors: those of stablehlo::parse; kUnsupported by op and dtype for what is not done; kInvalidArgument for
// the name of no pass, with those there are; kOutOfMemory for a program that no memory holds. Any thread.
Blob compile(std::string_view text, const CompileOptions& options = {});

}  // namespace fusebox::cpu
