#include "fusebox/trace/random.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "fusebox/base/error.h"
#include "fusebox/base/small_float.h"
#include "fusebox/trace/broadcast.h"
#include "fusebox/trace/elementwise.h"
#include "fusebox/trace/emit.h"
#include "fusebox/trace/shape_ops.h"

namespace fusebox {

using trace_detail::Trace;

namespace {

Tensor rotated(const Tensor& x, int bits) { return shift_left(x, bits) | shift_right_logical(x, 32 - bits); }

// The 20 rounds. All tensors have one shape.
Halves mixed(const Halves& key, const Halves& counter) {
  constexpr std::array<std::array<int, 4>, 2> kRotations{{{13, 15, 26, 6}, {17, 29, 16, 24}}};
  constexpr uint32_t kParity = 0x1bd11bda;
  const std::array<Tensor, 3> keys{key.high, key.low, key.high ^ key.low ^ kParity};
  Tensor a = counter.high + keys[0], b = counter.low + keys[1];
  for (size_t group = 0; group < 5; ++group) {
    for (int bits : kRotations[group % 2]) {
      a = a + b;
      b = rotated(b, bits) ^ a;
    }
    a = a + keys[(group + 1) % 3];
    b = b + keys[(group + 2) % 3] + (group + 1);
  }
  return {a, b};
}

// The two halves of each key, with an axis of size 1 for each of `dims`.
Halves halves_of(const Tensor& key, size_t more_axes) {
  if (key.dtype() != u32 || key.rank() == 0 || key.dim(-1) != 2)
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("got {}, want a key ui32[2] or ui32[..., 2]", to_string(key.shape())))
        .hint("random_key makes one of a seed");
  Dims dims(key.dims().begin(), key.dims().end() - 1);
  dims.insert(dims.end(), more_axes, 1);
  return {reshape(slice_in_dim(key, 0, 1, 1, -1), dims), reshape(slice_in_dim(key, 1, 2, 1, -1), dims)};
}

Tensor joined(const Halves& halves) { return stack({halves.high, halves.low}, -1); }

// 64 bits for each key and each element of `dims`; the elements are the counters.
Halves bits_for(const Tensor& key, const Dims& dims) {
  const int64_t count = Shape{dims, u32}.elements();
  if (count > std::numeric_limits<uint32_t>::max())
    throw Error(ErrorKind::kUnsupported,
                fmt::format("got {}, want fewer than 2^32 elements for a key", to_string(dims)));
  TraceCx cx = key.cx();
  const Tensor low = reshape(cx.iota({count}, 0, u32), dims);
  return threefry2x32(halves_of(key, dims.size()), {cx.zeros({}, u32), low});
}

}  // namespace

Halves threefry2x32(const Halves& key, const Halves& counter, const std::source_location& where) {
  return in_op("threefry2x32", {key.high, key.low, counter.high, counter.low}, where, [&] {
    const std::vector<Tensor> inputs = fitted({key.high, key.low, counter.high, counter.low});
    const Shape shape = inputs[0].shape();
    if (shape.dtype != u32)
      throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want ui32", to_string(shape)));
    // A hundred ops: one function for each shape.
    const std::string name = fmt::format("threefry2x32_{}", fmt::join(shape.dims, "x"));
    const std::shared_ptr<Trace>& trace = inputs[0].trace();
    trace_function(trace, name, {shape, shape, shape, shape}, [](const std::vector<Tensor>& in) {
      const Halves out = mixed({in[0], in[1]}, {in[2], in[3]});
      return std::vector{out.high, out.low};
    });
    const std::vector<Tensor> out = results_of(
        trace,
        emit_op(hlo::OpCode::call, inputs, {{"callee", hlo::SymbolRef{name}}}, {shape, shape}, {}, where));
    return Halves{out[0], out[1]};
  });
}

Tensor random_key(const TraceCx& cx, uint64_t seed, const std::source_location& where) {
  const std::array<uint32_t, 2> halves{static_cast<uint32_t>(seed >> 32), static_cast<uint32_t>(seed)};
  return TraceCx(cx).constant(Shape{{2}, u32}, std::as_bytes(std::span(halves)), where);
}

Tensor random_key(const Arg& high, const Arg& low) {
  return in_op("random_key", {high, low}, [&] {
    std::vector<Tensor> halves = fitted({high, low});
    if (!is_integer(halves[0].dtype()))
      throw Error(ErrorKind::kDTypeMismatch,
                  fmt::format("got {}, want integers", to_string(halves[0].shape())));
    return joined({convert(halves[0], u32), convert(halves[1], u32)});
  });
}

Tensor fold_in(const Arg& key, const Arg& data) {
  return in_op("fold_in", {key, data}, [&] {
    const Halves halves = halves_of(tensor_of(key), 0);
    const Tensor number = materialize(data, halves.low.trace(), u32);
    if (!is_integer(number.dtype()))
      throw Error(ErrorKind::kDTypeMismatch,
                  fmt::format("got data {}, want integers", to_string(number.shape())));
    return joined(threefry2x32(halves, {number.cx().zeros({}, u32), convert(number, u32)}));
  });
}

Tensor split_key(const Arg& key, int64_t count) {
  return in_op("split_key", {key}, [&] {
    if (count < 0)
      throw Error(ErrorKind::kInvalidArgument, fmt::format("got {} keys, want 0 or more", count));
    return joined(bits_for(tensor_of(key), {count}));
  });
}

Tensor random_bits(const Arg& key, const Dims& dims, DType dtype) {
  return in_op("random_bits", {key}, [&] {
    if (info(dtype).kind != DTypeClass::kUnsigned || info(dtype).bits < 8)
      throw Error(ErrorKind::kDTypeMismatch,
                  fmt::format("got {}, want ui8, ui16, ui32 or ui64", name(dtype)));
    const Halves bits = bits_for(tensor_of(key), dims);
    if (dtype == u64) return shift_left(convert(bits.high, u64), 32) | convert(bits.low, u64);
    const Tensor both = bits.high ^ bits.low;
    if (dtype == u32) return both;
    return convert(both & ((uint32_t{1} << info(dtype).bits) - 1), dtype);
  });
}

namespace {

DType unsigned_of(int bits) { return bits == 8 ? u8 : bits == 16 ? u16 : bits == 32 ? u32 : u64; }

// The bit pattern of 1 in a float dtype.
uint64_t one_bits(DType dtype) {
  return dtype == f64 ? std::bit_cast<uint64_t>(1.0) : encode_float(dtype, 1);
}

void want_uniform_dtype(DType dtype) {
  if (!is_float(dtype) || info(dtype).bits < 8 || dtype == f8e8m0fnu)
    throw Error(ErrorKind::kDTypeMismatch, fmt::format("got {}, want a float type", name(dtype)));
}

}  // namespace

Tensor uniform(const Arg& key, const Dims& dims, DType dtype, double low, double high) {
  return in_op("uniform", {key}, [&] {
    want_uniform_dtype(dtype);
    if (!(low <= high) || !std::isfinite(high - low))
      throw Error(ErrorKind::kInvalidArgument,
                  fmt::format("got {} ... {}, want two finite numbers in order", low, high));
    // Random mantissa bits under the exponent of 1 give 1 … 2.
    const DTypeInfo& row = info(dtype);
    const int drawn = row.mantissa_bits < 8 ? 8 : row.bits;
    const Tensor bits = convert(random_bits(key, dims, unsigned_of(drawn)), unsigned_of(row.bits));
    const Tensor pattern = shift_right_logical(bits, drawn - row.mantissa_bits) | one_bits(dtype);
    const Tensor unit = bitcast_convert(pattern, dtype) - 1;
    if (low == 0 && high == 1) return unit;
    return maximum(low, unit * (high - low) + low);
  });
}

Tensor gumbel(const Arg& key, const Dims& dims, DType dtype) {
  return in_op("gumbel", {key}, [&] {
    want_uniform_dtype(dtype);
    const double tiny = std::ldexp(1.0, 2 - (1 << (info(dtype).exponent_bits - 1)));
    return -log(-log(uniform(key, dims, dtype, tiny, 1)));
  });
}

Tensor normal(const Arg& key, const Dims& dims, DType dtype) {
  return in_op("normal", {key}, [&] {
    want_uniform_dtype(dtype);
    const double above_minus_one = -1 + std::ldexp(1.0, -info(dtype).mantissa_bits - 1);
    return erf_inv(uniform(key, dims, dtype, above_minus_one, 1)) * std::sqrt(2.0);
  });
}

}  // namespace fusebox
