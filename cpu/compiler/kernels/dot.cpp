// dot_general. Three forms, by how the operands lie in memory:
//   rows: both have the contracted axis innermost (weights as files hold them): vectors along k
//   columns: the right one has its free axis innermost, or is turned so for many rows: see dot_columns.cpp
//   any: everything else, element by element
// An output element is summed in the same order whatever the tile or the thread is.
#include "cpu/compiler/kernels/dot.h"

#include <llvm/IR/Intrinsics.h>

#include <algorithm>

#include "cpu/compiler/codegen/vectors.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

int64_t product(const Dims& sizes) {
  int64_t result = 1;
  for (const int64_t size : sizes) result *= size;
  return result;
}

constexpr int64_t kGroup = 16;  // tiles of columns, of which a block of results is made

class Dot {
 public:
  explicit Dot(Frame& frame) : frame_(frame), b_(frame.b()), dot_(frame) {}

  KernelShape emit() {
    if (frame_.spec().outputs[0].elements() == 0) return {0, 1, 0};
    const DotForm form(dot_.lhs(), dot_.rhs(), dot_.out());
    if (suits_columns(dot_, form)) return emit_dot_by_columns(dot_, form);
    if (form.kind == DotForm::Kind::kRows) return by_rows(form.m, form.n);
    return any();
  }

 private:
  Value* number(int64_t value) { return frame_.number(value); }

  // A tile's rows: those beyond the last repeat it, and are not stored.
  Value* clamped(Value* first, int64_t offset, int64_t size, int64_t tile) {
    Value* row = b_.CreateAdd(first, number(offset));
    if (size % tile == 0) return row;
    return frame_.smaller(row, size - 1);
  }

  // Of sizes and places, which are not negative but for a share's begin in a batch that is not its first.
  Value* larger(Value* x, Value* y) { return b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, x, y); }

  // A share's items, tiles of columns, are met in groups of one batch: all rows of a block by each.
  KernelShape by_rows(const Axis& m, const Axis& n) {
    const int64_t rows = dot_.rows(), columns = dot_.columns();
    const int64_t tile_m = rows == 1                ? 1
                           : dot_.registers() >= 32 ? 4
                                                    : 3,
                  tile_n = std::min<int64_t>(4, columns);
    const int64_t per_batch = tiles(columns, tile_n), groups = tiles(per_batch, kGroup);
    DotResults results = dot_.results({std::min(rows, kRowBlock), kGroup * tile_n});
    const auto group_of = [&](Value* item) {
      Value* in_batch = b_.CreateUDiv(b_.CreateURem(item, number(per_batch)), number(kGroup));
      return b_.CreateAdd(b_.CreateMul(b_.CreateUDiv(item, number(per_batch)), number(groups)), in_batch);
    };
    Value* last = group_of(b_.CreateSub(frame_.end(), number(1)));
    frame_.loop(group_of(frame_.begin()), b_.CreateAdd(last, number(1)), 1, [&](Value* group) {
      Value* batch = b_.CreateUDiv(group, number(groups));
      Value *left = dot_.batch_offset(dot_.lhs(), batch), *right = dot_.batch_offset(dot_.rhs(), batch);
      // Tiles of the batch: those of the group that are the share's.
      Value* of_batch = b_.CreateMul(batch, number(per_batch));
      Value* first = b_.CreateMul(b_.CreateURem(group, number(groups)), number(kGroup));
      Value* begin = larger(first, b_.CreateSub(frame_.begin(), of_batch));
      Value* end = frame_.smaller(frame_.smaller(b_.CreateAdd(first, number(kGroup)), number(per_batch)),
                                  b_.CreateSub(frame_.end(), of_batch));
      frame_.loop(number(0), number(rows), kRowBlock, [&](Value* first_row) {
        Value* end_row = frame_.smaller(b_.CreateAdd(first_row, number(kRowBlock)), number(rows));
        results.begin_block(batch, first_row, b_.CreateMul(begin, number(tile_n)));
        frame_.loop(begin, end, 1, [&](Value* tile) {
          Value* first_n = b_.CreateMul(tile, number(tile_n));
          std::vector<Value*> rights;
          for (int64_t j = 0; j < tile_n; ++j)
            rights.push_back(
                b_.CreateAdd(right, b_.CreateMul(clamped(first_n, j, columns, tile_n), number(n.stride))));
          frame_.loop(first_row, end_row, tile_m, [&](Value* first_m) {
            std::vector<Value*> lefts;
            for (int64_t i = 0; i < tile_m; ++i)
              lefts.push_back(
                  b_.CreateAdd(left, b_.CreateMul(clamped(first_m, i, rows, tile_m), number(m.stride))));
            store_tile(results, first_m, first_n, tile_m, tile_n, row_tile(lefts, rights));
          });
        });
        results.end_block(end_row, frame_.smaller(b_.CreateMul(end, number(tile_n)), number(columns)));
      });
    });
    return {dot_.batches() * per_batch, dot_grain(dot_.depth() * tile_n * rows), results.scratch_bytes()};
  }

  std::vector<Value*> row_tile(const std::vector<Value*>& lefts, const std::vector<Value*>& rights) {
    const auto sums = dot_.new_sums(lefts.size() * rights.size());
    const auto step = [&](Value* k, Value* mask) {
      std::vector<Value*> x;
      for (Value* left : lefts) x.push_back(dot_.load(0, b_.CreateAdd(left, k), mask));
      for (size_t j = 0; j < rights.size(); ++j) {
        Value* position = b_.CreateAdd(rights[j], k);
        Value* y = dot_.load(1, position, mask);
        if (!mask && dot_.rows() == 1) prefetch(position);  // more rows find it in the cache
        for (size_t i = 0; i < lefts.size(); ++i) dot_.add_to(sums[i * rights.size() + j], x[i], y);
      }
    };
    const int64_t width = dot_.width(), whole = dot_.depth() / width * width;
    if (whole > 0) frame_.loop(number(0), number(whole), width, [&](Value* k) { step(k, nullptr); });
    if (whole < dot_.depth()) step(number(whole), dot_.first_lanes(number(dot_.depth() - whole)));
    std::vector<Value*> results;
    for (llvm::AllocaInst* sum : sums)
      results.push_back(frame_.horizontal_sum(b_.CreateLoad(dot_.vector_type(), sum)));
    return results;
  }

  // Weights stream through once: the memory has to be asked in time.
  void prefetch(Value* position) {
    constexpr int64_t kBytesAhead = 8192;
    Value* address = frame_.address(frame_.operand(1), dot_.rhs().shape.dtype, position);
    frame_.prefetch(b_.CreateGEP(b_.getInt8Ty(), address, number(kBytesAhead)));
  }

  void store_tile(DotResults& results, Value* first_m, Value* first_n, int64_t tile_m, int64_t tile_n,
                  const std::vector<Value*>& sums) {
    for (int64_t i = 0; i < tile_m; ++i)
      for (int64_t j = 0; j < tile_n; ++j) {
        Value *row = b_.CreateAdd(first_m, number(i)), *column = b_.CreateAdd(first_n, number(j));
        Value* inside = nullptr;
        if (dot_.rows() % tile_m != 0) inside = b_.CreateICmpULT(row, number(dot_.rows()));
        if (dot_.columns() % tile_n != 0) {
          Value* below = b_.CreateICmpULT(column, number(dot_.columns()));
          inside = inside ? b_.CreateAnd(inside, below) : below;
        }
        frame_.when(inside, [&] {
          Value* sum = sums[static_cast<size_t>(i * tile_n + j)];
          frame_.scalars().store(sum, results.address(row, column), dot_.out());
        });
      }
  }

  KernelShape any() {
    Elements elements(b_, frame_.scalars(), frame_.spec().expression, frame_.inputs());
    const auto &lhs = dot_.lhs(), &rhs = dot_.rhs();
    const DType out = dot_.out();
    llvm::Type* type = dot_.scalar_type();
    const Dims sizes = lhs.sizes(lhs.contracting);
    DotResults results = dot_.results({0, 0});
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      Value* column = b_.CreateURem(item, number(dot_.columns()));
      Value* rest = b_.CreateUDiv(item, number(dot_.columns()));
      Value* row = b_.CreateURem(rest, number(dot_.rows()));
      Value* of_batch = b_.CreateUDiv(rest, number(dot_.rows()));
      const Index batch = index_of(b_, lhs.sizes(lhs.batch), of_batch);
      const Index m = index_of(b_, lhs.sizes(lhs.free), row);
      const Index n = index_of(b_, rhs.sizes(rhs.free), column);
      llvm::AllocaInst* sum = frame_.variable(type);
      b_.CreateStore(llvm::Constant::getNullValue(type), sum);
      frame_.nest(sizes, [&](const Index& k) {
        elements.forget();
        Value* x = operand_element(elements, 0, lhs, batch, m, k);
        Value* y = operand_element(elements, 1, rhs, batch, n, k);
        Value* old = b_.CreateLoad(type, sum);
        b_.CreateStore(is_float(out) ? frame_.multiply_add(x, y, old)
                       : out == i1   ? b_.CreateOr(old, b_.CreateAnd(x, y))
                                     : b_.CreateAdd(old, b_.CreateMul(x, y)),
                       sum);
      });
      results.put(of_batch, row, column, b_.CreateLoad(type, sum));
    });
    return {frame_.spec().outputs[0].elements(),
            std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, dot_.depth())), 0};
  }

  Value* operand_element(Elements& elements, size_t which, const DotOperand& operand, const Index& batch,
                         const Index& free, const Index& k) {
    Index at(operand.shape.dims.size());
    const auto fill = [&](const Dims& axes, const Index& index) {
      for (size_t i = 0; i < axes.size(); ++i) at[static_cast<size_t>(axes[i])] = index[i];
    };
    fill(operand.batch, batch);
    fill(operand.free, free);
    fill(operand.contracting, k);
    Value* value = elements.element(frame_.spec().roots[which], at);
    return frame_.scalars().convert(value, operand.shape.dtype, dot_.out());
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  DotOperands dot_;
};

const hlo::DotDimensions& numbers_of(Frame& frame) {
  return frame.spec().op->attributes.get<hlo::DotDimensions>("dot_dimension_numbers");
}

}  // namespace

DotOperands::DotOperands(Frame& frame)
    : frame_(frame),
      lhs_(frame.operand_shape(0), numbers_of(frame).lhs_batching, numbers_of(frame).lhs_contracting),
      rhs_(frame.operand_shape(1), numbers_of(frame).rhs_batching, numbers_of(frame).rhs_contracting),
      batches_(product(lhs_.sizes(lhs_.batch))),
      rows_(product(lhs_.sizes(lhs_.free))),
      columns_(product(rhs_.sizes(rhs_.free))),
      depth_(product(lhs_.sizes(lhs_.contracting))) {
  const VectorTarget target = vector_target_for(frame.level());
  width_ = target.bits / (out() == f64 ? 64 : 32);
  registers_ = target.registers;
}

Value* DotOperands::batch_offset(const DotOperand& operand, Value* batch) const {
  llvm::IRBuilder<>& b = frame_.b();
  const Dims strides = strides_of(operand.shape.dims);
  const Dims sizes = operand.sizes(operand.batch);
  const Index index = index_of(b, sizes, batch);
  Value* offset = frame_.number(0);
  for (size_t i = 0; i < sizes.size(); ++i)
    offset = b.CreateAdd(
        offset, b.CreateMul(index[i], frame_.number(strides[static_cast<size_t>(operand.batch[i])])));
  return offset;
}

Value* DotOperands::load(size_t operand, Value* position, Value* mask, unsigned lanes) const {
  llvm::IRBuilder<>& b = frame_.b();
  const DType dtype = frame_.operand_shape(operand).dtype;
  llvm::Type* memory = llvm::FixedVectorType::get(frame_.scalars().memory_type(dtype), lanes);
  Value* address = frame_.address(frame_.operand(operand), dtype, position);
  const llvm::Align align(byte_size(dtype));
  Value* raw = mask ? b.CreateMaskedLoad(memory, address, align, mask, llvm::Constant::getNullValue(memory))
                    : static_cast<Value*>(b.CreateAlignedLoad(memory, address, align));
  const MathTarget target = math_target_for(frame_.level());
  if (dtype == f16) return emit_f16_to_f32(b, raw, target);
  if (dtype == bf16) return emit_bf16_to_f32(b, raw, target);
  return raw;
}

void DotOperands::store(Value* address, Value* vector, Value* mask) const {
  llvm::IRBuilder<>& b = frame_.b();
  const MathTarget target = math_target_for(frame_.level());
  if (out() == f16) vector = emit_to_f16(b, vector, target);
  if (out() == bf16) vector = emit_to_bf16(b, vector, target);
  const llvm::Align align(byte_size(out()));
  if (mask)
    b.CreateMaskedStore(vector, address, align, mask);
  else
    b.CreateAlignedStore(vector, address, align);
}

Value* DotOperands::first_lanes(Value* count, unsigned lanes) const {
  llvm::IRBuilder<>& b = frame_.b();
  llvm::Type* type = llvm::FixedVectorType::get(b.getInt64Ty(), lanes);
  return b.CreateICmpSLT(b.CreateStepVector(type), b.CreateVectorSplat(lanes, count));
}

std::vector<llvm::AllocaInst*> DotOperands::new_sums(size_t count) const {
  std::vector<llvm::AllocaInst*> sums;
  for (size_t i = 0; i < count; ++i) {
    sums.push_back(frame_.variable(vector_type()));
    frame_.b().CreateStore(llvm::Constant::getNullValue(vector_type()), sums.back());
  }
  return sums;
}

void DotOperands::add_to(llvm::AllocaInst* sum, Value* x, Value* y) const {
  llvm::IRBuilder<>& b = frame_.b();
  b.CreateStore(frame_.multiply_add(x, y, b.CreateLoad(vector_type(), sum)), sum);
}

int64_t dot_grain(int64_t multiplications_per_item) {
  return std::max<int64_t>(1, 4 * kGrainElements / std::max<int64_t>(1, multiplications_per_item));
}

KernelShape emit_dot(Frame& frame) { return Dot(frame).emit(); }

}  // namespace fusebox::cpu
