// What the inference rules share. Inside hlo only.
//
// A rule sees an op whose operand, region and attribute counts and attribute types were checked against its
// table row (verify.cpp), checks what the specification asks of it, and returns the result types. check_op
// compares them with the declared ones; a rule looks at those only where results do not follow from the
// operands.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/hlo/program.h"
#include "fusebox/hlo/verify.h"

namespace fusebox::hlo {

namespace rules {
#define FUSEBOX_OP(enumerator, text, lo, hi, regions, rule, ...) std::vector<Shape> rule(const OpView&);
#include "fusebox/hlo/op_table.def"
#undef FUSEBOX_OP
}  // namespace rules

template <typename... Args>
[[noreturn]] void fail(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

// The operand types, for people: "f32[2, 3] and i32[]".
std::string operand_types(const OpView& op);
// Some types: "f32[2], i32[]"; "nothing" if there are none.
std::string list_types(std::span<const Shape> shapes);

inline const Dims& dims_of(const OpView& op, std::string_view name) { return op.attributes.get<Dims>(name); }
inline Shape scalar(DType dtype) { return {{}, dtype}; }
inline Shape with_dtype(const Shape& shape, DType dtype) { return {shape.dims, dtype}; }

// kInvalidArgument unless all sizes are at least 0, the bytes fit in 63 bits, the rank is at most kMaxRank,
// and a token has no sizes.
void check_shape(const Shape& shape);

// The declared result types; kInvalidArgument if there are not `count` of them.
std::span<const Shape> want_declared(const OpView& op, size_t count);

// kDTypeMismatch unless `ok` says yes to the element type of the operand. `wanted` is for people.
void want_dtype(const OpView& op, size_t operand, bool (*ok)(DType), std::string_view wanted);
// kShapeMismatch unless all operands have one and the same type.
void want_same_types(const OpView& op);

// kInvalidArgument unless the list has that many items, or holds axes of a rank without repeats.
void want_count(std::string_view what, std::span<const int64_t> list, int64_t count);
void want_axes(std::string_view what, std::span<const int64_t> axes, int64_t rank);
void want_axis(std::string_view what, int64_t axis, int64_t rank);
// Every item at least `least`.
void want_least(std::string_view what, std::span<const int64_t> list, int64_t least);

// a + b and a * b; kInvalidArgument if 63 bits do not hold them.
int64_t checked_add(int64_t a, int64_t b);
int64_t checked_mul(int64_t a, int64_t b);

// A region's arguments and returned types. kShapeMismatch or kInvalidArgument if they are others than wanted,
// or the region does not end in a return.
void want_region(const OpView& op, size_t region, std::string_view what, std::span<const Shape> arguments,
                 std::span<const Shape> results);
std::vector<Shape> returned_types(const OpView& op, size_t region, std::string_view what);
// kInvalidArgument if the region uses a value from outside of it.
void want_no_captures(const OpView& op, size_t region);

// A window over a shape: per dimension size, stride, low and high padding, dilation of base and window.
struct Window {
  Dims size, stride, low, high, base_dilation, window_dilation;
};
// Reads padding pairs and fills absent lists with their defaults, after checking their lengths.
Window read_window(const OpView& op, const Dims& size, std::string_view base_dilation,
                   std::string_view window_dilation);
// The number of windows along each dimension.
Dims window_counts(const Dims& base, const Window& window);

inline bool is_any(DType dtype) { return dtype != token; }
inline bool is_bits(DType dtype) { return dtype == i1 || is_integer(dtype); }
inline bool is_float_or_complex(DType dtype) { return is_float(dtype) || is_complex(dtype); }
inline bool is_number(DType dtype) { return is_integer(dtype) || is_float_or_complex(dtype); }
inline bool is_signed_number(DType dtype) { return is_signed_integer(dtype) || is_float_or_complex(dtype); }
// f32 of complex<f32>; any other type is its own part.
inline DType part_dtype(DType dtype) { return dtype == c64 ? f32 : dtype == c128 ? f64 : dtype; }

}  // namespace fusebox::hlo
