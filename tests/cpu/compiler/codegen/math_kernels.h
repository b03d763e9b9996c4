// The functions of math.h as loops over arrays, for the tests.
#pragma once

#include <string>
#include <vector>

#include "cpu/compiler/codegen/machine_code.h"
#include "cpu/compiler/codegen/math.h"

namespace fusebox::cpu {

using Emit1 = llvm::Value* (*)(llvm::IRBuilderBase&, llvm::Value*, const MathTarget&);
using Emit2 = llvm::Value* (*)(llvm::IRBuilderBase&, llvm::Value*, llvm::Value*, const MathTarget&);

struct LoopKernel {
  std::string name;
  std::string from, to;  // "float", "double", "i16": the arrays' elements
  Emit1 one = nullptr;   // or
  Emit2 two = nullptr;
  unsigned lanes = 0;  // 0: a loop over numbers; else over vectors of as many, n being a multiple of it
};

// void name(void* to, const void* from, const void* from2, int64_t n)
using LoopFunction = void (*)(void*, const void*, const void*, int64_t);

MachineCode compile_loops(const std::vector<LoopKernel>& kernels, const std::string& level,
                          const MachineCodeOptions& options = {});

}  // namespace fusebox::cpu
