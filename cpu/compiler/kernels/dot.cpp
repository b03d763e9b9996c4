// dot_general. Three forms, by how the operands lie in memory:
//   rows     both have the contracted axis innermost (weights as files hold them): vectors along k, a tile of
//   rows columns  the right one has its free axis innermost: vectors along n, the left one's elements
//   broadcast any      everything else, element by element
// An output element is summed in the same order whatever the tile, the thread or the number of rows is.
#include <fmt/format.h>
#include <llvm/IR/Intrinsics.h>

#include <algorithm>
#include <optional>

#include "cpu/compiler/codegen/vectors.h"
#include "cpu/compiler/kernels/frame.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int64_t kRowBlock = 48;  // whole tiles of rows, which a core's second cache holds

// Some axes of an operand as one: `size` steps of `stride` elements.
struct Axis {
  int64_t size = 1, stride = 0;
};

Dims strides_of(const Dims& dims) {
  Dims strides(dims.size());
  int64_t stride = 1;
  for (size_t i = dims.size(); i-- > 0; stride *= dims[i]) strides[i] = stride;
  return strides;
}

// Nothing if the axes do not lie one inside the other.
std::optional<Axis> merge(const Shape& shape, const Dims& axes) {
  const Dims strides = strides_of(shape.dims);
  Axis merged;
  for (const int64_t name : axes) {
    const auto i = static_cast<size_t>(name);
    if (shape.dims[i] == 1) continue;
    if (merged.size > 1 && merged.stride != shape.dims[i] * strides[i]) return std::nullopt;
    merged = {merged.size * shape.dims[i], strides[i]};
  }
  if (merged.size == 1) merged.stride = 1;
  return merged;
}

struct Operand {
  Shape shape;
  Dims batch, free, contracting;

  Operand(Shape s, const Dims& b, const Dims& c) : shape(std::move(s)), batch(b), contracting(c) {
    for (int64_t i = 0; i < shape.rank(); ++i)
      if (std::find(b.begin(), b.end(), i) == b.end() && std::find(c.begin(), c.end(), i) == c.end())
        free.push_back(i);
  }
  Dims sizes(const Dims& axes) const {
    Dims list;
    for (const int64_t i : axes) list.push_back(shape.dims[static_cast<size_t>(i)]);
    return list;
  }
};

int64_t product(const Dims& sizes) {
  int64_t result = 1;
  for (const int64_t size : sizes) result *= size;
  return result;
}

int64_t tiles(int64_t size, int64_t tile) { return (size + tile - 1) / tile; }

class Dot {
 public:
  explicit Dot(Frame& frame)
      : frame_(frame),
        b_(frame.b()),
        numbers_(frame.spec().op->attributes.get<hlo::DotDimensions>("dot_dimension_numbers")),
        lhs_(operand_shape(0), numbers_.lhs_batching, numbers_.lhs_contracting),
        rhs_(operand_shape(1), numbers_.rhs_batching, numbers_.rhs_contracting),
        out_(frame.spec().outputs[0].dtype),
        batches_(product(lhs_.sizes(lhs_.batch))),
        rows_(product(lhs_.sizes(lhs_.free))),
        columns_(product(rhs_.sizes(rhs_.free))),
        depth_(product(lhs_.sizes(lhs_.contracting))) {
    const unsigned bits = vector_target_for(frame.level()).bits;
    width_ = bits / (out_ == f64 ? 64 : 32);
    wide_registers_ = bits == 512;
  }

  KernelShape emit() {
    if (frame_.spec().outputs[0].elements() == 0) return {0, 1, 0};
    const bool floats =
        is_float(out_) && lhs_.shape.dtype == rhs_.shape.dtype && (out_ != f64 || lhs_.shape.dtype == f64);
    const auto m = merge(lhs_.shape, lhs_.free), n = merge(rhs_.shape, rhs_.free);
    const auto kl = merge(lhs_.shape, lhs_.contracting), kr = merge(rhs_.shape, rhs_.contracting);
    if (floats && m && n && kl && kr && depth_ > 0) {
      if (kl->stride == 1 && kr->stride == 1) return by_rows(*m, *n);
      if (n->stride == 1) return by_columns(*m, *kl, *kr);
    }
    return any();
  }

 private:
  const Shape& operand_shape(size_t i) const { return frame_.operand_shape(i); }
  Value* base(size_t i) const { return frame_.operand(i); }
  Value* number(int64_t value) { return frame_.number(value); }
  llvm::Type* compute_type() const { return frame_.scalars().type(out_); }

  // Where the operand's part for a batch begins, in elements.
  Value* batch_offset(const Operand& operand, Value* batch) {
    const Dims strides = strides_of(operand.shape.dims);
    const Dims sizes = operand.sizes(operand.batch);
    const Index index = index_of(b_, sizes, batch);
    Value* offset = number(0);
    for (size_t i = 0; i < sizes.size(); ++i)
      offset = b_.CreateAdd(offset,
                            b_.CreateMul(index[i], number(strides[static_cast<size_t>(operand.batch[i])])));
    return offset;
  }

  // `width_` elements from `position` on, or those below `valid`, as what is computed with.
  Value* load(size_t operand, Value* position, Value* mask) {
    const DType dtype = operand_shape(operand).dtype;
    llvm::Type* memory = llvm::FixedVectorType::get(frame_.scalars().memory_type(dtype), width_);
    Value* address = frame_.address(base(operand), dtype, position);
    const llvm::Align align(byte_size(dtype));
    Value* raw = mask
                     ? b_.CreateMaskedLoad(memory, address, align, mask, llvm::Constant::getNullValue(memory))
                     : static_cast<Value*>(b_.CreateAlignedLoad(memory, address, align));
    const MathTarget target = math_target_for(frame_.level());
    if (dtype == f16) return emit_f16_to_f32(b_, raw, target);
    if (dtype == bf16) return emit_bf16_to_f32(b_, raw, target);
    return raw;
  }

  // A mask of the first `count` lanes, or of those below a number that is not known.
  Value* first_lanes(Value* count) {
    llvm::Type* lanes = llvm::FixedVectorType::get(b_.getInt64Ty(), width_);
    return b_.CreateICmpSLT(b_.CreateStepVector(lanes), b_.CreateVectorSplat(width_, count));
  }

  // A tile's rows: those beyond the last repeat it, and are not stored.
  Value* clamped(Value* first, int64_t offset, int64_t size, int64_t tile) {
    Value* row = b_.CreateAdd(first, number(offset));
    if (size % tile == 0) return row;
    return b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, row, number(size - 1));
  }

  KernelShape by_rows(const Axis& m, const Axis& n) {
    const int64_t tile_m = rows_ == 1 ? 1 : wide_registers_ ? 4 : 3, tile_n = std::min<int64_t>(4, columns_);
    const int64_t per_batch = tiles(columns_, tile_n);
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      Value* batch = b_.CreateUDiv(item, number(per_batch));
      Value* first_n = b_.CreateMul(b_.CreateURem(item, number(per_batch)), number(tile_n));
      Value *left = batch_offset(lhs_, batch), *right = batch_offset(rhs_, batch);
      frame_.loop(number(0), number(rows_), tile_m, [&](Value* first_m) {
        std::vector<Value*> lefts, rights;
        for (int64_t i = 0; i < tile_m; ++i)
          lefts.push_back(
              b_.CreateAdd(left, b_.CreateMul(clamped(first_m, i, rows_, tile_m), number(m.stride))));
        for (int64_t j = 0; j < tile_n; ++j)
          rights.push_back(
              b_.CreateAdd(right, b_.CreateMul(clamped(first_n, j, columns_, tile_n), number(n.stride))));
        const std::vector<Value*> sums = row_tile(lefts, rights);
        store_tile(batch, first_m, first_n, tile_m, tile_n, sums);
      });
    });
    const int64_t work = depth_ * tile_n * rows_;
    return {batches_ * per_batch, std::max<int64_t>(1, 4 * kGrainElements / std::max<int64_t>(1, work)), 0};
  }

  std::vector<Value*> row_tile(const std::vector<Value*>& lefts, const std::vector<Value*>& rights) {
    llvm::Type* vector = llvm::FixedVectorType::get(compute_type(), width_);
    std::vector<llvm::AllocaInst*> sums;
    for (size_t i = 0; i < lefts.size() * rights.size(); ++i) {
      sums.push_back(frame_.variable(vector));
      b_.CreateStore(llvm::Constant::getNullValue(vector), sums[i]);
    }
    const auto step = [&](Value* k, Value* mask) {
      std::vector<Value*> x;
      for (Value* left : lefts) x.push_back(load(0, b_.CreateAdd(left, k), mask));
      for (size_t j = 0; j < rights.size(); ++j) {
        Value* position = b_.CreateAdd(rights[j], k);
        Value* y = load(1, position, mask);
        if (!mask && rows_ == 1) prefetch(position);  // more rows find it in the cache
        for (size_t i = 0; i < lefts.size(); ++i) {
          llvm::AllocaInst* sum = sums[i * rights.size() + j];
          b_.CreateStore(frame_.multiply_add(x[i], y, b_.CreateLoad(vector, sum)), sum);
        }
      }
    };
    const int64_t whole = depth_ / width_ * width_;
    if (whole > 0) frame_.loop(number(0), number(whole), width_, [&](Value* k) { step(k, nullptr); });
    if (whole < depth_) step(number(whole), first_lanes(number(depth_ - whole)));
    std::vector<Value*> results;
    for (llvm::AllocaInst* sum : sums) results.push_back(frame_.horizontal_sum(b_.CreateLoad(vector, sum)));
    return results;
  }

  // Weights stream through once: the memory has to be asked in time.
  void prefetch(Value* position) {
    constexpr int64_t kBytesAhead = 8192;
    const DType dtype = operand_shape(1).dtype;
    Value* address = frame_.address(base(1), dtype, position);
    frame_.prefetch(b_.CreateGEP(b_.getInt8Ty(), address, number(kBytesAhead)));
  }

  void store_tile(Value* batch, Value* first_m, Value* first_n, int64_t tile_m, int64_t tile_n,
                  const std::vector<Value*>& sums) {
    for (int64_t i = 0; i < tile_m; ++i)
      for (int64_t j = 0; j < tile_n; ++j) {
        Value *row = b_.CreateAdd(first_m, number(i)), *column = b_.CreateAdd(first_n, number(j));
        const auto put = [&] {
          Value* position = b_.CreateAdd(b_.CreateMul(batch, number(rows_)), row);
          position = b_.CreateAdd(b_.CreateMul(position, number(columns_)), column);
          frame_.store(0, position, sums[static_cast<size_t>(i * tile_n + j)]);
        };
        Value* inside = nullptr;
        if (rows_ % tile_m != 0) inside = b_.CreateICmpULT(row, number(rows_));
        if (columns_ % tile_n != 0) {
          Value* below = b_.CreateICmpULT(column, number(columns_));
          inside = inside ? b_.CreateAnd(inside, below) : below;
        }
        frame_.when(inside, put);
      }
  }

  // Rows of a tile: more of them ask less of the caches, but a few rows should fill theirs.
  int64_t rows_of_tile() const {
    const int64_t most = wide_registers_ ? 4 : 6;
    return rows_ >= kRowBlock || rows_ % most == 0 ? most : std::min<int64_t>(4, rows_);
  }

  // An item is a tile of columns in a block of rows: its columns are in the cache from the second tile on.
  KernelShape by_columns(const Axis& m, const Axis& kl, const Axis& kr) {
    const int64_t vectors = std::min<int64_t>(wide_registers_ ? 4 : 2, tiles(columns_, width_));
    const int64_t tile_m = rows_of_tile(), tile_n = vectors * width_;
    const int64_t row_blocks = tiles(rows_, kRowBlock), column_tiles = tiles(columns_, tile_n);
    const bool masked = columns_ % width_ != 0 || columns_ % tile_n != 0;
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      Value* batch = b_.CreateUDiv(item, number(row_blocks * column_tiles));
      Value* in_batch = b_.CreateURem(item, number(row_blocks * column_tiles));
      Value* begin = b_.CreateMul(b_.CreateUDiv(in_batch, number(column_tiles)), number(kRowBlock));
      Value* end = b_.CreateBinaryIntrinsic(llvm::Intrinsic::umin, b_.CreateAdd(begin, number(kRowBlock)),
                                            number(rows_));
      Value* first_n = b_.CreateMul(b_.CreateURem(in_batch, number(column_tiles)), number(tile_n));
      Value *left = batch_offset(lhs_, batch), *right = b_.CreateAdd(batch_offset(rhs_, batch), first_n);
      std::vector<Value*> masks(static_cast<size_t>(vectors), nullptr);
      if (masked)
        for (int64_t v = 0; v < vectors; ++v)
          masks[static_cast<size_t>(v)] = first_lanes(b_.CreateSub(number(columns_ - v * width_), first_n));
      frame_.loop(begin, end, tile_m, [&](Value* first_m) {
        std::vector<Value*> rows;
        for (int64_t i = 0; i < tile_m; ++i)
          rows.push_back(
              b_.CreateAdd(left, b_.CreateMul(clamped(first_m, i, rows_, tile_m), number(m.stride))));
        column_tile(batch, first_m, first_n, rows, right, masks, kl, kr, tile_m);
      });
    });
    const int64_t work = depth_ * tile_n * std::min(rows_, kRowBlock);
    return {batches_ * row_blocks * column_tiles,
            std::max<int64_t>(1, 4 * kGrainElements / std::max<int64_t>(1, work)), 0};
  }

  void column_tile(Value* batch, Value* first_m, Value* first_n, const std::vector<Value*>& rows,
                   Value* right, const std::vector<Value*>& masks, const Axis& kl, const Axis& kr,
                   int64_t tile_m) {
    llvm::Type* vector = llvm::FixedVectorType::get(compute_type(), width_);
    std::vector<llvm::AllocaInst*> sums;
    for (size_t i = 0; i < rows.size() * masks.size(); ++i) {
      sums.push_back(frame_.variable(vector));
      b_.CreateStore(llvm::Constant::getNullValue(vector), sums[i]);
    }
    const DType dtype = operand_shape(0).dtype;
    frame_.loop(number(0), number(depth_), 1, [&](Value* k) {
      Value* row = b_.CreateAdd(right, b_.CreateMul(k, number(kr.stride)));
      std::vector<Value*> y;
      for (size_t v = 0; v < masks.size(); ++v)
        y.push_back(load(1, b_.CreateAdd(row, number(static_cast<int64_t>(v) * width_)), masks[v]));
      for (size_t i = 0; i < rows.size(); ++i) {
        Value* position = b_.CreateAdd(rows[i], b_.CreateMul(k, number(kl.stride)));
        Value* x = b_.CreateVectorSplat(
            width_, frame_.scalars().load(frame_.address(base(0), dtype, position), dtype));
        for (size_t v = 0; v < masks.size(); ++v) {
          llvm::AllocaInst* sum = sums[i * masks.size() + v];
          b_.CreateStore(frame_.multiply_add(x, y[v], b_.CreateLoad(vector, sum)), sum);
        }
      }
    });
    for (size_t i = 0; i < rows.size(); ++i) {
      Value* row = b_.CreateAdd(first_m, number(static_cast<int64_t>(i)));
      const auto put = [&] {
        Value* position = b_.CreateAdd(b_.CreateMul(batch, number(rows_)), row);
        position = b_.CreateAdd(b_.CreateMul(position, number(columns_)), first_n);
        for (size_t v = 0; v < masks.size(); ++v)
          store(b_.CreateAdd(position, number(static_cast<int64_t>(v) * width_)),
                b_.CreateLoad(vector, sums[i * masks.size() + v]), masks[v]);
      };
      frame_.when(rows_ % tile_m != 0 ? b_.CreateICmpULT(row, number(rows_)) : nullptr, put);
    }
  }

  void store(Value* position, Value* vector, Value* mask) {
    const MathTarget target = math_target_for(frame_.level());
    if (out_ == f16) vector = emit_to_f16(b_, vector, target);
    if (out_ == bf16) vector = emit_to_bf16(b_, vector, target);
    Value* address = frame_.address(frame_.outputs()[0], out_, position);
    const llvm::Align align(byte_size(out_));
    if (mask)
      b_.CreateMaskedStore(vector, address, align, mask);
    else
      b_.CreateAlignedStore(vector, address, align);
  }

  KernelShape any() {
    Elements elements(b_, frame_.scalars(), frame_.spec().expression, frame_.inputs());
    const bool floats = is_float(out_);
    const Dims sizes = lhs_.sizes(lhs_.contracting);
    frame_.loop(frame_.begin(), frame_.end(), 1, [&](Value* item) {
      Value* column = b_.CreateURem(item, number(columns_));
      Value* rest = b_.CreateUDiv(item, number(columns_));
      const Index batch = index_of(b_, lhs_.sizes(lhs_.batch), b_.CreateUDiv(rest, number(rows_)));
      const Index m = index_of(b_, lhs_.sizes(lhs_.free), b_.CreateURem(rest, number(rows_)));
      const Index n = index_of(b_, rhs_.sizes(rhs_.free), column);
      llvm::AllocaInst* sum = frame_.variable(compute_type());
      b_.CreateStore(llvm::Constant::getNullValue(compute_type()), sum);
      frame_.nest(sizes, [&](const Index& k) {
        elements.forget();
        Value* x = operand_element(elements, 0, lhs_, batch, m, k);
        Value* y = operand_element(elements, 1, rhs_, batch, n, k);
        Value* old = b_.CreateLoad(compute_type(), sum);
        b_.CreateStore(floats       ? frame_.multiply_add(x, y, old)
                       : out_ == i1 ? b_.CreateOr(old, b_.CreateAnd(x, y))
                                    : b_.CreateAdd(old, b_.CreateMul(x, y)),
                       sum);
      });
      frame_.store(0, item, b_.CreateLoad(compute_type(), sum));
    });
    return {frame_.spec().outputs[0].elements(),
            std::max<int64_t>(1, kGrainElements / std::max<int64_t>(1, depth_)), 0};
  }

  Value* operand_element(Elements& elements, size_t which, const Operand& operand, const Index& batch,
                         const Index& free, const Index& k) {
    Index at(operand.shape.dims.size());
    const auto fill = [&](const Dims& axes, const Index& index) {
      for (size_t i = 0; i < axes.size(); ++i) at[static_cast<size_t>(axes[i])] = index[i];
    };
    fill(operand.batch, batch);
    fill(operand.free, free);
    fill(operand.contracting, k);
    Value* value = elements.element(frame_.spec().roots[which], at);
    return frame_.scalars().convert(value, operand.shape.dtype, out_);
  }

  Frame& frame_;
  llvm::IRBuilder<>& b_;
  const hlo::DotDimensions& numbers_;
  Operand lhs_, rhs_;
  DType out_;
  int64_t batches_, rows_, columns_, depth_;
  unsigned width_ = 4;
  bool wide_registers_ = false;
};

}  // namespace

KernelShape emit_dot(Frame& frame) { return Dot(frame).emit(); }

}  // namespace fusebox::cpu
