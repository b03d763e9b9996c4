// fft, linear solvers, normalisation, random bits.
#include <algorithm>

#include "fusebox/hlo/infer.h"

namespace fusebox::hlo::rules {

std::vector<Shape> rng_bit_generator(const OpView& op) {
  const Shape& state = op.shape(0);
  const std::string& algorithm = op.attributes.get<Keyword>("rng_algorithm").value;
  const auto is_state = [](DType dtype) { return dtype == u64; };
  want_dtype(op, 0, is_state, "a ui64 state");
  const int64_t words = state.rank() == 1 ? state.dims[0] : -1;
  if (words < 0 || (algorithm == "THREE_FRY" && words != 2) ||
      (algorithm == "PHILOX" && words != 2 && words != 3))
    fail(ErrorKind::kShapeMismatch, "got a state {} for {}, want ui64[2]{}", to_string(state), algorithm,
         algorithm == "THREE_FRY" ? "" : " or ui64[3]");
  const Shape& output = want_declared(op, 2)[1];
  if (!is_integer(output.dtype) && !is_float(output.dtype))
    fail(ErrorKind::kDTypeMismatch, "got an output {}, want an integer or float type", to_string(output));
  return {state, output};
}

std::vector<Shape> rng(const OpView& op) {
  const DType dtype = op.shape(0).dtype;
  const bool uniform = op.attributes.get<Keyword>("rng_distribution").value == "UNIFORM";
  want_dtype(op, 0, uniform ? [](DType t) { return is_bits(t) || is_float(t); } : is_float,
             uniform ? "an integer, float or i1 type" : "a float type");
  if (op.shape(1).dtype != dtype)
    fail(ErrorKind::kDTypeMismatch, "got {}, want bounds of one element type", operand_types(op));
  if (!op.shape(0).dims.empty() || !op.shape(1).dims.empty() || op.shape(2).rank() != 1)
    fail(ErrorKind::kShapeMismatch, "got {}, want two scalars and a list of sizes", operand_types(op));
  want_dtype(op, 2, is_integer, "integer sizes last");
  const Shape& result = want_declared(op, 1)[0];
  if (result.rank() != op.shape(2).dims[0])
    fail(ErrorKind::kShapeMismatch, "got a result {} for {} sizes", to_string(result), op.shape(2).dims[0]);
  return {with_dtype(result, dtype)};
}

// RFFT halves the last transformed dimension (n to n/2 + 1), IRFFT undoes that.
std::vector<Shape> fft(const OpView& op) {
  const std::string& type = op.attributes.get<Keyword>("fft_type").value;
  const Dims& length = dims_of(op, "fft_length");
  Shape result = op.shape(0);
  const bool from_real = type == "RFFT";
  want_dtype(op, 0, from_real ? [](DType t) { return t == f32 || t == f64; } : is_complex,
             from_real ? "f32 or f64" : "a complex type");
  const auto n = static_cast<int64_t>(length.size());
  if (n < 1 || n > 3 || n > result.rank())
    fail(ErrorKind::kInvalidArgument, "got fft_length {} of {}, want 1 to 3 lengths, at most its rank",
         to_string(length), to_string(result));
  want_least("fft_length", length, 0);
  const auto first = static_cast<size_t>(result.rank() - n);
  for (size_t i = 0; i < length.size(); i++) {
    const bool halved = type == "IRFFT" && i + 1 == length.size();
    const int64_t want = halved ? (length[i] == 0 ? 0 : length[i] / 2 + 1) : length[i];
    if (result.dims[first + i] != want)
      fail(ErrorKind::kShapeMismatch, "got {} for {} of lengths {}, want dimension {} of size {}",
           to_string(op.shape(0)), type, to_string(length), first + i, want);
  }
  if (from_real) {
    result.dtype = result.dtype == f32 ? c64 : c128;
    if (length.back() != 0) result.dims.back() = length.back() / 2 + 1;
  } else if (type == "IRFFT") {
    result = {result.dims, part_dtype(result.dtype)};
    result.dims.back() = length.back();
  }
  return {result};
}

std::vector<Shape> cholesky(const OpView& op) {
  want_dtype(op, 0, is_float_or_complex, "a float or complex type");
  const Shape& a = op.shape(0);
  if (a.rank() < 2 || a.dims[a.dims.size() - 1] != a.dims[a.dims.size() - 2])
    fail(ErrorKind::kShapeMismatch, "got {}, want square matrices", to_string(a));
  return {a};
}

std::vector<Shape> triangular_solve(const OpView& op) {
  const Shape &a = op.shape(0), &b = op.shape(1);
  want_dtype(op, 0, is_float_or_complex, "a float or complex type");
  if (a.dtype != b.dtype)
    fail(ErrorKind::kDTypeMismatch, "got {}, want equal element types", operand_types(op));
  const size_t rank = a.dims.size();
  bool fits = rank >= 2 && b.dims.size() == rank && a.dims[rank - 1] == a.dims[rank - 2] &&
              std::equal(a.dims.begin(), a.dims.end() - 2, b.dims.begin());
  if (fits) fits = b.dims[op.attributes.get<bool>("left_side") ? rank - 2 : rank - 1] == a.dims[rank - 1];
  if (!fits)
    fail(ErrorKind::kShapeMismatch, "got {}, want square matrices and right-hand sides that fit them",
         operand_types(op));
  return {b};
}

namespace {

// Operand 0 has the features along feature_index; operands from `first` to `last` are one number per feature.
Shape check_batch_norm(const OpView& op, size_t first, size_t last) {
  want_dtype(op, 0, is_float, "a float type");
  const int64_t axis = op.attributes.get<int64_t>("feature_index");
  want_axis("feature_index", axis, op.shape(0).rank());
  const Shape per_feature{{op.shape(0).dims[static_cast<size_t>(axis)]}, op.shape(0).dtype};
  for (size_t i = first; i <= last; i++)
    if (op.shape(i) != per_feature)
      fail(ErrorKind::kShapeMismatch, "got {}, want {} per feature", operand_types(op),
           to_string(per_feature));
  return per_feature;
}

}  // namespace

std::vector<Shape> batch_norm_inference(const OpView& op) {
  check_batch_norm(op, 1, 4);
  return {op.shape(0)};
}

std::vector<Shape> batch_norm_training(const OpView& op) {
  const Shape per_feature = check_batch_norm(op, 1, 2);
  return {op.shape(0), per_feature, per_feature};
}

std::vector<Shape> batch_norm_grad(const OpView& op) {
  const Shape per_feature = check_batch_norm(op, 1, 3);
  if (op.shape(4) != op.shape(0))
    fail(ErrorKind::kShapeMismatch, "got {}, want the gradient's type last", operand_types(op));
  return {op.shape(0), per_feature, per_feature};
}

}  // namespace fusebox::hlo::rules
