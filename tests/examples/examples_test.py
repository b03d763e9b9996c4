"""Runs an example and compares what it prints with what it should.

    python3 tests/examples/examples_test.py linear|mlp|readme|smollm2 PROGRAM

CASE.txt beside this file has the output; numbers may differ in the last digits, nothing else may. smollm2 must give
the golden reply where weights are expanded to f32, and nearly that with the file's own low-bit weights.
"""

import difflib
import json
import math
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODEL = "build/assets/SmolLM2-135M-Instruct.Q4_1.gguf"
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")


def output_of(*command, plugin=""):
    """What a program prints; paths are told from the root, as a reader would run it."""
    environment = {**os.environ, "FUSEBOX_PLUGIN": plugin}
    run = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8", timeout=600)
    if run.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {run.returncode}")
    return run.stdout


class Example(unittest.TestCase):
    case, program = None, None

    def setUp(self):
        self.maxDiff = None

    def assert_like(self, got, want):
        self.assertEqual(NUMBER.sub("#", got), NUMBER.sub("#", want))
        for a, b in zip(NUMBER.findall(got), NUMBER.findall(want)):
            self.assertTrue(math.isclose(float(a), float(b), rel_tol=1e-4), f"got {a}, want {b}, in:\n{got}")

    def test_output(self):
        if self.case == "smollm2":
            cases = json.loads((ROOT / "tests/golden/smollm2-greedy.json").read_text(encoding="utf-8"))["cases"]
            spain = next(case for case in cases if case["name"] == "spain")
            question, answer = spain["messages"][0]["content"], spain["greedy_text"] + "\n"
            xla = str(ROOT / "build/assets/pjrt_c_api_cpu_plugin.so")
            self.assertEqual(output_of(self.program, MODEL, question, plugin=xla), answer)
            low_bit = output_of(self.program, MODEL, question)
            self.assertGreater(difflib.SequenceMatcher(None, low_bit, answer).ratio(), 0.8, low_bit)
        else:
            want = Path(__file__).with_name(f"{self.case}.txt").read_text(encoding="utf-8")
            self.assert_like(output_of(self.program), want)


if __name__ == "__main__":
    Example.case, Example.program = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
