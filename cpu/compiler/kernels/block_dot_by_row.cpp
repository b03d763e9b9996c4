// One row of weights after the other, so that memory is read in one stream; of each, some blocks at once,
// whose scales fill a vector: a unit.
#include <algorithm>
#include <array>

#include "cpu/compiler/kernels/block_dot.h"
#include "cpu/compiler/kernels/quads.h"

namespace fusebox::cpu {

using llvm::AllocaInst;
using llvm::Value;

namespace {

constexpr int64_t kBytesAhead = 2048;  // of prefetches: measured with bench_kernels

class ByRow : public BlockDot {
 public:
  ByRow(Frame& frame, BlockFormat format)
      : BlockDot(frame, format),
        quads_(b_, frame.level(), reader_.is_signed()),
        lanes_(quads_.lanes()),
        unit_(reader_.runs() == 1 ? 4 : 1) {}

  KernelShape emit() {
    for_items(1, [&](Value* column) { product(column); });
    const int64_t work = blocks_ * reader_.weights() * rows_;
    return {columns_, std::max<int64_t>(1, 2 * kGrainElements / work), results_->scratch_bytes()};
  }

 private:
  struct Totals {
    // By row of activations. Two sums of vectors, or one addition would wait for the other.
    std::vector<std::array<AllocaInst*, 2>> sums;
    std::vector<AllocaInst*> minima;  // a lane per run of a unit
  };

  void product(Value* column) {
    const int64_t rest = blocks_ % unit_;
    Value* weights = at(frame_.operand(1), b_.CreateMul(column, number(weight_row_bytes())));
    std::vector<Value*> xs;
    Totals totals;
    for (int64_t m = 0; m < rows_; ++m) {
      xs.push_back(x_row(number(m)));
      totals.sums.push_back({zeroed(floats(lanes_)), zeroed(floats(lanes_))});
      totals.minima.push_back(zeroed(floats(unit_ * reader_.runs())));
    }
    frame_.loop(number(0), number(blocks_ - rest), unit_,
                [&](Value* block) { add_blocks(weights, block, unit_, xs, totals); });
    Totals last{totals.sums, {}};
    if (rest > 0) {
      for (int64_t m = 0; m < rows_; ++m) last.minima.push_back(zeroed(floats(rest * reader_.runs())));
      add_blocks(weights, number(blocks_ - rest), rest, xs, last);
    }
    for (size_t m = 0; m < xs.size(); ++m) {
      Value* total = frame_.horizontal_sum(b_.CreateFAdd(b_.CreateLoad(floats(lanes_), totals.sums[m][0]),
                                                         b_.CreateLoad(floats(lanes_), totals.sums[m][1])));
      if (reader_.has_minimum()) total = b_.CreateFAdd(total, total_of(totals.minima[m]));
      if (reader_.has_minimum() && rest > 0) total = b_.CreateFAdd(total, total_of(last.minima[m]));
      store(total, results_->address(number(static_cast<int64_t>(m)), column));
    }
  }

  Value* total_of(AllocaInst* sums) {
    return frame_.horizontal_sum(b_.CreateLoad(sums->getAllocatedType(), sums));
  }

  void add_blocks(Value* weights, Value* block, int64_t count, const std::vector<Value*>& xs,
                  const Totals& totals) {
    Value* first = at(weights, b_.CreateMul(block, number(reader_.bytes())));
    for (int64_t line = 0; line < count * reader_.bytes(); line += 64) prefetch(at(first, line), kBytesAhead);
    std::vector<Value*> addresses;
    for (int64_t i = 0; i < count; ++i) addresses.push_back(at(first, i * reader_.bytes()));
    const BlockReader::Scales scales = reader_.scales(addresses);
    const bool by_16 = reader_.run() == 16;
    std::vector<Value*> factors;  // scale of weights · scale of activations, by row of activations
    for (size_t m = 0; m < xs.size(); ++m) {
      factors.push_back(b_.CreateFMul(scales.scale[0], x_table(xs[m], block, count, x_.scales(), 32)));
      if (reader_.has_minimum())
        add_to(totals.minima[m], scales.minimum[0],
               x_table(xs[m], block, count, by_16 ? x_.sums_of_16() : x_.sums_of_32(), reader_.run()));
    }
    for (int64_t group = 0; group < count * reader_.groups(); group += groups_at_once()) {
      Value* address = addresses[static_cast<size_t>(group / reader_.groups())];
      const int64_t in_block = group % reader_.groups();
      const Quads::Weights q = quads_.prepare(groups_at_once() == 2 ? reader_.quants_of_two(address, in_block)
                                                                    : reader_.quants(address, in_block));
      Value* index = b_.CreateAdd(b_.CreateMul(block, number(reader_.groups())), number(group));
      for (size_t m = 0; m < xs.size(); ++m) {
        Value* x = load(q.bytes->getType(), at(xs[m], b_.CreateMul(index, number(kInt8Block))));
        Value* products = quads_.add(quads_.start(q), q, quads_.activations(x));
        add_to(totals.sums[m][static_cast<size_t>(group / groups_at_once() % 2)], to_float(products),
               run_lanes(factors[m], group));
      }
    }
  }

  // 32 weights each, of which a vector takes so many.
  int64_t groups_at_once() const { return lanes_ / 8; }

  // What a table of the activations, with an entry per `each` elements, holds for these blocks: a lane per
  // run.
  Value* x_table(Value* x, Value* block, int64_t count, int64_t offset, int64_t each) {
    const int64_t per_block = reader_.weights() / each;
    Value* address = at(x, in_table(offset, b_.CreateMul(block, number(per_block))));
    Value* table = load(floats(count * per_block), address);
    if (each == reader_.run()) return table;
    std::vector<int> twice;  // two runs share a scale of activations
    for (int i = 0; i < static_cast<int>(count * reader_.runs()); ++i) twice.push_back(i / 2);
    return b_.CreateShuffleVector(table, twice);
  }

  // The factors of the runs of the groups from `group` on, where their sums lie, 8 lanes per group.
  Value* run_lanes(Value* vector, int64_t group) {
    const int per_group = static_cast<int>(kInt8Block / reader_.run());
    std::vector<int> lanes;
    for (int i = 0; i < static_cast<int>(lanes_); ++i)
      lanes.push_back(static_cast<int>(group) * per_group + i * per_group / 8);
    return b_.CreateShuffleVector(vector, lanes);
  }

  Quads quads_;
  int64_t lanes_, unit_;
};

}  // namespace

KernelShape emit_block_dot_by_row(Frame& frame, BlockFormat format) { return ByRow(frame, format).emit(); }

}  // namespace fusebox::cpu
