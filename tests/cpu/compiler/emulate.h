// Kernels of CPU levels that this machine lacks, played: their LLVM IR is compiled for a level that it has,
// and calls of the instructions that are missing become functions of plain IR that do what the manual says.
// So everything is tested but LLVM's own choice of instructions.
#pragma once

#include <string>
#include <vector>

#include "cpu/compiler/compiler.h"

namespace fusebox::cpu::test {

// The levels of this architecture that can run here, as they are or played.
std::vector<std::string> levels_to_play();

// Options to compile for that level, so that the result runs here.
CompileOptions played(const std::string& level);

}  // namespace fusebox::cpu::test
