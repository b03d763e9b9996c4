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
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/plan/cost.h"
#include "fusebox/base/error.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox::cpu {
namespace {

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

// Whether the step is left out of the program: its kernel has nothing to do.
bool is_nothing(const PlanStep& step) { return step.kernel && step.kernel->outputs[0].elements() == 0; }

// What each kernel of the program was planned as; `made` are the steps that became of those planned.
void collect_specs(const std::vector<PlanStep>& planned, const std::vector<Step>& made,
                   std::vector<const KernelSpec*>& specs) {
  size_t at = 0;
  for (const PlanStep& step : planned) {
    if (is_nothing(step)) continue;
    const Step& become = made[at++];
    if (step.kernel) specs[become.kernel] = step.kernel.get();
    for (size_t i = 0; i < step.blocks.size(); ++i) collect_specs(step.blocks[i], become.blocks[i], specs);
  }
}

// Numbers steps as the lives of buffers do: blocks count through, and the end of a loop is a step, too.
class StepWriter {
 public:
  // `blob` may be null: then the kernels have no names of their own yet.
  explicit StepWriter(const Blob* blob) : blob_(blob) {}

  // `made` are the steps that became of those planned; null without a blob.
  void append(const std::vector<PlanStep>& planned, const std::vector<Step>* made, size_t depth) {
    size_t at = 0;
    for (const PlanStep& step : planned) {
      const Step* become = made && !is_nothing(step) ? &(*made)[at++] : nullptr;
      text += fmt::format("  {:{}}{:<6} {}", "", 2 * depth, next_++, what(step, become));
      if (!step.writes.empty()) text += fmt::format("  writes b{}", fmt::join(step.writes, " b"));
      if (!step.reads.empty()) text += fmt::format("  reads b{}", fmt::join(step.reads, " b"));
      text += '\n';
      for (size_t i = 0; i < step.blocks.size(); ++i)
        append(step.blocks[i], become ? &become->blocks[i] : nullptr, depth + 1);
      if (step.kind == Step::Kind::kWhile)
        text += fmt::format("  {:{}}{:<6} again\n", "", 2 * depth, next_++);
    }
  }

  std::string text;

 private:
  std::string what(const PlanStep& step, const Step* become) const {
    if (step.kind != Step::Kind::kKernel) return std::string(kControl[static_cast<size_t>(step.kind)]);
    if (!become) return step.kernel->name();
    return fmt::format("{}  {} items in grains of {}", blob_->kernels[become->kernel].name, become->items,
                       become->grain);
  }

  const Blob* blob_;
  int next_ = 0;
};

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
  stage("plan", milliseconds, count_steps(plan.steps), "steps");
  write_plan(plan, nullptr);
}

void Dump::program_is_made(const Plan& plan, const Blob& blob) {
  if (folder_.empty()) return;
  write_plan(plan, &blob);
  write_costs(plan, blob);
}

void Dump::write_costs(const Plan& plan, const Blob& blob) const {
  std::vector<const KernelSpec*> specs(blob.kernels.size());
  collect_specs(plan.steps, blob.steps, specs);
  std::string text;
  for (size_t i = 0; i < specs.size(); ++i) {
    const KernelCost cost = cost_of(*specs[i]);
    text += fmt::format("{} {} {} {} {} {} {}\n", cost.bytes, cost.operations, cost.bytes_per_row,
                        cost.operations_per_row, cost.in_int8 ? "int8" : "float", blob.kernels[i].name,
                        cost.sizes);
  }
  write("costs.txt", text);
}

void Dump::write_plan(const Plan& plan, const Blob* blob) const {
  std::string text = fmt::format("an arena of {} bytes\n", plan.arena_bytes);
  if (blob) text += fmt::format("scratch of {} bytes for each thread\n", blob->scratch_bytes);
  text += "\nbuffers\n";
  for (size_t i = 0; i < plan.buffers.size(); ++i) text += buffer_line(i, plan.buffers[i]);
  StepWriter steps(blob);
  steps.append(plan.steps, blob ? &blob->steps : nullptr, 0);
  write("plan.txt", text + "\nsteps\n" + steps.text);
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
