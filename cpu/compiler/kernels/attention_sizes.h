// AttentionSizes: how attention over a cache is divided into items. The pass that calls the kernels and the
// kernels agree here.
//
// Queries that meet the same rows of the cache stand side by side: position after position, the heads of the
// group one behind the other.
#pragma once

#include <algorithm>
#include <cstdint>

namespace fusebox::cpu {

inline constexpr int64_t kAttentionChunk = 64;  // rows of the cache that queries meet at once
// What stands behind a part's sums of values, per query: its maximum, its total, and room.
inline constexpr int64_t kPartExtra = 8;

struct AttentionSizes {
  int64_t slots, n, heads, kv_heads, capacity, size;

  int64_t group() const { return heads / kv_heads; }
  int64_t rows() const { return n * group(); }
  // Few queries multiply with rows of the cache as they lie, many with a packed chunk of them.
  bool few() const { return rows() <= 16; }

  // The positions of one item.
  int64_t tile() const {
    if (few()) return n;
    int64_t tile = std::min(n, std::max<int64_t>(1, 96 / group()));
    while (heads_and_tiles(tile) < kEnough && tile * group() > 24) tile = (tile + 1) / 2;
    return tile;
  }
  int64_t tiles() const { return (n + tile() - 1) / tile(); }
  // The parts into which the filled rows are split: by their number alone, whatever the number of threads.
  int64_t parts() const {
    const int64_t items = heads_and_tiles(tile());
    if (!few() && items >= kEnough) return 1;
    return std::clamp<int64_t>((2 * kEnough + items - 1) / items, few() ? 4 : 1, 8);
  }

 private:
  static constexpr int64_t kEnough = 12;  // items for a few threads to share evenly

  int64_t heads_and_tiles(int64_t tile) const { return slots * kv_heads * ((n + tile - 1) / tile); }
};

}  // namespace fusebox::cpu
