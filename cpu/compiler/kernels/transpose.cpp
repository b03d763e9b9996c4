#include "cpu/compiler/kernels/transpose.h"

#include <array>

namespace fusebox::cpu {

using llvm::Value;

namespace {

// The same lanes in each four: those of the first vector are 0 to 3, of the second 4 to 7.
Value* in_fours(llvm::IRBuilder<>& b, Value* x, Value* y, const std::array<int, 4>& lanes) {
  const auto count = static_cast<int>(llvm::cast<llvm::FixedVectorType>(x->getType())->getNumElements());
  std::vector<int> all;
  for (int first = 0; first < count; first += 4)
    for (const int lane : lanes) all.push_back(first + (lane < 4 ? lane : count + lane - 4));
  return b.CreateShuffleVector(x, y, all);
}

// Four lanes of vectors, from `first` on, side by side.
Value* joined(llvm::IRBuilder<>& b, Value* x, Value* y, int first) {
  const auto count = static_cast<int>(llvm::cast<llvm::FixedVectorType>(x->getType())->getNumElements());
  std::vector<int> lanes;
  for (const int from : {first, count + first})
    for (int i = 0; i < 4; ++i) lanes.push_back(from + i);
  return b.CreateShuffleVector(x, y, lanes);
}

}  // namespace

// Rows r, r + 4, … share a vector from the first, so that no later step crosses the quarters of one, which
// costs CPUs more than what stays inside.
std::vector<Value*> transposed(llvm::IRBuilder<>& b, const std::vector<Value*>& rows) {
  const unsigned lanes = llvm::cast<llvm::FixedVectorType>(rows[0]->getType())->getNumElements();
  std::vector<Value*> columns;
  for (int first = 0; first < static_cast<int>(lanes); first += 4) {
    Value* shared[4];
    for (size_t r = 0; r < 4; ++r) {
      shared[r] = joined(b, rows[r], rows[r + 4], first);
      if (rows.size() == 8) continue;
      Value* others = joined(b, rows[r + 8], rows[r + 12], first);
      shared[r] =
          b.CreateShuffleVector(shared[r], others, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
    }
    // Lanes h and h + 1 of rows 0 and 1, and of rows 2 and 3, side by side; then the pairs of lanes.
    for (const int h : {0, 2}) {
      Value* low = in_fours(b, shared[0], shared[1], {h, 4 + h, h + 1, 5 + h});
      Value* high = in_fours(b, shared[2], shared[3], {h, 4 + h, h + 1, 5 + h});
      columns.push_back(in_fours(b, low, high, {0, 1, 4, 5}));
      columns.push_back(in_fours(b, low, high, {2, 3, 6, 7}));
    }
  }
  return columns;
}

}  // namespace fusebox::cpu
