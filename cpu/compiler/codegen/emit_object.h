// The steps of a compilation inside LLVM. Call them within guard_llvm; they throw nothing.
#pragma once

#include <string>

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace fusebox::cpu {

// Gives module and functions what the machine wants of them.
void prepare_module(llvm::Module& module, llvm::TargetMachine& machine);

// Inlines what is marked alwaysinline and drops it. optimise() begins with it.
void inline_helpers(llvm::Module& module, llvm::TargetMachine& machine);

// A much shorter pipeline than LLVM's -O3, for our IR comes without calls, exceptions and dead code, and a
// user waits for it.
void optimise(llvm::Module& module, llvm::TargetMachine& machine);

// What LLVM's code generator makes of the module, which it consumes.
std::string emit_assembly(llvm::Module& module, llvm::TargetMachine& machine);
std::string emit_elf(llvm::Module& module, llvm::TargetMachine& machine);

// All of them: prepares, optimises, emits ELF.
std::string emit_object(llvm::Module& module, llvm::TargetMachine& machine);

}  // namespace fusebox::cpu
