// dot_general, convolution, and the rest of linear algebra.
#include "tests/hlo/infer_rows.h"

namespace fusebox::test {
namespace {

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

}  // namespace
}  // namespace fusebox::test
