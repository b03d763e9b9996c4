// Result types and the mistakes each rule finds, one row each: an op, its operands, what must come of it.
#include <gtest/gtest.h>

#include "fusebox/base/error.h"
#include "fusebox/hlo/verify.h"
#include "tests/hlo/sketch.h"

namespace fusebox::test {
namespace {

struct Row {
  OpCode code;
  std::vector<Shape> operands;
  Attributes attributes;
  std::vector<Shape> declared;
  std::string want;  // the result types, or the error's message
};

// The result types as text, or the kind and message of the error.
std::string outcome(const Row& row) {
  Sketch s;
  Values operands;
  for (const Shape& shape : row.operands) operands.push_back(s.arg(shape));
  try {
    std::string text;
    for (const Value* value : s.ops(row.code, operands, row.attributes, row.declared))
      text += (text.empty() ? "" : ", ") + to_string(value->shape);
    return text;
  } catch (const Error& error) {
    EXPECT_EQ(error.op(), hlo::name(row.code));
    EXPECT_TRUE(s.main().body.ops.empty()) << "the block changed";
    return std::string(error_kind_name(error.kind())) + ": " + error.message();
  }
}

void expect(const std::vector<Row>& rows) {
  for (const Row& row : rows) EXPECT_EQ(outcome(row), row.want) << hlo::name(row.code);
}

const Shape kF23{{2, 3}, f32}, kI23{{2, 3}, i32}, kB23{{2, 3}, i1}, kF{{}, f32}, kI{{}, i32};

TEST(Infer, elementwise) {
  expect({
      {OpCode::add, {kF23, kF23}, {}, {}, "f32[2, 3]"},
      {OpCode::add, {kB23, kB23}, {}, {}, "i1[2, 3]"},
      {OpCode::add, {{{0}, f32}, {{0}, f32}}, {}, {}, "f32[0]"},
      {OpCode::add,
       {kF23, {{3}, f32}},
       {},
       {},
       "shape mismatch: got f32[2, 3] and f32[3], want equal shapes"},
      {OpCode::add,
       {kF23, kI23},
       {},
       {},
       "dtype mismatch: got f32[2, 3] and i32[2, 3], want equal element types"},
      {OpCode::add, {kF23}, {}, {}, "invalid argument: got 1 operands, want 2"},
      {OpCode::subtract,
       {kB23, kB23},
       {},
       {},
       "dtype mismatch: got i1[2, 3], want an integer, float or complex type"},
      {OpCode::and_, {kF23, kF23}, {}, {}, "dtype mismatch: got f32[2, 3], want an integer type or i1"},
      {OpCode::tanh, {kI23}, {}, {}, "dtype mismatch: got i32[2, 3], want a float or complex type"},
      {OpCode::floor, {{{2}, c64}}, {}, {}, "dtype mismatch: got complex<f32>[2], want a float type"},
      {OpCode::popcnt, {kF23}, {}, {}, "dtype mismatch: got f32[2, 3], want an integer type"},
      {OpCode::sign,
       {{{2}, u8}},
       {},
       {},
       "dtype mismatch: got ui8[2], want a signed integer, float or complex type"},
      {OpCode::abs, {{{2}, c128}}, {}, {}, "f64[2]"},
      {OpCode::abs,
       {{{2}, u8}},
       {},
       {},
       "dtype mismatch: got ui8[2], want a signed integer, float or complex type"},
      {OpCode::real, {{{2}, c64}}, {}, {}, "f32[2]"},
      {OpCode::complex, {{{2}, f64}, {{2}, f64}}, {}, {}, "complex<f64>[2]"},
      {OpCode::complex, {{{2}, bf16}, {{2}, bf16}}, {}, {}, "dtype mismatch: got bf16[2], want f32 or f64"},
      {OpCode::is_finite, {kF23}, {}, {}, "i1[2, 3]"},
      {OpCode::add,
       {kF23, kF23},
       {},
       {kI23},
       "shape mismatch: got a declared result of i32[2, 3], want f32[2, 3]"},
  });
}

TEST(Infer, conversions) {
  expect({
      {OpCode::convert, {kF23}, {}, {kI23}, "i32[2, 3]"},
      {OpCode::convert, {kF23}, {}, {}, "invalid argument: got 0 declared result types, want 1"},
      {OpCode::convert, {kF23}, {}, {kF}, "shape mismatch: got a declared result of f32[], want f32[2, 3]"},
      {OpCode::bitcast_convert, {kF23}, {}, {kI23}, "i32[2, 3]"},
      {OpCode::bitcast_convert, {kF23}, {}, {{{2, 3, 4}, u8}}, "ui8[2, 3, 4]"},
      {OpCode::bitcast_convert, {{{2, 3, 4}, u8}}, {}, {kF23}, "f32[2, 3]"},
      {OpCode::bitcast_convert,
       {{{2, 3}, u8}},
       {},
       {{{2}, f32}},
       "shape mismatch: got ui8[2, 3] to f32, want a last dimension of 32 bits together"},
      {OpCode::bitcast_convert,
       {kF23},
       {},
       {{{2, 3}, c64}},
       "dtype mismatch: got f32[2, 3] to complex<f32>[2, 3], want both complex or neither"},
      {OpCode::reduce_precision,
       {kF23},
       {{"exponent_bits", int64_t{5}}, {"mantissa_bits", int64_t{10}}},
       {},
       "f32[2, 3]"},
      {OpCode::reduce_precision,
       {kF23},
       {{"exponent_bits", int64_t{0}}, {"mantissa_bits", int64_t{10}}},
       {},
       "invalid argument: got exponent_bits 0, want at least 1"},
  });
}

TEST(Infer, compare_select_clamp) {
  const Attributes less{{"comparison_direction", hlo::comparison_direction("LT")}};
  Attributes signed_less = less, unknown = less;
  signed_less.set("compare_type", hlo::comparison_type("SIGNED"));
  unknown.set("comparison_direction", hlo::comparison_direction("LESS"));
  expect({
      {OpCode::compare, {kF23, kF23}, less, {}, "i1[2, 3]"},
      {OpCode::compare, {kF23, kF23}, {}, {}, "invalid argument: attribute comparison_direction is missing"},
      {OpCode::compare,
       {kF23, kF23},
       unknown,
       {},
       "invalid argument: attribute comparison_direction is no comparison_direction"},
      {OpCode::compare,
       {kF23, kF23},
       signed_less,
       {},
       "dtype mismatch: got compare_type SIGNED for f32[2, 3] and f32[2, 3]"},
      {OpCode::select, {kB23, kF23, kF23}, {}, {}, "f32[2, 3]"},
      {OpCode::select, {{{}, i1}, kF23, kF23}, {}, {}, "f32[2, 3]"},
      {OpCode::select,
       {kI23, kF23, kF23},
       {},
       {},
       "dtype mismatch: got i32[2, 3], f32[2, 3] and f32[2, 3], want an i1 tensor first"},
      {OpCode::select,
       {{{2}, i1}, kF23, kF23},
       {},
       {},
       "shape mismatch: got i1[2], f32[2, 3] and f32[2, 3], want equal shapes (the first may be a scalar)"},
      {OpCode::clamp, {kF, kF23, kF}, {}, {}, "f32[2, 3]"},
      {OpCode::clamp,
       {{{3}, f32}, kF23, kF},
       {},
       {},
       "shape mismatch: got f32[3], f32[2, 3] and f32[], want bounds of the operand's shape or scalars"},
      {OpCode::clamp,
       {kI, kF23, kF},
       {},
       {},
       "dtype mismatch: got i32[], f32[2, 3] and f32[], want equal element types"},
  });
}

TEST(Infer, constants) {
  hlo::Literal six = zeros(kF23), few = zeros(kF), splat = zeros(kF);
  few.shape = kF23;
  splat.shape = {{1 << 20, 1 << 20}, f32};
  splat.splat = true;
  expect({
      {OpCode::constant, {}, {{"value", six}}, {}, "f32[2, 3]"},
      {OpCode::constant, {}, {{"value", splat}}, {}, "f32[1048576, 1048576]"},
      {OpCode::constant, {}, {{"value", few}}, {}, "invalid argument: got 4 bytes for f32[2, 3], want 24"},
      {OpCode::constant, {}, {{"value", int64_t{1}}}, {}, "invalid argument: attribute value is no literal"},
      {OpCode::iota, {}, {{"iota_dimension", int64_t{1}}}, {kF23}, "f32[2, 3]"},
      {OpCode::iota,
       {},
       {{"iota_dimension", int64_t{2}}},
       {kF23},
       "invalid argument: got iota_dimension 2, want one of a tensor of rank 2"},
      {OpCode::iota,
       {},
       {{"iota_dimension", int64_t{0}}},
       {kB23},
       "dtype mismatch: got i1[2, 3], want an integer, float or complex type"},
      {OpCode::iota,
       {},
       {{"iota_dimension", int64_t{0}}},
       {{{-1}, f32}},
       "invalid argument: negative size in [-1]"},
      {OpCode::iota,
       {},
       {{"iota_dimension", int64_t{0}}},
       {{{1 << 30, 1 << 30, 1 << 30}, f32}},
       "invalid argument: [1073741824, 1073741824, 1073741824] has too many elements"},
  });
}

TEST(Infer, broadcast_reshape_transpose_reverse) {
  expect({
      {OpCode::broadcast_in_dim, {{{3}, f32}}, {{"broadcast_dimensions", Dims{1}}}, {kF23}, "f32[2, 3]"},
      {OpCode::broadcast_in_dim,
       {{{1, 3}, f32}},
       {{"broadcast_dimensions", Dims{0, 1}}},
       {kF23},
       "f32[2, 3]"},
      {OpCode::broadcast_in_dim,
       {{{2}, f32}},
       {{"broadcast_dimensions", Dims{1}}},
       {kF23},
       "shape mismatch: got f32[2] to f32[2, 3] along [1], want size 2 of dimension 0 to be 1 or 3"},
      {OpCode::broadcast_in_dim,
       {kF23},
       {{"broadcast_dimensions", Dims{1, 1}}},
       {kF23},
       "invalid argument: got broadcast_dimensions [1, 1], want no axis twice"},
      {OpCode::broadcast_in_dim,
       {kF23},
       {{"broadcast_dimensions", Dims{1}}},
       {kF23},
       "invalid argument: got broadcast_dimensions [1], want 2 of them"},
      {OpCode::reshape, {kF23}, {}, {{{6}, f32}}, "f32[6]"},
      {OpCode::reshape, {{{0, 3}, f32}}, {}, {{{5, 0}, f32}}, "f32[5, 0]"},
      {OpCode::reshape,
       {kF23},
       {},
       {{{5}, f32}},
       "shape mismatch: got f32[2, 3] to f32[5], want as many elements (6, not 5)"},
      {OpCode::reshape,
       {kF23},
       {},
       {{{6}, i32}},
       "shape mismatch: got a declared result of i32[6], want f32[6]"},
      {OpCode::transpose, {kF23}, {{"permutation", Dims{1, 0}}}, {}, "f32[3, 2]"},
      {OpCode::transpose,
       {kF23},
       {{"permutation", Dims{0, 0}}},
       {},
       "invalid argument: got permutation [0, 0], want no axis twice"},
      {OpCode::transpose,
       {kF23},
       {{"permutation", Dims{0, 2}}},
       {},
       "invalid argument: got permutation [0, 2], want axes of a tensor of rank 2"},
      {OpCode::transpose,
       {kF23},
       {{"permutation", Dims{0}}},
       {},
       "invalid argument: got permutation [0], want 2 of them"},
      {OpCode::reverse, {kF23}, {{"dimensions", Dims{1}}}, {}, "f32[2, 3]"},
      {OpCode::reverse,
       {kF23},
       {{"dimensions", Dims{-1}}},
       {},
       "invalid argument: got dimensions [-1], want axes of a tensor of rank 2"},
  });
}

Attributes slice_of(Dims start, Dims limit, Dims strides) {
  return {{"start_indices", std::move(start)},
          {"limit_indices", std::move(limit)},
          {"strides", std::move(strides)}};
}

Attributes padding_of(Dims low, Dims high, Dims interior) {
  return {{"edge_padding_low", std::move(low)},
          {"edge_padding_high", std::move(high)},
          {"interior_padding", std::move(interior)}};
}

TEST(Infer, slice_concatenate_pad) {
  constexpr int64_t kMost = INT64_MAX;
  expect({
      {OpCode::slice, {kF23}, slice_of({0, 0}, {2, 3}, {1, 2}), {}, "f32[2, 2]"},
      {OpCode::slice, {kF23}, slice_of({1, 3}, {1, 3}, {1, kMost}), {}, "f32[0, 0]"},
      {OpCode::slice,
       {kF23},
       slice_of({0, 2}, {2, 1}, {1, 1}),
       {},
       "invalid argument: got 2:1 of dimension 1 of f32[2, 3], want 0 <= start <= limit <= 3"},
      {OpCode::slice,
       {kF23},
       slice_of({0, 0}, {2, 4}, {1, 1}),
       {},
       "invalid argument: got 0:4 of dimension 1 of f32[2, 3], want 0 <= start <= limit <= 3"},
      {OpCode::slice,
       {kF23},
       slice_of({0, 0}, {2, 3}, {1, 0}),
       {},
       "invalid argument: got strides [1, 0], want each at least 1"},
      {OpCode::concatenate, {kF23, {{2, 0}, f32}, kF23}, {{"dimension", int64_t{1}}}, {}, "f32[2, 6]"},
      {OpCode::concatenate,
       {kF23, {{3, 3}, f32}},
       {{"dimension", int64_t{1}}},
       {},
       "shape mismatch: got f32[2, 3] and f32[3, 3], want shapes that differ in dimension 1 only"},
      {OpCode::concatenate,
       {kF23, kI23},
       {{"dimension", int64_t{1}}},
       {},
       "dtype mismatch: got f32[2, 3] and i32[2, 3], want equal element types"},
      {OpCode::concatenate,
       {kF},
       {{"dimension", int64_t{0}}},
       {},
       "invalid argument: got dimension 0, want one of a tensor of rank 0"},
      {OpCode::concatenate,
       {},
       {{"dimension", int64_t{0}}},
       {},
       "invalid argument: got 0 operands, want at least 1"},
      {OpCode::pad, {kF23, kF}, padding_of({0, 1}, {2, -1}, {1, 0}), {}, "f32[5, 3]"},
      {OpCode::pad, {{{0}, f32}, kF}, padding_of({1}, {1}, {5}), {}, "f32[2]"},
      {OpCode::pad,
       {kF23, kF},
       padding_of({0, -2}, {0, -2}, {0, 0}),
       {},
       "invalid argument: got low -2, high -2 for dimension 1 of f32[2, 3], which leaves -1 elements"},
      {OpCode::pad,
       {kF23, kF},
       padding_of({0, kMost}, {0, 0}, {0, 0}),
       {},
       "invalid argument: 3 + 9223372036854775807 overflows"},
      {OpCode::pad,
       {kF23, kF},
       padding_of({0, 0}, {0, 0}, {0, kMost}),
       {},
       "invalid argument: 2 * 9223372036854775807 overflows"},
      {OpCode::pad,
       {kF23, kF},
       padding_of({0, 0}, {0, 0}, {0, -1}),
       {},
       "invalid argument: got interior_padding [0, -1], want each at least 0"},
      {OpCode::pad,
       {kF23, kI},
       padding_of({0, 0}, {0, 0}, {0, 0}),
       {},
       "dtype mismatch: got f32[2, 3] and i32[], want a scalar of the same element type second"},
  });
}

TEST(Infer, dynamic_slices) {
  const Attributes sizes{{"slice_sizes", Dims{1, 3}}};
  expect({
      {OpCode::dynamic_slice, {kF23, kI, kI}, sizes, {}, "f32[1, 3]"},
      {OpCode::dynamic_slice,
       {kF23, kI},
       sizes,
       {},
       "invalid argument: got 1 start indices for f32[2, 3], want 2"},
      {OpCode::dynamic_slice,
       {kF23, kI, kF},
       sizes,
       {},
       "dtype mismatch: got f32[], want integer start indices"},
      {OpCode::dynamic_slice,
       {kF23, kI, {{}, i64}},
       sizes,
       {},
       "dtype mismatch: got f32[2, 3], i32[] and i64[], want start indices of one type"},
      {OpCode::dynamic_slice,
       {kF23, kI, {{1}, i32}},
       sizes,
       {},
       "shape mismatch: got f32[2, 3], i32[] and i32[1], want scalar start indices"},
      {OpCode::dynamic_slice,
       {kF23, kI, kI},
       {{"slice_sizes", Dims{3, 3}}},
       {},
       "invalid argument: got slice_sizes [3, 3] of f32[2, 3], want 0 to 2 for dimension 0"},
      {OpCode::dynamic_update_slice, {kF23, {{1, 3}, f32}, kI, kI}, {}, {}, "f32[2, 3]"},
      {OpCode::dynamic_update_slice,
       {kF23, {{3, 3}, f32}, kI, kI},
       {},
       {},
       "shape mismatch: got f32[3, 3] into f32[2, 3], want an update of the same rank that fits"},
      {OpCode::dynamic_update_slice,
       {kF23, {{1, 3}, i32}, kI, kI},
       {},
       {},
       "dtype mismatch: got i32[1, 3] into f32[2, 3], want equal element types"},
  });
}

Attributes gather_of(hlo::GatherDimensions dims, Dims sizes) {
  return {{"dimension_numbers", std::move(dims)}, {"slice_sizes", std::move(sizes)}};
}

TEST(Infer, gather) {
  const Shape table{{10, 4}, f32}, rows{{3, 1}, i32};
  // Rows by number, and the same with each rule broken. Fields: offset, collapsed, batching of operand and of
  // indices, map, index_vector_dim.
  expect({
      {OpCode::gather, {table, rows}, gather_of({{1}, {0}, {}, {}, {0}, 1}, {1, 4}), {}, "f32[3, 4]"},
      {OpCode::gather, {table, {{3}, i32}}, gather_of({{1}, {0}, {}, {}, {0}, 1}, {1, 4}), {}, "f32[3, 4]"},
      {OpCode::gather,
       {table, {{10, 1}, i32}},
       gather_of({{1}, {}, {0}, {0}, {1}, 1}, {1, 2}),
       {},
       "f32[10, 2]"},
      {OpCode::gather,
       {table, {{3, 1}, f32}},
       gather_of({{1}, {0}, {}, {}, {0}, 1}, {1, 4}),
       {},
       "dtype mismatch: got f32[3, 1], want integer indices"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {0}, 3}, {1, 4}),
       {},
       "invalid argument: got index_vector_dim 3, want 0 to 2"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {0, 1}, 1}, {1, 4}),
       {},
       "invalid argument: got start_index_map [0, 1], want 1 of them"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {2}, 1}, {1, 4}),
       {},
       "invalid argument: got start_index_map [2], want axes of a tensor of rank 2"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {0}, {0}, {1}, 1}, {1, 4}),
       {},
       "invalid argument: got collapsed_slice_dims [0] and operand_batching_dims [0], want no axis in both"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {}, {0}, {0}, {1}, 1}, {1, 2}),
       {},
       "shape mismatch: got f32[10, 4] and indices i32[3, 1], want equal sizes of batching dimensions 0 and "
       "0"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {}, {0}, {1}, {1}, 1}, {1, 2}),
       {},
       "invalid argument: got start_indices_batching_dims [1], want index_vector_dim 1 not among them"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {0}, 1}, {2, 4}),
       {},
       "invalid argument: got slice_sizes [2, 4] of f32[10, 4], want 0 to 1 for dimension 0"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1}, {0}, {}, {}, {0}, 1}, {1, 5}),
       {},
       "invalid argument: got slice_sizes [1, 5] of f32[10, 4], want 0 to 4 for dimension 1"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1, 0}, {}, {}, {}, {0}, 1}, {1, 4}),
       {},
       "invalid argument: got offset_dims [1, 0], want them in order"},
      {OpCode::gather,
       {table, rows},
       gather_of({{1, 2}, {0}, {}, {}, {0}, 1}, {1, 4}),
       {},
       "invalid argument: got offset_dims [1, 2], want 1 of them"},
      {OpCode::gather,
       {table, rows},
       gather_of({{2}, {0}, {}, {}, {0}, 1}, {1, 4}),
       {},
       "invalid argument: got offset_dims [2], want axes of a tensor of rank 2"},
  });
}

Attributes dot_of(Dims left_batch, Dims right_batch, Dims left, Dims right) {
  return {{"dot_dimension_numbers", hlo::DotDimensions{std::move(left_batch), std::move(right_batch),
                                                       std::move(left), std::move(right)}}};
}

TEST(Infer, dot_general) {
  const Shape left{{2, 3, 4}, f32}, right{{2, 4, 5}, f32};
  Attributes one_precision = dot_of({0}, {0}, {2}, {1}), algorithm = one_precision;
  one_precision.set("precision_config", std::vector{hlo::precision("HIGH")});
  algorithm.set("algorithm", hlo::DotAlgorithm{"bf16", "bf16", "f33"});
  expect({
      {OpCode::dot_general, {left, right}, dot_of({0}, {0}, {2}, {1}), {}, "f32[2, 3, 5]"},
      {OpCode::dot_general, {left, right}, dot_of({}, {}, {2}, {1}), {}, "f32[2, 3, 2, 5]"},
      {OpCode::dot_general, {{{2, 0}, f32}, {{0, 3}, f32}}, dot_of({}, {}, {1}, {0}), {}, "f32[2, 3]"},
      {OpCode::dot_general,
       {{{2, 3}, i8}, {{3, 4}, i8}},
       dot_of({}, {}, {1}, {0}),
       {{{2, 4}, i32}},
       "i32[2, 4]"},
      {OpCode::dot_general,
       {{{2, 3}, bf16}, {{3, 4}, bf16}},
       dot_of({}, {}, {1}, {0}),
       {{{2, 4}, f32}},
       "f32[2, 4]"},
      {OpCode::dot_general,
       {{{2, 3}, bf16}, {{3, 4}, f32}},
       dot_of({}, {}, {1}, {0}),
       {},
       "dtype mismatch: got bf16[2, 3] and f32[3, 4], want equal element types or a declared result"},
      {OpCode::dot_general,
       {{{2, 3}, i32}, {{3, 4}, f32}},
       dot_of({}, {}, {1}, {0}),
       {},
       "dtype mismatch: got i32[2, 3] and f32[3, 4], want equal element types, or floats"},
      {OpCode::dot_general,
       {{{2, 3}, i32}, {{3, 4}, i32}},
       dot_of({}, {}, {1}, {0}),
       {{{2, 4}, f32}},
       "dtype mismatch: got a result of f32 for i32[2, 3] and i32[3, 4], want the same kind of type"},
      {OpCode::dot_general,
       {left, right},
       dot_of({0}, {0}, {1}, {1}),
       {},
       "shape mismatch: got f32[2, 3, 4] and f32[2, 4, 5], want equal sizes of contracting dimensions 1 and "
       "1"},
      {OpCode::dot_general,
       {left, right},
       dot_of({0}, {1}, {2}, {1}),
       {},
       "invalid argument: got right batching and contracting dimensions [1, 1], want no axis twice"},
      {OpCode::dot_general,
       {left, right},
       dot_of({0}, {}, {2}, {1}),
       {},
       "invalid argument: got batching dimensions [0] and [], want as many on both sides"},
      {OpCode::dot_general,
       {left, right},
       dot_of({3}, {0}, {2}, {1}),
       {},
       "invalid argument: got left batching and contracting dimensions [3, 2], want axes of a tensor of rank "
       "3"},
      {OpCode::dot_general, {left, right}, one_precision, {}, "invalid argument: got 1 precisions, want 2"},
      {OpCode::dot_general,
       {left, right},
       algorithm,
       {},
       "invalid argument: got algorithm type \"f33\", want an element type or tf32"},
  });
}

Attributes conv_of(int64_t feature_groups, int64_t batch_groups, Dims padding = {1, 1, 1, 1}) {
  return {{"dimension_numbers", hlo::ConvDimensions{0, 3, {1, 2}, 2, 3, {0, 1}, 0, 3, {1, 2}}},
          {"window_strides", Dims{2, 2}},
          {"padding", std::move(padding)},
          {"feature_group_count", feature_groups},
          {"batch_group_count", batch_groups}};
}

TEST(Infer, convolution) {
  const Shape image{{2, 9, 8, 4}, f32}, kernel{{3, 3, 4, 6}, f32}, grouped{{3, 3, 2, 6}, f32};
  Attributes layout = conv_of(1, 1);
  layout.set("dimension_numbers", hlo::ConvDimensions{0, 3, {1, 1}, 2, 3, {0, 1}, 0, 3, {1, 2}});
  expect({
      {OpCode::convolution, {image, kernel}, conv_of(1, 1), {}, "f32[2, 5, 4, 6]"},
      {OpCode::convolution, {image, grouped}, conv_of(2, 1), {}, "f32[2, 5, 4, 6]"},
      {OpCode::convolution, {image, kernel}, conv_of(1, 2), {}, "f32[1, 5, 4, 6]"},
      {OpCode::convolution,
       {image, grouped},
       conv_of(1, 1),
       {},
       "shape mismatch: got f32[2, 9, 8, 4] and f32[3, 3, 2, 6] with 4 input features per group, want a "
       "kernel of 4, "
       "not 2"},
      {OpCode::convolution,
       {image, kernel},
       conv_of(3, 1),
       {},
       "shape mismatch: got input features 4, want a multiple of feature_group_count 3"},
      {OpCode::convolution,
       {image, kernel},
       conv_of(0, 1),
       {},
       "invalid argument: got feature_group_count 0 and batch_group_count 1, want positive ones, one of them "
       "1"},
      {OpCode::convolution,
       {image, kernel},
       conv_of(1, 1, {1, 1}),
       {},
       "invalid argument: got padding [1, 1], want 4 of them"},
      {OpCode::convolution,
       {image, kernel},
       layout,
       {},
       "invalid argument: got input dimensions [0, 3, 1, 1], want no axis twice"},
      {OpCode::convolution,
       {image, {{3, 3}, f32}},
       conv_of(1, 1),
       {},
       "shape mismatch: got f32[2, 9, 8, 4] and f32[3, 3], want equal ranks"},
  });
}

TEST(Infer, math) {
  const Attributes solve{{"left_side", true},
                         {"lower", true},
                         {"unit_diagonal", false},
                         {"transpose_a", hlo::transpose("NO_TRANSPOSE")}};
  const auto fft = [](std::string_view type, Dims length) {
    return Attributes{{"fft_type", hlo::fft_type(type)}, {"fft_length", std::move(length)}};
  };
  const Attributes norm{{"epsilon", 0.1}, {"feature_index", int64_t{1}}};
  const Attributes threefry{{"rng_algorithm", hlo::rng_algorithm("THREE_FRY")}};
  expect({
      {OpCode::fft, {{{2, 8}, f32}}, fft("RFFT", {8}), {}, "complex<f32>[2, 5]"},
      {OpCode::fft, {{{2, 5}, c64}}, fft("IRFFT", {8}), {}, "f32[2, 8]"},
      {OpCode::fft, {{{2, 8}, c64}}, fft("FFT", {2, 8}), {}, "complex<f32>[2, 8]"},
      {OpCode::fft,
       {{{2, 8}, c64}},
       fft("RFFT", {8}),
       {},
       "dtype mismatch: got complex<f32>[2, 8], want f32 or f64"},
      {OpCode::fft,
       {{{2, 8}, f32}},
       fft("RFFT", {6}),
       {},
       "shape mismatch: got f32[2, 8] for RFFT of lengths [6], want dimension 1 of size 6"},
      {OpCode::fft,
       {{{8}, c64}},
       fft("FFT", {1, 8}),
       {},
       "invalid argument: got fft_length [1, 8] of complex<f32>[8], want 1 to 3 lengths, at most its rank"},
      {OpCode::cholesky, {{{5, 3, 3}, f32}}, {}, {}, "f32[5, 3, 3]"},
      {OpCode::cholesky, {kF23}, {}, {}, "shape mismatch: got f32[2, 3], want square matrices"},
      {OpCode::triangular_solve, {{{3, 3}, f32}, {{3, 2}, f32}}, solve, {}, "f32[3, 2]"},
      {OpCode::triangular_solve,
       {{{3, 3}, f32}, {{2, 3}, f32}},
       solve,
       {},
       "shape mismatch: got f32[3, 3] and f32[2, 3], want square matrices and right-hand sides that fit "
       "them"},
      {OpCode::rng_bit_generator, {{{2}, u64}}, threefry, {{{2}, u64}, {{7}, u32}}, "ui64[2], ui32[7]"},
      {OpCode::rng_bit_generator,
       {{{3}, u64}},
       threefry,
       {{{3}, u64}, {{7}, u32}},
       "shape mismatch: got a state ui64[3] for THREE_FRY, want ui64[2]"},
      {OpCode::rng_bit_generator,
       {{{2}, u64}},
       threefry,
       {{{2}, u64}, {{7}, i1}},
       "dtype mismatch: got an output i1[7], want an integer or float type"},
      {OpCode::batch_norm_inference,
       {kF23, {{3}, f32}, {{3}, f32}, {{3}, f32}, {{3}, f32}},
       norm,
       {},
       "f32[2, 3]"},
      {OpCode::batch_norm_training,
       {kF23, {{3}, f32}, {{2}, f32}},
       norm,
       {},
       "shape mismatch: got f32[2, 3], f32[3] and f32[2], want f32[3] per feature"},
      {OpCode::get_dimension_size, {kF23}, {{"dimension", int64_t{1}}}, {}, "i32[]"},
  });
}

TEST(Infer, calls) {
  const Attributes nameless{{"name", std::string("twice")}, {"decomposition", hlo::SymbolRef{"f"}}};
  const Attributes version{{"call_target_name", std::string("f")}, {"api_version", int64_t{9}}};
  expect({
      {OpCode::call, {kF}, {{"callee", hlo::SymbolRef{"f"}}}, {kF23, kI}, "f32[2, 3], i32[]"},
      {OpCode::call,
       {kF},
       {{"callee", std::string("f")}},
       {},
       "invalid argument: attribute callee is no symbol"},
      {OpCode::composite,
       {kF},
       nameless,
       {kF},
       "invalid argument: got name 'twice', want one with a namespace, such as fusebox.norm"},
      {OpCode::custom_call, {kF}, version, {kF}, "invalid argument: got api_version 9, want 1 to 4"},
      {OpCode::optimization_barrier, {kF, kI}, {}, {}, "f32[], i32[]"},
      {OpCode::after_all, {kF}, {}, {}, "dtype mismatch: got f32[], want tokens"},
      {OpCode::tanh, {kF}, {{"speed", int64_t{1}}}, {}, "invalid argument: there is no attribute speed"},
      {OpCode::tanh, {kF}, {{"mhlo.note", int64_t{1}}}, {}, "f32[]"},
      {OpCode::dynamic_reshape,
       {kF, {{1}, i32}},
       {},
       {kF},
       "unsupported: programs cannot hold stablehlo.dynamic_reshape yet"},
  });
}

TEST(Builder, says_who_where_and_what) {
  Sketch s;
  Value* x = s.arg({2, 3}, f32);
  s.b->set_location({s.program.intern("model.layers.0.mlp"), std::source_location::current()});
  try {
    s.op(OpCode::add, {x, s.arg({3}, f32)});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.op(), "add");
    EXPECT_EQ(error.module(), "model.layers.0.mlp");
    EXPECT_TRUE(error.source().starts_with("infer_test.cpp:")) << error.source();
  }
}

TEST(Builder, adds_nothing_after_the_return) {
  Sketch s;
  Value* x = s.arg({2, 3}, f32);
  s.ret({x});
  try {
    s.op(OpCode::add, {x, x});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the block has returned already");
  }
}

TEST(Builder, refuses_what_is_no_value) {
  Sketch s;
  EXPECT_THROW(s.op(OpCode::tanh, {nullptr}), Error);
}

}  // namespace
}  // namespace fusebox::test
