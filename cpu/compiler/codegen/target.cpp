#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Target/TargetOptions.h>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <algorithm>
#include <mutex>

#include "cpu/compiler/codegen/llvm_guard.h"
#include "cpu/compiler/codegen/machine_code.h"
#include "cpu/compiler/codegen/math.h"
#include "cpu/compiler/codegen/vectors.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

constexpr MathTarget kAll = {.fma = true, .round = true, .half = true};

struct Level {
  const char *name, *triple, *cpu, *features;
  MathTarget math;
  VectorTarget vectors;
};

constexpr const char* kX86 = "x86_64-unknown-linux-gnu";
constexpr const char* kArm = "aarch64-unknown-linux-gnu";
using Bytes = VectorTarget::Bytes;
constexpr VectorTarget kNeon = {128, 32, Bytes::kPlain};
// Gathers are slow on many CPUs that have them, and slower where microcode guards them.
constexpr Level kLevels[] = {
    {"x86-64", kX86, "x86-64", "", {}, {128, 16, Bytes::kPlain}},
    {"v3", kX86, "x86-64-v3", "", kAll, {256, 16, Bytes::kPairs}},
    {"v3-vnni", kX86, "x86-64-v3", "+avxvnni", kAll, {256, 16, Bytes::kQuads}},
    {"v4", kX86, "x86-64-v4", "+prefer-no-gather", kAll, {512, 32, Bytes::kPairs}},
    {"v4-vnni", kX86, "x86-64-v4", "+prefer-no-gather,+avx512vnni", kAll, {512, 32, Bytes::kQuads}},
    {"v4-vnni-bf16",
     kX86,
     "x86-64-v4",
     "+prefer-no-gather,+avx512vnni,+avx512bf16",
     kAll,
     {512, 32, Bytes::kQuads}},
    {"aarch64", kArm, "generic", "+neon", kAll, kNeon},
    {"aarch64-dotprod", kArm, "generic", "+neon,+fullfp16,+dotprod", kAll, kNeon},
    {"aarch64-i8mm-bf16", kArm, "generic", "+neon,+fullfp16,+dotprod,+i8mm,+bf16", kAll, kNeon},
};

const Level& find_level(const std::string& name) {
  for (const Level& level : kLevels)
    if (level.name == name) return level;
  throw Error(ErrorKind::kInvalidArgument,
              fmt::format("got CPU level \"{}\", want one of {}", name, fmt::join(levels(), ", ")));
}

void initialize_targets() {
  LLVMInitializeX86TargetInfo();
  LLVMInitializeX86Target();
  LLVMInitializeX86TargetMC();
  LLVMInitializeX86AsmPrinter();
  LLVMInitializeAArch64TargetInfo();
  LLVMInitializeAArch64Target();
  LLVMInitializeAArch64TargetMC();
  LLVMInitializeAArch64AsmPrinter();
}

}  // namespace

const std::vector<std::string>& levels() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Level& level : kLevels) all.emplace_back(level.name);
    return all;
  }();
  return names;
}

std::unique_ptr<llvm::TargetMachine> target_for(const std::string& name) {
  static std::once_flag once;
  std::call_once(once, initialize_targets);
  const Level& level = find_level(name);
  std::unique_ptr<llvm::TargetMachine> machine;
  std::string problem;
  guard_llvm(nullptr, [&] {
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(level.triple, problem);
    if (target == nullptr) return;
    llvm::TargetOptions options;
    options.AllowFPOpFusion = llvm::FPOpFusion::Standard;  // only what IR says: results do not depend on luck
    machine.reset(target->createTargetMachine(level.triple, level.cpu, level.features, options,
                                              llvm::Reloc::PIC_, llvm::CodeModel::Small,
                                              llvm::CodeGenOptLevel::Default));
  });
  if (machine == nullptr) throw InternalError("no target for " + name + ": " + problem);
  return machine;
}

MathTarget math_target_for(const std::string& level) { return find_level(level).math; }

VectorTarget vector_target_for(const std::string& level) { return find_level(level).vectors; }

}  // namespace fusebox::cpu
