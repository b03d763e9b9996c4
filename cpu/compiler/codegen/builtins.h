// Builtins: the functions that LLVM's code generator calls without being asked (memcpy for a large copy, fmod
// for `frem`), as bodies within the image.
#pragma once

#include <span>
#include <string>

namespace llvm {
class TargetMachine;
}

namespace fusebox::cpu {

// An object file that defines `names`, hidden. InternalError for a name that it has no body for.
std::string compile_builtins(std::span<const std::string> names, llvm::TargetMachine& machine);

}  // namespace fusebox::cpu
