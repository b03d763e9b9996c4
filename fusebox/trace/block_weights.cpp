#include "fusebox/trace/block_weights.h"

#include <fmt/format.h>

#include <limits>

#include "fusebox/trace/composite.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"
#include "fusebox/trace/reduce.h"
#include "fusebox/trace/shape_ops.h"

namespace fusebox {

namespace {

// Everything below has the shape [rows, blocks of a row, ...]; the formulas are those of block_format.cpp.
// One op is one statement where the order would be the compiler's to choose: the text of a program is a key.

Tensor shaped(const Tensor& x, Dims inner) {
  inner.insert(inner.begin(), {x.dim(0), x.dim(1)});
  return reshape(x, inner);
}

// `count` bytes of every block.
Tensor bytes(const Tensor& blocks, int64_t at, int64_t count) {
  return slice_in_dim(blocks, at, at + count, 1, 2);
}

// `count` f16 numbers of every block, as f32 [rows, blocks, count]. Put together from their two bytes in an
// integer of as many bits, so that each element is made from elements.
Tensor halves(const Tensor& blocks, int64_t at, int64_t count = 1) {
  const Tensor pairs = convert(shaped(bytes(blocks, at, 2 * count), {count, 2}), u16);
  const Tensor low = index_in_dim(pairs, 0, 3);
  const Tensor high = index_in_dim(pairs, 1, 3);
  return convert(bitcast_convert(low | (high << 8), f16), f32);
}

Tensor integers(const Tensor& blocks, int64_t at, int64_t count) {
  return convert(bitcast_convert(bytes(blocks, at, count), i8), f32);
}

// Takes bytes apart into fields of a few bits. Each run of `run` bytes gives one run per field: the lowest
// bits of all its bytes first, then the next.
Tensor fields(const Tensor& packed, int64_t run, int64_t bits) {
  const int64_t count = 8 / bits;
  const Tensor runs = shaped(packed, {packed.dim(2) / run, 1, run});
  const Tensor shifts = packed.cx().iota({count, 1}, 0, u8) * bits;
  return shaped((runs >> shifts) & ((1 << bits) - 1), {packed.dim(2) * count});
}

// low + high * 2^bits, as f32.
Tensor joined(const Tensor& low, const Tensor& high, int64_t bits) {
  return convert(low | (high << bits), f32);
}

// Blocks of 32.

Tensor q4_0(const Tensor& b) {
  const Tensor scale = halves(b, 0);
  return (convert(fields(bytes(b, 2, 16), 16, 4), f32) - 8) * scale;
}

Tensor q4_1(const Tensor& b) {
  const Tensor scale = halves(b, 0);
  const Tensor minimum = halves(b, 2);
  return convert(fields(bytes(b, 4, 16), 16, 4), f32) * scale + minimum;
}

// Four bytes of fifth bits, then the lower four bits.
Tensor five_bits(const Tensor& b, int64_t at) {
  const Tensor high = fields(bytes(b, at, 4), 1, 1);
  const Tensor low = fields(bytes(b, at + 4, 16), 16, 4);
  return joined(low, high, 4);
}

Tensor q5_0(const Tensor& b) {
  const Tensor scale = halves(b, 0);
  return (five_bits(b, 2) - 16) * scale;
}

Tensor q5_1(const Tensor& b) {
  const Tensor scale = halves(b, 0);
  const Tensor minimum = halves(b, 2);
  return five_bits(b, 4) * scale + minimum;
}

Tensor q8_0(const Tensor& b) {
  const Tensor scale = halves(b, 0);
  return integers(b, 2, 32) * scale;
}

// Blocks of 256 ("K"): groups of 16 or 32 weights, each group with its own scale.

// scale * weight, with one scale per group: [rows, blocks, groups, weights of a group].
Tensor by_group(const Tensor& weights, const Tensor& scales) {
  const Tensor groups = shaped(weights, {scales.dim(2), 256 / scales.dim(2)});
  return shaped(scales, {scales.dim(2), 1}) * groups;
}

// scale * weight - minimum. The integers are [rows, blocks, 2 * groups], all scales before all minima, and
// their own two factors stand together at `at`.
Tensor by_group_with_minimum(const Tensor& b, int64_t at, const Tensor& weights, const Tensor& integers) {
  const int64_t groups = integers.dim(2) / 2;
  const Tensor factors = shaped(halves(b, at, 2), {2, 1});
  const Tensor scaled = factors * shaped(convert(integers, f32), {2, groups});
  const Tensor scales = index_in_dim(scaled, 0, 2);
  const Tensor minima = index_in_dim(scaled, 1, 2);
  return by_group(convert(weights, f32), scales) - shaped(minima, {groups, 1});
}

Tensor q2_k(const Tensor& b) {
  const Tensor scales_and_minima = fields(bytes(b, 0, 16), 16, 4);
  const Tensor weights = fields(bytes(b, 16, 64), 32, 2);
  return by_group_with_minimum(b, 80, weights, scales_and_minima);
}

Tensor q3_k(const Tensor& b) {
  const Tensor scale_low = fields(bytes(b, 96, 8), 8, 4);
  const Tensor scale_high = fields(bytes(b, 104, 4), 4, 2);
  const Tensor factor = halves(b, 108);
  const Tensor scales = (joined(scale_low, scale_high, 4) - 32) * factor;
  const Tensor low = fields(bytes(b, 32, 64), 32, 2);
  const Tensor high = fields(bytes(b, 0, 32), 32, 1);
  return by_group(joined(low, high, 2) - 4, scales);
}

// The eight scales and eight minima of six bits that Q4_K and Q5_K keep in twelve bytes: the first four of
// each in the lower bits of a byte of their own; of the others the lower four bits in the last four bytes,
// the upper two above the first four.
Tensor six_bit_scales(const Tensor& b) {
  const Tensor own = shaped(bytes(b, 4, 8), {2, 4});
  const Tensor first = own & 63;
  const Tensor low = shaped(fields(bytes(b, 12, 4), 4, 4), {2, 4});
  const Tensor high = (own >> 6) << 4;
  return shaped(concatenate({first, low | high}, 3), {16});
}

Tensor q4_k(const Tensor& b) {
  const Tensor scales_and_minima = six_bit_scales(b);
  const Tensor weights = fields(bytes(b, 16, 128), 32, 4);
  return by_group_with_minimum(b, 0, weights, scales_and_minima);
}

Tensor q5_k(const Tensor& b) {
  const Tensor scales_and_minima = six_bit_scales(b);
  const Tensor low = fields(bytes(b, 48, 128), 32, 4);
  const Tensor high = fields(bytes(b, 16, 32), 32, 1);
  return by_group_with_minimum(b, 0, low | (high << 4), scales_and_minima);
}

Tensor q6_k(const Tensor& b) {
  const Tensor factor = halves(b, 208);
  const Tensor scales = integers(b, 192, 16) * factor;
  const Tensor low = fields(bytes(b, 0, 128), 64, 4);
  const Tensor high = fields(bytes(b, 128, 64), 32, 2);
  return by_group(joined(low, high, 4) - 32, scales);
}

Tensor expand_one_by_one(const Tensor& b, BlockFormat format) {
  switch (format) {
#define FUSEBOX_CASE(name, ...) \
  case BlockFormat::name: return name(b);
    FUSEBOX_BLOCK_FORMATS(FUSEBOX_CASE)
#undef FUSEBOX_CASE
  }
  throw Error(ErrorKind::kInvalidArgument, fmt::format("no block format {}", static_cast<int>(format)));
}

Tensor rows_of_blocks(const Arg& blocks, const BlockFormatInfo& row) {
  const Tensor& tensor = tensor_of(blocks);
  if (tensor.dtype() != u8)
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want ui8", to_string(tensor.shape())));
  if (tensor.rank() != 2 || tensor.dim(1) % row.bytes != 0)
    throw Error(ErrorKind::kShapeMismatch,
                fmt::format("got {}, want [rows, bytes] with rows of whole {} blocks ({} bytes)",
                            to_string(tensor.shape()), row.name, row.bytes));
  return tensor;
}

// x, if it is f32 with a last axis of whole groups.
Tensor rows_of_f32(const Arg& x, int64_t group) {
  const Tensor& tensor = tensor_of(x);
  if (tensor.dtype() != f32)
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want f32", to_string(tensor.shape())))
        .hint("convert it: convert(x, f32)");
  if (tensor.rank() == 0 || tensor.dim(-1) % group != 0)
    throw Error(ErrorKind::kShapeMismatch, fmt::format("got {}, want a last axis of whole blocks of {}",
                                                       to_string(tensor.shape()), group));
  return tensor;
}

Int8Parts parts_of(const Tensor& x) {
  const Tensor largest = max(abs(x), -1, keepdims);
  // Behind the barrier, or a compiler may multiply by 1 / 127, which is another number.
  const Tensor divisor = optimization_barrier(broadcast_to(x.cx().scalar({127.0}, f32), largest.dims()));
  const Tensor scale = largest / divisor;
  const Tensor none = less(scale, std::numeric_limits<float>::min());
  const Tensor inverse = where(none, 0, 1 / scale);
  return {round(x * inverse), scale};
}

Tensor rounded(const Tensor& x) {
  Dims dims = x.dims();
  dims.back() /= 32;
  dims.push_back(32);
  const Int8Parts parts = parts_of(reshape(x, dims));
  return reshape(parts.integers * parts.scale, x.dims());
}

}  // namespace

Tensor expand_blocks(const Arg& blocks, BlockFormat format) {
  return in_op("expand_blocks", {blocks}, [&] {
    const BlockFormatInfo& row = info(format);
    const Tensor all = rows_of_blocks(blocks, row);
    const auto decomposition = [&](const std::vector<Tensor>& in) {
      const int64_t rows = in[0].dim(0), count = in[0].dim(1) / row.bytes;
      const Tensor weights = expand_one_by_one(reshape(in[0], {rows, count, row.bytes}), format);
      return std::vector{reshape(weights, {rows, count * row.weights})};
    };
    return composite("fusebox.expand", {{"format", std::string(row.name)}}, {all}, decomposition, 1,
                     blocks.where())[0];
  });
}

Tensor int8_blocks(const Arg& x) {
  return in_op("int8_blocks", {x}, [&] {
    const auto decomposition = [](const std::vector<Tensor>& in) { return std::vector{rounded(in[0])}; };
    return composite("fusebox.int8_blocks", {}, {rows_of_f32(x, 32)}, decomposition, 1, x.where())[0];
  });
}

Int8Parts int8_parts(const Arg& x) {
  return in_op("int8_parts", {x}, [&] { return parts_of(rows_of_f32(x, 1)); });
}

}  // namespace fusebox
