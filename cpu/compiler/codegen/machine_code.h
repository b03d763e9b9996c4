// Machine code: an LLVM module becomes one position-independent image.
//
// codegen/ turns kernels into machine code: math.h emits IR for functions such as exp, machine_code.h
// optimises and compiles modules, link.h joins what LLVM made into an image. It knows nothing of programs and
// plans.
//
// The image stands alone: it calls nothing outside itself, holds nothing that is written to and needs no
// relocation. Copy or map it to any 64-byte aligned address (for AArch64 to a page), make that executable,
// call a kernel at its offset.
//
//   auto machine = target_for("v3");
//   llvm::LLVMContext context;
//   llvm::Module module("program", context);
//   … emit kernels: external linkage, everything else internal …
//   MachineCode code = compile_module(module, *machine, {});
//
// Threads: any number may compile at once, each with its own LLVMContext and TargetMachine.
// Errors: InternalError if the module is broken, LLVM gives up or something is left undefined; Error
// kInvalidArgument for a level that does not exist. None of them passes through LLVM's frames.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace fusebox::cpu {

struct MachineCode {
  struct Symbol {
    std::string name;
    uint64_t offset = 0, size = 0;  // bytes in `code`
  };
  std::vector<std::byte> code;  // functions first, then the constants they read
  std::vector<Symbol> kernels;  // the functions with external linkage, by offset
  std::string ir;               // after optimisation, if asked for
  std::string assembly;         // if asked for
};

struct MachineCodeOptions {
  bool ir = false;
  bool assembly = false;
  // Threads, the caller's among them, for modules of enough functions. Each number gives the same functions,
  // in an order of its own.
  int parallel = 1;
};

// The names of all levels, as in cpu/level.h.
const std::vector<std::string>& levels();

// A level is a fixed set of instructions, never what this machine happens to have.
std::unique_ptr<llvm::TargetMachine> target_for(const std::string& level);

// Sets the module's triple and data layout to the machine's, optimises it in place and compiles it. What
// remains of `module` is of no further use. Functions may call each other and the intrinsics; LLVM's own
// calls to memcpy, memmove, memset, memcmp, fmod and fmodf (`frem`) are answered within the image.
MachineCode compile_module(llvm::Module& module, llvm::TargetMachine& machine,
                           const MachineCodeOptions& options = {});

}  // namespace fusebox::cpu
