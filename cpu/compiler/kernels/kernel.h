// Kernels: one LLVM function per KernelSpec, of the signature that blob.h tells.
#pragma once

#include <cstdint>
#include <string>

#include "cpu/compiler/plan/kernel_spec.h"

namespace llvm {
class Module;
}

namespace fusebox::cpu {

// How the work of a kernel is divided.
struct KernelShape {
  int64_t items = 1, grain = 1;
  int64_t scratch_bytes = 0;
};

// Adds the function `name` to the module. Buffers: the outputs, the expression's inputs, the combiner's
// inputs. Error kUnsupported for what is not done, by op and dtype.
KernelShape emit_kernel(llvm::Module& module, const std::string& name, const KernelSpec& spec,
                        const std::string& level);

}  // namespace fusebox::cpu
