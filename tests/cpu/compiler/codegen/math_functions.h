// Each function of math.h with what it should give, and how far from the exact value it may be.
//
// Want is long double: on x86-64 it has 11 bits more than f64, so that the C library's functions of it tell
// f64's errors to a thousandth of an ULP.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "tests/cpu/compiler/codegen/math_kernels.h"

namespace fusebox::cpu {

struct MathFunction {
  const char* name;
  Emit1 one;
  Emit2 two;
  double (*f32)(double, double);                 // exact to 2^-29 ULP of f32
  long double (*f64)(long double, long double);  // exact to 2^-10 ULP of f64
  double ulp32, ulp64;                           // the largest errors that are tolerated
};

#define UNARY(name, emit, expression, ulp32, ulp64)                                        \
  MathFunction {                                                                           \
    name, emit, nullptr, [](double x, double) -> double { return expression; },            \
        [](long double x, long double) -> long double { return expression; }, ulp32, ulp64 \
  }
#define BINARY(name, emit, expression, ulp32, ulp64)                                         \
  MathFunction {                                                                             \
    name, nullptr, emit, [](double x, double y) -> double { return expression; },            \
        [](long double x, long double y) -> long double { return expression; }, ulp32, ulp64 \
  }

inline std::vector<MathFunction> math_functions() {
  return {
      UNARY("exp", emit_exp, std::exp(x), 3, 3),
      UNARY("expm1", emit_expm1, std::expm1(x), 3, 3),
      UNARY("log", emit_log, std::log(x), 3, 3),
      UNARY("log1p", emit_log1p, std::log1p(x), 3, 3),
      UNARY("tanh", emit_tanh, std::tanh(x), 1.5, 1.5),
      UNARY("logistic", emit_logistic, x < 0 ? std::exp(x) / (1 + std::exp(x)) : 1 / (1 + std::exp(-x)), 3,
            3),
      UNARY("erf", emit_erf, std::erf(x), 3, 3),
      UNARY("erfc", emit_erfc, std::erfc(x), 3, 3),
      UNARY("sin", emit_sin, std::sin(x), 3, 3),
      UNARY("cos", emit_cos, std::cos(x), 3, 3),
      UNARY("tan", emit_tan, std::tan(x), 3, 3),
      UNARY("cbrt", emit_cbrt, std::cbrt(x), 3, 3),
      UNARY("sqrt", emit_sqrt, std::sqrt(x), 0.501, 0.501),
      UNARY("rsqrt", emit_rsqrt, 1 / std::sqrt(x), 3, 3),
      BINARY("pow", emit_pow, std::pow(x, y), 3, 3),
      BINARY("atan2", emit_atan2, std::atan2(x, y), 3, 3),
  };
}

#undef UNARY
#undef BINARY

}  // namespace fusebox::cpu
