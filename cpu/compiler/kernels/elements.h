// Elements: the IR that computes one element of an expression, at an index.
//
// Index maps (broadcast, slice, gather, …) cost arithmetic on the index and nothing else. All of it is
// straight-line code that may read wherever it likes inside its inputs: what is not wanted is not branched
// around but thrown away.
#pragma once

#include <map>
#include <vector>

#include "cpu/compiler/kernels/scalar.h"
#include "cpu/compiler/plan/expression.h"

namespace fusebox::cpu {

using Index = std::vector<llvm::Value*>;  // one i64 per dimension

class Elements {
 public:
  // `inputs`: the addresses of the expression's input buffers.
  Elements(llvm::IRBuilderBase& builder, const Scalars& scalars, const Expression& expression,
           std::vector<llvm::Value*> inputs)
      : b_(builder), scalars_(scalars), expression_(expression), inputs_(std::move(inputs)) {}

  llvm::Value* element(int node, const Index& index);
  // The same for an expression of the same sizes throughout, whose elements are counted in one line.
  llvm::Value* element_in_line(int node, llvm::Value* position);
  // A scalar node as an index, moved into [0, limit].
  llvm::Value* start_index(int node, int64_t limit);
  // An index that is known to lie in [begin, end): a concatenation asks, and computes one operand only.
  void assume(llvm::Value* index, int64_t begin, int64_t end) { ranges_[index] = {begin, end}; }
  // What the parameters of a combiner are.
  void set_parameters(std::vector<llvm::Value*> values);
  // Forgets what was computed: it does not reach where code is emitted now.
  void forget() { known_.clear(); }

 private:
  llvm::Value* compute(const Node& node, const Index& index);
  llvm::Value* concatenate(const Node& node, const Index& index);
  llvm::Value* pad(const Node& node, const Index& index);
  llvm::Value* gather(const Node& node, const Index& index);
  llvm::Value* dynamic_slice(const Node& node, const Index& index);
  llvm::Value* clamped(llvm::Value* index, DType dtype, int64_t limit);
  llvm::Value* number(int64_t value) const;
  const Node& operand(const Node& node, size_t i) const { return expression_.node(node.operands[i]); }

  llvm::IRBuilderBase& b_;
  const Scalars& scalars_;
  const Expression& expression_;
  std::vector<llvm::Value*> inputs_, parameters_;
  std::map<std::pair<int, Index>, llvm::Value*> known_;
  std::map<llvm::Value*, std::pair<int64_t, int64_t>> ranges_;
  llvm::Value* line_ = nullptr;
};

// The place of an index among a shape's elements.
llvm::Value* linear_index(llvm::IRBuilderBase& builder, const Shape& shape, const Index& index);
// The index of the i-th element.
Index index_of(llvm::IRBuilderBase& builder, const Dims& dims, llvm::Value* position);
// The index, under other sizes, of the element that has this index under `from`.
Index reshaped(llvm::IRBuilderBase& builder, const Dims& from, const Dims& to, const Index& index);

}  // namespace fusebox::cpu
