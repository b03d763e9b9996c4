// BlockReader: the IR that takes a block of low-bit weights apart. Inside codegen only: it includes LLVM.
//
// Every format is read in one form: weight = scale · q + minimum, with q an unsigned integer of few bits (for
// Q8_0 a signed one, and no minimum), and one scale and minimum per `run()` weights.
#pragma once

#include <llvm/IR/IRBuilder.h>

#include <array>
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
  bool stores_minimum() const { return format_ == BlockFormat::q4_1 || format_ == BlockFormat::q5_1; }
  // Of a format with one run that stores none, minimum = -zero_point · scale.
  int zero_point() const { return format_ == BlockFormat::q4_0 ? 8 : format_ == BlockFormat::q5_0 ? 16 : 0; }
  bool is_signed() const { return format_ == BlockFormat::q8_0; }
  int largest() const;  // q at most (in magnitude)

  // q of group `group` of the block: <32 x i8>.
  llvm::Value* quants(llvm::Value* block, int64_t group);

  // q of group `group`, which is even, and the one behind it: <64 x i8>. For formats with several groups.
  llvm::Value* quants_of_two(llvm::Value* block, int64_t group);

  // q of up to four blocks of a format with one run, <64 x i8> each: the first 16 of every block, zeros where
  // there is none, and the others.
  std::array<llvm::Value*, 2> quants_of_four(const std::vector<llvm::Value*>& blocks);
  // 16 bytes of every block side by side, up to four of them, and zeros.
  llvm::Value* sixteens(const std::vector<llvm::Value*>& blocks, int64_t offset);

  // Of 8 or 16 blocks at once: vector k holds bytes 4k to 4k + 3 of what quants() gives for each of them.
  std::vector<llvm::Value*> quants_of_all(const std::vector<llvm::Value*>& blocks, int64_t group);

  // Scales and minima of one run each, f32. For formats with one run per block, lane r is that of blocks[r];
  // for others there is one vector per block, and lane s of it is that of run s.
  struct Scales {
    std::vector<llvm::Value*> scale, minimum;
  };
  Scales scales(const std::vector<llvm::Value*>& blocks);
  // Of the `count` blocks, four at most, that begin each of four rows, for levels with vectors of 512 bits:
  // lane 4b + r is that of block b of row r. Minima only where they are stored.
  Scales scales_of_four(const std::vector<llvm::Value*>& rows, int64_t count);

 private:
  llvm::Value* load(llvm::Value* block, int64_t offset, llvm::Type* element, unsigned count);
  llvm::Value* halves(const std::vector<llvm::Value*>& blocks, int64_t offset);
  std::pair<llvm::Value*, llvm::Value*> pairs_of_halves(const std::vector<llvm::Value*>& blocks);
  llvm::Value* half(llvm::Value* block, int64_t offset);
  int64_t nibbles_at() const;
  llvm::Value* nibbles(llvm::Value* block);
  llvm::Value* turned(llvm::Value* bytes, int first, int second, int mask);
  llvm::Value* high_nibbles(llvm::Value* bytes);
  llvm::Value* words_of_scales(const std::vector<llvm::Value*>& rows, int64_t count,
                               std::array<bool, 4>& in_upper);
  llvm::Value* load_up_to(llvm::Value* block, int64_t offset, int64_t end);
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
