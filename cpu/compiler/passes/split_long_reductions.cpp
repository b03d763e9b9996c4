#include "cpu/compiler/passes/pass.h"
#include "cpu/compiler/passes/rewrite.h"
#include "fusebox/hlo/builder.h"

namespace fusebox::cpu {
namespace {

using hlo::Op;
using hlo::OpCode;
using hlo::Value;

constexpr int64_t kLong = 16384;     // elements that one thread should not reduce alone
constexpr int64_t kFewResults = 16;  // with more of them there is enough for all threads

// Into how many parts; 0 to leave the op alone.
int64_t parts_of(const Op& op) {
  if (op.code != OpCode::reduce) return 0;
  const auto& axes = op.attributes.get<Dims>("dimensions");
  if (axes.size() != 1 || op.results[0].shape.elements() > kFewResults) return 0;
  for (size_t i = 0; i < op.results.size(); ++i) {
    const DType dtype = op.results[i].shape.dtype;
    if (dtype == f16 || dtype == bf16) return 0;         // it would be rounded once more
    if (dtype != op.operands[i]->shape.dtype) return 0;  // the region is wider than the initial value
  }
  const int64_t size = op.operands[0]->shape.dims[static_cast<size_t>(axes[0])];
  if (size < kLong) return 0;
  for (const int64_t parts : {64, 48, 32, 24, 16, 8})
    if (size % parts == 0) return parts;
  return 0;
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
      if (const int64_t parts = parts_of(*op)) reduce_parts(block, *op, parts);
      block.ops.push_back(std::move(op));
    }
  }

 private:
  // Puts the reduction of the parts in front; the op itself goes on with their results.
  void reduce_parts(hlo::Block& block, Op& op, int64_t parts) {
    hlo::Builder builder(program_, block);
    builder.set_location(op.location);
    const auto axis = static_cast<size_t>(op.attributes.get<Dims>("dimensions")[0]);
    const size_t count = op.results.size();
    std::vector<Value*> operands = op.operands;
    for (size_t i = 0; i < count; ++i) {
      Dims dims = op.operands[i]->shape.dims;
      dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis) + 1, dims[axis] / parts);
      dims[axis] = parts;
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
