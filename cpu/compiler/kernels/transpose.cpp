#include "cpu/compiler/kernels/transpose.h"

namespace fusebox::cpu {

using llvm::Value;

// Rows r and r + 4 share a vector from the first, so that no later step crosses the halves of one, which
// costs CPUs more than what stays inside.
std::vector<Value*> transposed(llvm::IRBuilder<>& b, const std::vector<Value*>& rows) {
  const unsigned lanes = llvm::cast<llvm::FixedVectorType>(rows[0]->getType())->getNumElements();
  std::vector<Value*> columns;
  for (int first = 0; first < static_cast<int>(lanes); first += 4) {
    Value* both[4];
    std::vector<int> four;
    for (const int row : {0, static_cast<int>(lanes)})
      for (int i = 0; i < 4; ++i) four.push_back(row + first + i);
    for (size_t r = 0; r < 4; ++r) both[r] = b.CreateShuffleVector(rows[r], rows[r + 4], four);
    // Lanes 2 h and 2 h + 1 of rows 0 and 1, and of rows 2 and 3, side by side; then the pairs of lanes.
    for (const int h : {0, 2}) {
      const std::vector<int> words = {h, 8 + h, h + 1, 9 + h, 4 + h, 12 + h, 5 + h, 13 + h};
      Value* low = b.CreateShuffleVector(both[0], both[1], words);
      Value* high = b.CreateShuffleVector(both[2], both[3], words);
      columns.push_back(b.CreateShuffleVector(low, high, {0, 1, 8, 9, 4, 5, 12, 13}));
      columns.push_back(b.CreateShuffleVector(low, high, {2, 3, 10, 11, 6, 7, 14, 15}));
    }
  }
  return columns;
}

}  // namespace fusebox::cpu
