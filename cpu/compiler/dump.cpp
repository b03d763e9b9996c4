#include "cpu/compiler/dump.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/Utils/Cloning.h>

#include <cerrno>
#include <cstring>
#include <fstream>

#include "cpu/compiler/codegen/machine_code.h"
#include "fusebox/base/error.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox::cpu {
namespace {

size_t count_ops(const hlo::Block& block) {
  size_t count = block.ops.size();
  for (const auto& op : block.ops)
    for (const auto& region : op->regions) count += count_ops(*region);
  return count;
}

std::string_view kind_name(BufferPlace::Kind kind) {
  switch (kind) {
    case BufferPlace::Kind::kArgument: return "argument";
    case BufferPlace::Kind::kResult: return "result";
    case BufferPlace::Kind::kConstant: return "constant";
    case BufferPlace::Kind::kTemporary: return "arena";
  }
  return "";
}

// An argument, a result, or a place in the arena and a life.
std::string buffer_line(size_t index, const PlanBuffer& buffer) {
  const BufferPlace& place = buffer.place;
  std::string where;
  if (place.kind == BufferPlace::Kind::kTemporary && buffer.last < buffer.first)
    where = "unused";
  else if (place.kind == BufferPlace::Kind::kTemporary)
    where = fmt::format("{:>12} to {:>12}  lives in steps {} to {}", place.index, place.index + place.bytes,
                        buffer.first, buffer.last);
  else if (place.kind != BufferPlace::Kind::kConstant)
    where = fmt::format("{:>12}", place.index);
  return fmt::format("  b{:<6} {:<9} {:>12} bytes  {:<24} {}\n", index, kind_name(place.kind), place.bytes,
                     to_string(buffer.shape), where);
}

constexpr std::string_view kControl[] = {"kernel", "while", "if", "case"};

// Numbers steps as the lives of buffers do: blocks count through, and the end of a loop is a step, too.
void append_steps(std::string& text, const std::vector<PlanStep>& steps, size_t depth, int& next) {
  for (const PlanStep& step : steps) {
    const bool kernel = step.kind == Step::Kind::kKernel;
    text += fmt::format("  {:{}}{:<6} {}", "", 2 * depth, next++,
                        kernel ? step.kernel->name() : std::string(kControl[static_cast<size_t>(step.kind)]));
    if (!step.writes.empty()) text += fmt::format("  writes b{}", fmt::join(step.writes, " b"));
    if (!step.reads.empty()) text += fmt::format("  reads b{}", fmt::join(step.reads, " b"));
    text += '\n';
    for (const auto& block : step.blocks) append_steps(text, block, depth + 1, next);
    if (step.kind == Step::Kind::kWhile) text += fmt::format("  {:{}}{:<6} again\n", "", 2 * depth, next++);
  }
}

size_t count_steps(const std::vector<PlanStep>& steps) {
  size_t count = steps.size();
  for (const PlanStep& step : steps)
    for (const auto& block : step.blocks) count += count_steps(block);
  return count;
}

}  // namespace

void Dump::write(const std::string& name, std::string_view text) const {
  const std::string path = folder_ + "/" + name;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file)
    throw Error(ErrorKind::kIo, fmt::format("cannot write the file: {}", std::strerror(errno))).file(path);
}

void Dump::stage(std::string_view name, double milliseconds, size_t count, std::string_view of_what) {
  times_ += fmt::format("{:.3f} {} {} {}\n", milliseconds, count, of_what, name);
  write("times.txt", times_);
}

void Dump::program(std::string_view name, double milliseconds, const hlo::Program& program) {
  if (folder_.empty()) return;
  size_t ops = 0;
  for (const auto& function : program.functions) ops += count_ops(function->body);
  stage(name, milliseconds, ops, "ops");
  write(fmt::format("{:02}-{}.mlir", next_++, name), stablehlo::print(program));
}

void Dump::plan(double milliseconds, const Plan& plan) {
  if (folder_.empty()) return;
  std::string text = fmt::format("an arena of {} bytes\n\nbuffers\n", plan.arena_bytes);
  for (size_t i = 0; i < plan.buffers.size(); ++i) text += buffer_line(i, plan.buffers[i]);
  text += "\nsteps\n";
  int next = 0;
  append_steps(text, plan.steps, 0, next);
  stage("plan", milliseconds, count_steps(plan.steps), "steps");
  write("plan.txt", text);
}

std::unique_ptr<llvm::Module> Dump::kernels(double milliseconds, const llvm::Module& module, size_t count) {
  if (folder_.empty()) return nullptr;
  stage("kernels", milliseconds, count, "kernels");
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream, nullptr);
  write("kernels.ll", text);
  return llvm::CloneModule(module);
}

void Dump::machine_code(double milliseconds, std::unique_ptr<llvm::Module> copy, const std::string& level,
                        size_t bytes) {
  if (folder_.empty()) return;
  stage("machine code", milliseconds, bytes, "bytes");
  if (bytes == 0) return;
  const MachineCode code = compile_module(*copy, *target_for(level), {.ir = true, .assembly = true});
  write("kernels-optimised.ll", code.ir);
  write("kernels.s", code.assembly);
}

}  // namespace fusebox::cpu
