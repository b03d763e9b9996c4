#include "tests/cpu/compiler/emulate.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <map>

#include "cpu/level.h"

namespace fusebox::cpu::test {
namespace {

using llvm::Value;
using Builder = llvm::IRBuilder<>;

llvm::FixedVectorType* vector_of(llvm::Type* element, unsigned lanes) {
  return llvm::FixedVectorType::get(element, lanes);
}

unsigned lanes_of(const Value* vector) {
  return llvm::cast<llvm::FixedVectorType>(vector->getType())->getNumElements();
}

// Lanes first, first + step, …
Value* every(Builder& b, Value* vector, int first, int step) {
  std::vector<int> lanes;
  for (int i = first; i < static_cast<int>(lanes_of(vector)); i += step) lanes.push_back(i);
  return b.CreateShuffleVector(vector, lanes);
}

// For each 32 bits: the sum of four products of unsigned bytes of b and signed ones of c, added to a.
Value* vpdpbusd(Builder& b, const std::vector<Value*>& x) {
  const unsigned lanes = lanes_of(x[0]);
  llvm::Type *bytes = vector_of(b.getInt8Ty(), 4 * lanes), *words = vector_of(b.getInt32Ty(), 4 * lanes);
  Value* products = b.CreateMul(b.CreateZExt(b.CreateBitCast(x[1], bytes), words),
                                b.CreateSExt(b.CreateBitCast(x[2], bytes), words));
  Value* sum = x[0];
  for (int i = 0; i < 4; ++i) sum = b.CreateAdd(sum, every(b, products, i, 4));
  return sum;
}

// For each 16 bits: the sum of two products of unsigned bytes of a and signed ones of b, saturated.
Value* vpmaddubsw(Builder& b, const std::vector<Value*>& x) {
  llvm::Type* wide = vector_of(b.getInt16Ty(), lanes_of(x[0]));
  Value* products = b.CreateMul(b.CreateZExt(x[0], wide), b.CreateSExt(x[1], wide));
  return b.CreateBinaryIntrinsic(llvm::Intrinsic::sadd_sat, every(b, products, 0, 2),
                                 every(b, products, 1, 2));
}

// For each 32 bits: the sum of two products of signed 16 bits.
Value* vpmaddwd(Builder& b, const std::vector<Value*>& x) {
  llvm::Type* wide = vector_of(b.getInt32Ty(), lanes_of(x[0]));
  Value* products = b.CreateMul(b.CreateSExt(x[0], wide), b.CreateSExt(x[1], wide));
  return b.CreateAdd(every(b, products, 0, 2), every(b, products, 1, 2));
}

using Meaning = Value* (*)(Builder&, const std::vector<Value*>&);
const std::map<std::string, Meaning>& meanings() {
  static const std::map<std::string, Meaning> all = {
      {"llvm.x86.avx512.vpdpbusd.256", vpdpbusd},
      {"llvm.x86.avx512.vpdpbusd.512", vpdpbusd},
      {"llvm.x86.avx512.pmaddubs.w.512", vpmaddubsw},
      {"llvm.x86.avx512.pmaddw.d.512", vpmaddwd},
  };
  return all;
}

void spell_out(llvm::Module& module) {
  for (llvm::Function& function : llvm::make_early_inc_range(module)) {
    const auto found = meanings().find(function.getName().str());
    if (found == meanings().end()) continue;
    auto* played = llvm::Function::Create(function.getFunctionType(), llvm::Function::InternalLinkage,
                                          "played." + found->first.substr(9), module);
    played->addFnAttr(llvm::Attribute::NoInline);
    Builder b(llvm::BasicBlock::Create(module.getContext(), "entry", played));
    std::vector<Value*> arguments;
    for (llvm::Argument& argument : played->args()) arguments.push_back(&argument);
    b.CreateRet(found->second(b, arguments));
    function.replaceAllUsesWith(played);
    function.eraseFromParent();
  }
}

}  // namespace

// x86-64 needs AVX2 to play what is above it: the 256-bit instructions are not spelt out. v4-vnni has the
// kernels of v4-vnni-bf16.
std::vector<std::string> levels_to_play() {
  std::vector<std::string> levels;
  for (const std::string_view level : cpu_levels())
    if (level != "v4-vnni" && (runs_here(level) || runs_here("v3"))) levels.emplace_back(level);
  return levels;
}

CompileOptions played(const std::string& level) {
  CompileOptions options{.level = level, .disabled_passes = {"keep-for-one"}};  // threads are to be tested
  if (runs_here(level)) return options;
  options.machine_level = cpu_level();
  options.on_kernels = spell_out;
  return options;
}

}  // namespace fusebox::cpu::test
