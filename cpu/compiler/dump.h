// Dump: what became of a program on its way through the compiler, as files for people. The compile option
// dump_to=FOLDER asks for it.
//
//   times.txt             a line for each stage: milliseconds, how many, of what, the stage's name
//   NN-STAGE.mlir         the program after it was read and after each pass: 00-parse.mlir,
//   01-inline-calls.mlir plan.txt              buffers with their places and lives; steps with their kernels
//   costs.txt             a line for each kernel: bytes, operations, both per filled row of a cache, what the
//                         operations are on (float, int8), its name, its sizes: see plan/cost.h
//   kernels.ll            the kernels as they were emitted
//   kernels-optimised.ll  and as LLVM left them
//   kernels.s             their machine code
//
// The clock stands still while files are written.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cpu/compiler/plan/plan.h"
#include "fusebox/hlo/program.h"

namespace llvm {
class Module;
}

namespace fusebox::cpu {

// One compilation's. Error kIo if a file cannot be written.
class Dump {
 public:
  // The folder must be there; an empty name: nothing is written.
  explicit Dump(std::string folder) : folder_(std::move(folder)) {}

  void program(std::string_view stage, double milliseconds, const hlo::Program& program);
  void plan(double milliseconds, const Plan& plan);
  // Names the kernels in the plan, and tells what each costs.
  void program_is_made(const Plan& plan, const Blob& blob);
  // Returns a copy for machine_code(), which needs more than compiling leaves; null if nothing is written.
  std::unique_ptr<llvm::Module> kernels(double milliseconds, const llvm::Module& module, size_t count);
  void machine_code(double milliseconds, std::unique_ptr<llvm::Module> copy, const std::string& level,
                    size_t bytes);

 private:
  void write_plan(const Plan& plan, const Blob* blob) const;
  void write_costs(const Plan& plan, const Blob& blob) const;
  void stage(std::string_view name, double milliseconds, size_t count, std::string_view of_what);
  void write(const std::string& name, std::string_view text) const;

  std::string folder_, times_;
  int next_ = 0;
};

}  // namespace fusebox::cpu
