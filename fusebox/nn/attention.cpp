#include "fusebox/nn/attention.h"

#include <fmt/format.h>

#include "fusebox/base/error.h"
#include "fusebox/trace/composite.h"
#include "fusebox/trace/emit.h"

namespace fusebox::nn {
namespace {

constexpr std::string_view kAttention = "fusebox.attention";

// Hides later positions; finite, so that a row that sees nothing of a block stays a number.
constexpr double kMasked = -1e30;

// What the loop over blocks carries, per query: the running maximum of its scores, the sum of their
// exponentials and the sum of values weighted by them (Milakov and Gimelshein, 2018). [slots, kv, group, n (,
// head_size)], f32.
struct Running {
  Tensor top, total, sum;
};

// What queries and rows of the cache are multiplied in.
DType product_dtype(const Tensor& q, const Tensor& rows) {
  return q.dtype() == rows.dtype() ? q.dtype() : f32;
}

// One query is written as multiply and add, which fuses into one loop; batched dots of one row would have
// their operands transposed first.
Tensor scores_of(const Tensor& q, const Tensor& k) {
  const DType dtype = product_dtype(q, k);
  if (q.dim(3) > 1)
    return einsum("skgtd,skcd->skgtc", {convert(q, dtype), convert(k, dtype)}, {.dtype = f32});
  const Tensor products = convert(q, f32) * convert(expand_dims(k, 2), f32);
  return expand_dims(sum(products, -1), 3);
}

Tensor weighted_values(const Tensor& weights, const Tensor& v, DType dtype) {
  if (weights.dim(3) > 1)
    return einsum("skgtc,skcd->skgtd", {convert(weights, dtype), convert(v, dtype)}, {.dtype = f32});
  const Tensor column = expand_dims(squeeze(weights, 3), -1);
  return expand_dims(sum(column * convert(expand_dims(v, 2), f32), 3), 3);
}

// The rows of a block, as numbers.
Tensor cache_block(const Tensor& cache, const std::optional<Tensor>& scale, const Tensor& row) {
  const auto block = [&](const Tensor& of) {
    return dynamic_slice(of, {0, 0, row, 0}, {of.dim(0), of.dim(1), kAttentionBlock, of.dim(3)});
  };
  const Tensor rows = block(cache);
  return scale ? convert(rows, f32) * block(*scale) : rows;
}

// `last`: the last row that a query sees.
Running attend_block(const Tensor& q, const KvCache& cache, const Tensor& last, const Tensor& block,
                     const Running& before) {
  const Tensor row = block * kAttentionBlock;
  const Tensor columns = row + row.cx().iota({kAttentionBlock}, 0, i32);
  const Tensor visible = less_equal(columns, last);
  const Tensor scores = where(visible, scores_of(q, cache_block(cache.k, cache.k_scale, row)), kMasked);
  const Tensor top = maximum(before.top, max(scores, -1));
  const Tensor weights = exp(scores - expand_dims(top, -1));
  const Tensor fade = exp(before.top - top);
  const Tensor v = cache_block(cache.v, cache.v_scale, row);
  return {top, before.total * fade + sum(weights, -1),
          before.sum * expand_dims(fade, -1) + weighted_values(weights, v, product_dtype(q, v))};
}

// A cache of i8 has scales, one per row; others have none.
void check_scales(const KvCache& cache) {
  const Shape& k = cache.k.shape();
  const auto fits = [&](const std::optional<Tensor>& scale) {
    return k.dtype == i8 ? scale && scale->shape() == Shape{{k.dims[0], k.dims[1], k.dims[2], 1}, f32}
                         : !scale;
  };
  if (fits(cache.k_scale) && fits(cache.v_scale)) return;
  const auto told = [](const std::optional<Tensor>& scale) {
    return scale ? to_string(scale->shape()) : "none";
  };
  throw Error(
      ErrorKind::kShapeMismatch,
      fmt::format("got scales {} and {} for a cache {}; want f32 [slots, kv_heads, capacity, 1] for i8, "
                  "none for float types",
                  told(cache.k_scale), told(cache.v_scale), to_string(k)));
}

void check(const Tensor& q, const KvCache& cache, const Tensor& positions, const Tensor& valid) {
  const Shape &k = cache.k.shape(), &v = cache.v.shape();
  const bool fits = q.rank() == 4 && k.rank() == 4 && k == v && q.dim(0) > 0 && q.dim(0) == k.dims[0] &&
                    q.dim(1) > 0 && k.dims[1] > 0 && q.dim(2) % k.dims[1] == 0 && q.dim(3) == k.dims[3] &&
                    k.dims[2] > 0 && k.dims[2] % kAttentionBlock == 0;
  if (!fits)
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("got q {}, k {}, v {}; want q [slots, n, heads, size] and caches [slots, "
                            "kv_heads, capacity, size], heads a multiple of kv_heads, capacity of {}",
                            to_string(q.shape()), to_string(k), to_string(v), kAttentionBlock));
  check_scales(cache);
  if (!is_float(q.dtype()) || (!is_float(k.dtype) && !cache.k_scale))
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("got q {} and k {}, want float types", to_string(q.shape()), to_string(k)));
  const Shape want_positions{{q.dim(0), q.dim(1)}, i32}, want_valid{{q.dim(0)}, i32};
  if (positions.shape() != want_positions || valid.shape() != want_valid)
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("got positions {} and valid {}, want {} and {}", to_string(positions.shape()),
                            to_string(valid.shape()), to_string(want_positions), to_string(want_valid)));
}

// New rows for a cache, and where they begin.
void check_rows(const Tensor& cache, const Tensor& rows, const Tensor& start) {
  const bool fits = cache.rank() == 4 && rows.rank() == 4 && rows.dim(0) == cache.dim(0) &&
                    rows.dim(1) <= cache.dim(2) && rows.dim(2) == cache.dim(1) &&
                    rows.dim(3) == cache.dim(3) && start.shape() == Shape{{cache.dim(0)}, i32};
  if (!fits)
    throw Error(
        ErrorKind::kShapeMismatch,
        fmt::format("got rows {} from {} on for a cache {}; want [slots, n, kv_heads, size], i32[slots] "
                    "and [slots, kv_heads, capacity, size]",
                    to_string(rows.shape()), to_string(start.shape()), to_string(cache.shape())));
}

Tensor with_rows(Tensor cache, const Tensor& rows, const Tensor& start) {
  check_rows(cache, rows, start);
  const Tensor by_head = convert(transpose(rows, {0, 2, 1, 3}), cache.dtype());
  for (int64_t slot = 0; slot < cache.dim(0); ++slot) {
    const Tensor one = cache.dim(0) == 1 ? by_head : slice_in_dim(by_head, slot, slot + 1);
    const Tensor row = reshape(slice_in_dim(start, slot, slot + 1), Dims{});
    cache = dynamic_update_slice(cache, one, {slot, 0, row, 0});
  }
  return cache;
}

void update(Tensor& cache, std::optional<Tensor>& scale, const Tensor& rows, const Tensor& start) {
  if (!scale) {
    cache = with_rows(cache, rows, start);
    return;
  }
  const Int8Parts parts = int8_parts(convert(rows, f32));
  cache = with_rows(cache, parts.integers, start);
  scale = with_rows(*scale, parts.scale, start);
}

// Stops after the last block that any slot has filled.
Tensor loop_over_blocks(const Tensor& query, const KvCache& cache, const Tensor& positions,
                        const Tensor& valid, double scale) {
  const int64_t slots = query.dim(0), n = query.dim(1), size = query.dim(3), kv_heads = cache.k.dim(1);
  const int64_t group = query.dim(2) / kv_heads;
  const Tensor grouped =
      transpose(reshape(query * scale, {slots, n, kv_heads, group, size}), {0, 2, 3, 1, 4});
  const Tensor last =
      minimum(reshape(positions, {slots, 1, 1, n, 1}), reshape(valid, {slots, 1, 1, 1, 1}) - 1);

  TraceCx cx = query.cx();
  const Dims rows = {slots, kv_heads, group, n}, outputs = {slots, kv_heads, group, n, size};
  const Running nothing = {cx.full(rows, {kMasked}, f32), cx.zeros(rows, f32), cx.zeros(outputs, f32)};
  const Tensor filled = minimum(max(valid), cache.k.dim(2));
  const Tensor blocks = (filled + (kAttentionBlock - 1)) / kAttentionBlock;
  const Running all = fori_loop(0, blocks, nothing, [&](const Tensor& block, const Running& before) {
    return attend_block(grouped, cache, last, block, before);
  });
  const Tensor averaged = where(last < 0, 0, all.sum / expand_dims(all.total, -1));
  return reshape(convert(transpose(averaged, {0, 3, 1, 2, 4}), query.dtype()),
                 {slots, n, kv_heads * group * size});
}

}  // namespace

KvCache KvCache::spec(int64_t slots, int64_t kv_heads, int64_t capacity, int64_t head_size, DType dtype) {
  const Dims dims = {slots, kv_heads, capacity, head_size};
  KvCache cache = {Tensor::spec(dims, dtype), Tensor::spec(dims, dtype)};
  if (dtype == i8) cache.k_scale = cache.v_scale = Tensor::spec({slots, kv_heads, capacity, 1}, f32);
  return cache;
}

KvCache KvCache::updated(const Arg& new_k, const Arg& new_v, const Tensor& start) const {
  return in_op("kv_cache", {new_k, new_v}, [&] {
    check_scales(*this);
    KvCache all = *this;
    update(all.k, all.k_scale, tensor_of(new_k), start);
    update(all.v, all.v_scale, tensor_of(new_v), start);
    return all;
  });
}

Tensor attention(const Arg& q, const KvCache& cache, const Tensor& positions, const Tensor& valid,
                 double scale) {
  const Tensor query = in_op("attention", {q}, [&] {
    check(tensor_of(q), cache, positions, valid);
    return tensor_of(q);
  });
  if (!query.cx().options().knows(kAttention) || query.dtype() == f64 || cache.k.dtype() == f64)
    return loop_over_blocks(query, cache, positions, valid, scale);
  std::vector<Tensor> inputs = {convert(query, f32), cache.k, cache.v, positions, valid};
  if (cache.k_scale) inputs.insert(inputs.end(), {*cache.k_scale, *cache.v_scale});
  const auto decomposition = [&](const std::vector<Tensor>& in) {
    KvCache inside = {in[1], in[2]};
    if (in.size() > 5) inside.k_scale = in[5], inside.v_scale = in[6];
    return std::vector{loop_over_blocks(in[0], inside, in[3], in[4], scale)};
  };
  return convert(composite(kAttention, {{"scale", scale}}, inputs, decomposition)[0], query.dtype());
}

}  // namespace fusebox::nn
