#include <fmt/format.h>

#include <algorithm>

#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

using hlo::Block;
using hlo::Op;
using hlo::OpCode;

// Programs grow by inlining; what grows beyond this is refused rather than compiled for hours.
constexpr size_t kMostOps = 2'000'000;
constexpr int kDeepestCalls = 256;  // each level of calls is one of recursion

class Inliner {
 public:
  explicit Inliner(hlo::Program& program) : program_(program) {}

  void expand(Block& block) {
    std::vector<std::unique_ptr<Op>> ops;
    std::swap(ops, block.ops);
    ValueMap replaced;
    for (auto& op : ops) {
      for (hlo::Value*& operand : op->operands) operand = resolve(replaced, operand);
      for (const auto& region : op->regions) {
        replace_operands(*region, replaced);
        expand(*region);
      }
      const hlo::Function* callee = called(*op);
      if (!callee) {
        block.ops.push_back(std::move(op));
        continue;
      }
      ValueMap copies;
      for (size_t i = 0; i < op->operands.size(); ++i)
        copies[const_cast<hlo::Value*>(&callee->body.arguments[i])] = op->operands[i];
      std::vector<hlo::Value*> results;
      for (const auto& inner : callee->body.ops) {
        if (inner->code == OpCode::return_) {
          for (hlo::Value* value : inner->operands) results.push_back(resolve(copies, value));
          continue;
        }
        block.ops.push_back(copy(*inner, copies));
        block.ops.back()->block = &block;
        for (hlo::Value& value : block.ops.back()->results) value.block = &block;
      }
      for (size_t i = 0; i < results.size(); ++i) replaced[&op->results[i]] = results[i];
      gone_.push_back(std::move(op));  // its results' addresses must not be used again before we are done
    }
  }

 private:
  // The function that the op stands for, with its own calls expanded.
  const hlo::Function* called(const Op& op) {
    const char* attribute = op.code == OpCode::call ? "callee" : "decomposition";
    if (op.code != OpCode::call && op.code != OpCode::composite) return nullptr;
    hlo::Function* callee = program_.find(op.attributes.get<hlo::SymbolRef>(attribute).name);
    if (!callee) throw InternalError("a verified program calls a function that it lacks");
    if (!expanded_.insert(callee).second) return callee;
    if (++depth_ > kDeepestCalls)
      throw Error(ErrorKind::kUnsupported, fmt::format("calls nested more than {} deep", kDeepestCalls))
          .op(hlo::name(op.code));
    expand(callee->body);
    --depth_;
    return callee;
  }

  std::unique_ptr<Op> copy(const Op& op, ValueMap& copies) {
    copied_ += count_ops(op);
    if (copied_ > kMostOps)
      throw Error(ErrorKind::kUnsupported, "the program is too large with its calls expanded");
    return copy_op(op, copies);
  }

  hlo::Program& program_;
  std::unordered_set<const hlo::Function*> expanded_;
  std::vector<std::unique_ptr<Op>> gone_;
  size_t copied_ = 0;
  int depth_ = 0;
};

}  // namespace

void inline_calls(hlo::Program& program) {
  hlo::Function* main = program.find("main");
  if (!main) throw Error(ErrorKind::kInvalidArgument, "the program has no function @main");
  Inliner(program).expand(main->body);
  std::erase_if(program.functions, [&](const auto& function) { return function.get() != main; });
}

}  // namespace fusebox::cpu
