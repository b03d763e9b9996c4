// The parts of attention (attention_sizes.h) become its result: each query's sums of values, weighted by how
// far its part's maximum is below the largest.
#include "cpu/compiler/kernels/attention.h"
#include "cpu/compiler/kernels/custom.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kLanes = 8;
constexpr int64_t kTogether = 8 * kLanes;  // sums in registers

class AttentionMerge {
 public:
  // Parts: [slots, kv_heads, parts, n * group, size + kPartExtra] to [slots, n, kv_heads * group * size].
  explicit AttentionMerge(Frame& frame)
      : frame_(frame),
        b_(frame.b()),
        parts_(frame.operand_shape(0).dims),
        n_(frame.spec().outputs[0].dims[1]),
        group_(parts_[3] / n_),
        size_(parts_[4] - kPartExtra) {}

  KernelShape emit() {
    const int64_t items = parts_[0] * parts_[1] * parts_[3];
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) { merge(item); });
    return {items, std::max<int64_t>(1, 2 * kGrainElements / (size_ * parts_[2])), 0};
  }

 private:
  Value* number(int64_t value) { return frame_.number(value); }
  llvm::Type* f32_type() { return b_.getFloatTy(); }
  llvm::Type* vector() { return llvm::FixedVectorType::get(f32_type(), kLanes); }
  Value* constant(double value) { return llvm::ConstantFP::get(f32_type(), value); }
  Value* load(llvm::Type* type, Value* address) {
    return b_.CreateAlignedLoad(type, address, llvm::Align(4));
  }
  Value* floats_from(Value* base, Value* floats) { return b_.CreateInBoundsGEP(f32_type(), base, floats); }

  // An item is a row of the result: a head of a position.
  void merge(Value* item) {
    const int64_t heads = parts_[1] * group_;
    Value *head = b_.CreateURem(item, number(heads)), *position = b_.CreateUDiv(item, number(heads));
    Value *slot = b_.CreateUDiv(position, number(n_)), *kv_head = b_.CreateUDiv(head, number(group_));
    Value* row = b_.CreateAdd(b_.CreateMul(b_.CreateURem(position, number(n_)), number(group_)),
                              b_.CreateURem(head, number(group_)));
    Value* from =
        b_.CreateMul(b_.CreateAdd(b_.CreateMul(slot, number(parts_[1])), kv_head), number(parts_[2]));
    from = b_.CreateMul(b_.CreateAdd(b_.CreateMul(from, number(parts_[3])), row), number(parts_[4]));
    from = floats_from(frame_.operand(0), from);
    const Weights weights = weights_of(from);
    Value* to = floats_from(frame_.outputs()[0], b_.CreateMul(item, number(size_)));
    for (int64_t first = 0; first < size_; first += kTogether)
      add_parts(from, weights, first, std::min(kTogether, size_ - first), to);
  }

  struct Weights {
    std::vector<Value*> weight, has_rows;  // of each part
  };

  // `count` of the sums, from `first` on.
  void add_parts(Value* from, const Weights& weights, int64_t first, int64_t count, Value* to) {
    std::vector<AllocaInst*> sums;
    for (int64_t i = 0; i < count; i += kLanes) {
      sums.push_back(frame_.variable(vector()));
      b_.CreateStore(llvm::Constant::getNullValue(vector()), sums.back());
    }
    for (size_t part = 0; part < weights.weight.size(); ++part) {
      Value* weight = b_.CreateVectorSplat(kLanes, weights.weight[part]);
      frame_.when(weights.has_rows[part], [&] {
        for (size_t i = 0; i < sums.size(); ++i) {
          Value* x = load(vector(), in_part(from, part, first + static_cast<int64_t>(i) * kLanes));
          b_.CreateStore(frame_.multiply_add(x, weight, b_.CreateLoad(vector(), sums[i])), sums[i]);
        }
      });
    }
    for (size_t i = 0; i < sums.size(); ++i)
      b_.CreateAlignedStore(b_.CreateLoad(vector(), sums[i]),
                            floats_from(to, number(first + static_cast<int64_t>(i) * kLanes)),
                            llvm::Align(4));
  }

  Value* in_part(Value* from, size_t part, int64_t at) {
    return floats_from(from, number(static_cast<int64_t>(part) * parts_[3] * parts_[4] + at));
  }

  // exp(top - largest top) / total, for each part; all 0 if nothing was seen.
  Weights weights_of(Value* from) {
    const auto count = static_cast<size_t>(parts_[2]);
    Value* tops =
        llvm::ConstantFP::get(llvm::FixedVectorType::get(f32_type(), static_cast<unsigned>(count)), 0);
    for (size_t part = 0; part < count; ++part)
      tops = b_.CreateInsertElement(tops, load(f32_type(), in_part(from, part, size_)), part);
    Value* largest = b_.CreateVectorSplat(static_cast<unsigned>(count), b_.CreateFPMaxReduce(tops));
    Value* exponentials = emit_exp(b_, b_.CreateFSub(tops, largest), math_target_for(frame_.level()));
    Weights weights;
    Value* all = constant(0);
    for (size_t part = 0; part < count; ++part) {
      Value* total = load(f32_type(), in_part(from, part, size_ + 1));
      weights.weight.push_back(b_.CreateExtractElement(exponentials, part));
      weights.has_rows.push_back(b_.CreateFCmpUNE(total, constant(0)));
      all = frame_.multiply_add(weights.weight.back(), total, all);
    }
    Value* is_none = b_.CreateFCmpOEQ(all, constant(0));
    Value* factor = b_.CreateFDiv(constant(1), b_.CreateSelect(is_none, constant(1), all));
    for (Value*& weight : weights.weight) weight = b_.CreateFMul(weight, factor);
    return weights;
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  const Dims& parts_;
  int64_t n_, group_, size_;
};

}  // namespace

KernelShape emit_attention_merge(Frame& frame) { return AttentionMerge(frame).emit(); }

}  // namespace fusebox::cpu
