#include "tests/cpu/compiler/codegen/math_kernels.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

namespace fusebox::cpu {
namespace {

llvm::Type* element(llvm::IRBuilder<>& builder, const std::string& name, unsigned lanes) {
  llvm::Type* type = name == "float"    ? builder.getFloatTy()
                     : name == "double" ? builder.getDoubleTy()
                                        : static_cast<llvm::Type*>(builder.getInt16Ty());
  return lanes == 0 ? type : llvm::FixedVectorType::get(type, lanes);
}

void emit_loop(llvm::Module& module, const LoopKernel& kernel, const MathTarget& target) {
  llvm::IRBuilder<> builder(module.getContext());
  llvm::Type* pointer = builder.getPtrTy();
  llvm::Type* integer = builder.getInt64Ty();
  auto* function = llvm::Function::Create(
      llvm::FunctionType::get(builder.getVoidTy(), {pointer, pointer, pointer, integer}, false),
      llvm::Function::ExternalLinkage, kernel.name, module);
  for (unsigned i = 0; i < 3; ++i) function->addParamAttr(i, llvm::Attribute::NoAlias);
  auto* entry = llvm::BasicBlock::Create(module.getContext(), "entry", function);
  auto* body = llvm::BasicBlock::Create(module.getContext(), "body", function);
  auto* done = llvm::BasicBlock::Create(module.getContext(), "done", function);

  builder.SetInsertPoint(entry);
  llvm::Value* n = function->getArg(3);
  builder.CreateCondBr(builder.CreateICmpSGT(n, builder.getInt64(0)), body, done);

  builder.SetInsertPoint(body);
  llvm::PHINode* i = builder.CreatePHI(integer, 2);
  i->addIncoming(builder.getInt64(0), entry);
  const auto at = [&](unsigned argument, const std::string& type) {
    return builder.CreateGEP(element(builder, type, 0), function->getArg(argument), i);
  };
  llvm::Type* from = element(builder, kernel.from, kernel.lanes);
  const auto read = [&](unsigned argument) {
    return builder.CreateAlignedLoad(from, at(argument, kernel.from), llvm::Align(2));
  };
  llvm::Value* result = kernel.one != nullptr ? kernel.one(builder, read(1), target)
                                              : kernel.two(builder, read(1), read(2), target);
  builder.CreateAlignedStore(result, at(0, kernel.to), llvm::Align(2));
  llvm::Value* next = builder.CreateNSWAdd(i, builder.getInt64(kernel.lanes == 0 ? 1 : kernel.lanes));
  i->addIncoming(next, body);
  builder.CreateCondBr(builder.CreateICmpSLT(next, n), body, done);
  builder.SetInsertPoint(done);
  builder.CreateRetVoid();
}

}  // namespace

MachineCode compile_loops(const std::vector<LoopKernel>& kernels, const std::string& level,
                          const MachineCodeOptions& options) {
  const auto machine = target_for(level);
  llvm::LLVMContext context;
  llvm::Module module("loops", context);
  for (const LoopKernel& kernel : kernels) emit_loop(module, kernel, math_target_for(level));
  return compile_module(module, *machine, options);
}

}  // namespace fusebox::cpu
