#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "fusebox/hlo/applied_op.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

constexpr int64_t kLong = 16384;     // elements that one thread should not reduce alone
constexpr int64_t kFewResults = 16;  // with more of them there is enough for all threads
constexpr int64_t kParts = 8, kLanes = 64;

// How a row of size parts · length · lanes is reduced: along length first. With lanes, what lies side by side
// is reduced side by side, in vectors.
struct Split {
  int64_t parts = 0, lanes = 1;
  explicit operator bool() const { return parts > 0; }
};

Split split_of(const Op& op) {
  if (op.code != OpCode::reduce) return {};
  const auto& axes = op.attributes.get<Dims>("dimensions");
  if (axes.size() != 1 || op.results[0].shape.elements() > kFewResults) return {};
  for (size_t i = 0; i < op.results.size(); ++i) {
    const DType dtype = op.results[i].shape.dtype;
    if (dtype == f16 || dtype == bf16) return {};         // it would be rounded once more
    if (dtype != op.operands[i]->shape.dtype) return {};  // the region is wider than the initial value
  }
  const Dims& dims = op.operands[0]->shape.dims;
  const int64_t size = dims[static_cast<size_t>(axes[0])];
  if (size < kLong) return {};
  const bool innermost = axes[0] + 1 == static_cast<int64_t>(dims.size());
  if (innermost && hlo::applied_op(op) && size % (kLanes * kParts) == 0) return {kParts, kLanes};
  for (const int64_t parts : {64, 48, 32, 24, 16, 8})
    if (size % parts == 0) return {parts};
  return {};
}

// The op's two halves: each part by itself, then what they give. StableHLO leaves the order to us, and how
// often the initial values come in: they and the region are a monoid.
class Splitter {
 public:
  explicit Splitter(hlo::Program& program) : program_(program) {}

  void visit(hlo::Block& block) {
    std::vector<std::unique_ptr<Op>> ops;
    std::swap(ops, block.ops);
    for (auto& op : ops) {
      if (const Split split = split_of(*op)) reduce_parts(block, *op, split);
      block.ops.push_back(std::move(op));
    }
  }

 private:
  // Puts the reduction of the parts in front; the op itself goes on with their results.
  void reduce_parts(hlo::Block& block, Op& op, const Split& split) {
    hlo::Builder builder(program_, block);
    builder.set_location(op.location);
    const auto axis = static_cast<size_t>(op.attributes.get<Dims>("dimensions")[0]);
    const size_t count = op.results.size();
    std::vector<Value*> operands = op.operands;
    for (size_t i = 0; i < count; ++i) {
      Dims dims = op.operands[i]->shape.dims;
      const auto behind = dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1;
      const int64_t length = dims[axis] / split.parts / split.lanes;
      if (split.lanes > 1)
        dims.insert(behind, {length, split.lanes});
      else
        dims.insert(behind, length);
      dims[axis] = split.parts;
      operands[i] =
          builder.create(OpCode::reshape, {op.operands[i]}, {}, {{dims, op.operands[i]->shape.dtype}});
    }
    ValueMap copies;
    std::vector<std::unique_ptr<hlo::Block>> regions;
    regions.push_back(copy_block(*op.regions[0], nullptr, copies));
    Op* first =
        builder.create_op(OpCode::reduce, std::move(operands),
                          {{"dimensions", Dims{static_cast<int64_t>(axis) + 1}}}, {}, std::move(regions));
    for (size_t i = 0; i < count; ++i) op.operands[i] = first->result(i);
    const auto at = static_cast<int64_t>(axis);
    if (split.lanes > 1) op.attributes.set("dimensions", Dims{at, at + 1});
  }

  hlo::Program& program_;
};

}  // namespace

void split_long_reductions(hlo::Program& program) {
  Splitter splitter(program);
  for (const auto& function : program.functions)
    for_each_block(function->body, [&](hlo::Block& block) { splitter.visit(block); });
}

}  // namespace fusebox::cpu
