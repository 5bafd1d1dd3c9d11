#!/usr/bin/env python3
"""gerbil, llguidance and xgrammar in one run: the schemas of tests/fixtures/grammar over vocabularies, and JSON-Schema-Test-Suite.

    table.py BENCH DRIVER SUITE TOKENS…     BENCH: bench_grammar; DRIVER: grammar_parity_driver; SUITE as in suite.py;
                                            TOKENS: see vocabulary.py

Needs llguidance, xgrammar, apache-tvm-ffi and numpy. Times are of this thread alone. Of torch and transformers xgrammar uses
nothing here that is called, so mocks stand in for them. The suite's instances have the schema's order, as xgrammar wants it.
"""

import collections
import json
import pathlib
import re
import shlex
import subprocess
import sys
import time
from unittest import mock

import llguidance
import numpy

from bench import FIXTURE, Words
from driver import Driver

for name in ("torch", "transformers", "triton", "triton.language"):
    sys.modules.setdefault(name, mock.MagicMock())
sys.modules["torch"].Tensor = type("Tensor", (), {})
import xgrammar  # noqa: E402

SPACE = r"( |\n[ \t]{0,20})?"


class Llguidance:
    def __init__(self, words):
        self.tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(words))

    def compile(self, schema):
        grammar = llguidance.LLMatcher.grammar_from_json_schema(schema, {"whitespace_pattern": SPACE})
        matcher = llguidance.LLMatcher(self.tokenizer, grammar)
        if matcher.get_error():
            raise ValueError(matcher.get_error())
        return matcher

    def begin(self, compiled):
        return compiled.deep_copy()

    def mask(self, matcher):
        matcher.compute_bitmask()

    def accept(self, matcher, token):
        return matcher.consume_token(token)

    def can_end(self, matcher):
        return matcher.is_accepting()


class Xgrammar:
    def __init__(self, words):
        info = xgrammar.TokenizerInfo(words.tokens, xgrammar.VocabType.RAW, stop_token_ids=[words.eos_token_id])
        self.compiler = xgrammar.GrammarCompiler(info, max_threads=1, cache_enabled=False)
        self.bits = numpy.zeros((1, (len(words.tokens) + 31) // 32), dtype=numpy.int32)
        self.end = words.eos_token_id

    def compile(self, schema):
        return self.compiler.compile_json_schema(json.dumps(schema), strict_mode=False)

    def begin(self, compiled):
        return xgrammar.GrammarMatcher(compiled)

    def mask(self, matcher):
        matcher.fill_next_token_bitmask(self.bits)

    def accept(self, matcher, token):
        return matcher.accept_token(token)

    def can_end(self, matcher):
        return matcher.accept_token(self.end)


def measure(library, words):
    """Times of compiling and of masks, and how many schemas were refused."""
    compiling, masks, refused = [], [], 0
    for row in json.loads(FIXTURE.read_text(encoding="utf-8")):
        start = time.thread_time()
        try:
            compiled = library.compile(row["schema"])
            compiling.append(time.thread_time() - start)
        except Exception:
            refused += 1
            continue
        for text in row["fitting"]:
            matcher = library.begin(compiled)
            for token in words(text):
                start = time.thread_time()
                library.mask(matcher)
                masks.append(time.thread_time() - start)
                if not library.accept(matcher, token):
                    break
    at = lambda times, part: sorted(times)[min(len(times) - 1, int(part * len(times)))]
    return at(compiling, .9) * 1e3, sum(masks) / len(masks) * 1e6, at(masks, .99) * 1e6, refused


def measured(program, tokens):
    """The same of bench_grammar."""
    text = subprocess.run([*shlex.split(program), tokens], check=True, capture_output=True, text=True).stdout
    number = lambda line, name: float(re.search(rf"^{line}\b.*{name}\s+([0-9.]+)", text, re.M)[1])
    return number("compile", "90 %") / 1e3, number("mask", "mean"), number("mask", "99 %"), 0


class Bytes:
    """A token a byte, and the end."""

    def __init__(self):
        self.tokens = [bytes([byte]) for byte in range(256)] + [b"<|end|>"]
        self.eos_token_id, self.bos_token_id, self.special_token_ids = 256, None, [256]

    def __call__(self, text):
        return list(text if isinstance(text, bytes) else text.encode())


def in_order(value, schema):
    if isinstance(value, dict) and isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
        known = [name for name in schema["properties"] if name in value]
        return {name: value[name] for name in known + [name for name in value if name not in known]}
    return value


def verdicts(fits, folder):
    counts = collections.Counter()
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        for group in json.loads(path.read_text(encoding="utf-8")):
            texts = [json.dumps(in_order(test["data"], group["schema"]), ensure_ascii=False) for test in group["tests"]]
            try:
                taken = fits(group["schema"], texts)
            except Exception:
                counts["refused"] += len(texts)
                continue
            for test, fit in zip(group["tests"], taken):
                counts["right" if fit == test["valid"] else "wrongly accepted" if fit else "missed"] += 1
    return counts


def main():
    program, driver, suite, *vocabularies = sys.argv[1:]
    words = {path: Words(path) for path in vocabularies}
    ask = Driver(driver)

    def gerbil(schema, texts):
        return ask.ask(schema=schema, texts=texts)["fits"]

    def fits(library):
        def each(schema, texts):
            compiled = library.compile(schema)
            made = []
            for text in texts:
                matcher = library.begin(compiled)
                made.append(all(library.accept(matcher, byte) for byte in text.encode()) and library.can_end(matcher))
            return made
        return each

    print("| vocabulary | | compile, 90 % | mask, mean | mask, 99 % | schemas refused |\n|---|---|---|---|---|---|")
    for path, each in words.items():
        rows = [("gerbil", measured(program, path))]
        rows += [(kind.__name__.lower(), measure(kind(each), each)) for kind in (Llguidance, Xgrammar)]
        for name, (compile_time, mean, late, refused) in rows:
            print(f"| {len(each.tokens):,} | {name} | {compile_time:.1f} ms | {mean:.0f} µs | {late:.0f} µs | {refused} |", flush=True)
    print("\n| | right | wrongly accepted | missed | refused |\n|---|---|---|---|---|")
    for name, each in [("gerbil", gerbil), ("llguidance", fits(Llguidance(Bytes()))), ("xgrammar", fits(Xgrammar(Bytes())))]:
        counts = verdicts(each, suite)
        print(f"| {name} | " + " | ".join(str(counts[what]) for what in ("right", "wrongly accepted", "missed", "refused")) + " |", flush=True)


if __name__ == "__main__":
    main()
