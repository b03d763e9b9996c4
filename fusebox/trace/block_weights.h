// Low-bit weights in a trace: a parameter of bytes, [rows, bytes of a row], holds the blocks of a GGUF file
// as they lie there (fusebox/base/block_format.h).
//
//   Tensor weight = expand_blocks(blocks, BlockFormat::q4_1);             // f32 [rows, weights of a row]
//   Tensor y = dot_general(int8_blocks(x), weight, {.lhs_contract = {1}, .rhs_contract = {1}});
//
// Both functions are composites (composite.h): what they say in plain ops is what they mean, bit for bit on
// every device. A device with kernels for blocks multiplies with the bytes themselves, and reads of an
// expanded table only the rows that are looked up.
#pragma once

#include "fusebox/base/block_format.h"
#include "fusebox/trace/tensor.h"

namespace fusebox {

// The weights of blocks: ui8 [rows, bytes] to f32 [rows, weights], the values of expand() in base. The
// composite "fusebox.expand", version 1, with the format's name as the attribute `format`.
// Error kDTypeMismatch unless of ui8; kShapeMismatch unless of rank 2 and rows of whole blocks.
Tensor expand_blocks(const Arg& blocks, BlockFormat format);

// x rounded to what eight bits with a shared scale hold, per 32 elements along the last axis:
//   scale = max |x| / 127;  inverse = 1 / scale, or 0 if scale is below 2^-126
//   y = round_to_even(x * inverse) * scale
// all in f32, in this order: how activations are rounded before they meet low-bit weights. A block with a NaN
// becomes NaN, one with an infinity too.
// The composite "fusebox.int8_blocks", version 1. Error kDTypeMismatch unless of f32; kShapeMismatch unless
// the last axis is a multiple of 32.
Tensor int8_blocks(const Arg& x);

// The same rounding of whole last axes, with its two factors apart: y = integers * scale. Both f32; `scale`
// has a last axis of 1. Integers are those of eight bits, but for an axis with a NaN or an infinity: its
// scale says so. Error kDTypeMismatch unless of f32; kShapeMismatch for a scalar.
struct Int8Parts {
  Tensor integers, scale;
};
Int8Parts int8_parts(const Arg& x);

}  // namespace fusebox
