// softmax of rows: e^(x - the largest) over the sum of these. A row stays in the first cache from its largest
// element to the last quotient.
#include <llvm/IR/Intrinsics.h>

#include <algorithm>
#include <limits>

#include "cpu/compiler/kernels/custom.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int64_t kOpsOfElement = 16;  // so many additions would take as long

class SoftmaxKernel {
 public:
  explicit SoftmaxKernel(Frame& frame)
      : frame_(frame),
        b_(frame.b()),
        elements_(b_, frame.scalars(), frame.spec().expression, frame.inputs()),
        outer_(frame.spec().expression.node(root()).shape.dims),
        length_(outer_.back()) {
    outer_.back() = 1;
  }

  KernelShape emit() {
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* row) {
      first_ = b_.CreateMul(row, frame_.number(length_));
      Index index = index_of(b_, outer_, row);
      Value* largest = over_row(-std::numeric_limits<double>::infinity(), [&](Value* i, Value* so_far) {
        elements_.forget();
        index.back() = i;
        Value* x = elements_.element(root(), index);
        frame_.store(0, b_.CreateAdd(first_, i), x);
        return b_.CreateBinaryIntrinsic(llvm::Intrinsic::maximum, so_far, x);
      });
      Value* sum = over_row(0, [&](Value* i, Value* so_far) {
        Value* e = emit_exp(b_, b_.CreateFSub(stored(i), largest), math_target_for(frame_.level()));
        frame_.store(0, b_.CreateAdd(first_, i), e);
        return in_any_order(so_far, e);
      });
      frame_.loop(frame_.number(0), frame_.number(length_), 1,
                  [&](Value* i) { frame_.store(0, b_.CreateAdd(first_, i), b_.CreateFDiv(stored(i), sum)); });
    });
    const int64_t rows = frame_.spec().outputs[0].elements() / length_;
    return {rows, std::max<int64_t>(1, kGrainElements / kOpsOfElement / length_), 0};
  }

 private:
  int root() const { return frame_.spec().roots[0]; }

  // What `step` makes of each place's element and of what it made of those before.
  Value* over_row(double start, const std::function<Value*(Value* i, Value* so_far)>& step) {
    llvm::AllocaInst* gathered = frame_.variable(b_.getFloatTy());
    b_.CreateStore(llvm::ConstantFP::get(b_.getFloatTy(), start), gathered);
    frame_.loop(frame_.number(0), frame_.number(length_), 1, [&](Value* i) {
      b_.CreateStore(step(i, b_.CreateLoad(b_.getFloatTy(), gathered)), gathered);
    });
    return b_.CreateLoad(b_.getFloatTy(), gathered);
  }

  Value* stored(Value* i) {
    return b_.CreateLoad(b_.getFloatTy(), frame_.address(frame_.outputs()[0], f32, b_.CreateAdd(first_, i)));
  }

  Value* in_any_order(Value* sum, Value* x) {  // so that LLVM may sum up in vectors
    llvm::IRBuilder<>::FastMathFlagGuard guard(b_);
    llvm::FastMathFlags flags;
    flags.setAllowReassoc();
    b_.setFastMathFlags(flags);
    return b_.CreateFAdd(sum, x);
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  Elements elements_;
  Dims outer_;
  int64_t length_;
  Value* first_ = nullptr;  // of the row
};

}  // namespace

KernelShape emit_softmax(Frame& frame) { return SoftmaxKernel(frame).emit(); }

}  // namespace fusebox::cpu
