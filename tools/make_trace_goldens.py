#!/usr/bin/env python3
"""Writes tests/golden/trace-ops.json: inputs and expected outputs for the ops of fusebox/trace.

Expected values come from NumPy and SciPy, computed in f64 and rounded once (f64 itself: as they are), and from
jax.random for random numbers. tests/trace/op_functions.cpp has a function of the same name for each op here.

    python3 -m venv venv && venv/bin/pip install numpy scipy ml_dtypes jax
    venv/bin/python tools/make_trace_goldens.py tests/golden/trace-ops.json
"""
import json
import sys

import jax
import ml_dtypes
import numpy as np
import scipy.special as sp

np.seterr(all="ignore")

DTYPES = {
    "i1": np.bool_, "i8": np.int8, "i16": np.int16, "i32": np.int32, "i64": np.int64,
    "ui8": np.uint8, "ui16": np.uint16, "ui32": np.uint32, "ui64": np.uint64,
    "bf16": ml_dtypes.bfloat16, "f16": np.float16, "f32": np.float32, "f64": np.float64,
    "complex<f32>": np.complex64, "complex<f64>": np.complex128,
    "f8E4M3FN": ml_dtypes.float8_e4m3fn, "f8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz, "f8E5M2": ml_dtypes.float8_e5m2,
}
NAMES = {np.dtype(v): k for k, v in DTYPES.items()}
FLOATS = ["f32", "f64", "bf16", "f16"]
SIGNED = ["i8", "i16", "i32", "i64"]
UNSIGNED = ["ui8", "ui16", "ui32", "ui64"]
INTS = SIGNED + UNSIGNED
ALL = ["i1"] + INTS + FLOATS
COMPLEX = ["complex<f32>", "complex<f64>"]

tensors = {}  # input name -> array
cases = []


def encode(a):
    return {"dtype": NAMES[a.dtype], "dims": list(a.shape), "hex": a.tobytes().hex()}


def put(name, array):
    """An input, shared by all cases that name it."""
    if name in tensors:
        assert tensors[name].tobytes() == array.tobytes()
    tensors[name] = array
    return name


def case(op, inputs, outputs, ulp=0):
    """`ulp`: how far a float may be off, in units in the last place; 0 means equal bits (any NaN equals any)."""
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    cases.append({"op": op, "in": inputs, "out": [encode(np.asarray(o)) for o in outputs], "ulp": ulp})


def kind(d):
    return "bool" if d == "i1" else "int" if d in INTS else "complex" if d in COMPLEX else "float"


def tiny(d):
    return float(ml_dtypes.finfo(DTYPES[d]).tiny) if d in ("bf16", "f16") else float(np.finfo(DTYPES[d]).tiny)


def values(d):
    """The one-operand test values of a dtype: borders, specials, ordinary ones."""
    t = DTYPES[d]
    if d == "i1":
        return np.array([True, False, False, True])
    if kind(d) == "int":
        i = np.iinfo(t)
        return np.array([0, 1, 2, 3, 7, 12, 100, i.max, i.max - 1, i.min, i.min + 1] + ([-1, -2, -5, -100] if i.min < 0 else []), t)
    if kind(d) == "complex":
        return np.array([0, 1, -1, 1j, -1j, 3 + 4j, -0.5 + 0.25j, 1e-3 - 2j, 2 + 1j], t)
    special = [0.0, -0.0, 1, -1, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 3.25, -7.75, 0.1, -0.3, 10, -10, 30, -30, 88, 3.9, -4.1,
               0.999, 1e-3, -1e-4, np.inf, -np.inf, np.nan]
    return np.array(special, np.float64).astype(t)


def wide(a):
    return a.astype(np.float64) if NAMES[a.dtype] in FLOATS else a


def rounded(y, d):
    return np.asarray(y).astype(DTYPES[d])


# --- one operand ---------------------------------------------------------------------------------------------------

def silu(x): return x * sp.expit(x)
def gelu(x): return 0.5 * x * (1 + sp.erf(x / np.sqrt(2)))
def gelu_tanh(x): return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x * x * x)))
def softplus(x): return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))
def round_half_away(x): return np.trunc(x + np.copysign(0.5, x))


# name -> (function, ulp for f32, f64; bf16 and f16 get half as many, at least 1, unless exact)
UNARY_FLOAT = {
    "abs": (np.abs, 0), "negate": (np.negative, 0), "floor": (np.floor, 0), "ceil": (np.ceil, 0), "round": (np.rint, 0),
    "round_half_away": (round_half_away, 0), "square": (np.square, 0), "relu": (lambda x: np.maximum(x, 0), 0),
    "sign": (np.sign, 0), "exp": (np.exp, 3), "expm1": (np.expm1, 4), "log": (np.log, 3), "log1p": (np.log1p, 4),
    "sqrt": (np.sqrt, 1), "rsqrt": (lambda x: 1 / np.sqrt(x), 2), "cbrt": (np.cbrt, 4), "sin": (np.sin, 4), "cos": (np.cos, 4),
    "tan": (np.tan, 6), "tanh": (np.tanh, 5), "sigmoid": (sp.expit, 4), "reciprocal": (lambda x: 1 / x, 1),
    "erf": (sp.erf, 7), "erf_inv": (sp.erfinv, 8), "silu": (silu, 5), "gelu": (gelu, 40), "gelu_tanh": (gelu_tanh, 40),
    "softplus": (softplus, 5),
}
for op, (f, ulp) in UNARY_FLOAT.items():
    for d in FLOATS:
        x = values(d)
        if op in ("gelu", "gelu_tanh"):  # far left 1 + erf cancels: only the absolute error means something there
            x = x[~((x < -1.6) & np.isfinite(wide(x)))]
        name = put(f"values.{d}" if x.size == values(d).size else f"values-right.{d}", x)
        narrow = d in ("bf16", "f16")
        if op in ("silu", "gelu", "gelu_tanh", "softplus") and narrow:
            limit = 1  # computed in f32, rounded once
        else:
            limit = 0 if ulp == 0 else max(1, ulp // 2) if narrow else ulp
        if op == "erf" and d == "f64": limit = 4
        if op == "erf_inv" and d == "f64": limit = 40
        case(op, [name], rounded(f(wide(x)), d), limit)
for op, f in {"is_finite": np.isfinite, "isnan": np.isnan, "isinf": np.isinf}.items():
    for d in FLOATS:
        case(op, [put(f"values.{d}", values(d))], f(wide(values(d))))
for op, f in {"abs": np.abs, "negate": np.negative, "sign": np.sign}.items():
    for d in SIGNED:
        case(op, [put(f"values.{d}", values(d))], f(values(d)))
for d in INTS:
    x = values(d)
    name = put(f"values.{d}", x)
    case("square", [name], x * x)
    case("relu", [name], np.maximum(x, 0).astype(x.dtype))
    case("bitwise_not", [name], ~x)
    bits = x.dtype.itemsize * 8
    as_ints = [int(v) & ((1 << bits) - 1) for v in x]
    case("population_count", [name], np.array([v.bit_count() for v in as_ints], x.dtype))
    case("count_leading_zeros", [name], np.array([bits - v.bit_length() for v in as_ints], x.dtype))
case("bitwise_not", [put("values.i1", values("i1"))], ~values("i1"))
case("logical_not", ["values.i1"], ~values("i1"))
for d in COMPLEX:
    x = values(d)
    name = put(f"values.{d}", x)
    for op, f, ulp in [("abs", np.abs, 3), ("negate", np.negative, 0), ("exp", np.exp, 8), ("square", np.square, 2),
                       ("real", np.real, 0), ("imag", np.imag, 0)]:
        case(op, [name], f(x).astype(np.float32 if op in ("abs", "real", "imag") and d == "complex<f32>" else f(x).dtype), ulp)
    parts = np.real(x), np.imag(x)
    case("complex", [put(f"real.{d}", parts[0]), put(f"imag.{d}", parts[1])], x)

# --- two operands --------------------------------------------------------------------------------------------------


def pairs(d):
    if d == "i1":
        return np.array([True, True, False, False]), np.array([True, False, True, False])
    if kind(d) == "int":
        i = np.iinfo(DTYPES[d])
        signed = i.min < 0
        a = [0, 1, 7, 7, 100, i.max, i.max, 13, i.min] + ([-7, -7, 7, -100, -1] if signed else [])
        b = [1, 5, 2, 7, 30, 1, 2, 4, 3] + ([2, -2, -2, 7, 3] if signed else [])
        return np.array(a, DTYPES[d]), np.array(b, DTYPES[d])
    a = [0.0, -0.0, 1.5, -1.5, 7, -7, 7, -7, 3, 0.1, np.inf, -np.inf, np.inf, np.nan, 1, 2, 1e4, 0.0, 5, 1]
    b = [0.0, 0.0, 0.5, 2, 2, 2, -2, -2, 3, 0.3, 2, np.inf, -np.inf, 1, np.nan, -3, 1e-4, -1, np.inf, 0]
    return np.array(a).astype(DTYPES[d]), np.array(b).astype(DTYPES[d])


def py_mod(a, b): return np.where((np.fmod(a, b) != 0) & ((np.fmod(a, b) < 0) != (b < 0)), np.fmod(a, b) + b, np.fmod(a, b))


BINARY_FLOAT = {"add": (np.add, 0), "subtract": (np.subtract, 0), "multiply": (np.multiply, 0), "divide": (np.divide, 1),
                "remainder": (np.fmod, 0), "power": (np.power, 4), "maximum": (np.maximum, 0), "minimum": (np.minimum, 0),
                "atan2": (np.arctan2, 5)}
COMPARE = {"equal": np.equal, "not_equal": np.not_equal, "less": np.less, "less_equal": np.less_equal,
           "greater": np.greater, "greater_equal": np.greater_equal}


def pair_names(d):
    a, b = pairs(d)
    return [put(f"left.{d}", a), put(f"right.{d}", b)], a, b


for d in FLOATS:
    names, a, b = pair_names(d)
    for op, (f, ulp) in BINARY_FLOAT.items():
        y = f(wide(a), wide(b))
        if op in ("maximum", "minimum"):
            # 0 against -0: either; NumPy takes the first
            y = np.where((wide(a) == 0) & (wide(b) == 0), 0.0, y)
        case(op, names, rounded(y, d), ulp if d in ("f32", "f64") else min(ulp, 1))
for d in ("f32", "f64"):
    names, a, b = pair_names(d)
    case("mod", names, py_mod(a, b))
    case("floor_divide", names, np.floor_divide(a, b))
    # quotients that are rounded to a whole number, or hardly below one
    a, b = np.array([1, -1, 1, 0.3, 0.7, 6, 1e6, 2.5]).astype(DTYPES[d]), np.array([0.1, 0.1, -0.1, 0.1, 0.1, 0.2, 1e-2, 0.5]).astype(DTYPES[d])
    case("floor_divide", [put(f"whole-left.{d}", a), put(f"whole-right.{d}", b)], np.floor_divide(a, b))


def trunc_div(a, b):
    q = np.array([abs(int(x)) // abs(int(y)) * (1 if (x < 0) == (y < 0) else -1) for x, y in zip(a, b)], object)
    return q.astype(a.dtype)


for d in INTS:
    names, a, b = pair_names(d)
    case("add", names, a + b)
    case("subtract", names, a - b)
    case("multiply", names, a * b)
    case("divide", names, trunc_div(a, b))
    case("remainder", names, np.fmod(a, b))
    case("mod", names, np.mod(a, b))
    case("floor_divide", names, np.floor_divide(a, b))
    case("maximum", names, np.maximum(a, b))
    case("minimum", names, np.minimum(a, b))
    case("power", [put(f"base.{d}", np.array([0, 1, 2, 3, 3, 7], DTYPES[d])), put(f"exponent.{d}", np.array([0, 5, 6, 4, 5, 2], DTYPES[d]))],
         np.power(np.array([0, 1, 2, 3, 3, 7], DTYPES[d]), np.array([0, 5, 6, 4, 5, 2], DTYPES[d])))
    bits = a.dtype.itemsize * 8
    counts = np.array([0, 1, bits - 1, bits, bits + 3], DTYPES[d])
    x = np.array([5, 3, 1, 7, 9] if d in UNSIGNED else [5, -3, -1, -7, 9], DTYPES[d])
    inputs = [put(f"shifted.{d}", x), put(f"counts.{d}", counts)]
    mask = (1 << bits) - 1

    def fit(v): return v - (1 << bits) if d in SIGNED and v >= 1 << (bits - 1) else v
    left = [fit((int(v) << int(c)) & mask) if c < bits else 0 for v, c in zip(x, counts)]
    logical = [fit((int(v) & mask) >> int(c)) if c < bits else 0 for v, c in zip(x, counts)]
    top_set = [(int(v) & mask) >> (bits - 1) for v in x]
    arithmetic = [fit(((((int(v) & mask) | (mask << bits if t else 0)) >> min(int(c), bits)) & mask)) for v, c, t in zip(x, counts, top_set)]
    case("shift_left", inputs, np.array(left, DTYPES[d]))
    case("shift_right_logical", inputs, np.array(logical, DTYPES[d]))
    case("shift_right_arithmetic", inputs, np.array(arithmetic, DTYPES[d]))
    case("shift_right", inputs, np.array(arithmetic if d in SIGNED else logical, DTYPES[d]))
for d in ALL:
    names, a, b = pair_names(d)
    for op, f in COMPARE.items():
        case(op, names, f(wide(a), wide(b)))
    if kind(d) != "float":
        for op, f in {"bitwise_and": np.bitwise_and, "bitwise_or": np.bitwise_or, "bitwise_xor": np.bitwise_xor}.items():
            case(op, names, f(a, b))
for op, f in {"logical_and": np.logical_and, "logical_or": np.logical_or, "logical_xor": np.logical_xor, "add": np.logical_or,
              "multiply": np.logical_and}.items():
    names, a, b = pair_names("i1")
    case(op, names, f(a, b))
for d in COMPLEX:
    x = values(d)
    y = x[::-1].copy() + DTYPES[d](0.5)
    names = [put(f"values.{d}", x), put(f"other.{d}", y)]
    case("add", names, x + y)
    case("multiply", names, x * y, 4)
    case("divide", names, x / y, 8)
    case("equal", names, x == y)

# broadcasting, zero sizes and rank 0 included
BROADCAST = [((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((4, 1, 2), (3, 1)), ((0, 3), (1, 3)), ((1,), (0,)), ((), ())]
for i, (s, t) in enumerate(BROADCAST):
    a = np.arange(np.prod(s, dtype=int), dtype=np.float32).reshape(s) + 1
    b = np.arange(np.prod(t, dtype=int), dtype=np.float32).reshape(t) * 10 + 2
    case("add", [put(f"broadcast-a{i}", a), put(f"broadcast-b{i}", b)], a + b)
    case("less", [f"broadcast-a{i}", f"broadcast-b{i}"], a < b)
    case("where_less", [f"broadcast-a{i}", f"broadcast-b{i}"], np.where(a < b, a, b))

# numbers beside tensors
for d in FLOATS + INTS:
    x = np.array([1, 2, 3, 100], DTYPES[d])
    name = put(f"small.{d}", x)
    case("plus_two", [name], x + DTYPES[d](2))
    case("two_minus", [name], (DTYPES[d](2) - x).astype(DTYPES[d]))
    case("clamp_2_50", [name], np.clip(x, DTYPES[d](2), DTYPES[d](50)).astype(DTYPES[d]))
    case("where_numbers", [name], np.where(x > DTYPES[d](2), x, DTYPES[d](0)))
for d in FLOATS:
    x = values(d)
    case("clamp_pm1", [f"values.{d}"], rounded(np.where(np.isnan(wide(x)), np.nan, np.clip(wide(x), -1, 1)), d))
    case("reduce_precision_5_2", [f"values.{d}"],
         wide(x).astype(ml_dtypes.float8_e5m2).astype(np.float64).astype(DTYPES[d]))

# --- convert -------------------------------------------------------------------------------------------------------


def converted(x, to):
    t = DTYPES[to]
    if to == "i1":
        return x != 0
    if kind(to) == "int" and kind(NAMES[x.dtype]) == "float":
        i = np.iinfo(t)
        return np.array([0 if np.isnan(float(v)) else int(min(max(float(v), float(i.min)), float(i.max))) if np.isfinite(float(v)) and abs(float(v)) < 2.0**62
                         else (i.max if float(v) > 0 else i.min) for v in x], object).astype(t)
    if kind(to) == "int":
        return x.astype(t)
    if kind(NAMES[x.dtype]) == "int" and to in ("bf16", "f16", "f32"):
        return np.array([np.longdouble(int(v)) for v in x]).astype(np.float64).astype(t)  # values are f64-exact or far from ties
    return x.astype(np.float64).astype(t) if kind(to) == "float" else x.astype(t)


for s in ALL + ["f8E4M3FN", "f8E5M2"]:
    if s.startswith("f8"):
        x = np.array([0.0, -0.0, 1, -1.5, 3.25, 448, -0.01, 100]).astype(DTYPES[s])
    elif kind(s) == "float":
        x = np.array([0.0, -0.0, 1, -1.5, 2.75, -3.99, 127.9, 128, -129, 300, -1, 70000, 3e9, -3e9, 1e30, -1e30, np.inf, -np.inf, np.nan]).astype(DTYPES[s])
    elif kind(s) == "int":
        i = np.iinfo(DTYPES[s])
        x = np.array([0, 1, 100, 77, i.max // 2 + 1, i.min, i.min // 2] + ([-1, -100] if i.min < 0 else []), DTYPES[s])
    else:
        x = values(s)
    name = put(f"from.{s}", x)
    for t in ALL + ["f8E4M3FN", "f8E5M2"]:
        if s == t or (s.startswith("f8") and t.startswith("f8")):
            continue
        if t.startswith("f8") and kind(s) != "float":
            continue
        case(f"convert:{t}", [name], converted(x, t))
case("bitcast_convert:ui32", ["values.f32"], values("f32").view(np.uint32))
case("bitcast_convert:f32", ["values.i32"], values("i32").view(np.float32))
case("bitcast_convert:ui8", ["values.f16"], values("f16").view(np.uint8).reshape(-1, 2))
case("bitcast_convert:i16", ["values.i16"], values("i16"))

# --- reductions ----------------------------------------------------------------------------------------------------

rng = np.random.default_rng(1)
AXES = {"": None, ":0": 0, ":-1k": (-1, True), ":0,2": (0, 2)}


def reduced(f, x, axes):
    keep = isinstance(axes, tuple) and axes[1] is True
    return f(x, axis=axes[0] if keep else axes, keepdims=keep)


def variance(x, axis, keepdims): return np.var(x, axis=axis, keepdims=keepdims)
def norm(x, axis, keepdims): return np.sqrt(np.sum(x * x, axis=axis, keepdims=keepdims))
def count(x, axis, keepdims): return np.sum(x != 0, axis=axis, keepdims=keepdims).astype(np.int32)


def logsumexp(x, axis, keepdims):
    return sp.logsumexp(x, axis=axis, keepdims=keepdims)


for d in FLOATS:
    x = rounded(rng.normal(size=(2, 3, 4)), d)
    odd = x.copy()
    odd[0, 0, 1], odd[1, 2, 2], odd[1, 1, 0] = np.nan, np.inf, -np.inf
    name, odd_name = put(f"cube.{d}", x), put(f"odd.{d}", odd)
    ulp = {"f32": 8, "f64": 8, "bf16": 1, "f16": 1}[d]
    for suffix, axes in AXES.items():
        for op, f, u in [("sum", np.sum, ulp * 4), ("mean", np.mean, ulp * 4), ("prod", np.prod, ulp), ("max", np.max, 0), ("min", np.min, 0),
                         ("variance", variance, ulp * 2), ("norm", norm, ulp), ("logsumexp", logsumexp, ulp * 4)]:
            case(op + suffix, [name], rounded(reduced(f, wide(x), axes), d), u)
            if suffix in ("", ":-1k"):
                case(op + suffix, [odd_name], rounded(reduced(f, wide(odd), axes), d), u)
        case("count_nonzero" + suffix, [name], reduced(count, wide(x), axes))
    for suffix, axis in [(":0", 0), (":-1", -1)]:
        for op, f in [("argmax", np.argmax), ("argmin", np.argmin)]:
            for n, v in [(name, x), (odd_name, odd)]:
                case(op + suffix, [n], f(wide(v), axis=axis).astype(np.int32))
        for op, f, u in [("softmax", sp.softmax, ulp), ("log_softmax", sp.log_softmax, ulp * 2)]:
            case(op + suffix, [name], rounded(f(wide(x), axis=axis), d), u)
        for op, f, u in [("cumsum", np.cumsum, ulp * 8), ("cumprod", np.cumprod, ulp), ("cummax", np.maximum.accumulate, 0),
                         ("cummin", np.minimum.accumulate, 0)]:
            case(op + suffix, [name], rounded(f(wide(x), axis=axis), d), u)
    ties = rounded([3, 7, 7, 1, 1, 7, np.nan, 2, np.nan], d)
    case("argmax:0", [put(f"ties.{d}", ties[:6])], np.int32(1))
    case("argmin:0", [f"ties.{d}"], np.int32(3))
    case("argmax:0", [put(f"nan-ties.{d}", ties)], np.int32(6))
    case("argmin:0", [f"nan-ties.{d}"], np.int32(6))
    low = rounded([-np.inf, -np.inf, -np.inf], d)
    case("argmax:0", [put(f"all-low.{d}", low)], np.int32(0))
    case("max", [f"all-low.{d}"], low[0])
    case("logsumexp", [f"all-low.{d}"], low[0])
    case("softmax:0", [f"all-low.{d}"], rounded([np.nan] * 3, d))
    long = rounded(np.full(300, 0.1), d)  # 16-bit sums would stall: 1/0.1 ulp
    case("sum", [put(f"long.{d}", long)], rounded(np.sum(wide(long)), d), 64 if d == "f32" else 200 if d == "f64" else 1)
    case("mean", [f"long.{d}"], rounded(np.mean(wide(long)), d), 64 if d == "f32" else 200 if d == "f64" else 1)
    case("cumsum:0", [f"long.{d}"], rounded(np.cumsum(wide(long)), d), 64 if d == "f32" else 200 if d == "f64" else 1)
for d in INTS:
    i = np.iinfo(DTYPES[d])
    x = rng.integers(max(i.min, -9), 10, size=(2, 3, 4)).astype(DTYPES[d])
    x[0, 0, 0] = i.max
    name = put(f"cube.{d}", x)
    for suffix, axes in AXES.items():
        for op, f in [("sum", np.sum), ("prod", np.prod), ("max", np.max), ("min", np.min)]:
            case(op + suffix, [name], reduced(f, x, axes).astype(DTYPES[d]))
        case("count_nonzero" + suffix, [name], reduced(count, x, axes))
    for suffix, axis in [(":0", 0), (":-1", -1)]:
        case("argmax" + suffix, [name], np.argmax(x, axis).astype(np.int32))
        case("argmin" + suffix, [name], np.argmin(x, axis).astype(np.int32))
        case("cumsum" + suffix, [name], np.cumsum(x, axis, dtype=DTYPES[d]))
        case("cumprod" + suffix, [name], np.cumprod(x, axis, dtype=DTYPES[d]))
        case("cummax" + suffix, [name], np.maximum.accumulate(x, axis))
        case("cummin" + suffix, [name], np.minimum.accumulate(x, axis))
b = rng.random((2, 3, 4)) < 0.7
b[1, 1] = True
put("cube.i1", b)
for suffix, axes in AXES.items():
    case("any" + suffix, ["cube.i1"], reduced(np.any, b, axes))
    case("all" + suffix, ["cube.i1"], reduced(np.all, b, axes))
    case("count_nonzero" + suffix, ["cube.i1"], reduced(count, b, axes))
    case("max" + suffix, ["cube.i1"], reduced(np.max, b, axes))
case("argmax:-1", ["cube.i1"], np.argmax(b, -1).astype(np.int32))
# nothing to reduce
for d in ("f32", "bf16", "i32"):
    e = np.zeros((2, 0, 3), DTYPES[d])
    put(f"empty.{d}", e)
    case("sum:1", [f"empty.{d}"], np.zeros((2, 3), DTYPES[d]))
    case("prod:1", [f"empty.{d}"], np.ones((2, 3), DTYPES[d]))
    case("max:0", [f"empty.{d}"], np.zeros((0, 3), DTYPES[d]))
    case("argmax:0", [f"empty.{d}"], np.zeros((0, 3), np.int32))
    case("cumsum:1", [f"empty.{d}"], e)
    case("sort:1", [f"empty.{d}"], e)
    if d != "i32":
        case("mean:1", [f"empty.{d}"], np.full((2, 3), np.nan).astype(DTYPES[d]))
        case("softmax:1", [f"empty.{d}"], e)
        case("exp", [f"empty.{d}"], e)

# --- shapes: values are only moved, so few dtypes do ---------------------------------------------------------------

for d in ("i32", "f32", "bf16", "i1", "ui8", "i64", "complex<f32>"):
    x = (np.arange(24) % 2 == 0 if d == "i1" else np.arange(24).astype(DTYPES[d])).reshape(2, 3, 4)
    name = put(f"grid.{d}", x)
    case("reshape:4,-1", [name], x.reshape(4, -1))
    case("reshape:24", [name], x.reshape(24))
    case("flatten", [name], x.reshape(-1))
    case("flatten:0,1", [name], x.reshape(6, 4))
    case("transpose", [name], x.T)
    case("transpose:1,2,0", [name], x.transpose(1, 2, 0))
    case("swapaxes:0,-1", [name], x.swapaxes(0, -1))
    case("moveaxis:0,2", [name], np.moveaxis(x, 0, 2))
    case("expand_dims:0,-1", [name], np.expand_dims(x, (0, -1)))
    case("expand_then_squeeze", [name], x)
    case("broadcast_to", [name], np.broadcast_to(x, (2, 2, 3, 4)))
    case("repeat:2,1", [name], np.repeat(x, 2, 1))
    case("tile:2,1,3", [name], np.tile(x, (2, 1, 3)))
    case("tile:2,1,1,2", [name], np.tile(x, (2, 1, 1, 2)))
    case("concatenate:1", [name, name], np.concatenate([x, x], 1))
    case("stack:-1", [name, name], np.stack([x, x], -1))
    case("split:2,2", [name], np.split(x, 2, 2))
    case("split_sizes:1", [name], [x[:, :1], x[:, 1:]])
    case("slice", [name], x[1:2, 0:3:2, -3:-1])
    case("slice_in_dim", [name], x[:, :, -2:])
    case("index_in_dim:-1,1", [name], x[:, -1])
    case("pad", [name], np.pad(x, [(1, 0), (0, 2), (2, 1)]))
    case("pad_cut", [name], x[1:, :, :3])
    interior = np.zeros((3, 3, 4), x.dtype)
    interior[::2] = x
    case("pad_interior", [name], interior)
    case("flip", [name], x[::-1, ::-1, ::-1])
    case("flip:1", [name], x[:, ::-1])
    case("tril", [name], np.tril(x))
    case("triu:1", [name], np.triu(x, 1))
case("pad_value", ["grid.f32"], np.pad(tensors["grid.f32"], [(0, 0), (0, 0), (0, 1)], constant_values=-2.5))
z = put("zero-wide.f32", np.zeros((3, 0, 2), np.float32))
case("reshape:0,6", [z], np.zeros((0, 6), np.float32))
case("transpose", [z], np.zeros((2, 0, 3), np.float32))
case("concatenate:1", [z, z], np.zeros((3, 0, 2), np.float32))
case("flip:1", [z], np.zeros((3, 0, 2), np.float32))
case("tile:2,2,2", [z], np.zeros((6, 0, 4), np.float32))

# --- indexing ------------------------------------------------------------------------------------------------------

for d in ("f32", "bf16", "i32", "ui8", "i1", "complex<f32>"):
    x = tensors[f"grid.{d}"]
    name = f"grid.{d}"
    for t in ("i32", "i64", "ui8"):
        idx = np.array([[0, 2, 1], [2, 2, 0]], DTYPES[t])
        case("take:1", [name, put(f"indices.{t}", idx)], np.take(x, idx, 1))
    far = np.array([-5, -1, 0, 2, 3, 99], np.int32)
    put("far.i32", far)
    case("take:1", [name, "far.i32"], np.take(x, far, 1, mode="clip"))
    inside = (far >= 0) & (far < 3)
    fill = np.nan if d in ("f32", "bf16") else complex(np.nan, 0) if kind(d) == "complex" else 0
    filled = np.where(inside[None, :, None], np.take(x, far, 1, mode="clip"), np.array(fill).astype(x.dtype))
    if kind(d) != "complex":
        case("take_fill:1", [name, "far.i32"], filled.astype(x.dtype))
    along = np.array([[[0, 3]], [[2, 1]]], np.int32)
    case("take_along_axis:2", [name, put("along.i32", along)], np.take_along_axis(x, np.broadcast_to(along, (2, 3, 2)), 2))
    at = put("one.i32", np.int32(1))
    case("dynamic_slice", [name, at], x[1:2, 0:2, 1:3])
    case("dynamic_slice_in_dim:2,2", [name, at], x[:, :, 1:3])
    case("dynamic_index_in_dim:1", [name, at], x[:, 1])
    big = put("big.i32", np.int32(1000))
    case("dynamic_slice_in_dim:2,2", [name, big], x[:, :, 2:4])
    low = put("low.i32", np.int32(-7))
    case("dynamic_slice_in_dim:2,2", [name, low], x[:, :, 0:2])
    up = x[:, :, :2][:, ::-1].copy()
    y = x.copy()
    y[:, :, 1:3] = up
    case("dynamic_update_slice_in_dim:2", [name, put(f"update.{d}", up), at], y)
    y = x.copy()
    y[:, :, 2:4] = up
    case("dynamic_update_slice_in_dim:2", [name, f"update.{d}", big], y)
    new = (np.arange(16) % 3 == 0 if d == "i1" else np.arange(16).astype(x.dtype)).reshape(2, 2, 4)
    rows = put("rows.i32", np.array([2, 0], np.int32))
    y = x.copy()
    y[:, [2, 0]] = new
    case("scatter_at:1", [name, rows, put(f"new.{d}", new)], y)
    if d != "i1":
        twice = put("twice.i32", np.array([1, 1], np.int32))
        y = x.copy()
        np.add.at(y, (slice(None), np.array([1, 1])), new)
        case("scatter_add:1", [name, twice, f"new.{d}"], y)
hot = np.array([1, 0, 5, -1, 2], np.int32)
put("hot.i32", hot)
case("one_hot:3", ["hot.i32"], (hot[:, None] == np.arange(3)).astype(np.float32))
case("one_hot_first:3", ["hot.i32"], (hot[None, :] == np.arange(3)[:, None]).astype(np.int32))
case("take:1", ["grid.f32", put("none.i32", np.zeros((0,), np.int32))], np.zeros((2, 0, 4), np.float32))
case("take:1", [z, put("none2.i32", np.zeros((2, 0), np.int32))], np.zeros((3, 2, 0, 2), np.float32))

wide_row = put("wide-row.f32", np.arange(300, dtype=np.float32))  # wider than the indices' dtypes reach
for d, far in (("ui8", [0, 127, 128, 200, 255]), ("i8", [0, 127, -1, -128])):
    far = np.array(far, DTYPES[d])
    case("take:0", [wide_row, put(f"narrow-indices.{d}", far)], np.take(tensors[wide_row], far.astype(np.int64), mode="clip"))
    inside = far >= 0
    case("take_fill:0", [wide_row, f"narrow-indices.{d}"], np.where(inside, np.maximum(far, 0), np.nan).astype(np.float32))
    new = np.arange(far.size, dtype=np.float32) + 1000
    y = tensors[wide_row].copy()
    y[far[inside].astype(np.int64)] = new[inside]
    case("scatter_at:0", [wide_row, f"narrow-indices.{d}", put(f"narrow-new.{d}", new)], y)

# --- products ------------------------------------------------------------------------------------------------------

MATMUL = [((2, 3), (3, 4)), ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((5, 2, 3), (5, 3, 4)), ((5, 2, 3), (3, 4)),
          ((2, 3), (5, 3, 4)), ((5, 1, 2, 3), (7, 3, 4)), ((1, 2, 3), (5, 3, 4)), ((2, 0), (0, 3)), ((0, 3), (3, 2)),
          ((5, 2, 3), (3,)), ((3,), (5, 3, 4))]
for d in FLOATS + ["i32", "ui8", "i64", "complex<f32>"]:
    for i, (s, t) in enumerate(MATMUL if d == "f32" else MATMUL[:8:2]):
        n, m = np.prod(s, dtype=int), np.prod(t, dtype=int)
        a = ((np.arange(n) * 5 % 7) - (0 if d == "ui8" else 3)).astype(DTYPES[d]).reshape(s)
        b = ((np.arange(m) * 3 % 5) - (0 if d == "ui8" else 2)).astype(DTYPES[d]).reshape(t)
        y = np.matmul(wide(a), wide(b)) if kind(d) == "float" else np.matmul(a, b)
        case("matmul", [put(f"matmul-a{i}.{d}", a), put(f"matmul-b{i}.{d}", b)], np.asarray(y).astype(DTYPES[d]))
a, b = rounded(rng.normal(size=(4, 64)), "bf16"), rounded(rng.normal(size=(64, 4)), "bf16")
case("matmul_to_f32", [put("wide-a.bf16", a), put("wide-b.bf16", b)], rounded(wide(a) @ wide(b), "f32"), 4096)
x = [rounded(rng.normal(size=s), "bf16") for s in ((3, 64), (64, 4), (4, 2))]
names = [put(f"einsum-wide{i}.bf16", o) for i, o in enumerate(x)]
case("einsum_to_f32:ij->i", names[:1], rounded(np.sum(wide(x[0]), 1), "f32"), 4096)
case("einsum_to_f32:ij,jk,kl->il", names, rounded(wide(x[0]) @ wide(x[1]) @ wide(x[2]), "f32"), 4096)
EINSUM = ["ij,jk->ik", "ij,jk", "bhqd,bhkd->bhqk", "i,j->ji", "ij->ji", "ij->i", "ij,ij->", "ijk,k->ij", "ab,bc,cd->da", "ij,kj->ik", "i,i", "ab,b"]
for i, formula in enumerate(EINSUM):
    sizes = {c: 2 + "ijkbhqdac".find(c) % 4 for c in "ijkbhqdac"}
    ops = [(np.arange(np.prod([sizes[c] for c in p], dtype=int)) % 5 - 2).astype(np.float32).reshape([sizes[c] for c in p])
           for p in formula.split("->")[0].split(",")]
    case(f"einsum:{formula}", [put(f"einsum{i}-{k}", o) for k, o in enumerate(ops)], np.einsum(formula, *ops).astype(np.float32))

# --- order ---------------------------------------------------------------------------------------------------------

for d in FLOATS + INTS:
    if kind(d) == "float":
        x = rounded([[3, -1, np.nan, 0.0, -0.0, 7, 3, -np.inf], [2, 2, np.inf, -5, 1, -np.nan, 0, 1]], d)
        key = wide(x) + 0.0  # -0 becomes 0
    else:
        x = np.array([[3, 1, 120, 0, 9, 7, 3, 2], [2, 2, 5, 5, 1, 100, 0, 1]], DTYPES[d])
        key = x
    name = put(f"unsorted.{d}", x)
    order = np.argsort(key, axis=1, kind="stable")
    case("sort:-1", [name], np.take_along_axis(x, order, 1))
    case("argsort:-1", [name], order.astype(np.int32))
    flipped = -key if kind(d) == "float" else -key.astype(np.int64)
    with_nan = np.where(np.isnan(key), -np.inf, flipped) if kind(d) == "float" else flipped
    if kind(d) == "float":  # NaN first, even before inf
        down = np.array([sorted(range(8), key=lambda j, r=r: (0 if np.isnan(key[r, j]) else 1, -key[r, j] if not np.isnan(key[r, j]) else 0, j)) for r in range(2)])
    else:
        down = np.argsort(flipped, axis=1, kind="stable")
    case("sort_down:-1", [name], np.take_along_axis(x, down, 1))
    case("argsort_down:-1", [name], down.astype(np.int32))
    case("top_k:3", [name], [np.take_along_axis(x, down, 1)[:, :3], down[:, :3].astype(np.int32)])
    case("sort:0", [name], np.take_along_axis(x, np.argsort(key, axis=0, kind="stable"), 0))

# --- random numbers: jax.random ------------------------------------------------------------------------------------

for seed in (0, 42, 0x123456789ABC):
    key = jax.random.wrap_key_data(np.array([seed >> 32, seed & 0xFFFFFFFF], np.uint32), impl="threefry2x32")
    data = np.asarray(jax.random.key_data(key))
    name = put(f"key{seed}", data)
    case("fold_in:7", [name], np.asarray(jax.random.key_data(jax.random.fold_in(key, 7))))
    case("split_key:3", [name], np.asarray(jax.random.key_data(jax.random.split(key, 3))))
    for shape in ((5,), (2, 3), ()):
        text = ",".join(map(str, shape))
        case(f"random_bits:{text}", [name], np.asarray(jax.random.bits(key, shape)))
        case(f"uniform:{text}", [name], np.asarray(jax.random.uniform(key, shape)))
        case(f"gumbel:{text}", [name], np.asarray(jax.random.gumbel(key, shape)), 8)
        case(f"normal:{text}", [name], np.asarray(jax.random.normal(key, shape)), 16)
    for d in ("ui8", "ui16"):
        case(f"random_bits_{d}:6", [name], np.asarray(jax.random.bits(key, (6,), DTYPES[d])))
    for d in ("bf16", "f16", "f8E4M3FNUZ"):
        case(f"uniform_{d}:6", [name], np.asarray(jax.random.uniform(key, (6,), DTYPES[d])))
    case("uniform_range:6", [name], np.asarray(jax.random.uniform(key, (6,), minval=-3.0, maxval=5.0)), 2)
    with jax.enable_x64(True):
        case("random_bits_ui64:4", [name], np.asarray(jax.random.bits(key, (4,), np.uint64)))
        case("uniform_f64:4", [name], np.asarray(jax.random.uniform(key, (4,), np.float64)))
        case("normal_f64:4", [name], np.asarray(jax.random.normal(key, (4,), np.float64)), 64)
batch = np.stack([tensors["key0"], tensors["key42"]])
keys = [jax.random.wrap_key_data(k, impl="threefry2x32") for k in batch]
case("random_bits:2,3", [put("keys", batch)], np.stack([np.asarray(jax.random.bits(k, (2, 3))) for k in keys]))
case("fold_in_each", ["keys", put("each.i32", np.array([3, 9], np.int32))],
     np.stack([np.asarray(jax.random.key_data(jax.random.fold_in(k, n))) for k, n in zip(keys, (3, 9))]))

# --- control and composites ----------------------------------------------------------------------------------------

for d in ("f32", "i32", "bf16", "i64"):
    x = np.array([1, 2, 3], DTYPES[d])
    name = put(f"three.{d}", x)
    case("loop_doubles:5", [name], (x * DTYPES[d](32)).astype(DTYPES[d]))
    case("while_below_100", [name], np.array([64, 128, 192], np.float64).astype(DTYPES[d]))
    case("cond_of_sum", [name], x + DTYPES[d](1))
    case("composite_twice", [name], (x * DTYPES[d](2)).astype(DTYPES[d]))

if __name__ == "__main__":
    document = {"tensors": {k: encode(v) for k, v in tensors.items()}, "cases": cases}
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    shared = ",\n".join(f"{json.dumps(k)}:{json.dumps(encode(v), separators=(',', ':'))}" for k, v in tensors.items())
    with open(sys.argv[1], "w") as f:
        f.write('{"tensors":{\n' + shared + '\n},\n"cases":[\n' + lines + "\n]}\n")
    print(len(cases), "cases", len(tensors), "tensors")
