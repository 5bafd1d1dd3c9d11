#!/usr/bin/env python3
"""The measurements of bench/grammar.cpp with llguidance, in this thread's own time: to be run beside it.

    bench.py TOKENS          TOKENS: see vocabulary.py; needs llguidance
"""

import json
import pathlib
import struct
import sys
import time

import llguidance

FIXTURE = pathlib.Path(__file__).parent.parent.parent / "tests" / "fixtures" / "grammar" / "schemas.json"


class Words:
    """What llguidance asks of a tokenizer."""

    def __init__(self, path):
        data, self.tokens, self.special_token_ids = pathlib.Path(path).read_bytes(), [], []
        at = 0
        while at < len(data):
            size = struct.unpack_from("=I", data, at)[0]
            if size >> 31:
                self.special_token_ids.append(len(self.tokens))
            self.tokens.append(data[at + 4:at + 4 + (size & 0x7FFFFFFF)])
            at += 4 + (size & 0x7FFFFFFF)
        self.tokens.append(b"<|the end|>")
        self.eos_token_id, self.bos_token_id = len(self.tokens) - 1, None
        self.special_token_ids.append(self.eos_token_id)
        self.ids = {}
        for number, text in enumerate(self.tokens):
            self.ids.setdefault(text, number)

    def __call__(self, text):
        """The longest token that comes next, again and again."""
        data, made, at = text if isinstance(text, bytes) else text.encode(), [], 0
        while at < len(data):
            size = next(n for n in range(min(16, len(data) - at), 0, -1) if data[at:at + n] in self.ids)
            made.append(self.ids[data[at:at + size]])
            at += size
        return made


def report(what, times):
    times.sort()
    at = lambda part: times[min(len(times) - 1, int(part * len(times)))] * 1e6
    print(f"{what:8} {len(times):7}   mean {sum(times) / len(times) * 1e6:9.1f} us   50 % {at(.5):8.1f}   90 % {at(.9):9.1f}"
          f"   99 % {at(.99):9.1f}   most {at(1):9.1f}")


def main():
    words = Words(sys.argv[1])
    tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(words))
    compiling, masks, refused = [], [], 0
    for row in json.loads(FIXTURE.read_text(encoding="utf-8")):
        start = time.thread_time()
        grammar = llguidance.LLMatcher.grammar_from_json_schema(row["schema"], {"whitespace_pattern": r"( |\n[ \t]{0,20})?"})
        first = llguidance.LLMatcher(tokenizer, grammar)
        if first.get_error():
            refused += 1
            continue
        compiling.append(time.thread_time() - start)
        for text in row["fitting"]:
            matcher = first.deep_copy()
            for token in words(text):
                start = time.thread_time()
                matcher.compute_bitmask()
                masks.append(time.thread_time() - start)
                if not matcher.consume_token(token):
                    break
    report("compile", compiling)
    report("mask", masks)
    print(refused, "schemas refused")


if __name__ == "__main__":
    main()
