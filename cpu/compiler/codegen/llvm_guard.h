// LLVM, kept on a leash: its fatal errors and diagnostics become our errors, without a process that ends and
// without an exception that passes through its frames.
//
// What LLVM held when it gave up is lost (leaked); the process goes on.
#pragma once

#include <functional>
#include <string>

namespace llvm {
class LLVMContext;
}

namespace fusebox::cpu {

// Runs `work`, which calls LLVM and throws nothing. InternalError with LLVM's words if LLVM gives up, or says
// that something is an error. `context` is the one that `work` uses; null if none.
void guard_llvm(llvm::LLVMContext* context, const std::function<void()>& work);

}  // namespace fusebox::cpu
