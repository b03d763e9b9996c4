// Four rows of weights side by side, and of each four blocks at once: their scales fill a vector of 16, and a
// vector of 64 bytes holds 16 weights of every block, whose sums of products stand in four lanes.
#include <algorithm>
#include <array>

#include "cpu/compiler/codegen/vectors.h"
#include "cpu/compiler/kernels/block_dot.h"
#include "cpu/compiler/kernels/quads.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kFour = 4;           // rows of weights, and blocks
constexpr int kLanes = 16;             // one for each of these
constexpr int64_t kBytesAhead = 8192;  // of prefetches: measured with bench_kernels

class ByFour : public BlockDot {
 public:
  ByFour(Frame& frame, BlockFormat format)
      : BlockDot(frame, format),
        can_bias_(vector_target_for(frame.level()).bytes == VectorTarget::Bytes::kQuads),
        quads_(b_, frame.level(), reader_.is_signed() && !can_bias_) {}

  KernelShape emit() {
    for_items(kFour, [&](Value* column) { products(column); });
    const int64_t work = kFour * blocks_ * reader_.weights() * rows_;
    return {tiles(columns_, kFour), std::max<int64_t>(1, 2 * kGrainElements / work),
            results_->scratch_bytes()};
  }

 private:
  // Of one row of activations.
  struct Totals {
    std::array<AllocaInst*, kFour> sums;  // of each row of weights
    AllocaInst* minima;                   // lane 4b + r: of row r
  };

  // Signed weights become unsigned by adding 128, where one instruction multiplies and adds.
  bool is_biased() const { return reader_.is_signed() && can_bias_; }
  int zero_point() const { return is_biased() ? 128 : reader_.zero_point(); }

  void products(Value* column) {
    std::vector<Value*> rows;
    for (int64_t r = 0; r < kFour; ++r) rows.push_back(weight_row(b_.CreateAdd(column, number(r))));
    std::vector<Totals> totals;
    for (int64_t m = 0; m < rows_; ++m) {
      Totals& total = totals.emplace_back();
      for (AllocaInst*& sum : total.sums) sum = zeroed(floats(kLanes));
      total.minima = zeroed(floats(kLanes));
    }
    const int64_t rest = blocks_ % kFour;
    frame_.loop(number(0), number(blocks_ - rest), kFour,
                [&](Value* block) { add_blocks(rows, block, kFour, totals); });
    if (rest > 0) add_blocks(rows, number(blocks_ - rest), rest, totals);
    for (size_t m = 0; m < totals.size(); ++m)
      put(number(static_cast<int64_t>(m)), column, folded(totals[m]), kFour);
  }

  // `count` blocks from `block` on.
  void add_blocks(const std::vector<Value*>& rows, Value* block, int64_t count,
                  const std::vector<Totals>& totals) {
    // The four rows are one stretch of memory, asked for line by line; the last may lie outside.
    Value* stretch =
        b_.CreateGEP(b_.getInt8Ty(), rows[0], b_.CreateMul(block, number(kFour * reader_.bytes())));
    for (int64_t line = 0; line < kFour * count * reader_.bytes(); line += 64)
      prefetch(stretch, kBytesAhead + line);
    std::vector<Value*> first;
    for (Value* row : rows) first.push_back(at(row, b_.CreateMul(block, number(reader_.bytes()))));
    // Before the scales, which are picked out of whole registers: LLVM would pick these out of them, too.
    std::vector<std::array<Quads::Weights, 2>> weights;
    for (Value* row : first) weights.push_back(halves_of_blocks(row, count));
    const BlockReader::Scales scales = reader_.scales_of_four(first, count);
    std::vector<Activations> xs;
    for (int64_t m = 0; m < rows_; ++m) {
      xs.push_back(activations(x_row(number(m)), block, count));
      if (reader_.stores_minimum())
        add_to(totals[static_cast<size_t>(m)].minima, scales.minimum[0], xs.back().sums);
    }
    for (size_t m = 0; m < xs.size(); ++m) {
      Value* scale = b_.CreateFMul(scales.scale[0], xs[m].scales);
      for (size_t r = 0; r < kFour; ++r) {
        Value* sum = xs[m].start;
        for (size_t h = 0; h < 2; ++h) sum = quads_.add(sum, weights[r][h], xs[m].bytes[h]);
        add_to(totals[m].sums[r], to_float(sum), of_row(scale, static_cast<int>(r)));
      }
    }
  }

  std::array<Quads::Weights, 2> halves_of_blocks(Value* first, int64_t count) {
    std::vector<Value*> blocks;
    for (int64_t i = 0; i < count; ++i) blocks.push_back(at(first, i * reader_.bytes()));
    std::array<Quads::Weights, 2> weights;
    const std::array<Value*, 2> quants = reader_.quants_of_four(blocks);
    for (size_t h = 0; h < 2; ++h) weights[h] = quads_.prepare(is_biased() ? plus_128(quants[h]) : quants[h]);
    return weights;
  }

  // Four blocks of a row of activations: bytes as the weights' lie, what their sums of products begin with,
  // and tables with four lanes for each block.
  struct Activations {
    std::array<Value*, 2> bytes;
    Value *start, *scales, *sums;
  };

  Activations activations(Value* x, Value* block, int64_t count) {
    std::vector<Value*> blocks;
    Value* first = at(x, b_.CreateMul(block, number(kInt8Block)));
    for (int64_t i = 0; i < count; ++i) blocks.push_back(at(first, i * kInt8Block));
    Activations four{};
    for (size_t h = 0; h < 2; ++h)
      four.bytes[h] = quads_.activations(reader_.sixteens(blocks, 16 * static_cast<int64_t>(h)));
    four.start = llvm::Constant::getNullValue(quads_.quads_type());
    if (zero_point() != 0) {
      const Quads::Weights all =
          quads_.prepare(llvm::ConstantInt::get(quads_.bytes(), static_cast<uint64_t>(zero_point())));
      for (Value* bytes : four.bytes) four.start = quads_.add(four.start, all, bytes);
      four.start = b_.CreateNeg(four.start);
    }
    four.scales = table(x, block, count, x_.scales());
    if (reader_.stores_minimum()) four.sums = table(x, block, count, x_.sums_of_32());
    return four;
  }

  Value* table(Value* x, Value* block, int64_t count, int64_t offset) {
    Value* entries = load(floats(count), at(x, in_table(offset, block)));
    std::vector<int> lanes;
    for (int lane = 0; lane < kLanes; ++lane)
      lanes.push_back(lane / 4 < count ? lane / 4 : static_cast<int>(count));
    return b_.CreateShuffleVector(entries, llvm::Constant::getNullValue(entries->getType()), lanes);
  }

  // Of each block the lane of row r, four times.
  Value* of_row(Value* scales, int r) {
    std::vector<int> lanes;
    for (int lane = 0; lane < kLanes; ++lane) lanes.push_back(lane / 4 * 4 + r);
    return b_.CreateShuffleVector(scales, lanes);
  }

  Value* plus_128(Value* bytes) { return b_.CreateXor(bytes, llvm::ConstantInt::get(bytes->getType(), 128)); }

  // The sums of all lanes of each row of weights, <4 x f32>.
  Value* folded(const Totals& totals) {
    std::array<Value*, kFour> sums;
    for (size_t r = 0; r < kFour; ++r) sums[r] = b_.CreateLoad(floats(kLanes), totals.sums[r]);
    Value* all = neighbours(neighbours(sums[0], sums[1]), neighbours(sums[2], sums[3]));
    if (reader_.stores_minimum()) all = b_.CreateFAdd(all, b_.CreateLoad(floats(kLanes), totals.minima));
    for (int half = kLanes / 2; half >= kFour; half /= 2) {
      std::vector<int> low, high;
      for (int i = 0; i < half; ++i) {
        low.push_back(i);
        high.push_back(half + i);
      }
      all = b_.CreateFAdd(b_.CreateShuffleVector(all, low), b_.CreateShuffleVector(all, high));
    }
    return all;
  }

  // In each four lanes: the sums of two neighbours of x, then those of y.
  Value* neighbours(Value* x, Value* y) {
    std::vector<int> even, odd;
    for (int four = 0; four < kLanes; four += 4)
      for (const int lane : {0, 2, kLanes, kLanes + 2}) {
        even.push_back(four + lane);
        odd.push_back(four + lane + 1);
      }
    return b_.CreateFAdd(b_.CreateShuffleVector(x, y, even), b_.CreateShuffleVector(x, y, odd));
  }

  bool can_bias_;
  Quads quads_;
};

}  // namespace

KernelShape emit_block_dot_by_four(Frame& frame, BlockFormat format) { return ByFour(frame, format).emit(); }

}  // namespace fusebox::cpu
