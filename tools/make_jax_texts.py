#!/usr/bin/env python3
"""Writes tests/stablehlo/jax_texts.mlir: small programs as JAX lowers them, each in the pretty form with locations
and in the generic form. The parser reads both to the same program.

    python3 -m venv venv && venv/bin/pip install jax==0.10.2
    venv/bin/python tools/make_jax_texts.py tests/stablehlo/jax_texts.mlir
"""
import sys

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

jax.config.update("jax_hlo_source_file_canonicalization_regex", ".*/")

programs = {}


def spec(*dims, dtype=jnp.float32):
    return jax.ShapeDtypeStruct(dims, dtype)


def program(*arguments, **options):
    def add(function):
        programs[function.__name__] = function, arguments, options
        return function

    return add


@program(spec(4, 8), spec(8, 16), spec(16))
def mlp(x, w, b):
    return jax.nn.gelu(x @ w + b)


@program(*[spec(2, 16, 4, 8, dtype=jnp.bfloat16)] * 3)
def attention(q, k, v):
    return jax.nn.dot_product_attention(q, k, v, is_causal=True)


@program(spec(1, 16, 4, 8), spec(1, 1, 4, 8), spec(dtype=jnp.int32), donate_argnums=(0,))
def kv_cache(cache, new, at):
    return lax.dynamic_update_slice(cache, new, (0, at, 0, 0)), lax.dynamic_slice(cache, (0, at, 0, 0), (1, 4, 4, 8))


@program(spec(4), spec(5), donate_argnums=(0,))
def buffer_donor(a, b):
    return b * 2


@program(spec(10))
def while_loop(x):
    return lax.while_loop(lambda c: c[0] < 5, lambda c: (c[0] + 1, c[1] * 2), (0, x))


@program(spec(dtype=jnp.int32), spec(3))
def switch(i, x):
    return lax.switch(i, [jnp.sin, jnp.cos, lambda x: x * 2], x)


@program(spec(5, 3))
def scan(xs):
    return lax.scan(lambda c, x: (c + x, c * x), jnp.zeros(3), xs)


@program(spec(7, 3))
def sort(x):
    return jnp.sort(x, axis=0), jnp.argsort(x, axis=1), lax.top_k(x, 2)


@program(spec(7, 3), spec(4, dtype=jnp.int32), spec(4, 3))
def gather_scatter(x, i, u):
    return x[i, 1], jnp.take(x, i, axis=0, mode="clip"), x.at[i].set(u), x.at[i].add(u)


@program(spec(1, 8, 8, 3), spec(3, 3, 3, 6), spec(1, 6, 8), spec(6, 2, 3))
def conv(x, w, y, v):
    image = lax.conv_general_dilated(x, w, (1, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
    return image, lax.conv_general_dilated(y, v, (1,), [(1, 1)], rhs_dilation=(2,), feature_group_count=3)


@program(spec(1, 8, 8, 3))
def pool(x):
    return jax.value_and_grad(
        lambda x: lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID").sum())(x)


@program(spec(20))
def cumulative(x):
    return jnp.cumsum(x), lax.cummax(x)


@program(spec(5, 6))
def reductions(x):
    pair = lax.reduce((x, x), (0., 1.), lambda a, b: (a[0] + b[0], a[1] * b[1]), (1,))
    return jnp.argmax(x, axis=1), jnp.any(x > 0), pair


@program(spec(2, dtype=jnp.uint32))
def random_bits(key):
    return jax.random.bits(key, (3,)), lax.rng_bit_generator(jnp.zeros(4, jnp.uint32), (5,), dtype=jnp.uint32)


@program(spec(8), spec(4, 4))
def fft_and_solve(x, a):
    return jnp.fft.irfft(jnp.fft.rfft(x)), jax.scipy.linalg.solve_triangular(a, jnp.ones(4))


@program(spec(6), spec(6))
def math(x, y):
    unary = (jnp.tan, jnp.expm1, jnp.log1p, jnp.cbrt, lax.rsqrt, jnp.round, jnp.sign, jax.scipy.special.erf, lax.erf_inv)
    return [f(x) for f in unary] + [jnp.arctan2(x, y), jnp.nextafter(x, y), lax.exp(x, accuracy=lax.Tolerance(1e-3, 0., 1))]


@program(spec(6, dtype=jnp.int32), spec(6, dtype=jnp.int32))
def integers(x, y):
    return x << y, x >> y, lax.shift_right_logical(x, y), x & y, x ^ y, ~x, lax.clz(x), lax.population_count(x)


@program(spec(6, dtype=jnp.complex64))
def complexes(x):
    return x * x, jnp.real(x), jnp.imag(x), jnp.abs(x), jnp.array([1 + 2j, complex(np.nan, np.inf)], jnp.complex64)


@program(spec(3, 3))
def constants(x):
    return (x + np.arange(9, dtype=np.float32).reshape(3, 3), np.arange(101, dtype=np.float32), np.zeros((0, 3), np.float32),
            np.full((2, 3), np.inf, np.float32), np.arange(101) % 3 == 0, jnp.array([1, -2, 7], jnp.int4),
            jnp.array(np.arange(101) / 7, jnp.bfloat16), jnp.array([0.5, 2.], jnp.float8_e5m2))


@program(spec(3, 3))
def shapes(x):
    return (lax.optimization_barrier((x, x + 1)), lax.reduce_precision(x, 5, 10), lax.rev(x, (0,)), x.T.reshape(-1),
            jnp.concatenate([x, x], 1), x[::2, 1:], lax.bitcast_convert_type(x, jnp.int32), jnp.clip(x, 0, 1),
            jnp.where(x > 0, x, 0), lax.pad(x, 0., ((1, -1, 2), (0, 0, 1))))


@program(spec(3, 3))
def composite(x):
    return lax.composite(lambda x, *, n: x * n, "my.scale", version=3)(x, n=np.float32(2.0))


@program(spec(5, 6), spec(6, 7))
def dot_algorithm(x, y):
    return lax.dot(x, y, precision=lax.DotAlgorithmPreset.BF16_BF16_F32_X3), lax.dot(x, y, precision="highest")


def main(path):
    with open(path, "w") as out:
        out.write("// Programs as JAX lowers them; tools/make_jax_texts.py wrote them.\n")
        for name, (function, arguments, options) in programs.items():
            # For the CPU itself, JAX would call LAPACK.
            module = jax.jit(function, **options).trace(*arguments).lower(lowering_platforms=("tpu",))
            operation = module.compiler_ir("stablehlo").operation
            out.write(f"// ----- {name}\n{operation.get_asm(enable_debug_info=True)}")
            out.write(f"// ----- {name} generic\n{operation.get_asm(print_generic_op_form=True)}")


if __name__ == "__main__":
    main(sys.argv[1])
