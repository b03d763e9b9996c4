// Grouped-query attention over a cache of keys and values.
#pragma once

#include <optional>

#include "fusebox/trace/trace.h"

namespace fusebox::nn {

// One layer's cache: [slots, kv_heads, capacity, head_size] each. Capacity leaves room for a whole chunk past
// the last valid token, because an update that would not fit is moved back and overwrites what is there.
//
// Of dtype i8, every row of a head is rounded as int8_parts does (block_weights.h), and its scale stands in
// a tensor of its own, f32 [slots, kv_heads, capacity, 1]. Of float types there are no scales.
struct KvCache {
  Tensor k, v;
  std::optional<Tensor> k_scale = {}, v_scale = {};

  static KvCache spec(int64_t slots, int64_t kv_heads, int64_t capacity, int64_t head_size, DType dtype);
  // The cache with n new rows per slot, written from position start[slot] on. k and v are
  // [slots, n, kv_heads, head_size], start is i32 [slots]. Rows are converted to the cache's dtype.
  KvCache updated(const Arg& new_k, const Arg& new_v, const Tensor& start) const;
};

// Attention reads the cache in blocks of this many rows and stops after the last valid one; capacity is a
// multiple of it.
inline constexpr int64_t kAttentionBlock = 256;

// Causal attention of n queries per slot: q is [slots, n, heads, head_size], positions i32 [slots, n] (a row
// sees the cache up to and with its own position, as far as it is filled), valid i32 [slots] the rows of the
// cache that are filled. heads is a multiple of kv_heads. Softmax in f32; returns [slots, n, heads *
// head_size] of q's dtype, zeros for a row that sees nothing.
//
// Where the device has a kernel for it, it is the composite "fusebox.attention", version 1, with the
// attribute `scale`, of q in f32, k, v, positions, valid and, if the cache has them, k_scale and v_scale.
// Kernels read no row of the cache that no query of its slot sees; the plain ops multiply what stands there
// by zero, so it must be finite.
Tensor attention(const Arg& q, const KvCache& cache, const Tensor& positions, const Tensor& valid,
                 double scale);

}  // namespace fusebox::nn
