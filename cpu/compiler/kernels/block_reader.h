// BlockReader: the IR that takes a block of low-bit weights apart. Inside codegen only: it includes LLVM.
//
// Every format is read in one form: weight = scale · q + minimum, with q an unsigned integer of few bits (for
// Q8_0 a signed one, and no minimum), and one scale and minimum per `run()` weights.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <vector>

#include "cpu/compiler/codegen/math.h"
#include "fusebox/base/block_format.h"

namespace fusebox::cpu {

class BlockReader {
 public:
  BlockReader(llvm::IRBuilder<>& builder, BlockFormat format, const MathTarget& target)
      : b_(builder), format_(format), target_(target) {}

  int64_t weights() const { return info(format_).weights; }  // per block
  int64_t bytes() const { return info(format_).bytes; }
  int64_t groups() const { return weights() / 32; }  // of 32 weights, per block
  int64_t run() const;                               // weights that share a scale: 16 or 32
  int64_t runs() const { return weights() / run(); }
  bool has_minimum() const { return format_ != BlockFormat::q8_0; }
  bool is_signed() const { return format_ == BlockFormat::q8_0; }
  int largest() const;  // q at most (in magnitude)

  // q of group `group` of the block: <32 x i8>.
  llvm::Value* quants(llvm::Value* block, int64_t group);

  // q of one or two groups side by side: of two blocks, or of one where the first's index is even.
  struct Group {
    llvm::Value* block;
    int64_t index;
  };
  llvm::Value* quants(const std::vector<Group>& groups);

  // Of 8 or 16 blocks at once: vector k holds bytes 4k to 4k + 3 of what quants() gives for each of them.
  std::vector<llvm::Value*> quants_of_all(const std::vector<llvm::Value*>& blocks, int64_t group);

  // Scales and minima of one run each, f32. For formats with one run per block, lane r is that of blocks[r];
  // for others there is one vector per block, and lane s of it is that of run s.
  struct Scales {
    std::vector<llvm::Value*> scale, minimum;
  };
  Scales scales(const std::vector<llvm::Value*>& blocks);
  // The same of four blocks side by side, of a format with one run, for levels with vectors of 512 bits.
  Scales scales_of_four(llvm::Value* blocks);

 private:
  llvm::Value* load(llvm::Value* block, int64_t offset, llvm::Type* element, unsigned count);
  llvm::Value* halves(const std::vector<llvm::Value*>& blocks, int64_t offset);
  std::pair<llvm::Value*, llvm::Value*> pairs_of_halves(const std::vector<llvm::Value*>& blocks);
  llvm::Value* half(llvm::Value* block, int64_t offset);
  int64_t nibbles_at() const;
  llvm::Value* nibbles(llvm::Value* block);
  llvm::Value* two(llvm::Value* first, llvm::Value* second, int64_t offset, llvm::Type* element,
                   unsigned count);
  llvm::Value* turned(llvm::Value* bytes, int first, int second, int mask);
  llvm::Value* two_nibbles(llvm::Value* first, llvm::Value* second);
  llvm::Value* two_of_one(llvm::Value* block, int64_t group);
  Scales one_run(llvm::Value* scale);
  llvm::Value* with_bits(llvm::Value* q, llvm::Value* mask, int value);
  llvm::Value* shifted(llvm::Value* bytes, int shift, int mask);
  llvm::Value* to_float(llvm::Value* integers, bool is_signed);
  Scales one_run(const std::vector<llvm::Value*>& blocks);
  void q2_k(llvm::Value* block, Scales& out);
  void q3_k(llvm::Value* block, Scales& out);
  void q4_k(llvm::Value* block, Scales& out);
  void q6_k(llvm::Value* block, Scales& out);
  llvm::Value* times(llvm::Value* x, double factor);

  llvm::IRBuilder<>& b_;
  BlockFormat format_;
  MathTarget target_;
};

}  // namespace fusebox::cpu
