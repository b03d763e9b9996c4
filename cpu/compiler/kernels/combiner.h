// Combiner: the region of a reduction, a window or a scatter, applied to what was gathered and one more
// element of each operand.
#pragma once

#include <llvm/IR/Intrinsics.h>

#include <vector>

#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

class Combiner {
 public:
  // A sum or product that may be taken in any order can use vectors.
  explicit Combiner(Frame& frame, bool any_order = false)
      : frame_(frame),
        any_order_(any_order),
        elements_(frame.b(), frame.scalars(), *frame.spec().combiner, frame.combiner_inputs()) {}

  std::vector<llvm::Value*> operator()(const std::vector<llvm::Value*>& gathered,
                                       const std::vector<llvm::Value*>& elements) {
    std::vector<llvm::Value*> parameters = gathered;
    parameters.insert(parameters.end(), elements.begin(), elements.end());
    elements_.set_parameters(parameters);
    llvm::IRBuilder<>::FastMathFlagGuard guard(frame_.b());
    llvm::FastMathFlags flags;
    flags.setAllowReassoc(any_order_);
    frame_.b().setFastMathFlags(flags);
    std::vector<llvm::Value*> results;
    for (const int node : frame_.spec().combiner_results) {
      llvm::Value* extreme =
          any_order_ ? extreme_of(frame_.spec().combiner->node(node), parameters) : nullptr;
      results.push_back(extreme ? extreme : elements_.element(node, {}));
    }
    return results;
  }

 private:
  // The larger or smaller of two floats, if that is all, as the op that LLVM knows how to take over vectors.
  llvm::Value* extreme_of(const Node& node, const std::vector<llvm::Value*>& parameters) {
    if (!node.op || !is_float(node.shape.dtype)) return nullptr;
    const bool largest = node.op->code == hlo::OpCode::maximum;
    if (!largest && node.op->code != hlo::OpCode::minimum) return nullptr;
    std::vector<llvm::Value*> two;
    for (const int operand : node.operands) {
      const int parameter = frame_.spec().combiner->node(operand).parameter;
      if (parameter < 0) return nullptr;
      two.push_back(parameters[static_cast<size_t>(parameter)]);
    }
    return frame_.b().CreateBinaryIntrinsic(largest ? llvm::Intrinsic::maximum : llvm::Intrinsic::minimum,
                                            two[0], two[1]);
  }

  Frame& frame_;
  bool any_order_;
  Elements elements_;
};

// An element of an operand, in the type that the region computes in: its result's.
inline llvm::Value* element_for_region(Frame& frame, Elements& elements, size_t root, size_t output,
                                       const Index& at) {
  const int node = frame.spec().roots[root];
  return frame.scalars().convert(elements.element(node, at), frame.spec().expression.node(node).shape.dtype,
                                 frame.spec().outputs[output].dtype);
}

}  // namespace fusebox::cpu
