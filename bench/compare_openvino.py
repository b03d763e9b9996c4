"""OpenVINO GenAI's side of compare; run by a Python that has openvino-genai.

    compare_openvino.py MODEL THREADS start     prints a letter with the first token of a prompt of 32
    compare_openvino.py MODEL THREADS speeds    prints a JSON object: tokens per second
"""

import json
import random
import sys

import openvino_genai

# Words of one token each in most vocabularies. No prompt comes twice, or a cache would answer it.
WORDS = ("time year people way day man thing woman life child world school state family student group country "
         "problem hand part place case week company system program question work number night point home").split()
RANDOM = random.Random(1)


def generate(pipe, words, tokens):
    config = openvino_genai.GenerationConfig()
    config.max_new_tokens = config.min_new_tokens = tokens
    config.ignore_eos, config.do_sample, config.apply_chat_template = True, False, False
    prompt = " ".join(RANDOM.choice(WORDS) for _ in range(words))
    return pipe.generate([prompt], config).perf_metrics


def prefill(pipe, words):
    metrics = generate(pipe, words, 2)
    return metrics.get_num_input_tokens() / metrics.get_ttft().mean * 1000


def main():
    model, threads, what = sys.argv[1:]
    pipe = openvino_genai.LLMPipeline(model, "CPU", INFERENCE_NUM_THREADS=int(threads))
    if what == "start":
        generate(pipe, 32, 1)
        print("x", flush=True)
        generate(pipe, 32, 8)
        return
    row = {}
    for words in (32, 128, 512):
        prefill(pipe, words)
        row[f"pp{words}"] = prefill(pipe, words)
    row["tg128"] = 1000 / generate(pipe, 4, 129).get_tpot().mean
    row["tg128@1024"] = 1000 / generate(pipe, 1020, 129).get_tpot().mean
    print(json.dumps(row))


main()
