#include "cpu/compiler/kernels/int8_rows.h"

#include <llvm/IR/Intrinsics.h>

#include <algorithm>
#include <limits>

#include "cpu/compiler/kernels/custom.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr unsigned kLanes = kInt8Block;

class Int8RowsKernel {
 public:
  explicit Int8RowsKernel(Frame& frame)
      : frame_(frame),
        b_(frame.b()),
        elements_(b_, frame.scalars(), frame.spec().expression, frame.inputs()),
        rows_{shape().dims[1]},
        target_(math_target_for(frame.level())) {}

  KernelShape emit() {
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      Value* row = b_.CreateUDiv(item, number(rows_.blocks()));
      Value* block = b_.CreateURem(item, number(rows_.blocks()));
      Value* to = at(frame_.outputs()[0], b_.CreateMul(row, number(rows_.row_bytes())));
      quantise(load(row, block), block, to);
    });
    return {shape().dims[0] * rows_.blocks(), kGrainElements / kInt8Block / (is_costly() ? 16 : 1), 0};
  }

 private:
  const Shape& shape() const { return frame_.spec().expression.node(frame_.spec().roots[0]).shape; }
  Value* number(int64_t value) { return frame_.number(value); }
  Value* at(Value* base, Value* bytes) { return b_.CreateInBoundsGEP(b_.getInt8Ty(), base, bytes); }
  llvm::Type* floats() { return llvm::FixedVectorType::get(b_.getFloatTy(), kLanes); }
  Value* splat(double value) { return llvm::ConstantFP::get(floats(), value); }

  // Whether elements take much longer to compute than to round: gated activations do.
  bool is_costly() const {
    const auto& nodes = frame_.spec().expression.nodes();
    return std::any_of(nodes.begin(), nodes.end(), [](const Node& node) {
      return node.op != nullptr &&
             (node.op->code == hlo::OpCode::logistic || node.op->code == hlo::OpCode::tanh ||
              node.op->code == hlo::OpCode::exponential);
    });
  }

  // Whether an element depends on nothing but what all inputs, of f32, have at its own place: where these are
  // equal, so are the results.
  bool is_pointwise() const {
    const Expression& expression = frame_.spec().expression;
    return std::ranges::all_of(expression.nodes(), [&](const Node& node) {
      if (node.op == nullptr)
        return node.input >= 0 && node.shape.dtype == f32 && node.shape.elements() == shape().elements();
      const bool spreads = node.op->code == hlo::OpCode::broadcast_in_dim;
      return is_elementwise(node.op->code) || node.op->code == hlo::OpCode::reshape || is_splat(*node.op) ||
             (spreads && expression.node(node.operands[0]).shape.elements() == 1);
    });
  }

  Value* element(Value* row, Value* column) {
    elements_.forget();
    return elements_.element(frame_.spec().roots[0], {row, column});
  }

  // The block's elements, computed one by one: a loop that becomes vector code. Of zeros, which a prompt's
  // padding is, the first stands for all where that saves something.
  Value* load(Value* row, Value* block) {
    llvm::AllocaInst* buffer = frame_.variable(floats());
    buffer->setAlignment(llvm::Align(64));
    Value* first = b_.CreateMul(block, number(kInt8Block));
    Value* is_zero = is_costly() && is_pointwise() ? all_inputs_are_zero(row, first) : nullptr;
    frame_.when(is_zero ? b_.CreateNot(is_zero) : nullptr, [&] {
      frame_.loop(number(0), number(kInt8Block), 1, [&](Value* i) {
        Value* x = element(row, b_.CreateAdd(first, i));
        b_.CreateStore(x, b_.CreateInBoundsGEP(b_.getFloatTy(), buffer, i));
      });
    });
    if (is_zero)
      frame_.when(is_zero,
                  [&] { b_.CreateStore(b_.CreateVectorSplat(kLanes, element(row, first)), buffer); });
    return b_.CreateLoad(floats(), buffer);
  }

  // In the block that begins there. The bits are looked at: -0 is another number.
  Value* all_inputs_are_zero(Value* row, Value* column) {
    Value* position = b_.CreateAdd(b_.CreateMul(row, number(shape().dims[1])), column);
    Value* any = llvm::Constant::getNullValue(vector_of(b_.getInt32Ty(), kLanes));
    for (Value* input : frame_.inputs()) {
      Value* address = b_.CreateInBoundsGEP(b_.getInt32Ty(), input, position);
      any = b_.CreateOr(any, b_.CreateAlignedLoad(any->getType(), address, llvm::Align(4)));
    }
    return b_.CreateICmpEQ(b_.CreateOrReduce(any), b_.getInt32(0));
  }

  // The operations of the composite's decomposition, in its order.
  void quantise(Value* x, Value* block, Value* to) {
    llvm::Type* f = b_.getFloatTy();
    Value* scale = b_.CreateFDiv(largest(x), llvm::ConstantFP::get(f, 127));
    Value* tiny = b_.CreateFCmpOLT(scale, llvm::ConstantFP::get(f, std::numeric_limits<float>::min()));
    Value* inverse =
        b_.CreateSelect(tiny, llvm::ConstantFP::get(f, 0), b_.CreateFDiv(llvm::ConstantFP::get(f, 1), scale));
    Value* scaled = b_.CreateFMul(x, b_.CreateVectorSplat(kLanes, inverse));
    Value* rounded = emit_round_nearest_even(b_, scaled, target_);
    // Not for numbers, which are in range: what a NaN becomes must be some integer.
    rounded = b_.CreateSelect(b_.CreateFCmpOGT(rounded, splat(-127)), rounded, splat(-127));
    rounded = b_.CreateSelect(b_.CreateFCmpOLT(rounded, splat(127)), rounded, splat(127));
    Value* integers = b_.CreateFPToSI(rounded, vector_of(b_.getInt32Ty(), kLanes));
    store(b_.CreateTrunc(integers, vector_of(b_.getInt8Ty(), kLanes)), to, b_.CreateMul(block, number(32)));
    // An infinity among finite numbers makes NaN of all of them, not only where integers cancel out.
    Value* infinite = b_.CreateFCmpOEQ(scale, llvm::ConstantFP::getInfinity(f));
    scale = b_.CreateSelect(infinite, llvm::ConstantFP::getNaN(f), scale);
    Value* low = scaled_sum(integers, 0, scale);
    Value* high = scaled_sum(integers, 16, scale);
    Value* four = b_.CreateMul(block, number(4));
    store(scale, to, b_.CreateAdd(four, number(rows_.scales())));
    store(b_.CreateFAdd(low, high), to, b_.CreateAdd(four, number(rows_.sums_of_32())));
    Value* eight = b_.CreateMul(block, number(8));
    store(low, to, b_.CreateAdd(eight, number(rows_.sums_of_16())));
    store(high, to, b_.CreateAdd(eight, number(rows_.sums_of_16() + 4)));
  }

  // The largest magnitude; NaN if one is, whose bits are larger than any number's.
  Value* largest(Value* x) {
    Value* bits = b_.CreateBitCast(x, vector_of(b_.getInt32Ty(), kLanes));
    Value* magnitudes = b_.CreateAnd(bits, llvm::ConstantInt::get(bits->getType(), 0x7fffffff));
    return b_.CreateBitCast(b_.CreateIntMaxReduce(magnitudes), b_.getFloatTy());
  }

  Value* scaled_sum(Value* integers, int first, Value* scale) {
    std::vector<int> lanes;
    for (int i = 0; i < 16; ++i) lanes.push_back(first + i);
    Value* sum = b_.CreateAddReduce(b_.CreateShuffleVector(integers, lanes));
    return b_.CreateFMul(b_.CreateSIToFP(sum, b_.getFloatTy()), scale);
  }

  llvm::Type* vector_of(llvm::Type* element, unsigned lanes) {
    return llvm::FixedVectorType::get(element, lanes);
  }
  void store(Value* value, Value* base, Value* bytes) {
    b_.CreateAlignedStore(value, at(base, bytes), llvm::Align(1));
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  Elements elements_;
  Int8Rows rows_;
  MathTarget target_;
};

}  // namespace

KernelShape emit_int8_rows(Frame& frame) { return Int8RowsKernel(frame).emit(); }

}  // namespace fusebox::cpu
