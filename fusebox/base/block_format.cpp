#include "fusebox/base/block_format.h"

#include <array>
#include <cstring>

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/base/small_float.h"

namespace fusebox {
namespace {

constexpr std::array kRows = {
#define FUSEBOX_ROW(name, text, gguf, weights, bytes) \
  BlockFormatInfo{BlockFormat::name, text, gguf, weights, bytes},
    FUSEBOX_BLOCK_FORMATS(FUSEBOX_ROW)
#undef FUSEBOX_ROW
};

// One function per format expands one block. The loops over weights have constant bounds and no branches, so
// that the compiler turns them into vectors; products are rounded before they are added (no fused
// multiply-add), as the format's reference does.
#define FUSEBOX_BLOCK [[gnu::always_inline]] inline void

float half(const uint8_t* p) {
  uint16_t bits;
  std::memcpy(&bits, p, sizeof bits);
  return f16_to_f32(bits);
}

FUSEBOX_BLOCK q4_0(const uint8_t* b, float* y) {
  const float d = half(b);
  for (int i = 0; i < 16; ++i) {
    y[i] = static_cast<float>((b[2 + i] & 15) - 8) * d;
    y[i + 16] = static_cast<float>((b[2 + i] >> 4) - 8) * d;
  }
}

FUSEBOX_BLOCK q4_1(const uint8_t* b, float* y) {
  const float d = half(b), m = half(b + 2);
  for (int i = 0; i < 16; ++i) {
    y[i] = static_cast<float>(b[4 + i] & 15) * d + m;
    y[i + 16] = static_cast<float>(b[4 + i] >> 4) * d + m;
  }
}

// The fifth bits of a Q5_0 or Q5_1 block stand together, bit i for weight i.
FUSEBOX_BLOCK five_bits(const uint8_t* high, const uint8_t* low, int32_t* q) {
  uint32_t bits;
  std::memcpy(&bits, high, sizeof bits);
  for (int i = 0; i < 16; ++i) {
    q[i] = static_cast<int32_t>((low[i] & 15u) | ((bits >> i & 1u) << 4));
    q[i + 16] = static_cast<int32_t>((low[i] >> 4) | ((bits >> (i + 16) & 1u) << 4));
  }
}

FUSEBOX_BLOCK q5_0(const uint8_t* b, float* y) {
  const float d = half(b);
  int32_t q[32];
  five_bits(b + 2, b + 6, q);
  for (int i = 0; i < 32; ++i) y[i] = static_cast<float>(q[i] - 16) * d;
}

FUSEBOX_BLOCK q5_1(const uint8_t* b, float* y) {
  const float d = half(b), m = half(b + 2);
  int32_t q[32];
  five_bits(b + 4, b + 8, q);
  for (int i = 0; i < 32; ++i) y[i] = static_cast<float>(q[i]) * d + m;
}

FUSEBOX_BLOCK q8_0(const uint8_t* b, float* y) {
  const float d = half(b);
  for (int i = 0; i < 32; ++i) y[i] = static_cast<float>(static_cast<int8_t>(b[2 + i])) * d;
}

// Blocks of 256 ("K"): 16 groups of 16 or 8 groups of 32 weights, each group with a small integer scale.

FUSEBOX_BLOCK q2_k(const uint8_t* b, float* y) {
  const uint8_t* scales = b;
  const float d = half(b + 80), dmin = half(b + 82);
  for (int group = 0; group < 16; ++group) {
    const uint8_t* q = b + 16 + (group / 8) * 32 + (group % 2) * 16;
    const int shift = (group % 8) / 2 * 2;
    const float scale = d * static_cast<float>(scales[group] & 15);
    const float minimum = dmin * static_cast<float>(scales[group] >> 4);
    for (int i = 0; i < 16; ++i) y[group * 16 + i] = scale * static_cast<float>(q[i] >> shift & 3) - minimum;
  }
}

FUSEBOX_BLOCK q3_k(const uint8_t* b, float* y) {
  const uint8_t* scales = b + 96;
  const float d = half(b + 108);
  for (int group = 0; group < 16; ++group) {
    const int low = group < 8 ? scales[group] & 15 : scales[group - 8] >> 4;
    const int high = scales[8 + group % 4] >> (2 * (group / 4)) & 3;
    const float scale = d * static_cast<float>((low | high << 4) - 32);
    const uint8_t* q = b + 32 + (group / 8) * 32 + (group % 2) * 16;
    const uint8_t* mask = b + (group % 2) * 16;
    const int shift = (group % 8) / 2 * 2, bit = group / 2;
    for (int i = 0; i < 16; ++i)
      y[group * 16 + i] = scale * static_cast<float>((q[i] >> shift & 3) + (mask[i] >> bit & 1) * 4 - 4);
  }
}

// The 6-bit scale and minimum of group `j` in the 12 bytes that Q4_K and Q5_K share.
FUSEBOX_BLOCK scale_and_minimum(const uint8_t* s, int j, float* scale, float* minimum) {
  const int low = j < 4 ? s[j] & 63 : (s[j + 4] & 15) | (s[j - 4] >> 6) << 4;
  const int high = j < 4 ? s[j + 4] & 63 : (s[j + 4] >> 4) | (s[j] >> 6) << 4;
  *scale = static_cast<float>(low);
  *minimum = static_cast<float>(high);
}

FUSEBOX_BLOCK q4_k(const uint8_t* b, float* y) {
  const float d = half(b), dmin = half(b + 2);
  for (int group = 0; group < 8; ++group) {
    float scale, minimum;
    scale_and_minimum(b + 4, group, &scale, &minimum);
    scale *= d;
    minimum *= dmin;
    const uint8_t* q = b + 16 + group / 2 * 32;
    const int shift = group % 2 * 4;
    for (int i = 0; i < 32; ++i) y[group * 32 + i] = scale * static_cast<float>(q[i] >> shift & 15) - minimum;
  }
}

FUSEBOX_BLOCK q5_k(const uint8_t* b, float* y) {
  const float d = half(b), dmin = half(b + 2);
  const uint8_t* high = b + 16;
  for (int group = 0; group < 8; ++group) {
    float scale, minimum;
    scale_and_minimum(b + 4, group, &scale, &minimum);
    scale *= d;
    minimum *= dmin;
    const uint8_t* q = b + 48 + group / 2 * 32;
    const int shift = group % 2 * 4;
    for (int i = 0; i < 32; ++i)
      y[group * 32 + i] =
          scale * static_cast<float>((q[i] >> shift & 15) | (high[i] >> group & 1) << 4) - minimum;
  }
}

FUSEBOX_BLOCK q6_k(const uint8_t* b, float* y) {
  const float d = half(b + 208);
  for (int group = 0; group < 16; ++group) {
    const int part = group % 8;  // of the 128 weights this group belongs to
    const uint8_t* low = b + group / 8 * 64 + part % 4 * 16;
    const uint8_t* high = b + 128 + group / 8 * 32 + part % 2 * 16;
    const int low_shift = part / 4 * 4, high_shift = part / 2 * 2;
    const float scale = d * static_cast<float>(static_cast<int8_t>(b[192 + group]));
    for (int i = 0; i < 16; ++i)
      y[group * 16 + i] =
          scale * static_cast<float>(((low[i] >> low_shift & 15) | (high[i] >> high_shift & 3) << 4) - 32);
  }
}

[[gnu::always_inline]] inline void expand_blocks(BlockFormat format, const uint8_t* in, size_t blocks,
                                                 float* out) {
  switch (format) {
#define FUSEBOX_CASE(name, text, gguf, weights, bytes)                               \
  case BlockFormat::name:                                                            \
    for (size_t i = 0; i < blocks; ++i) name(in + i * (bytes), out + i * (weights)); \
    return;
    FUSEBOX_BLOCK_FORMATS(FUSEBOX_CASE)
#undef FUSEBOX_CASE
  }
}

// The same code twice; AVX2 alone brings no fused multiply-add, so that both give the same bits.
#if defined(__x86_64__)
[[gnu::target("avx2")]] void expand_avx2(BlockFormat format, const uint8_t* in, size_t blocks, float* out) {
  expand_blocks(format, in, blocks, out);
}
#endif

void expand_baseline(BlockFormat format, const uint8_t* in, size_t blocks, float* out) {
  expand_blocks(format, in, blocks, out);
}

using Expand = void (*)(BlockFormat, const uint8_t*, size_t, float*);

Expand choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) return expand_avx2;
#endif
  return expand_baseline;
}

}  // namespace

const BlockFormatInfo& info(BlockFormat format) { return kRows[static_cast<size_t>(format)]; }

std::optional<int64_t> row_bytes(BlockFormat format, int64_t weights) {
  const BlockFormatInfo& row = info(format);
  if (weights < 0 || weights % row.weights != 0) return std::nullopt;
  return weights / row.weights * row.bytes;
}

std::optional<BlockFormat> block_format_from_gguf(uint32_t gguf_type) {
  for (const BlockFormatInfo& row : kRows)
    if (static_cast<uint32_t>(row.gguf_type) == gguf_type) return row.format;
  return std::nullopt;
}

std::optional<BlockFormat> block_format_from_name(std::string_view name) {
  for (const BlockFormatInfo& row : kRows)
    if (row.name == name) return row.format;
  return std::nullopt;
}

void expand(BlockFormat format, std::span<const std::byte> blocks, std::span<float> out) {
  static const Expand expand_best = choose();
  const BlockFormatInfo& row = info(format);
  const size_t count = blocks.size() / static_cast<size_t>(row.bytes);
  if (blocks.size() % static_cast<size_t>(row.bytes) != 0 ||
      out.size() / static_cast<size_t>(row.weights) < count)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("{} bytes of {} ({} bytes for {} weights) do not go into {} values",
                            blocks.size(), row.name, row.bytes, row.weights, out.size()));
  expand_best(format, reinterpret_cast<const uint8_t*>(blocks.data()), count, out.data());
}

}  // namespace fusebox
