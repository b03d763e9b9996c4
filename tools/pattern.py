"""Numbers that look random and are the same here and in tests/nn/pattern.h, so that goldens need not store
their inputs: multiples of 2^-19 in [-1, 1), which every float type down to f32 holds exactly."""
import numpy as np


def pattern(name, *dims):
    """The tensor of that name: f64, exact in f32."""
    seed = 2166136261
    for byte in name.encode():
        seed = (seed ^ byte) * 16777619 & 0xFFFFFFFF
    with np.errstate(over="ignore"):
        x = np.uint32(seed) + np.arange(int(np.prod(dims)), dtype=np.uint32) * np.uint32(0x9E3779B9)
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x85EBCA6B)
        x ^= x >> np.uint32(13)
        x *= np.uint32(0xC2B2AE35)
        x ^= x >> np.uint32(16)
    return ((x >> np.uint32(12)).astype(np.float64) / 2**19 - 1).reshape(dims)


def rounded(values):
    """A list as JSON wants it, with the digits that an f32 has."""
    return [float(f"{value:.8g}") for value in np.asarray(values, np.float64).reshape(-1)]
