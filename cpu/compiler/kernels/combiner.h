// Combiner: the region of a reduction, a window or a scatter, applied to what was gathered and one more
// element of each operand.
#pragma once

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
    for (const int node : frame_.spec().combiner_results) results.push_back(elements_.element(node, {}));
    return results;
  }

 private:
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
