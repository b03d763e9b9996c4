#!/usr/bin/env python3
"""Makes tests/golden/tokenizer-extra.json: tiny tokenizers and what Hugging Face's `tokenizers` does with them.

    pip install tokenizers==0.23.3
    python tests/text/make_tokenizer_golden.py tests/golden/tokenizer-extra.json

Each is trained on a few lines, so that together they use every component that fusebox/text does.
"""
import json
import sys

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

CORPUS = [
    "the quick brown fox jumps over the lazy dog and the other dogs", "I'm sure we'll see what they've done, isn't it?",
    "naïve café déjà vu, Straße 12", "Привет, мир", "你好 世界 你好", "😀😃 👍🏽", "for (i = 0; i < 10; i++) { sum += a[i]; }",
    "    indented\n\n\tlines   here\n", "1234 5678 3.14 2024", "camelCase HTTPServer JSON"] * 3

TEXTS = [
    "", " ", "Hello, world", "the dogs  and   the fox\n\n  jumps", "I'm IT'S we'll ſ's", "a1b22c333 ½²Ⅷ٣",
    "naïve cafe\u0301 ﬁ Å İstanbul Straße", "你好，世界 日本 👍🏽👨‍👩‍👧", "<s>the</s> <|end|>dog <|end|>\n",
    "  <L> word sword word, <R>  x", "\u00a0x\u3000y\u2028z\u180ew\u200b", "foo(); // x = y-z_w",
    "HTTPServer JSONfile getURL", "a" * 60, "thethethethethethethethethethethethethethethethethethe"]

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|"
          r"\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
GPT4O = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
         r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|"
          r"\s+(?!\S)|\s+")
BLOOM = r" ?[^(\s|[.,!?…。，、।۔،])]+"


def byte_level(**kw):
    return pre_tokenizers.ByteLevel(**{"add_prefix_space": False, **kw})


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def split_then_bytes(*parts):
    return pre_tokenizers.Sequence([*parts, byte_level(use_regex=False)])


def around(before, after=()):
    def make(tokenizer):
        pieces = [*before, "$A", *after]
        names = [(name, tokenizer.token_to_id(name)) for name in (*before, *after)]
        return processors.TemplateProcessing(single=" ".join(pieces), pair="$A $B", special_tokens=names)
    return make


def train(pre=None, normalizer=None, decoder=decoders.ByteLevel(), post=None, model=None, special=("<s>", "</s>", "<|end|>"),
          added=(), size=108):
    model = model or models.BPE()
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre:
        tokenizer.pre_tokenizer = pre
    marks = {key: getattr(model, key) for key in ("continuing_subword_prefix", "end_of_word_suffix") if getattr(model, key)}
    unknown = [model.unk_token] if model.unk_token else []
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=[*unknown, *special], show_progress=False, **marks)
    tokenizer.train_from_iterator(CORPUS, trainer)
    if decoder:
        tokenizer.decoder = decoder
    if post:
        tokenizer.post_processor = post(tokenizer)
    tokenizer.add_tokens(list(added))
    # The trainer lists byte tokens as special; in real files they are in the vocabulary only.
    file = json.loads(tokenizer.to_str())
    file["added_tokens"] = [token for token in file["added_tokens"] if not token["content"].startswith("<0x")]
    return Tokenizer.from_str(json.dumps(file))


def sentencepiece():
    return models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True)


FALLBACK_BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
FLAGS = [AddedToken("<L>", lstrip=True, normalized=False), AddedToken("<R>", rstrip=True, normalized=False, special=True),
         AddedToken("word", single_word=True, normalized=False), AddedToken("日本", normalized=True),
         AddedToken("  ", normalized=False)]


def all_tokenizers():
    sequence = pre_tokenizers.Sequence
    yield "gpt2", train(byte_level())
    yield "gpt2-prefix-space", train(byte_level(add_prefix_space=True),
                                     post=lambda t: processors.RobertaProcessing(("</s>", 1), ("<s>", 0)))
    yield "smollm", train(sequence([pre_tokenizers.Digits(True), byte_level()]))
    yield "llama3", train(split_then_bytes(split(LLAMA3)), model=models.BPE(ignore_merges=True),
                          post=lambda t: processors.Sequence([processors.ByteLevel(), around(["<s>"], ["</s>"])(t)]))
    yield "qwen2", train(split_then_bytes(split(QWEN2)), normalizer=normalizers.NFC())
    yield "gpt-4o", train(split_then_bytes(split(GPT4O)))
    yield "cl100k", train(split_then_bytes(split(CL100K, "removed", True)))
    yield "bloom", train(split_then_bytes(split(BLOOM)))
    yield "punctuation", train(split_then_bytes(pre_tokenizers.Punctuation("contiguous"), split(r"\s+", "merged_with_next"),
                                                pre_tokenizers.Digits(False)))
    yield "delimiters", train(split_then_bytes(pre_tokenizers.WhitespaceSplit(), split("-", "merged_with_previous"),
                                               pre_tokenizers.CharDelimiterSplit("_")))
    yield "bytes-in-the-middle", train(sequence([byte_level(), pre_tokenizers.Digits(True)]))
    yield "rewritten", train(byte_level(), normalizer=normalizers.Sequence(
        [normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Strip(),
         normalizers.Replace(Regex(r"\s+"), " ")]), added=[AddedToken("Fox", normalized=True)])
    yield "added-tokens", train(byte_level(), added=FLAGS)
    yield "byte-normalizer", train(split(LLAMA3), normalizer=normalizers.ByteLevel(),
                                   added=[AddedToken("café", normalized=True)])
    yield "llama2", train(model=sentencepiece(), special=["<s>", "</s>", *FALLBACK_BYTES], size=350, post=around(["<s>"]),
                          normalizer=normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]),
                          decoder=decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
                                                     decoders.Strip(" ", 1, 0)]))
    yield "metaspace", train(pre_tokenizers.Metaspace(prepend_scheme="first"), model=models.BPE(unk_token="<unk>"),
                             decoder=decoders.Metaspace(prepend_scheme="first"))
    yield "word-ends", train(pre_tokenizers.Whitespace(), normalizer=normalizers.NFKC(),
                             model=models.BPE(unk_token="<unk>", fuse_unk=True, end_of_word_suffix="</w>"),
                             decoder=decoders.BPEDecoder("</w>"))
    yield "no-decoder", train(pre_tokenizers.Whitespace(), normalizer=normalizers.NFD(), decoder=None,
                              model=models.BPE(unk_token="<unk>", continuing_subword_prefix="##"))


def unlike(case, field, **others):
    """What is not the same as a case's field; the rest is left out of the file."""
    return {name: value for name, value in others.items() if value != case[field]}


def cases(tokenizer):
    for text in TEXTS:
        tokenizer.encode_special_tokens = False
        ids = tokenizer.encode(text).ids
        inner = tokenizer.encode(text, add_special_tokens=False).ids
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        case = {"text": text, "ids": ids, "decode": tokenizer.decode(ids, skip_special_tokens=False)}
        yield case | unlike(case, "ids", ids_without_special=inner, ids_specials_as_text=plain) | unlike(
            case, "decode", decode_skip_special=tokenizer.decode(ids, skip_special_tokens=True))


def decode_cases(tokenizer):
    size, state = tokenizer.get_vocab_size(), 1
    for length in (1, 4, 9, 16):
        ids = []
        for _ in range(length):
            state = state * 1103515245 + 12345 & 0x7FFFFFFF
            ids.append((state >> 8) % (size + 1))
        case = {"ids": ids, "decode": tokenizer.decode(ids, skip_special_tokens=False)}
        yield case | unlike(case, "decode", decode_skip_special=tokenizer.decode(ids, skip_special_tokens=True))


def main():
    made = [{"name": name, "tokenizer": json.loads(t.to_str()), "cases": list(cases(t)), "decode_cases": list(decode_cases(t))}
            for name, t in all_tokenizers()]
    for entry in made:
        entry["tokenizer"]["model"]["merges"] = [" ".join(pair) for pair in entry["tokenizer"]["model"]["merges"]]
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        file.write(json.dumps({"made_by": f"Hugging Face tokenizers {tokenizers.__version__}", "tokenizers": made},
                              ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
