#!/usr/bin/env python3
"""Makes the polynomials (and the bits of 1 / (2 pi)) of cpu/compiler/codegen/math_*.cpp.

    pip install mpmath
    tools/fit_polynomials.py > cpu/compiler/codegen/math_coefficients.h
    tools/fit_polynomials.py exp_f32          # one of them, and its error on stderr

Each polynomial p makes weight(x) * |f(x) - p(x)| small on an interval: least squares on Chebyshev points, which
is within a bit of the best largest error. Its coefficients are rounded to the format they are used in one after the
other, lowest power first, and those that remain are fitted anew each time, so that they make up for the rounding.
"""

import sys

from mpmath import mp, mpf

mp.prec = 1500


def round_to(x, bits):
    """x rounded to `bits` bits, to nearest."""
    if x == 0:
        return x
    mantissa, exponent = mp.frexp(x)
    return mp.ldexp(mp.nint(mp.ldexp(mantissa, bits)), exponent - bits)


def chebyshev_points(low, high, count):
    return [(low + high) / 2 - (high - low) / 2 * mp.cos(mp.pi * i / (count - 1)) for i in range(count)]


def horner(coefficients, x):
    total = mpf(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def least_squares(points, values, weights, first, count):
    """The c of sum c[j] x^(first + j) with the least sum of squares of weighted errors."""
    squares = [w * w for w in weights]
    moments = [mp.fsum(s * x ** (2 * first + k) for s, x in zip(squares, points)) for k in range(2 * count - 1)]
    right = [mp.fsum(s * v * x ** (first + k) for s, v, x in zip(squares, values, points)) for k in range(count)]
    matrix = mp.matrix(count, count)
    for i in range(count):
        for j in range(count):
            matrix[i, j] = moments[i + j]
    found = mp.lu_solve(matrix, mp.matrix(right))
    return [found[j] for j in range(count)]


def fit(function, low, high, count, weight, bits):
    """`count` coefficients of `bits` bits each, and log2 of the largest weighted error."""
    points = [x for x in chebyshev_points(mpf(low), mpf(high), 10 * count + 2) if x != 0]
    values, weights = [function(x) for x in points], [abs(weight(x)) for x in points]
    fixed = []
    for i in range(count):
        rest = [v - horner(fixed, x) for x, v in zip(points, values)]
        fixed.append(round_to(least_squares(points, rest, weights, i, count - i)[0], bits))
    worst = max(abs(w * (v - horner(fixed, x))) for x, v, w in zip(points, values, weights))
    return fixed, float(mp.log(worst, 2))


TANH_END = mpf(0.5625)  # beyond, 1 - tanh(x) is less than tanh(x)
HALF_LN2 = mp.log(2) / 2 * (1 + mpf(2) ** -12)
QUARTER_PI = mp.pi / 4 * (1 + mpf(2) ** -12)
TAN_PI_8 = (mp.sqrt(2) - 1) * (1 + mpf(2) ** -12)
SQRT2 = mp.sqrt(2) * (1 + mpf(2) ** -20)
ATANH_END = ((SQRT2 - 1) / (SQRT2 + 1)) ** 2
ERFC_MIDDLE = mpf(15) / 4


def atanh_rest(z):  # (log((1 + s) / (1 - s)) / s - 2) / z, z = s^2
    s = mp.sqrt(z)
    return (2 * mp.atanh(s) / s - 2) / z


def erfc_scaled(t):  # (1 + 2x) exp(x^2) erfc(x), t = (x - k) / (x + k)
    x = ERFC_MIDDLE * (1 + t) / (1 - t)
    return (1 + 2 * x) * mp.exp(x * x) * mp.erfc(x)


def exp_rest(r):  # e^r = 1 + r + r^2 p(r)
    return (mp.expm1(r) - r) / r ** 2


def log_rest(f):  # log(1 + f) = f - f^2 / 2 + f^3 p(f)
    return (mp.log1p(f) - f + f * f / 2) / f ** 3


def sin_rest(z):  # sin(r) = r + r z p(z), z = r^2
    return (mp.sin(mp.sqrt(z)) / mp.sqrt(z) - 1) / z


def cos_rest(z):  # cos(r) = 1 - z / 2 + z^2 p(z)
    return (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z ** 2


def atan_rest(z):  # atan(a) = a + a z p(z), z = a^2
    return (mp.atan(mp.sqrt(z)) / mp.sqrt(z) - 1) / z


def erf_rest(z):  # erf(x) = x + x p(z), z = x^2
    return mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1


def erf_tail(u):  # erf(x) = 1 - exp(-p(u)), u = x - 2.5
    return -mp.log(mp.erfc(u + mpf(5) / 2))


def tanh_rest(z):  # tanh(x) = x + x z p(z), z = x^2
    return (mp.tanh(mp.sqrt(z)) / mp.sqrt(z) - 1) / z


def log_pow_rest(z):  # 2 atanh(s) = 2s + s^3 (2/3 + z p(z))
    return (atanh_rest(z) - mpf(2) / 3) / z


# name: (what is approximated, interval, coefficients, weight, bits of a coefficient, what it is for)
POLYNOMIALS = {
    "exp_f32": (exp_rest, -HALF_LN2, HALF_LN2, 5, lambda r: r * r / mp.expm1(r), 24, "e^r = 1 + r + r^2 p(r)"),
    "exp_f64": (exp_rest, -HALF_LN2, HALF_LN2, 11, lambda r: r * r / mp.expm1(r), 53, "e^r = 1 + r + r^2 p(r)"),
    "log_f32": (log_rest, 1 / SQRT2 - 1, SQRT2 - 1, 8, lambda f: f ** 3 / mp.log1p(f), 24,
                "log(1 + f) = f - f^2 / 2 + f^3 p(f)"),
    "log_f64": (atanh_rest, 0, ATANH_END, 7, lambda z: z / 2, 53, "log((1 + s) / (1 - s)) = 2s + s z p(z), z = s^2"),
    "log_pow_f64": (log_pow_rest, 0, ATANH_END, 8, lambda z: z * z / 2, 53,
                    "log((1 + s) / (1 - s)) = 2s + s^3 (2/3 + z p(z)), z = s^2"),
    "sin_f32": (sin_rest, 0, QUARTER_PI ** 2, 4, lambda z: z, 24, "sin(r) = r + r z p(z), z = r^2"),
    "sin_f64": (sin_rest, 0, QUARTER_PI ** 2, 6, lambda z: z, 53, "sin(r) = r + r z p(z), z = r^2"),
    "cos_f32": (cos_rest, 0, QUARTER_PI ** 2, 3, lambda z: z * z, 24, "cos(r) = 1 - z / 2 + z^2 p(z), z = r^2"),
    "cos_f64": (cos_rest, 0, QUARTER_PI ** 2, 6, lambda z: z * z, 53, "cos(r) = 1 - z / 2 + z^2 p(z), z = r^2"),
    "atan_f32": (atan_rest, 0, TAN_PI_8 ** 2, 5, lambda z: z, 24, "atan(a) = a + a z p(z), z = a^2"),
    "atan_f64": (atan_rest, 0, TAN_PI_8 ** 2, 11, lambda z: z, 53, "atan(a) = a + a z p(z), z = a^2"),
    "tanh_f32": (tanh_rest, 0, TANH_END ** 2, 5, lambda z: z, 24, "tanh(x) = x + x z p(z), z = x^2"),
    "tanh_f64": (tanh_rest, 0, TANH_END ** 2, 11, lambda z: z, 53, "tanh(x) = x + x z p(z), z = x^2"),
    "erf_f32": (erf_rest, 0, 1, 7, lambda z: 1, 24, "erf(x) = x + x p(z), z = x^2"),
    "erf_f64": (erf_rest, 0, 1, 13, lambda z: 1, 53, "erf(x) = x + x p(z), z = x^2"),
    "erf_tail_f32": (erf_tail, -1.5, 1.5, 7, lambda u: mp.erfc(u + mpf(5) / 2), 24,
                     "erf(x) = 1 - exp(-p(u)), u = x - 2.5"),
    "erfc_f64": (erfc_scaled, -1, (28 - ERFC_MIDDLE) / (28 + ERFC_MIDDLE), 24, lambda t: 1 / erfc_scaled(t), 53,
                 "erfc(x) = exp(-x^2) / (1 + 2x) p(t), t = (x - 3.75) / (x + 3.75)"),
}


def camel(name):
    return "k" + "".join(part.capitalize() for part in name.split("_"))


def declare(name):
    function, low, high, count, weight, bits, purpose = POLYNOMIALS[name]
    coefficients, error = fit(function, low, high, count, weight, bits)
    print(f"{name}: error 2^{error:.1f}", file=sys.stderr)
    digits = 17 if bits == 53 else 9
    print(f"// {purpose}: error 2^{error:.1f}.")
    print(f"inline constexpr double {camel(name)}[] = {{")
    for c in coefficients:
        print(f"    {float(c):.{digits}g},")
    print("};\n")


def declare_turn_bytes():
    """1 / (2 pi) after 64 zero bits, for reductions of angles."""
    count = 152
    digits = int(mp.floor(mp.ldexp(1 / (2 * mp.pi), 8 * count)))
    table = [0] * 8 + list(digits.to_bytes(count, "big"))
    print("// 1 / (2 pi) in binary: 64 zero bits, then those behind the point.")
    print("inline constexpr unsigned char kTurnBytes[] = {")
    for i in range(0, len(table), 16):
        print("    " + " ".join(f"{byte:#04x}," for byte in table[i:i + 16]))
    print("};\n")


def main():
    names = sys.argv[1:] or list(POLYNOMIALS)
    if not sys.argv[1:]:
        print("// Polynomials, lowest power first. Made by tools/fit_polynomials.py, which says how; do not edit.\n#pragma once\n")
        print("namespace fusebox::cpu {\n")
    for name in names:
        declare(name)
    if not sys.argv[1:]:
        declare_turn_bytes()
        print("}  // namespace fusebox::cpu")


if __name__ == "__main__":
    main()
