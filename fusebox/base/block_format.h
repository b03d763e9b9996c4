// Block formats of low-bit weights (GGUF): rows cut into blocks of a few weights with shared scales.
//
// Values are defined by expansion to f32; the formulas are those of the GGUF format (ggml's reference
// dequantisation), exact in f32 in the order written in block_format.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace fusebox {

// enumerator, name, GGUF type number, weights per block, bytes per block
#define FUSEBOX_BLOCK_FORMATS(X) \
  X(q4_0, "Q4_0", 2, 32, 18)     \
  X(q4_1, "Q4_1", 3, 32, 20)     \
  X(q5_0, "Q5_0", 6, 32, 22)     \
  X(q5_1, "Q5_1", 7, 32, 24)     \
  X(q8_0, "Q8_0", 8, 32, 34)     \
  X(q2_k, "Q2_K", 10, 256, 84)   \
  X(q3_k, "Q3_K", 11, 256, 110)  \
  X(q4_k, "Q4_K", 12, 256, 144)  \
  X(q5_k, "Q5_K", 13, 256, 176)  \
  X(q6_k, "Q6_K", 14, 256, 210)

enum class BlockFormat : uint8_t {
#define FUSEBOX_ENUMERATOR(name, ...) name,
  FUSEBOX_BLOCK_FORMATS(FUSEBOX_ENUMERATOR)
#undef FUSEBOX_ENUMERATOR
};

struct BlockFormatInfo {
  BlockFormat format;
  std::string_view name;
  int gguf_type;
  int weights;  // per block
  int bytes;    // per block
};

const BlockFormatInfo& info(BlockFormat format);
// Bytes of a row of so many weights; nothing if they are no whole blocks.
std::optional<int64_t> row_bytes(BlockFormat format, int64_t weights);
std::optional<BlockFormat> block_format_from_gguf(uint32_t gguf_type);
std::optional<BlockFormat> block_format_from_name(std::string_view name);

// Expands whole blocks: blocks.size() must be a multiple of the block's bytes, and `out` have room for its
// weights (Error kInvalidArgument otherwise).
void expand(BlockFormat format, std::span<const std::byte> blocks, std::span<float> out);

}  // namespace fusebox
