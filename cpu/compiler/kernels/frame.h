// Frame: what all kernels begin with, and the loops they are made of. Inside codegen only: it includes LLVM.
#pragma once

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/Module.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cpu/compiler/kernels/elements.h"
#include "cpu/compiler/kernels/kernel.h"

namespace fusebox::cpu {

class Frame {
 public:
  // Opens the function; code goes on behind what has been emitted last.
  Frame(llvm::Module& module, const std::string& name, const KernelSpec& spec, const std::string& level);
  // Ends it.
  void finish();

  llvm::IRBuilder<>& b() { return builder_; }
  const Scalars& scalars() const { return scalars_; }
  const KernelSpec& spec() const { return spec_; }
  const std::string& level() const { return level_; }
  llvm::Value* begin() const { return begin_; }
  llvm::Value* end() const { return end_; }
  llvm::Value* scratch();
  const std::vector<llvm::Value*>& outputs() const { return outputs_; }
  const std::vector<llvm::Value*>& inputs() const { return inputs_; }
  // The shape and the address of an operand that is read from a buffer.
  const Shape& operand_shape(size_t root) const { return operand_node(root).shape; }
  llvm::Value* operand(size_t root) const { return inputs_[static_cast<size_t>(operand_node(root).input)]; }
  const std::vector<llvm::Value*>& combiner_inputs() const { return combiner_inputs_; }

  llvm::Value* number(int64_t value) { return builder_.getInt64(static_cast<uint64_t>(value)); }
  // The smaller of two numbers.
  llvm::Value* smaller(llvm::Value* x, llvm::Value* y);
  llvm::Value* smaller(llvm::Value* x, int64_t y) { return smaller(x, number(y)); }
  // for (i = from; i < to; i += step) body(i)
  void loop(llvm::Value* from, llvm::Value* to, int64_t step, const std::function<void(llvm::Value*)>& body);
  // The same, and LLVM is told to leave it a loop: where unrolled code would run out of registers.
  void rolled_loop(llvm::Value* from, llvm::Value* to, int64_t step,
                   const std::function<void(llvm::Value*)>& body);
  // body(), if the condition, i1, holds; null always does.
  void when(llvm::Value* condition, const std::function<void()>& body);
  // Loops over all indices of the sizes, the last innermost; sizes of 1 cost nothing.
  void nest(const Dims& sizes, const std::function<void(const Index&)>& body);
  // x · y + sum, rounded once where the level can.
  llvm::Value* multiply_add(llvm::Value* x, llvm::Value* y, llvm::Value* sum);
  // The sum of a vector's lanes, in any order that is always the same.
  llvm::Value* horizontal_sum(llvm::Value* vector);
  // Asks the memory for what is there, which need not be anything.
  void prefetch(llvm::Value* address);
  // A variable that loops change.
  llvm::AllocaInst* variable(llvm::Type* type);
  llvm::Value* address(llvm::Value* base, DType dtype, llvm::Value* position);
  void store(int output, llvm::Value* position, llvm::Value* value);

 private:
  const Node& operand_node(size_t root) const { return spec_.expression.node(spec_.roots[root]); }
  void nest_from(const Dims& sizes, size_t axis, Index& index, const std::function<void(const Index&)>& body);

  llvm::IRBuilder<> builder_;
  Scalars scalars_;
  const KernelSpec& spec_;
  std::string level_;
  llvm::Function* function_ = nullptr;
  llvm::Value *begin_ = nullptr, *end_ = nullptr, *context_ = nullptr;
  std::vector<llvm::Value*> outputs_, inputs_, combiner_inputs_;
};

// One function per KernelSpec::Kind; each fills the frame and says how the work is divided.
KernelShape emit_map(Frame& frame);
KernelShape emit_reduce(Frame& frame);
KernelShape emit_update(Frame& frame);
KernelShape emit_dot(Frame& frame);
KernelShape emit_sort(Frame& frame);
KernelShape emit_scatter(Frame& frame);
KernelShape emit_window(Frame& frame);

// So many tiles cover what has that size.
inline int64_t tiles(int64_t size, int64_t tile) { return (size + tile - 1) / tile; }
inline int64_t padded(int64_t size, int64_t tile) { return tiles(size, tile) * tile; }

// About so many elements are worth a thread's while.
inline constexpr int64_t kGrainElements = 4096;

}  // namespace fusebox::cpu
