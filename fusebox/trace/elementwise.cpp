#include "fusebox/trace/elementwise.h"

#include <fmt/format.h>

#include <numbers>

#include "fusebox/base/error.h"
#include "fusebox/hlo/keywords.h"
#include "fusebox/trace/broadcast.h"
#include "fusebox/trace/emit.h"
#include "fusebox/trace/limits.h"

namespace fusebox {
namespace {

using hlo::OpCode;

Tensor unary(std::string_view name, OpCode code, const Arg& x) {
  return in_op(name, {x}, [&] { return emit(code, {tensor_of(x)}, x.where()); });
}

Tensor binary(std::string_view name, OpCode code, const Arg& a, const Arg& b) {
  return in_op(name, {a, b}, [&] { return emit(code, fitted({a, b}), a.where()); });
}

Tensor compared(std::string_view name, std::string_view direction, const Arg& a, const Arg& b) {
  return in_op(name, {a, b}, [&] {
    return emit(OpCode::compare, fitted({a, b}),
                {{"comparison_direction", hlo::comparison_direction(direction)}}, {}, a.where());
  });
}

void want(bool ok, const Arg& x, std::string_view wanted) {
  if (!ok)
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("got {}, want {}", to_string(tensor_of(x).shape()), wanted));
}

void want_logical(const Arg& x) {
  if (x.tensor()) want(x.tensor()->dtype() == i1, x, "i1");
}

Tensor logical(std::string_view name, OpCode code, const Arg& a, const Arg& b) {
  return in_op(name, {a, b}, [&] {
    want_logical(a);
    want_logical(b);
    return emit(code, fitted({a, b}), a.where());
  });
}

}  // namespace

Tensor add(const Arg& a, const Arg& b) { return binary("add", OpCode::add, a, b); }
Tensor subtract(const Arg& a, const Arg& b) { return binary("subtract", OpCode::subtract, a, b); }
Tensor multiply(const Arg& a, const Arg& b) { return binary("multiply", OpCode::multiply, a, b); }
Tensor divide(const Arg& a, const Arg& b) { return binary("divide", OpCode::divide, a, b); }
Tensor power(const Arg& a, const Arg& b) { return binary("power", OpCode::power, a, b); }
Tensor maximum(const Arg& a, const Arg& b) { return binary("maximum", OpCode::maximum, a, b); }
Tensor minimum(const Arg& a, const Arg& b) { return binary("minimum", OpCode::minimum, a, b); }
Tensor atan2(const Arg& y, const Arg& x) { return binary("atan2", OpCode::atan2, y, x); }
Tensor negate(const Arg& x) { return unary("negate", OpCode::negate, x); }

namespace {

// Operands of a division with remainder, which complex numbers do not have.
std::vector<Tensor> fitted_ordered(const Arg& a, const Arg& b) {
  std::vector<Tensor> pair = fitted({a, b});
  if (is_complex(pair[0].dtype()))
    throw Error(ErrorKind::kDTypeMismatch,
                fmt::format("got {}, want an integer or float type", to_string(pair[0].shape())));
  return pair;
}

}  // namespace

Tensor remainder(const Arg& a, const Arg& b) {
  return in_op("remainder", {a, b}, [&] { return emit(OpCode::remainder, fitted_ordered(a, b), a.where()); });
}

Tensor mod(const Arg& a, const Arg& b) {
  return in_op("mod", {a, b}, [&] {
    const std::vector<Tensor> pair = fitted_ordered(a, b);
    const Tensor rest = remainder(pair[0], pair[1]);
    if (info(rest.dtype()).kind == DTypeClass::kUnsigned) return rest;
    const Tensor wrong_sign = (rest != 0) & ((rest < 0) != (pair[1] < 0));
    return fusebox::where(wrong_sign, rest + pair[1], rest);
  });
}

namespace {

// (a - mod(a, b)) / b, a whole number but for its rounding: floor(a / b) would be one too many where a / b is
// rounded up to the next (1 by 0.1).
Tensor floor_divide_floats(const Tensor& a, const Tensor& b) {
  const Tensor rest = remainder(a, b);
  const Tensor towards_zero = (a - rest) / b;
  const Tensor rounded_up = (rest != 0) & ((rest < 0) != (b < 0));
  const Tensor quotient = round(fusebox::where(rounded_up, towards_zero - 1, towards_zero));
  return fusebox::where(b == 0, a / b, quotient);
}

}  // namespace

Tensor floor_divide(const Arg& a, const Arg& b) {
  return in_op("floor_divide", {a, b}, [&] {
    const std::vector<Tensor> pair = fitted_ordered(a, b);
    if (is_float(pair[0].dtype())) return floor_divide_floats(pair[0], pair[1]);
    const Tensor quotient = pair[0] / pair[1];
    if (info(quotient.dtype()).kind == DTypeClass::kUnsigned) return quotient;
    const Tensor rest = remainder(pair[0], pair[1]);
    const Tensor rounded_up = (rest != 0) & ((rest < 0) != (pair[1] < 0));
    return fusebox::where(rounded_up, quotient - 1, quotient);
  });
}

Tensor equal(const Arg& a, const Arg& b) { return compared("equal", "EQ", a, b); }
Tensor not_equal(const Arg& a, const Arg& b) { return compared("not_equal", "NE", a, b); }
Tensor less(const Arg& a, const Arg& b) { return compared("less", "LT", a, b); }
Tensor less_equal(const Arg& a, const Arg& b) { return compared("less_equal", "LE", a, b); }
Tensor greater(const Arg& a, const Arg& b) { return compared("greater", "GT", a, b); }
Tensor greater_equal(const Arg& a, const Arg& b) { return compared("greater_equal", "GE", a, b); }

Tensor bitwise_and(const Arg& a, const Arg& b) { return binary("bitwise_and", OpCode::and_, a, b); }
Tensor bitwise_or(const Arg& a, const Arg& b) { return binary("bitwise_or", OpCode::or_, a, b); }
Tensor bitwise_xor(const Arg& a, const Arg& b) { return binary("bitwise_xor", OpCode::xor_, a, b); }
Tensor bitwise_not(const Arg& x) { return unary("bitwise_not", OpCode::not_, x); }
Tensor logical_and(const Arg& a, const Arg& b) { return logical("logical_and", OpCode::and_, a, b); }
Tensor logical_or(const Arg& a, const Arg& b) { return logical("logical_or", OpCode::or_, a, b); }
Tensor logical_xor(const Arg& a, const Arg& b) { return logical("logical_xor", OpCode::xor_, a, b); }

Tensor logical_not(const Arg& x) {
  return in_op("logical_not", {x}, [&] {
    want_logical(x);
    return emit(OpCode::not_, {tensor_of(x)}, x.where());
  });
}

Tensor shift_left(const Arg& x, const Arg& bits) { return binary("shift_left", OpCode::shift_left, x, bits); }

Tensor shift_right_logical(const Arg& x, const Arg& bits) {
  return binary("shift_right_logical", OpCode::shift_right_logical, x, bits);
}

Tensor shift_right_arithmetic(const Arg& x, const Arg& bits) {
  return binary("shift_right_arithmetic", OpCode::shift_right_arithmetic, x, bits);
}

Tensor shift_right(const Arg& x, const Arg& bits) {
  return in_op("shift_right", {x, bits}, [&] {
    const std::vector<Tensor> pair = fitted({x, bits});
    const bool keeps_sign = is_signed_integer(pair[0].dtype());
    return emit(keeps_sign ? OpCode::shift_right_arithmetic : OpCode::shift_right_logical, pair, x.where());
  });
}

Tensor population_count(const Arg& x) { return unary("population_count", OpCode::popcnt, x); }
Tensor count_leading_zeros(const Arg& x) {
  return unary("count_leading_zeros", OpCode::count_leading_zeros, x);
}

Tensor abs(const Arg& x) { return unary("abs", OpCode::abs, x); }
Tensor sign(const Arg& x) { return unary("sign", OpCode::sign, x); }
Tensor exp(const Arg& x) { return unary("exp", OpCode::exponential, x); }
Tensor expm1(const Arg& x) { return unary("expm1", OpCode::exponential_minus_one, x); }
Tensor log(const Arg& x) { return unary("log", OpCode::log, x); }
Tensor log1p(const Arg& x) { return unary("log1p", OpCode::log_plus_one, x); }
Tensor sqrt(const Arg& x) { return unary("sqrt", OpCode::sqrt, x); }
Tensor rsqrt(const Arg& x) { return unary("rsqrt", OpCode::rsqrt, x); }
Tensor cbrt(const Arg& x) { return unary("cbrt", OpCode::cbrt, x); }
Tensor sin(const Arg& x) { return unary("sin", OpCode::sine, x); }
Tensor cos(const Arg& x) { return unary("cos", OpCode::cosine, x); }
Tensor tan(const Arg& x) { return unary("tan", OpCode::tan, x); }
Tensor tanh(const Arg& x) { return unary("tanh", OpCode::tanh, x); }
Tensor sigmoid(const Arg& x) { return unary("sigmoid", OpCode::logistic, x); }
Tensor floor(const Arg& x) { return unary("floor", OpCode::floor, x); }
Tensor ceil(const Arg& x) { return unary("ceil", OpCode::ceil, x); }
Tensor round(const Arg& x) { return unary("round", OpCode::round_nearest_even, x); }
Tensor round_half_away(const Arg& x) { return unary("round_half_away", OpCode::round_nearest_afz, x); }
Tensor is_finite(const Arg& x) { return unary("is_finite", OpCode::is_finite, x); }

Tensor square(const Arg& x) {
  return in_op("square", {x}, [&] { return multiply(tensor_of(x), tensor_of(x)); });
}

Tensor reciprocal(const Arg& x) {
  return in_op("reciprocal", {x}, [&] {
    want(is_float(tensor_of(x).dtype()) || is_complex(tensor_of(x).dtype()), x, "a float or complex type");
    return divide(1, x);
  });
}

Tensor isnan(const Arg& x) {
  return in_op("isnan", {x}, [&] {
    want(is_float(tensor_of(x).dtype()), x, "a float type");
    return not_equal(x, x);
  });
}

Tensor isinf(const Arg& x) {
  return in_op("isinf", {x}, [&] {
    want(is_float(tensor_of(x).dtype()), x, "a float type");
    return equal(abs(x), std::numeric_limits<double>::infinity());
  });
}

namespace {

// Several steps on floats; narrow ones take them in f32.
template <typename F>
Tensor activation(std::string_view name, const Arg& x, F&& f) {
  return in_op(name, {x}, [&] {
    const Tensor& from = tensor_of(x);
    want(is_float(from.dtype()), x, "a float type");
    return convert(f(convert(from, wide_dtype(from.dtype()))), from.dtype());
  });
}

}  // namespace

Tensor relu(const Arg& x) {
  return in_op("relu", {x}, [&] { return maximum(x, 0); });
}

Tensor silu(const Arg& x) {
  return activation("silu", x, [](const Tensor& y) { return y * sigmoid(y); });
}

Tensor gelu(const Arg& x) {
  return activation("gelu", x,
                    [](const Tensor& y) { return 0.5 * y * (1 + erf(y * (1 / std::numbers::sqrt2))); });
}

Tensor gelu_tanh(const Arg& x) {
  return activation("gelu_tanh", x, [](const Tensor& y) {
    constexpr double kScale = std::numbers::sqrt2 * std::numbers::inv_sqrtpi;  // sqrt(2 / pi)
    return 0.5 * y * (1 + tanh(kScale * (y + 0.044715 * y * y * y)));
  });
}

Tensor softplus(const Arg& x) {
  return activation("softplus", x, [](const Tensor& y) { return maximum(y, 0) + log1p(exp(-abs(y))); });
}

Tensor clamp(const Arg& low, const Arg& x, const Arg& high) {
  return in_op("clamp", {x, low, high}, [&] {
    tensor_of(x);
    return emit(OpCode::clamp, fitted({low, x, high}), x.where());
  });
}

namespace {

// What where() makes of two numbers.
DType dtype_of_numbers(const Arg& a, const Arg& b) {
  const auto fraction = [](const Arg& x) { return std::holds_alternative<double>(x.scalar().value); };
  const auto boolean = [](const Arg& x) { return std::holds_alternative<bool>(x.scalar().value); };
  if (fraction(a) || fraction(b)) return f32;
  return boolean(a) && boolean(b) ? i1 : i32;
}

}  // namespace

Tensor where(const Arg& condition, const Arg& yes, const Arg& no) {
  return in_op("where", {condition, yes, no}, [&] {
    const Tensor& chosen = tensor_of(condition);
    want(chosen.dtype() == i1, condition, "i1 for the condition");
    Dims dims = chosen.dims();
    for (const Arg& arg : {yes, no})
      if (arg.tensor()) dims = broadcast_dims(dims, arg.tensor()->dims());
    std::vector<Tensor> sides;
    if (yes.tensor() || no.tensor()) {
      sides = fitted({yes, no});
    } else {
      const DType dtype = dtype_of_numbers(yes, no);
      for (const Arg& arg : {yes, no}) sides.push_back(materialize(arg, chosen.trace(), dtype, dims));
    }
    return emit(
        OpCode::select,
        {broadcast_tensor(chosen, dims), broadcast_tensor(sides[0], dims), broadcast_tensor(sides[1], dims)},
        condition.where());
  });
}

Tensor convert(const Arg& x, DType dtype) {
  return in_op("convert", {x}, [&] {
    const Tensor& from = tensor_of(x);
    if (from.dtype() == dtype) return from;
    return emit(OpCode::convert, {from}, {}, {{from.dims(), dtype}}, x.where());
  });
}

Tensor bitcast_convert(const Arg& x, DType dtype) {
  return in_op("bitcast_convert", {x}, [&] {
    const Tensor& from = tensor_of(x);
    Dims dims = from.dims();
    const int have = info(from.dtype()).bits, asked = info(dtype).bits;
    if (have > asked && asked > 0) dims.push_back(have / asked);
    if (have < asked && !dims.empty()) dims.pop_back();
    return emit(OpCode::bitcast_convert, {from}, {}, {{dims, dtype}}, x.where());
  });
}

Tensor reduce_precision(const Arg& x, int64_t exponent_bits, int64_t mantissa_bits) {
  return in_op("reduce_precision", {x}, [&] {
    return emit(OpCode::reduce_precision, {tensor_of(x)},
                {{"exponent_bits", exponent_bits}, {"mantissa_bits", mantissa_bits}}, {}, x.where());
  });
}

Tensor complex(const Arg& real, const Arg& imag) { return binary("complex", OpCode::complex, real, imag); }
Tensor real(const Arg& x) { return unary("real", OpCode::real, x); }
Tensor imag(const Arg& x) { return unary("imag", OpCode::imag, x); }
Tensor optimization_barrier(const Arg& x) {
  return unary("optimization_barrier", OpCode::optimization_barrier, x);
}

}  // namespace fusebox
