#!/usr/bin/env python3
"""What SmolLM2 makes of the first tokens of our licence, computed in f32 with NumPy: the log-probability of each
token after the first, given those before it. tests/golden/smollm2-perplexity.json.

    pip install numpy tokenizers
    python tools/make_perplexity_golden.py FOLDER LICENSE > tests/golden/smollm2-perplexity.json

FOLDER is the model in Hugging Face's layout, model.safetensors with f32 weights.
"""
import json
import struct
import sys
from pathlib import Path

import numpy as np
from tokenizers import Tokenizer

TOKENS = 512


def read_safetensors(path):
    data = path.read_bytes()
    size = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, info in json.loads(data[8:8 + size]).items():
        if name != "__metadata__":
            begin, end = info["data_offsets"]
            assert info["dtype"] == "F32"
            tensors[name] = np.frombuffer(data[8 + size + begin:8 + size + end], "<f4").reshape(info["shape"])
    return tensors


def rms_norm(x, weight, eps):
    return x / np.sqrt((x * x).mean(-1, keepdims=True) + np.float32(eps)) * weight


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    a, b = x[..., :half], x[..., half:]
    return np.concatenate([a * cos - b * sin, b * cos + a * sin], -1)


def log_probs(config, w, ids):
    n, heads, kv = len(ids), config["num_attention_heads"], config["num_key_value_heads"]
    size, eps = config["hidden_size"] // heads, config["rms_norm_eps"]
    inv = config["rope_theta"] ** -(np.arange(0, size, 2) / size)
    angle = (np.arange(n)[:, None] * inv).astype(np.float32)
    cos, sin = np.cos(angle), np.sin(angle)
    causal = np.tril(np.ones((n, n), bool))
    table = w["model.embed_tokens.weight"]
    x = table[ids]
    for i in range(config["num_hidden_layers"]):
        def layer(name):
            return w[f"model.layers.{i}.{name}.weight"]

        h = rms_norm(x, layer("input_layernorm"), eps)
        q, k, v = ((h @ layer(f"self_attn.{p}_proj").T).reshape(n, -1, size).swapaxes(0, 1) for p in "qkv")
        q, k = rotate(q, cos, sin), rotate(k, cos, sin)
        k, v = np.repeat(k, heads // kv, 0), np.repeat(v, heads // kv, 0)
        scores = np.where(causal, q @ k.swapaxes(1, 2) / np.float32(np.sqrt(size)), np.float32(-np.inf))
        p = np.exp(scores - scores.max(-1, keepdims=True))
        p /= p.sum(-1, keepdims=True)
        x = x + (p @ v).swapaxes(0, 1).reshape(n, -1) @ layer("self_attn.o_proj").T
        h = rms_norm(x, layer("post_attention_layernorm"), eps)
        gate = h @ layer("mlp.gate_proj").T
        x = x + (gate / (1 + np.exp(-gate)) * (h @ layer("mlp.up_proj").T)) @ layer("mlp.down_proj").T
    logits = (rms_norm(x, w["model.norm.weight"], eps)[:-1] @ table.T).astype(np.float64)
    top = logits.max(-1, keepdims=True)
    norm = (top + np.log(np.exp(logits - top).sum(-1, keepdims=True)))[:, 0]
    return logits[np.arange(n - 1), ids[1:]] - norm


def main():
    folder, text = Path(sys.argv[1]), Path(sys.argv[2]).read_text()
    config = json.loads((folder / "config.json").read_text())
    config["rope_theta"] = config.get("rope_theta", 10000)
    ids = Tokenizer.from_file(str(folder / "tokenizer.json")).encode(text, add_special_tokens=False).ids[:TOKENS]
    scores = log_probs(config, read_safetensors(folder / "model.safetensors"), np.array(ids))
    print(json.dumps({"text": "the first tokens of LICENSE", "ids": ids, "perplexity": float(np.exp(-scores.mean())),
                      "log_probs": [round(float(s), 5) for s in scores]}, separators=(",", ":")))


if __name__ == "__main__":
    main()
