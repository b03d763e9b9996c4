#include "cpu/compiler/codegen/parallel.h"

#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/SplitModule.h>

#include <exception>
#include <memory>
#include <thread>

#include "cpu/compiler/codegen/emit_object.h"
#include "cpu/compiler/codegen/llvm_guard.h"

namespace fusebox::cpu {
namespace {

// An LLVMContext is for one thread: parts travel as bitcode.
std::vector<std::string> split(llvm::Module& module, llvm::TargetMachine& machine, int count) {
  inline_helpers(module, machine);  // they would end up in one part, their callers in others
  std::vector<std::string> parts;
  llvm::SplitModule(
      module, static_cast<unsigned>(count),
      [&](std::unique_ptr<llvm::Module> part) {
        llvm::raw_string_ostream stream(parts.emplace_back());
        llvm::WriteBitcodeToFile(*part, stream);
      },
      /*PreserveLocals=*/false, /*RoundRobin=*/true);
  return parts;
}

std::unique_ptr<llvm::TargetMachine> another(const llvm::TargetMachine& machine) {
  return std::unique_ptr<llvm::TargetMachine>(machine.getTarget().createTargetMachine(
      machine.getTargetTriple().str(), machine.getTargetCPU(), machine.getTargetFeatureString(),
      machine.Options, machine.getRelocationModel(), machine.getCodeModel(), machine.getOptLevel()));
}

}  // namespace

void compile_in_parts(llvm::Module& module, llvm::TargetMachine& machine, int count,
                      const std::function<void(int, llvm::Module&, llvm::TargetMachine&)>& work) {
  std::vector<std::string> parts;
  guard_llvm(&module.getContext(), [&] { parts = split(module, machine, count); });

  const auto compile_part = [&](size_t index) {
    llvm::LLVMContext context;
    guard_llvm(&context, [&] {
      const llvm::MemoryBufferRef bytes(parts[index], "part");
      const auto own_machine = another(machine);
      const auto part = llvm::cantFail(llvm::parseBitcodeFile(bytes, context));
      work(static_cast<int>(index), *part, *own_machine);
    });
  };
  std::vector<std::exception_ptr> errors(parts.size());
  const auto run = [&](size_t index) {
    try {
      compile_part(index);
    } catch (...) {
      errors[index] = std::current_exception();
    }
  };
  std::vector<std::jthread> threads;
  for (size_t i = 1; i < parts.size(); ++i) threads.emplace_back(run, i);
  run(0);
  threads.clear();
  for (const std::exception_ptr& error : errors)
    if (error != nullptr) std::rethrow_exception(error);
}

}  // namespace fusebox::cpu
