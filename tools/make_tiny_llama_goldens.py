#!/usr/bin/env python3
"""Greedy replies of three tiny Llamas, computed plainly in f64 with NumPy: tests/golden/tiny-llama.json.

    pip install numpy
    python tools/make_tiny_llama_goldens.py > tests/golden/tiny-llama.json

Their weights are patterns by name (tools/pattern.py), so that tests/llm/tiny_model.h makes the same models as
Hugging Face folders and as GGUF. Together they have what SmolLM2 has not: an untied head, biases, a head size of
its own, one key-value head, no grouping, scaled rotary positions. The whole text is computed anew for every token.
"""
import json

import numpy as np

from make_nn_goldens import frequencies, rms_norm, rotate, silu
from pattern import pattern, rounded

VOCABULARY = 108
PROMPT = [40, 7, 99, 0, 71, 71, 12, 96, 55, 3, 88, 40, 7, 21, 64]
STEPS = 24

MODELS = {
    "tied": dict(hidden=32, inner=48, layers=2, heads=4, kv=2, head=8, eps=1e-5, theta=10000.0, scaling={}),
    "untied": dict(hidden=24, inner=40, layers=2, heads=3, kv=1, head=10, eps=1e-3, theta=500.0, untied=True,
                   bias=True, scaling={"kind": "llama3", "factor": 4, "context": 32, "low": 1, "high": 4}),
    "yarn": dict(hidden=16, inner=24, layers=1, heads=2, kv=2, head=8, eps=1e-6, theta=10000.0, untied=True,
                 scaling={"kind": "yarn", "factor": 4, "context": 16}),
}


def weight(name, *dims):
    """Matrices keep the size of what they multiply; norms are near 1; the table stands for itself."""
    values = pattern(name, *dims)
    if len(dims) == 2 and name != "model.embed_tokens.weight":
        return (values * np.float32(2 / np.sqrt(dims[1]))).astype(np.float32).astype(np.float64)
    return 1 + values / 4 if "norm" in name else values / 8 if name.endswith("bias") else values


def linear(c, name, x, out, bias):
    y = x @ weight(name + ".weight", out, x.shape[-1]).T
    return y + weight(name + ".bias", out) if bias else y


def forward(c, tokens):
    """The logits of the last token."""
    n, bias = len(tokens), c.get("bias", False)
    inv, magnitude = frequencies(c["head"], c["theta"], c["scaling"])
    angle = np.arange(n)[None, :, None] * inv
    cos, sin = np.cos(angle) * magnitude, np.sin(angle) * magnitude
    table = weight("model.embed_tokens.weight", VOCABULARY, c["hidden"])
    x = table[tokens]
    for i in range(c["layers"]):
        at = f"model.layers.{i}."
        h = rms_norm(x, weight(at + "input_layernorm.weight", c["hidden"]), c["eps"])

        def heads(name, count, turned):
            y = linear(c, f"{at}self_attn.{name}_proj", h, count * c["head"], bias).reshape(1, n, count, c["head"])
            y = rotate(y, cos, sin, c["head"], True) if turned else y
            return y[0].swapaxes(0, 1)

        q, k, v = heads("q", c["heads"], True), heads("k", c["kv"], True), heads("v", c["kv"], False)
        k, v = (np.repeat(t, c["heads"] // c["kv"], axis=0) for t in (k, v))
        scores = q @ k.swapaxes(1, 2) / np.sqrt(c["head"])
        scores = np.where(np.tril(np.ones((n, n), bool)), scores, -np.inf)
        p = np.exp(scores - scores.max(-1, keepdims=True))
        attended = (p / p.sum(-1, keepdims=True)) @ v
        x = x + linear(c, at + "self_attn.o_proj", attended.swapaxes(0, 1).reshape(n, -1), c["hidden"], bias)
        h = rms_norm(x, weight(at + "post_attention_layernorm.weight", c["hidden"]), c["eps"])
        inner = silu(linear(c, at + "mlp.gate_proj", h, c["inner"], bias)) * linear(
            c, at + "mlp.up_proj", h, c["inner"], bias)
        x = x + linear(c, at + "mlp.down_proj", inner, c["hidden"], bias)
    x = rms_norm(x, weight("model.norm.weight", c["hidden"]), c["eps"])[-1]
    return weight("lm_head.weight", VOCABULARY, c["hidden"]) @ x if c.get("untied") else table @ x


def run(c):
    tokens, gaps, first = list(PROMPT), [], None
    for _ in range(STEPS):
        logits = forward(c, tokens)
        first = logits if first is None else first
        best = np.sort(logits)[::-1]
        gaps.append(float(best[0] - best[1]))
        tokens.append(int(logits.argmax()))
    return {"greedy_ids": tokens[len(PROMPT):], "smallest_gap": min(gaps), "logits": rounded(first)}


if __name__ == "__main__":
    golden = {"prompt_ids": PROMPT, "models": {name: run(c) for name, c in MODELS.items()}}
    print(json.dumps(golden, separators=(",", ":")).replace(',"', ',\n"'))
