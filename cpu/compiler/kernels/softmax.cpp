// softmax of rows: e^(x - the largest) over the sum of these. A row stays in the first cache from its largest
// element to the last quotient.
#include "cpu/compiler/kernels/softmax.h"

#include <llvm/IR/Intrinsics.h>

#include <algorithm>
#include <limits>

#include "cpu/compiler/kernels/custom.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int64_t kOpsOfElement = 16;  // so many additions would take as long

// A row of f32 in memory.
class Row {
 public:
  Row(Frame& frame, Value* first, int64_t length)
      : frame_(frame), b_(frame.b()), first_(first), length_(length) {}

  Value* load(Value* i) { return b_.CreateAlignedLoad(b_.getFloatTy(), address(i), llvm::Align(4)); }
  void store(Value* i, Value* x) { b_.CreateAlignedStore(x, address(i), llvm::Align(4)); }

  // What `step` makes of each place and of what it made of those before.
  Value* gather(double start, const std::function<Value*(Value* i, Value* so_far)>& step) {
    llvm::AllocaInst* gathered = frame_.variable(b_.getFloatTy());
    b_.CreateStore(llvm::ConstantFP::get(b_.getFloatTy(), start), gathered);
    frame_.loop(frame_.number(0), frame_.number(length_), 1, [&](Value* i) {
      b_.CreateStore(step(i, b_.CreateLoad(b_.getFloatTy(), gathered)), gathered);
    });
    return b_.CreateLoad(b_.getFloatTy(), gathered);
  }

 private:
  Value* address(Value* i) { return b_.CreateInBoundsGEP(b_.getFloatTy(), first_, i); }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  Value* first_;
  int64_t length_;
};

Value* sum_in_any_order(llvm::IRBuilder<>& b, Value* sum, Value* x) {  // so that LLVM may use vectors
  llvm::IRBuilder<>::FastMathFlagGuard guard(b);
  llvm::FastMathFlags flags;
  flags.setAllowReassoc();
  b.setFastMathFlags(flags);
  return b.CreateFAdd(sum, x);
}

}  // namespace

Value* emit_exponentials(Frame& frame, Value* first, int64_t length,
                         const std::function<Value*(Value* i)>& x) {
  llvm::IRBuilder<>& b = frame.b();
  Row row(frame, first, length);
  Value* largest = row.gather(-std::numeric_limits<double>::infinity(), [&](Value* i, Value* so_far) {
    Value* element = x(i);
    row.store(i, element);
    return b.CreateBinaryIntrinsic(llvm::Intrinsic::maximum, so_far, element);
  });
  return row.gather(0, [&](Value* i, Value* so_far) {
    Value* e = emit_exp(b, b.CreateFSub(row.load(i), largest), math_target_for(frame.level()));
    row.store(i, e);
    return sum_in_any_order(b, so_far, e);
  });
}

KernelShape emit_softmax(Frame& frame) {
  llvm::IRBuilder<>& b = frame.b();
  const int root = frame.spec().roots[0];
  Elements elements(b, frame.scalars(), frame.spec().expression, frame.inputs());
  Dims outer = frame.spec().expression.node(root).shape.dims;
  const int64_t length = outer.back();
  outer.back() = 1;
  frame.loop(frame.begin(), frame.end(), 1, [&](Value* item) {
    Value* first = frame.address(frame.outputs()[0], f32, b.CreateMul(item, frame.number(length)));
    Index index = index_of(b, outer, item);
    Value* sum = emit_exponentials(frame, first, length, [&](Value* i) {
      elements.forget();
      index.back() = i;
      return elements.element(root, index);
    });
    Row row(frame, first, length);
    frame.loop(frame.number(0), frame.number(length), 1,
               [&](Value* i) { row.store(i, b.CreateFDiv(row.load(i), sum)); });
  });
  const int64_t rows = frame.spec().outputs[0].elements() / length;
  return {rows, std::max<int64_t>(1, kGrainElements / kOpsOfElement / length), 0};
}

}  // namespace fusebox::cpu
