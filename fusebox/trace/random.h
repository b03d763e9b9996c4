// Random bits and numbers from a key: the same key gives the same numbers, on every device and for any
// batching.
//
//   Tensor key = fold_in(random_key(cx, 42), position);
//   Tensor token = argmax(logits + gumbel(key, {vocabulary}), -1);
//
// A key is ui32[2]; nothing is ever changed in it, so one key serves one purpose: fold_in or split_key make
// others. All functions take batches of keys too, ui32[…, 2]: the batch axes come first in the result, and
// each key gives what it would give alone.
//
// The generator is Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2,
// 3", 2011), counting as JAX does with jax_threefry_partitionable, its default since 0.5: bits, split,
// fold_in and uniform equal jax.random's bit for bit, gumbel and normal up to the device's log (tested). It
// is written in plain ops, so that plugins agree.
#pragma once

#include "fusebox/trace/tensor.h"
#include "fusebox/trace/trace_cx.h"

namespace fusebox {

// jax.random.key(seed), with 64-bit seeds whole.
Tensor random_key(const TraceCx& cx, uint64_t seed,
                  const std::source_location& where = std::source_location::current());
// A key from the two halves of a seed: integers of any one shape, of which 32 bits count.
Tensor random_key(const Arg& high, const Arg& low);

// Another key, for each `data`: a number, or integers of the shape of the batch or that broadcast with it.
Tensor fold_in(const Arg& key, const Arg& data);
// `count` new keys, ui32[…, count, 2].
Tensor split_key(const Arg& key, int64_t count = 2);

// Bits of u8, u16, u32 or u64; fewer than 2^32 elements for each key.
Tensor random_bits(const Arg& key, const Dims& dims, DType dtype = u32);

// Floats in low … high; as many different values as the mantissa of `dtype` has. `high` itself is left out,
// unless rounding to `dtype` reaches it.
Tensor uniform(const Arg& key, const Dims& dims, DType dtype = f32, double low = 0, double high = 1);
// -log(-log(u)): added to logits, their argmax is a sample of their softmax.
Tensor gumbel(const Arg& key, const Dims& dims, DType dtype = f32);
// The normal distribution of mean 0 and variance 1.
Tensor normal(const Arg& key, const Dims& dims, DType dtype = f32);

// One round of the generator itself: 64 bits from a 64-bit key and a 64-bit counter, as halves. All ui32;
// broadcasts.
struct Halves {
  Tensor high, low;
};
Halves threefry2x32(const Halves& key, const Halves& counter,
                    const std::source_location& where = std::source_location::current());

}  // namespace fusebox
