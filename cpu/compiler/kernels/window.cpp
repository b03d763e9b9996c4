// reduce_window: each element of the result is gathered over its window. Where that reaches beyond the
// operand, into padding or between dilated elements, it meets the initial value.
#include <algorithm>

#include "cpu/compiler/kernels/combiner.h"
#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

class Window {
 public:
  explicit Window(Frame& frame)
      : frame_(frame),
        b_(frame.b()),
        spec_(frame.spec()),
        elements_(frame.b(), frame.scalars(), spec_.expression, frame.inputs()),
        combine_(frame),
        operand_(spec_.expression.node(spec_.roots[0]).shape),
        sizes_(spec_.op->attributes.get<Dims>("window_dimensions")),
        strides_(list("window_strides", 1)),
        dilations_(list("window_dilations", 1)),
        base_dilations_(list("base_dilations", 1)),
        padding_(spec_.op->attributes.get_or<Dims>("padding", Dims(2 * sizes_.size(), 0))) {}

  KernelShape emit() {
    const size_t count = spec_.outputs.size();
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      elements_.forget();
      const Index outer = index_of(b_, spec_.outputs[0].dims, item);
      std::vector<Value*> start;
      std::vector<llvm::AllocaInst*> gathered;
      for (size_t i = 0; i < count; ++i) {
        start.push_back(element_for_region(frame_, elements_, count + i, i, {}));
        gathered.push_back(frame_.variable(start[i]->getType()));
        b_.CreateStore(start[i], gathered[i]);
      }
      frame_.nest(sizes_, [&](const Index& inner) {
        std::vector<Value*> so_far, fresh = read(outer, inner, start);
        for (size_t i = 0; i < count; ++i)
          so_far.push_back(b_.CreateLoad(gathered[i]->getAllocatedType(), gathered[i]));
        const std::vector<Value*> next = combine_(so_far, fresh);
        for (size_t i = 0; i < count; ++i) b_.CreateStore(next[i], gathered[i]);
      });
      for (size_t i = 0; i < count; ++i)
        frame_.store(static_cast<int>(i), item, b_.CreateLoad(gathered[i]->getAllocatedType(), gathered[i]));
    });
    int64_t window = 1;
    for (const int64_t size : sizes_) window *= size;
    return {spec_.outputs[0].elements(), std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, window)),
            0};
  }

 private:
  Dims list(std::string_view name, int64_t otherwise) const {
    return spec_.op->attributes.get_or<Dims>(name, Dims(sizes_.size(), otherwise));
  }

  // The operands' elements at a place of the window, or `otherwise`.
  std::vector<Value*> read(const Index& outer, const Index& inner, const std::vector<Value*>& otherwise) {
    elements_.forget();
    if (operand_.elements() == 0) return otherwise;
    Value* inside = b_.getTrue();
    Index at;
    for (size_t i = 0; i < sizes_.size(); ++i) {
      Value* place = b_.CreateMul(outer[i], frame_.number(strides_[i]));
      place = b_.CreateAdd(place, b_.CreateMul(inner[i], frame_.number(dilations_[i])));
      place = b_.CreateSub(place, frame_.number(padding_[2 * i]));
      if (base_dilations_[i] > 1) {
        Value* step = frame_.number(base_dilations_[i]);
        inside = b_.CreateAnd(inside, b_.CreateICmpEQ(b_.CreateSRem(place, step), frame_.number(0)));
        place = b_.CreateSDiv(place, step);
      }
      inside = b_.CreateAnd(inside, b_.CreateICmpULT(place, frame_.number(operand_.dims[i])));
      place = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, place, frame_.number(0));
      at.push_back(
          b_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, place, frame_.number(operand_.dims[i] - 1)));
    }
    std::vector<Value*> result;
    for (size_t i = 0; i < otherwise.size(); ++i)
      result.push_back(
          b_.CreateSelect(inside, element_for_region(frame_, elements_, i, i, at), otherwise[i]));
    elements_.forget();
    return result;
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  const KernelSpec& spec_;
  Elements elements_;
  Combiner combine_;
  Shape operand_;
  Dims sizes_, strides_, dilations_, base_dilations_, padding_;
};

}  // namespace

KernelShape emit_window(Frame& frame) { return Window(frame).emit(); }

}  // namespace fusebox::cpu
