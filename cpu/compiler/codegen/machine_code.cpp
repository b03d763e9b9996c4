#include "cpu/compiler/codegen/machine_code.h"

#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include <algorithm>

#include "cpu/compiler/codegen/builtins.h"
#include "cpu/compiler/codegen/emit_object.h"
#include "cpu/compiler/codegen/link.h"
#include "cpu/compiler/codegen/llvm_guard.h"
#include "cpu/compiler/codegen/parallel.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

std::string verify(llvm::Module& module) {
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  return llvm::verifyModule(module, &stream) ? stream.str() : "";
}

// What becomes of a module, or of a part of one.
struct Part {
  std::string object, ir, assembly;
};

Part compile(llvm::Module& module, llvm::TargetMachine& machine, const MachineCodeOptions& options) {
  Part part;
  optimise(module, machine);
  if (options.ir) {
    llvm::raw_string_ostream stream(part.ir);
    module.print(stream, nullptr);
  }
  if (options.assembly) part.assembly = emit_assembly(*llvm::CloneModule(module), machine);
  part.object = emit_elf(module, machine);
  return part;
}

size_t count_functions(const llvm::Module& module) {
  return static_cast<size_t>(std::count_if(module.begin(), module.end(),
                                           [](const llvm::Function& f) { return !f.isDeclaration(); }));
}

std::vector<Part> compile_parts(llvm::Module& module, llvm::TargetMachine& machine,
                                const MachineCodeOptions& options) {
  constexpr size_t kEnough = 4;  // functions that are worth a thread
  const size_t count =
      std::min<size_t>(static_cast<size_t>(std::max(options.parallel, 1)), count_functions(module) / kEnough);
  std::vector<Part> parts(std::max<size_t>(count, 1));
  if (count <= 1) {
    guard_llvm(&module.getContext(), [&] { parts[0] = compile(module, machine, options); });
    return parts;
  }
  compile_in_parts(module, machine, static_cast<int>(count),
                   [&](int index, llvm::Module& part, llvm::TargetMachine& its_machine) {
                     parts[static_cast<size_t>(index)] = compile(part, its_machine, options);
                   });
  return parts;
}

}  // namespace

MachineCode compile_module(llvm::Module& module, llvm::TargetMachine& machine,
                           const MachineCodeOptions& options) {
  std::string problem;
  guard_llvm(&module.getContext(), [&] {
    prepare_module(module, machine);
    problem = verify(module);
  });
  if (!problem.empty()) throw InternalError("generated IR is broken: " + problem);

  const std::vector<Part> parts = compile_parts(module, machine, options);
  MachineCode result;
  std::vector<ObjectBytes> objects;
  for (const Part& part : parts) {
    objects.emplace_back(part.object);
    result.ir += part.ir;
    result.assembly += part.assembly;
  }
  std::string builtins;
  const std::vector<std::string> missing = undefined_symbols(objects);
  if (!missing.empty()) {
    builtins = compile_builtins(missing, machine);
    objects.emplace_back(builtins);
  }
  LinkedImage image = link_objects(objects);
  result.code = std::move(image.bytes);
  for (LinkedImage::Symbol& symbol : image.functions)
    result.kernels.push_back({std::move(symbol.name), symbol.offset, symbol.size});
  return result;
}

}  // namespace fusebox::cpu
