#!/usr/bin/env python3
"""What the layers of fusebox/nn give, computed plainly in f64 with NumPy: tests/golden/nn.json.

    pip install numpy
    python tools/make_nn_goldens.py > tests/golden/nn.json

Inputs are patterns by name (tools/pattern.py); only results are stored. Rotary formulas are those of Hugging
Face's modeling_rope_utils; angles are rounded to f32 as every implementation does.
"""
import json
import math

import numpy as np

from pattern import pattern, rounded

POSITIONS = np.array([[0, 1, 7], [40, 500, 4095]])


def silu(x):
    return x / (1 + np.exp(-x))


def rms_norm(x, weight, eps):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight


def layer_norm(x, weight, bias, eps):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + eps) * weight + bias


def layers():
    x = pattern("x", 2, 3, 8)
    table = pattern("table", 5, 8)
    gate, up, down = pattern("gate", 12, 8), pattern("up", 12, 8), pattern("down", 8, 12)
    weight, bias = pattern("weight", 6, 8), pattern("bias", 6)
    norm, shift = pattern("norm", 8), pattern("shift", 8)
    return {
        "linear": x @ weight.T,
        "linear_bias": x @ weight.T + bias,
        "embedding": table[[0, 4, 0, 4, 2]],  # of 0, 4, -3, 7, 2
        "attend": x @ table.T,
        "rms_norm": rms_norm(x, norm, 1e-5),
        "rms_norm_eps": rms_norm(x, norm, 0.1),
        "layer_norm": layer_norm(x, norm, 0, 1e-5),
        "layer_norm_bias": layer_norm(x, norm, shift, 0.1),
        "gated_mlp": (silu(x @ gate.T) * (x @ up.T)) @ down.T,
    }


def frequencies(size, theta, scaling):
    """The frequencies, and the factor on cos and sin."""
    inv = theta ** -(np.arange(0, size, 2) / size)
    kind, factor = scaling.get("kind", "default"), scaling.get("factor", 1)
    context = scaling.get("context", 0)
    if kind == "linear":
        return inv / factor, 1.0
    if kind == "llama3":
        low, high = scaling["low"], scaling["high"]
        wavelength = 2 * math.pi / inv
        result = np.where(wavelength > context / low, inv / factor, inv)
        smooth = (context / wavelength - low) / (high - low)
        medium = ~(wavelength < context / high) & ~(wavelength > context / low)
        return np.where(medium, (1 - smooth) * result / factor + smooth * result, result), 1.0
    if kind == "yarn":
        def pair(rotations):
            return size * math.log(context / (rotations * 2 * math.pi)) / (2 * math.log(theta))

        low, high = pair(scaling.get("fast", 32)), pair(scaling.get("slow", 1))
        if scaling.get("truncate", True):
            low, high = math.floor(low), math.ceil(high)
        low, high = max(low, 0), min(high, size - 1)
        if low == high:
            high += 0.001
        ramp = np.clip((np.arange(size // 2) - low) / (high - low), 0, 1)
        default = 0.1 * math.log(factor) + 1 if factor > 1 else 1.0
        return inv / factor * ramp + inv * (1 - ramp), scaling.get("attention", default)
    return inv, 1.0


def rotate(x, cos, sin, size, halves):
    """x [slots, n, heads, head_size]; the first `size` features are turned."""
    cos, sin = cos[:, :, None, :], sin[:, :, None, :]
    out = x.copy()
    a = slice(0, size // 2) if halves else slice(0, size, 2)
    b = slice(size // 2, size) if halves else slice(1, size, 2)
    out[..., a] = x[..., a] * cos - x[..., b] * sin
    out[..., b] = x[..., b] * cos + x[..., a] * sin
    return out


ROTARY = {
    "default": (8, 10000.0, {}),
    "linear": (8, 10000.0, {"kind": "linear", "factor": 4}),
    "llama3": (16, 500000.0, {"kind": "llama3", "factor": 8, "context": 8192, "low": 1, "high": 4}),
    "yarn": (16, 10000.0, {"kind": "yarn", "factor": 4, "context": 4096}),
    "yarn_exact": (16, 10000.0, {"kind": "yarn", "factor": 8, "context": 2048, "truncate": False,
                                 "fast": 16, "slow": 2, "attention": 1.25}),
}


def rotary():
    cases = {}
    for name, (size, theta, scaling) in ROTARY.items():
        inv, magnitude = frequencies(size, theta, scaling)
        angle = (POSITIONS[..., None].astype(np.float32) * inv.astype(np.float32)).astype(np.float64)
        cos, sin = np.cos(angle) * magnitude, np.sin(angle) * magnitude
        x = pattern("x", 2, 3, 2, 18)  # two features more than the widest turns: they pass through
        cases[name] = {
            "frequencies": rounded(inv), "magnitude": magnitude, "cos": rounded(cos), "sin": rounded(sin),
            "halves": rounded(rotate(x, cos, sin, size, True)),
            "interleaved": rounded(rotate(x, cos, sin, size, False)),
        }
    return cases


# name: slots' first positions and counts, queries, heads, kv heads, head size, capacity
ATTENTION = {
    "decode": ([300, 3], [1, 1], 1, 4, 2, 8, 512),
    "chunk": ([254, 0], [5, 3], 5, 4, 2, 8, 512),
    "long": ([690], [7], 7, 2, 2, 6, 768),
    "one_kv": ([511, 512, 0], [1, 1, 1], 1, 6, 1, 4, 768),
}


def attention():
    cases = {}
    for name, (start, count, n, heads, kv, size, capacity) in ATTENTION.items():
        slots = len(start)
        q = pattern("q", slots, n, heads, size)
        caches = [pattern(c, slots, kv, capacity, size) for c in ("k", "v")]
        for cache, new in zip(caches, ("new_k", "new_v")):
            rows = pattern(new, slots, n, kv, size)
            for slot in range(slots):
                cache[slot, :, start[slot]:start[slot] + n] = rows[slot].swapaxes(0, 1)
        k, v = (np.repeat(cache, heads // kv, axis=1) for cache in caches)
        rows = []  # of valid queries only
        for slot in range(slots):
            for i in range(count[slot]):
                seen = start[slot] + i + 1
                scores = np.einsum("hd,hcd->hc", q[slot, i], k[slot, :, :seen]) / math.sqrt(size) * 4
                weights = np.exp(scores - scores.max(-1, keepdims=True))
                weights /= weights.sum(-1, keepdims=True)
                rows.append(np.einsum("hc,hcd->hd", weights, v[slot, :, :seen]))
        cases[name] = rounded(rows)
    return cases


if __name__ == "__main__":
    golden = {"layers": {name: rounded(value) for name, value in layers().items()},
              "rotary": rotary(), "attention": attention()}
    print(json.dumps(golden, separators=(",", ":")).replace(',"', ',\n"'))
