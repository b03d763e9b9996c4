// sort: every line along the axis by itself, merged from the bottom up, hence stable. The comparator is
// inlined.
#include <fmt/format.h>

#include "cpu/compiler/kernels/frame.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int64_t kLineAlignment = 64;

class Sort {
 public:
  explicit Sort(Frame& frame)
      : frame_(frame),
        b_(frame.b()),
        spec_(frame.spec()),
        compare_(frame.b(), frame.scalars(), *frame.spec().combiner, frame.combiner_inputs()) {
    const Shape& shape = spec_.outputs[0];
    int64_t axis = spec_.op->attributes.get_or<int64_t>("dimension", -1);
    if (axis < 0) axis += shape.rank();
    axis_ = static_cast<size_t>(axis);
    length_ = shape.dims.empty() ? 1 : shape.dims[axis_];
  }

  KernelShape emit() {
    int64_t scratch = 0;
    for (const Shape& output : spec_.outputs) {
      const int64_t bytes = length_ * static_cast<int64_t>(byte_size(output.dtype));
      for (int side = 0; side < 2;
           ++side, scratch += (bytes + kLineAlignment - 1) / kLineAlignment * kLineAlignment)
        lines_[side].push_back(
            b_.CreateConstInBoundsGEP1_64(b_.getInt8Ty(), frame_.scratch(), static_cast<uint64_t>(scratch)));
    }
    Dims outer = spec_.outputs[0].dims;
    if (!outer.empty()) outer[axis_] = 1;
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      const auto element = [&](Value* i) {
        Index at = index_of(b_, outer, item);
        if (!at.empty()) at[axis_] = i;
        return linear_index(b_, spec_.outputs[0], at);
      };
      each([&](Value* i) {
        Value* position = element(i);
        for (size_t o = 0; o < count(); ++o) put(lines_[0][o], o, i, get(input(o), o, position));
      });
      Value* sorted = merge_all();
      each([&](Value* i) {
        Value* position = element(i);
        for (size_t o = 0; o < count(); ++o)
          put(frame_.outputs()[o], o, position, get(side(sorted, o), o, i));
      });
    });
    return {spec_.outputs[0].elements() / std::max<int64_t>(1, length_), 1, scratch};
  }

 private:
  size_t count() const { return spec_.outputs.size(); }
  Value* number(int64_t value) { return frame_.number(value); }
  Value* input(size_t o) const {
    return frame_.inputs()[static_cast<size_t>(spec_.expression.node(spec_.roots[o]).input)];
  }
  Value* get(Value* line, size_t o, Value* position) {
    const DType dtype = spec_.outputs[o].dtype;
    return frame_.scalars().load(frame_.address(line, dtype, position), dtype);
  }
  void put(Value* line, size_t o, Value* position, Value* value) {
    const DType dtype = spec_.outputs[o].dtype;
    frame_.scalars().store(value, frame_.address(line, dtype, position), dtype);
  }
  void each(const std::function<void(Value*)>& body) { frame_.loop(number(0), number(length_), 1, body); }
  Value* side(Value* second, size_t o) { return b_.CreateSelect(second, lines_[1][o], lines_[0][o]); }

  // Runs of doubling width go from one copy of the line to the other; returns whether the last is the second.
  Value* merge_all() {
    llvm::AllocaInst *width = frame_.variable(b_.getInt64Ty()), *second = frame_.variable(b_.getInt1Ty());
    b_.CreateStore(number(1), width);
    b_.CreateStore(b_.getFalse(), second);
    int64_t rounds = 0;
    while ((int64_t{1} << rounds) < length_) ++rounds;
    frame_.loop(number(0), number(rounds), 1, [&](Value*) {
      Value *run = b_.CreateLoad(b_.getInt64Ty(), width), *from = b_.CreateLoad(b_.getInt1Ty(), second);
      Value* pair = b_.CreateShl(run, 1);
      Value* pairs = b_.CreateUDiv(b_.CreateAdd(number(length_ - 1), pair), pair);
      frame_.loop(number(0), pairs, 1, [&](Value* i) { merge(b_.CreateMul(i, pair), run, from); });
      b_.CreateStore(pair, width);
      b_.CreateStore(b_.CreateNot(from), second);
    });
    return b_.CreateLoad(b_.getInt1Ty(), second);
  }

  void merge(Value* begin, Value* run, Value* from) {
    Value* middle = frame_.smaller(b_.CreateAdd(begin, run), length_);
    Value* end = frame_.smaller(b_.CreateAdd(middle, run), length_);
    llvm::AllocaInst *left = frame_.variable(b_.getInt64Ty()), *right = frame_.variable(b_.getInt64Ty());
    b_.CreateStore(begin, left);
    b_.CreateStore(middle, right);
    frame_.loop(begin, end, 1, [&](Value* to) {
      Value *i = b_.CreateLoad(b_.getInt64Ty(), left), *j = b_.CreateLoad(b_.getInt64Ty(), right);
      Value *some_left = b_.CreateICmpULT(i, middle), *some_right = b_.CreateICmpULT(j, end);
      // Past an end something is read all the same, and not taken.
      Value* last = number(length_ - 1);
      Value* safe_i = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, i, last);
      Value* safe_j = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, j, last);
      std::vector<Value*> lefts, rights, arguments;
      for (size_t o = 0; o < count(); ++o) {
        lefts.push_back(get(side(from, o), o, safe_i));
        rights.push_back(get(side(from, o), o, safe_j));
        arguments.insert(arguments.end(), {rights[o], lefts[o]});
      }
      compare_.set_parameters(arguments);
      Value* before = compare_.element(spec_.combiner_results[0], {});
      Value* take_right = b_.CreateAnd(some_right, b_.CreateOr(b_.CreateNot(some_left), before));
      for (size_t o = 0; o < count(); ++o)
        put(side(b_.CreateNot(from), o), o, to, b_.CreateSelect(take_right, rights[o], lefts[o]));
      Value* step = b_.CreateZExt(take_right, b_.getInt64Ty());
      b_.CreateStore(b_.CreateAdd(j, step), right);
      b_.CreateStore(b_.CreateAdd(i, b_.CreateSub(number(1), step)), left);
    });
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  const KernelSpec& spec_;
  Elements compare_;
  size_t axis_ = 0;
  int64_t length_ = 1;
  std::vector<Value*> lines_[2];
};

}  // namespace

KernelShape emit_sort(Frame& frame) { return Sort(frame).emit(); }

}  // namespace fusebox::cpu
