#include "cpu/compiler/codegen/machine_code.h"

#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include "cpu/compiler/codegen/builtins.h"
#include "cpu/compiler/codegen/emit_object.h"
#include "cpu/compiler/codegen/link.h"
#include "cpu/compiler/codegen/llvm_guard.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

std::string verify(llvm::Module& module) {
  std::string problem;
  llvm::raw_string_ostream stream(problem);
  return llvm::verifyModule(module, &stream) ? stream.str() : "";
}

// The object file; ir and assembly go to `result`.
std::string compile(llvm::Module& module, llvm::TargetMachine& machine, const MachineCodeOptions& options,
                    MachineCode& result) {
  optimise(module, machine);
  if (options.ir) {
    llvm::raw_string_ostream stream(result.ir);
    module.print(stream, nullptr);
  }
  if (options.assembly) result.assembly = emit_assembly(*llvm::CloneModule(module), machine);
  return emit_elf(module, machine);
}

}  // namespace

MachineCode compile_module(llvm::Module& module, llvm::TargetMachine& machine,
                           const MachineCodeOptions& options) {
  MachineCode result;
  std::string object, builtins, problem;
  guard_llvm(&module.getContext(), [&] {
    prepare_module(module, machine);
    problem = verify(module);
    if (problem.empty()) object = compile(module, machine, options, result);
  });
  if (!problem.empty()) throw InternalError("generated IR is broken: " + problem);

  std::vector<ObjectBytes> objects = {object};
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
