// Parallel compilation: a module in parts, each compiled on a thread of its own.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace fusebox::cpu {

// Divides the functions of a module into `count` parts of about equal size and calls work(part, its module, a
// machine like `machine`, within guard_llvm) for each, each on its own thread. What `work` makes of a part
// does not depend on the time at which it runs. The first error of a part is thrown on.
void compile_in_parts(llvm::Module& module, llvm::TargetMachine& machine, int count,
                      const std::function<void(int part, llvm::Module&, llvm::TargetMachine&)>& work);

}  // namespace fusebox::cpu
