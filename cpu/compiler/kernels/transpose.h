// Rows become columns. Inside codegen only: it includes LLVM.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <vector>

namespace fusebox::cpu {

// Eight or sixteen vectors, of 4 n lanes each: lane i of vector j becomes lane j of vector i.
std::vector<llvm::Value*> transposed(llvm::IRBuilder<>& builder, const std::vector<llvm::Value*>& rows);

}  // namespace fusebox::cpu
