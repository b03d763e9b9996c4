// What kernels with a softmax share. Inside codegen only: it includes LLVM.
#pragma once

#include <functional>

#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

// Writes e^(x(i) - the largest x) to `length` floats from `first` on, and returns their sum.
llvm::Value* emit_exponentials(Frame& frame, llvm::Value* first, int64_t length,
                               const std::function<llvm::Value*(llvm::Value* i)>& x);

}  // namespace fusebox::cpu
