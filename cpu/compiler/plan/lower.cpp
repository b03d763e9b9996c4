// Ops to steps: each value that has a buffer is written by one step; loops and branches hold steps of their
// own.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "cpu/compiler/custom_calls.h"
#include "cpu/compiler/plan/plan.h"
#include "fusebox/base/error.h"
#include "fusebox/base/quoted.h"

namespace fusebox::cpu {

using hlo::OpCode;
using hlo::Value;

namespace {

using Steps = std::vector<PlanStep>;

constexpr int64_t kLargestConstant = 4096;   // bytes, of one that could as well be computed
constexpr size_t kMostOpsOfCombiner = 1024;  // they are followed by recursion

class Lowering {
 public:
  Lowering(const hlo::Function& function, const FusionRules& rules)
      : function_(function), fusion_(function, rules) {}

  Plan run() {
    const auto returned = function_.body.returned();
    std::vector<std::optional<int64_t>> taken(returned.size());
    for (size_t i = 0; i < function_.arguments.size(); ++i) {
      const auto& alias = function_.arguments[i].alias_output;
      const int buffer = new_buffer(function_.body.arguments[i].shape, BufferPlace::Kind::kArgument);
      plan_.buffers.back().place.index = static_cast<int64_t>(i);
      plan_.buffers.back().fixed = true;
      plan_.buffers.back().read_only = !alias;
      buffers_[&function_.body.arguments[i]] = buffer;
      if (alias) taken[static_cast<size_t>(*alias)] = buffer;
    }
    block(function_.body, plan_.steps);
    std::vector<int> targets;
    for (size_t i = 0; i < returned.size(); ++i) {
      targets.push_back(taken[i] ? static_cast<int>(*taken[i])
                                 : new_buffer(returned[i]->shape, BufferPlace::Kind::kResult));
      if (!taken[i])
        plan_.buffers.back().place.index = static_cast<int64_t>(i), plan_.buffers.back().fixed = true;
    }
    assign_all(returned, targets, plan_.steps);
    return std::move(plan_);
  }

 private:
  int new_buffer(const Shape& shape, BufferPlace::Kind kind = BufferPlace::Kind::kTemporary) {
    PlanBuffer buffer;
    buffer.shape = shape;
    buffer.place.kind = kind;
    buffer.place.bytes = shape.bytes();
    if (buffer.place.bytes > kMostBytes)
      throw Error(ErrorKind::kOutOfMemory,
                  fmt::format("{} takes {} bytes", to_string(shape), buffer.place.bytes));
    plan_.buffers.push_back(buffer);
    return static_cast<int>(plan_.buffers.size()) - 1;
  }

  // The buffer of a value that has one.
  int buffer_of(const Value* value) {
    value = storage_of(value);
    if (const auto found = buffers_.find(value); found != buffers_.end()) return found->second;
    if (!value->op || value->op->code != OpCode::constant) throw InternalError("a value has no buffer yet");
    const int buffer = new_buffer(value->shape, BufferPlace::Kind::kConstant);
    plan_.buffers.back().constant = value->op;
    plan_.buffers.back().fixed = plan_.buffers.back().read_only = true;
    buffers_[value] = buffer;
    return buffer;
  }

  Expression expression() {
    return Expression([this](const Value* value) { return fusion_.has_buffer(value); });
  }

  void add_kernel(KernelSpec kernel, std::vector<int> writes, Steps& steps) {
    PlanStep step;
    step.writes = std::move(writes);
    for (const Value* value : kernel.expression.inputs()) step.reads.push_back(buffer_of(value));
    if (kernel.combiner)
      for (const Value* value : kernel.combiner->inputs()) step.reads.push_back(buffer_of(value));
    kernel.expression.finish();
    if (kernel.combiner) kernel.combiner->finish();
    for (const int buffer : step.writes)
      kernel.outputs.push_back(plan_.buffers[static_cast<size_t>(buffer)].shape);
    step.kernel = std::make_shared<KernelSpec>(std::move(kernel));
    steps.push_back(std::move(step));
  }

  // A step that writes the value to a buffer; nothing if it lies there.
  void assign(const Value* value, int buffer, Steps& steps) {
    const auto held = buffers_.find(storage_of(value));
    if (held != buffers_.end() && held->second == buffer) return;
    if (held == buffers_.end()) return add_kernel(making(value, expression()), {buffer}, steps);
    KernelSpec copy{KernelSpec::Kind::kMap, nullptr, expression(), {}, {}};
    copy.roots.push_back(copy.expression.add_input(value));
    add_kernel(std::move(copy), {buffer}, steps);
  }

  // The kernel that makes the value element by element, with the product that it is made of if it is.
  KernelSpec making(const Value* value, Expression expression) {
    KernelSpec kernel{KernelSpec::Kind::kMap, nullptr, std::move(expression), {}, {}};
    if (const hlo::Op* dot = fusion_.product_in(value)) {
      kernel.kind = dot->code == OpCode::dot_general ? KernelSpec::Kind::kDot : KernelSpec::Kind::kCustom;
      kernel.op = dot;
      for (const Value* operand : dot->operands) kernel.roots.push_back(kernel.expression.add_input(operand));
      kernel.expression.add_parameter(&dot->results[0], 0);
    }
    kernel.roots.push_back(kernel.expression.add(value));
    return kernel;
  }

  // Writes several at once. What would change a target whose old value is still needed, if only by itself at
  // other places, goes to a copy first.
  void assign_all(std::span<Value* const> values, const std::vector<int>& targets, Steps& steps) {
    std::vector<std::pair<int, int>> late;
    for (size_t i = 0; i < values.size(); ++i) {
      const size_t begin = steps.size();
      assign(values[i], targets[i], steps);
      if (steps.size() == begin) continue;
      const std::vector<int>& read = steps.back().reads;
      bool needed = std::find(read.begin(), read.end(), targets[i]) != read.end();
      for (size_t j = i + 1; j < values.size() && !needed; ++j) needed = reads(values[j], targets[i]);
      if (!needed) continue;
      const int copy = new_buffer(values[i]->shape);
      steps.back().writes[0] = copy;
      late.emplace_back(copy, targets[i]);
    }
    for (const auto& [copy, target] : late) copy_buffer(copy, target, steps);
  }

  bool reads(const Value* value, int buffer) {
    Expression reader = expression();
    reader.add(value);
    for (const Value* input : reader.inputs())
      if (buffer_of(input) == buffer) return true;
    return false;
  }

  void copy_buffer(int from, int to, Steps& steps) {
    // A value that stands for the buffer `from`: kernels know values only.
    stand_ins_.push_back(std::make_unique<Value>());
    stand_ins_.back()->shape = plan_.buffers[static_cast<size_t>(from)].shape;
    buffers_[stand_ins_.back().get()] = from;
    KernelSpec kernel{KernelSpec::Kind::kMap, nullptr, expression(), {}, {}};
    kernel.roots.push_back(kernel.expression.add_input(stand_ins_.back().get()));
    add_kernel(std::move(kernel), {to}, steps);
  }

  void block(const hlo::Block& block, Steps& steps) {
    for (const auto& op : block.ops) lower(*op, steps);
  }

  void lower(const hlo::Op& op, Steps& steps) {
    switch (op.code) {
      case OpCode::return_: return;
      case OpCode::constant: return constant(op, steps);
      case OpCode::while_: return loop(op, steps);
      case OpCode::if_:
      case OpCode::case_: return branch(op, steps);
      case OpCode::reduce: return reduce(op, KernelSpec::Kind::kReduce, steps);
      case OpCode::dot_general: return dot(op, steps);
      case OpCode::dynamic_update_slice: return update(op, steps);
      case OpCode::sort: return sort(op, steps);
      case OpCode::scatter: return scatter(op, steps);
      case OpCode::reduce_window: return reduce(op, KernelSpec::Kind::kWindow, steps);
      case OpCode::custom_call: return custom(op, steps);
      default: return map(op, steps);
    }
  }

  // One element for all is written out where it is read, or programs could be larger than their text by any
  // factor.
  void constant(const hlo::Op& op, Steps& steps) {
    const Value& value = op.results[0];
    if (!is_splat(op) || !fusion_.is_read(&value) || value.shape.bytes() <= kLargestConstant) return;
    KernelSpec kernel{KernelSpec::Kind::kMap, nullptr, expression(), {}, {}};
    kernel.roots.push_back(kernel.expression.add(&value));
    const int buffer = own_buffer(value);
    add_kernel(std::move(kernel), {buffer}, steps);
  }

  int own_buffer(const Value& value) { return buffers_[&value] = new_buffer(value.shape); }

  void map(const hlo::Op& op, Steps& steps) {
    if (op.results.size() != 1)
      throw Error(ErrorKind::kUnsupported, fmt::format("not done with {} results", op.results.size()))
          .op(hlo::name(op.code));
    if (!fusion_.has_buffer(&op.results[0])) return;
    if (op.code == OpCode::reshape) return;  // its operand's buffer is its own
    KernelSpec kernel = making(&op.results[0], root_expression(&op.results[0]));
    const int buffer = own_buffer(op.results[0]);
    add_kernel(std::move(kernel), {buffer}, steps);
  }

  // An expression that computes the value although it has a buffer.
  Expression root_expression(const Value* root) {
    return Expression(
        [this, root](const Value* value) { return value != root && fusion_.has_buffer(value); });
  }

  void reduce(const hlo::Op& op, KernelSpec::Kind kind, Steps& steps) {
    KernelSpec kernel{kind, &op, expression(), {}, {}};
    for (const Value* value : op.operands) kernel.roots.push_back(kernel.expression.add(value));
    add_combiner(op, kernel);
    write_results(op, std::move(kernel), steps);
  }

  void add_combiner(const hlo::Op& op, KernelSpec& kernel) {
    const hlo::Block& region = *op.regions[0];
    if (region.ops.size() > kMostOpsOfCombiner)
      throw Error(ErrorKind::kUnsupported, fmt::format("a region of {} ops", region.ops.size()))
          .op(hlo::name(op.code));
    kernel.combiner = Expression(
        [this, &region](const Value* value) { return value->block != &region && fusion_.has_buffer(value); });
    kernel.combiner_results = kernel.combiner->add_region(region);
  }

  void sort(const hlo::Op& op, Steps& steps) {
    KernelSpec kernel{KernelSpec::Kind::kSort, &op, expression(), {}, {}};
    for (const Value* value : op.operands) kernel.roots.push_back(kernel.expression.add_input(value));
    add_combiner(op, kernel);
    write_results(op, std::move(kernel), steps);
  }

  void dot(const hlo::Op& op, Steps& steps) {
    if (!fusion_.has_buffer(&op.results[0])) return;  // see making()
    KernelSpec kernel{KernelSpec::Kind::kDot, &op, expression(), {}, {}};
    for (const Value* value : op.operands) kernel.roots.push_back(kernel.expression.add_input(value));
    write_results(op, std::move(kernel), steps);
  }

  void custom(const hlo::Op& op, Steps& steps) {
    const std::string_view name = custom_name(op);
    if (!name.starts_with(kCustomPrefix))
      throw Error(ErrorKind::kUnsupported, fmt::format("no such target: {}", quoted(name)))
          .op(hlo::name(op.code));
    if (name == kScores) return;  // a parameter of the kernel that takes them
    if (name == kBlockDot && !fusion_.has_buffer(&op.results[0])) return;  // see making()
    KernelSpec kernel{KernelSpec::Kind::kCustom, &op, expression(), {}, {}};
    for (const Value* value : op.operands)
      if (value->op && custom_name(*value->op) == kScores) kernel.expression.add_parameter(value, 0);
    for (size_t i = 0; i < op.operands.size(); ++i)
      kernel.roots.push_back(computes_operand(name, i) ? kernel.expression.add(op.operands[i])
                                                       : kernel.expression.add_input(op.operands[i]));
    write_results(op, std::move(kernel), steps);
  }

  void write_results(const hlo::Op& op, KernelSpec kernel, Steps& steps) {
    std::vector<int> writes;
    for (const Value& value : op.results) writes.push_back(own_buffer(value));
    add_kernel(std::move(kernel), std::move(writes), steps);
  }

  void update(const hlo::Op& op, Steps& steps) {
    const int buffer = own_buffer(op.results[0]);
    assign(op.operands[0], buffer, steps);
    KernelSpec kernel{KernelSpec::Kind::kUpdate, &op, expression(), {}, {}};
    for (size_t i = 1; i < op.operands.size(); ++i)
      kernel.roots.push_back(kernel.expression.add(op.operands[i]));
    add_kernel(std::move(kernel), {buffer}, steps);
  }

  void scatter(const hlo::Op& op, Steps& steps) {
    const size_t count = op.results.size();
    std::vector<int> writes;
    for (size_t i = 0; i < count; ++i) {
      writes.push_back(own_buffer(op.results[i]));
      assign(op.operands[i], writes[i], steps);
    }
    KernelSpec kernel{KernelSpec::Kind::kScatter, &op, expression(), {}, {}};
    kernel.roots.push_back(kernel.expression.add_input(op.operands[count]));
    for (size_t i = count + 1; i < op.operands.size(); ++i)
      kernel.roots.push_back(kernel.expression.add(op.operands[i]));
    add_combiner(op, kernel);
    add_kernel(std::move(kernel), std::move(writes), steps);
  }

  void loop(const hlo::Op& op, Steps& steps) {
    std::vector<int> state;
    for (size_t i = 0; i < op.operands.size(); ++i) {
      state.push_back(new_buffer(op.operands[i]->shape));
      plan_.buffers.back().fixed = true;
      assign(op.operands[i], state[i], steps);
    }
    PlanStep step;
    step.kind = Step::Kind::kWhile;
    step.blocks.resize(2);
    for (size_t r = 0; r < 2; ++r) {
      for (size_t i = 0; i < state.size(); ++i) buffers_[&op.regions[r]->arguments[i]] = state[i];
      block(*op.regions[r], step.blocks[r]);
    }
    const int goes_on = new_buffer({{}, i1});
    assign(op.regions[0]->returned()[0], goes_on, step.blocks[0]);
    assign_all(op.regions[1]->returned(), state, step.blocks[1]);
    step.reads = {goes_on};
    steps.push_back(std::move(step));
    for (size_t i = 0; i < state.size(); ++i) buffers_[&op.results[i]] = state[i];
  }

  void branch(const hlo::Op& op, Steps& steps) {
    PlanStep step;
    step.kind = op.code == OpCode::if_ ? Step::Kind::kIf : Step::Kind::kCase;
    step.reads = {buffer_of(op.operands[0])};
    std::vector<int> results;
    for (const Value& value : op.results) results.push_back(own_buffer(value));
    for (const auto& region : op.regions) {
      step.blocks.emplace_back();
      block(*region, step.blocks.back());
      for (size_t i = 0; i < results.size(); ++i)
        assign(region->returned()[i], results[i], step.blocks.back());
    }
    steps.push_back(std::move(step));
  }

  const hlo::Function& function_;
  Fusion fusion_;
  Plan plan_;
  std::unordered_map<const Value*, int> buffers_;
  std::vector<std::unique_ptr<Value>> stand_ins_;
};

}  // namespace

Plan make_plan(const hlo::Function& function, const FusionRules& rules) {
  return Lowering(function, rules).run();
}

}  // namespace fusebox::cpu
