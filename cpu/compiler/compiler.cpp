#include "cpu/compiler/compiler.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <optional>
#include <unordered_map>

#include "cpu/compiler/codegen/machine_code.h"
#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/dump.h"
#include "cpu/compiler/kernels/kernel.h"
#include "cpu/compiler/meetings.h"
#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "cpu/compiler/plan/cost.h"
#include "cpu/compiler/plan/plan.h"
#include "fusebox/base/error.h"
#include "fusebox/base/quoted.h"
#include "fusebox/stablehlo/parser.h"

#include <llvm/Target/TargetMachine.h>

namespace fusebox::cpu {
namespace {

constexpr size_t kConstantAlignment = 64;
constexpr int kThreads = 2;  // always: the code depends on it

class Stopwatch {
 public:
  explicit Stopwatch(const CompileOptions& options) : options_(options) {}
  // `look` sees what the stage made, and how long that took; looking is not timed.
  template <typename Look>
  void lap(std::string_view stage, Look&& look) {
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin_;
    if (options_.on_stage) options_.on_stage(stage, took.count());
    look(took.count());
    begin_ = std::chrono::steady_clock::now();
  }

 private:
  const CompileOptions& options_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

// What the plan does and can do without.
constexpr std::string_view kFusion = "fusion", kDotEpilogues = "dot-epilogues",
                           kRemoveCopies = "remove-copies", kBringTogether = "bring-together",
                           kKeepForOne = "keep-for-one";

void check_names(const std::vector<std::string>& disabled) {
  std::vector<std::string_view> known = {kFusion, kDotEpilogues, kRemoveCopies, kBringTogether, kKeepForOne};
  for (const Pass& pass : all_passes()) known.push_back(pass.name);
  for (const std::string& name : disabled)
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("no pass is called {}; there are {}", quoted(name), fmt::join(known, ", ")));
}

// Whether nobody can tell from shapes how long the kernel takes: it depends on how far a cache is filled, on
// the values, or on sizes that costs leave out.
bool is_unforeseeable(const KernelSpec& kernel, const KernelCost& cost) {
  using Kind = KernelSpec::Kind;
  if (cost.bytes_per_row > 0 || kernel.kind == Kind::kWindow || kernel.kind == Kind::kSort) return true;
  return std::ranges::any_of(kernel.expression.nodes(), [](const Node& node) {
    return node.op && (node.op->code == hlo::OpCode::remainder ||
                       (node.op->code == hlo::OpCode::power && !is_float(node.shape.dtype)));
  });
}

// Whether the program is done before another thread, which has to wake up, would have been of use: from about
// what a core does in a microsecond at the least.
bool is_little(const Plan& plan) {
  constexpr double kMicroseconds = 20, kBytes = 50e3, kInProducts = 30e3, kElsewhere = 3e3;
  double all = 0;
  return std::ranges::all_of(plan.steps, [&](const PlanStep& step) {
    if (!step.kernel) return false;  // nobody knows how many rounds
    if (step.kernel->outputs[0].elements() == 0) return true;
    const KernelCost cost = cost_of(*step.kernel);
    if (is_unforeseeable(*step.kernel, cost)) return false;
    all += std::max(static_cast<double>(cost.bytes) / kBytes,
                    static_cast<double>(cost.in_products) / kInProducts +
                        static_cast<double>(cost.operations - cost.in_products) / kElsewhere);
    return all < kMicroseconds;
  });
}

// The plan as a blob: buffers and steps as they are, each distinct kernel once.
class Assembler {
 public:
  // `for_one`: the first thread does it all.
  Assembler(const hlo::Function& function, Plan& plan, bool for_one, const CompileOptions& options)
      : plan_(plan), for_one_(for_one), options_(options), module_("program", context_) {
    blob_.level = machine_level();
    for (size_t i = 0; i < function.arguments.size(); ++i)
      blob_.parameters.push_back({function.body.arguments[i].shape, function.arguments[i].alias_output,
                                  function.arguments[i].donor});
    for (const hlo::Value* value : function.body.returned()) blob_.results.push_back(value->shape);
  }

  Blob run(Stopwatch& watch, Dump& dump) {
    for (PlanBuffer& buffer : plan_.buffers) {
      if (buffer.constant)
        buffer.place.index = add_constant(buffer.constant->attributes.get<hlo::Literal>("value"));
      blob_.buffers.push_back(buffer.place);
    }
    blob_.arena_bytes = plan_.arena_bytes;
    meetings_.emplace(blob_.buffers, blob_.parameters);
    blob_.steps = steps(plan_.steps);
    std::unique_ptr<llvm::Module> copy;
    watch.lap("kernels", [&](double ms) { copy = dump.kernels(ms, module_, blob_.kernels.size()); });
    if (!blob_.kernels.empty()) add_code();
    watch.lap("machine code",
              [&](double ms) { dump.machine_code(ms, std::move(copy), options_.level, blob_.code.size()); });
    return std::move(blob_);
  }

 private:
  int64_t add_constant(const hlo::Literal& literal) {
    blob_.constants.resize((blob_.constants.size() + kConstantAlignment - 1) / kConstantAlignment *
                           kConstantAlignment);
    const size_t offset = blob_.constants.size(), bytes = static_cast<size_t>(literal.shape.bytes());
    blob_.constants.resize(offset + bytes);
    const size_t given = literal.bytes().size();
    for (size_t done = 0; given > 0 && done < bytes; done += given)  // a splat holds one element
      std::memcpy(blob_.constants.data() + offset + done, literal.bytes().data(),
                  std::min(given, bytes - done));
    return static_cast<int64_t>(offset);
  }

  std::vector<Step> steps(const std::vector<PlanStep>& planned) {
    std::vector<Step> result;
    for (const PlanStep& from : planned) {
      if (from.kernel && from.kernel->outputs[0].elements() == 0) continue;
      Step step;
      step.kind = from.kind;
      if (from.kernel) {
        const auto& [index, shape] = kernel(*from.kernel);
        step.kernel = index;
        step.items = shape.items;
        step.grain = for_one_ ? std::max(shape.items, shape.grain) : shape.grain;
        for (const int buffer : from.writes) step.buffers.push_back(static_cast<uint32_t>(buffer));
        step.meet = meetings_->needed(from.writes, from.reads, step.items <= step.grain);
      }
      for (const int buffer : from.reads) step.buffers.push_back(static_cast<uint32_t>(buffer));
      for (const auto& block : from.blocks) {
        meetings_->forget();
        step.blocks.push_back(steps(block));
      }
      if (!from.kernel) meetings_->forget();
      result.push_back(std::move(step));
    }
    return result;
  }

  const std::pair<uint32_t, KernelShape>& kernel(const KernelSpec& spec) {
    const std::string key = spec.key();
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    const auto index = static_cast<uint32_t>(blob_.kernels.size());
    blob_.kernels.push_back({fmt::format("{}_{}", spec.name(), index), 0, 0});
    const KernelShape shape = emit_kernel(module_, blob_.kernels.back().name, spec, options_.level);
    blob_.scratch_bytes = std::max(blob_.scratch_bytes, shape.scratch_bytes);
    return known_.emplace(key, std::pair(index, shape)).first->second;
  }

  const std::string& machine_level() const {
    return options_.machine_level.empty() ? options_.level : options_.machine_level;
  }

  void add_code() {
    if (options_.on_kernels) options_.on_kernels(module_);
    const auto machine = target_for(machine_level());
    MachineCode code = compile_module(module_, *machine, {.parallel = kThreads});
    blob_.code = std::move(code.code);
    std::unordered_map<std::string_view, const MachineCode::Symbol*> symbols;
    for (const MachineCode::Symbol& symbol : code.kernels) symbols[symbol.name] = &symbol;
    for (KernelInfo& kernel : blob_.kernels) {
      const auto found = symbols.find(kernel.name);
      if (found == symbols.end())
        throw InternalError("the kernel " + kernel.name + " is not in the machine code");
      kernel.offset = found->second->offset;
      kernel.size = found->second->size;
    }
  }

  Plan& plan_;
  bool for_one_;
  const CompileOptions& options_;
  llvm::LLVMContext context_;
  llvm::Module module_;
  Blob blob_;
  std::unordered_map<std::string, std::pair<uint32_t, KernelShape>> known_;
  std::optional<Meetings> meetings_;
};

// Kernels trust the passes that call them.
void refuse_custom_calls(const hlo::Program& program) {
  for (const auto& function : program.functions)
    for_each_block(function->body, [](const hlo::Block& block) {
      for (const auto& op : block.ops)
        if (custom_name(*op).starts_with(kCustomPrefix))
          throw Error(ErrorKind::kUnsupported,
                      fmt::format("{} is not for programs", quoted(custom_name(*op))))
              .op(hlo::name(op->code));
    });
}

}  // namespace

Blob compile(std::string_view text, const CompileOptions& options) {
  check_names(options.disabled_passes);
  const auto disabled = [&](std::string_view pass) {
    return std::find(options.disabled_passes.begin(), options.disabled_passes.end(), pass) !=
           options.disabled_passes.end();
  };
  Stopwatch watch(options);
  Dump dump(options.dump_to);
  hlo::Program program = stablehlo::parse(text);
  const auto lap = [&](std::string_view stage) {
    watch.lap(stage, [&](double ms) { dump.program(stage, ms, program); });
  };
  refuse_custom_calls(program);
  lap("parse");
  run_passes(program, options.disabled_passes, lap);
  const hlo::Function* main = program.find("main");
  if (!main) throw Error(ErrorKind::kInvalidArgument, "the program has no function @main");
  Plan plan = make_plan(*main, {.elements = !disabled(kFusion), .epilogues = !disabled(kDotEpilogues)});
  if (!disabled(kRemoveCopies)) remove_copies(plan);
  if (!disabled(kBringTogether)) bring_together(plan);
  place_temporaries(plan);
  watch.lap("plan", [&](double ms) { dump.plan(ms, plan); });
  const bool for_one = !disabled(kKeepForOne) && is_little(plan);
  Blob blob = Assembler(*main, plan, for_one, options).run(watch, dump);
  dump.program_is_made(plan, blob);
  blob.name = program.name;
  return blob;
}

}  // namespace fusebox::cpu
