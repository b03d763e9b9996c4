// The structure of a whole program. What a single op may be is check_op.cpp's.
#include "fusebox/hlo/verify.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "fusebox/hlo/infer.h"

namespace fusebox::hlo {
namespace {

std::vector<Shape> types_of(std::span<Value* const> values) {
  std::vector<Shape> types;
  for (const Value* value : values) types.push_back(value->shape);
  return types;
}

std::vector<Shape> argument_types(const Block& block) {
  std::vector<Shape> types;
  for (const Value& argument : block.arguments) types.push_back(argument.shape);
  return types;
}

class Verifier {
 public:
  Verifier(const Program& program, const Op** culprit) : program_(program), culprit_(culprit) {}

  void run() {
    for (const auto& function : program_.functions)
      if (!by_name_.emplace(function->name, function.get()).second)
        fail(ErrorKind::kInvalidArgument, "two functions are named {}", function->name);
    for (const auto& function : program_.functions) {
      caller_ = function.get();
      block(function->body, nullptr, 0);
      signature(*function);
    }
    // Only now are the returns that a callee's type comes from known to be sound.
    for (const Call& each : calls_) blame(*each.op, [&] { call(each); });
    acyclic();
  }

 private:
  struct Call {
    const Function* caller;
    const Op* op;
  };

  // Runs `check`; an error gets the op's name and place.
  template <typename Check>
  void blame(const Op& op, Check check) {
    try {
      check();
    } catch (Error& error) {
      if (culprit_ && !*culprit_) *culprit_ = &op;
      if (error.op().empty()) error.op(name(op.code));
      if (error.module().empty() && !op.location.scope.empty()) error.module(op.location.scope);
      if (error.source().empty() && op.location.where.line() > 0) error.at(op.location.where);
      throw;
    }
  }

  void block(const Block& block, const Op* parent, int depth) {
    if (depth > kMaxNesting) fail(ErrorKind::kInvalidArgument, "regions nest deeper than {}", kMaxNesting);
    if (block.parent != parent) fail(ErrorKind::kInvalidArgument, "a block belongs to another op");
    std::vector<const Value*> defined;
    const auto define = [&](const Value& value) {
      visible_.insert(&value);
      defined.push_back(&value);
    };
    for (size_t i = 0; i < block.arguments.size(); i++) {
      const Value& argument = block.arguments[i];
      if (argument.op || argument.block != &block || argument.index != i)
        fail(ErrorKind::kInvalidArgument, "argument {} of a block does not know its place", i);
      check_shape(argument.shape);
      define(argument);
    }
    if (block.ops.empty() || !block.ops.back() || block.ops.back()->code != OpCode::return_)
      fail(ErrorKind::kInvalidArgument, "{} does not end in a return", parent ? "a region" : caller_->name);
    for (const auto& each : block.ops) {
      if (!each) fail(ErrorKind::kInvalidArgument, "a block holds no op where one should be");
      blame(*each, [&] { op(*each, block, depth); });
      for (const Value& result : each->results) define(result);
    }
    for (const Value* value : defined) visible_.erase(value);
  }

  void op(const Op& op, const Block& block, int depth) {
    if (op.block != &block) fail(ErrorKind::kInvalidArgument, "the op does not know its block");
    if (op.code == OpCode::return_ && &op != block.ops.back().get())
      fail(ErrorKind::kInvalidArgument, "a return stands before the end of its block");
    for (size_t i = 0; i < op.operands.size(); i++)
      if (!visible_.contains(op.operands[i]))
        fail(ErrorKind::kInvalidArgument, "operand {} is not defined before it is used, or not visible here",
             i);
    for (const auto& region : op.regions) {
      if (!region) fail(ErrorKind::kInvalidArgument, "a region is empty");
      this->block(*region, &op, depth + 1);
    }
    std::vector<Shape> results;
    for (size_t i = 0; i < op.results.size(); i++) {
      const Value& result = op.results[i];
      if (result.op != &op || result.block != &block || result.index != i)
        fail(ErrorKind::kInvalidArgument, "result {} does not know its place", i);
      results.push_back(result.shape);
    }
    const std::vector<Shape> inferred = check_op({op.code, op.operands, op.attributes, op.regions, results});
    if (inferred.size() != results.size())
      fail(ErrorKind::kShapeMismatch, "got {} results, want {}", results.size(), inferred.size());
    collect_calls(op);
  }

  void collect_calls(const Op& op) {
    if (op.code == OpCode::call || op.code == OpCode::composite || op.attributes.find("called_computations"))
      calls_.push_back({caller_, &op});
  }

  void signature(const Function& function) {
    const auto returned = function.body.returned();
    // Private functions may go without descriptions.
    if (!function.arguments.empty() && function.arguments.size() != function.body.arguments.size())
      fail(ErrorKind::kInvalidArgument, "{} describes {} arguments and takes {}", function.name,
           function.arguments.size(), function.body.arguments.size());
    if (!function.result_names.empty() && function.result_names.size() != returned.size())
      fail(ErrorKind::kInvalidArgument, "{} names {} results and returns {}", function.name,
           function.result_names.size(), returned.size());
    std::unordered_set<int64_t> taken;
    for (size_t i = 0; i < function.arguments.size(); i++) {
      const auto& output = function.arguments[i].alias_output;
      if (!output) continue;
      if (*output < 0 || *output >= static_cast<int64_t>(returned.size()))
        fail(ErrorKind::kInvalidArgument, "argument {} of {} aliases output {}, there are {}", i,
             function.name, *output, returned.size());
      if (!taken.insert(*output).second)
        fail(ErrorKind::kInvalidArgument, "two arguments of {} alias output {}", function.name, *output);
      const Shape& argument = function.body.arguments[i].shape;
      const Shape& result = returned[static_cast<size_t>(*output)]->shape;
      if (argument != result)
        fail(ErrorKind::kShapeMismatch, "argument {} of {} is {} and aliases output {}, which is {}", i,
             function.name, to_string(argument), *output, to_string(result));
    }
  }

  const Function& named(const std::string& callee) const {
    const auto found = by_name_.find(callee);
    if (found == by_name_.end()) fail(ErrorKind::kNotFound, "there is no function {}", callee);
    return *found->second;
  }

  void call(const Call& call) {
    const Op& op = *call.op;
    if (op.code == OpCode::custom_call) {
      for (const std::string& callee : op.attributes.get<std::vector<std::string>>("called_computations"))
        edges_[call.caller].push_back(&named(callee));
      return;
    }
    const auto key = op.code == OpCode::call ? "callee" : "decomposition";
    const Function& callee = named(op.attributes.get<SymbolRef>(key).name);
    edges_[call.caller].push_back(&callee);
    const std::vector<Shape> given = types_of(op.operands), taken = argument_types(callee.body);
    if (given != taken)
      fail(ErrorKind::kShapeMismatch, "got {} for {}, want {}", list_types(given), callee.name,
           list_types(taken));
    std::vector<Shape> results;
    for (const Value& result : op.results) results.push_back(result.shape);
    const std::vector<Shape> returned = types_of(callee.body.returned());
    if (results != returned)
      fail(ErrorKind::kShapeMismatch, "got results {} of {}, want {}", list_types(results), callee.name,
           list_types(returned));
  }

  // Takes away functions nobody calls, one by one; what is left calls itself.
  void acyclic() {
    std::unordered_map<const Function*, size_t> callers;
    for (const auto& [caller, callees] : edges_)
      for (const Function* callee : callees) callers[callee]++;
    std::vector<const Function*> ready;
    for (const auto& function : program_.functions)
      if (!callers.contains(function.get())) ready.push_back(function.get());
    size_t done = 0;
    for (; done < ready.size(); done++)
      for (const Function* callee : edges_[ready[done]])
        if (--callers[callee] == 0) ready.push_back(callee);
    if (done == program_.functions.size()) return;
    for (const auto& function : program_.functions)
      if (std::ranges::find(ready, function.get()) == ready.end())
        fail(ErrorKind::kInvalidArgument, "{} calls itself, directly or through others", function->name);
  }

  const Program& program_;
  const Op** culprit_;
  std::unordered_map<std::string_view, const Function*> by_name_;
  std::unordered_set<const Value*> visible_;
  std::vector<Call> calls_;
  std::unordered_map<const Function*, std::vector<const Function*>> edges_;
  const Function* caller_ = nullptr;
};

}  // namespace

void verify(const Program& program, const Op** culprit) {
  if (culprit) *culprit = nullptr;
  Verifier(program, culprit).run();
}

}  // namespace fusebox::hlo
