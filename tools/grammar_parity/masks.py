#!/usr/bin/env python3
"""Compares masks with llguidance's: of all single bytes, behind every prefix of texts that fit.

    masks.py PROGRAM          needs llguidance

Left out of the comparison: white space (llguidance also takes it before commas and colons), U+007F (which llguidance escapes),
and schemas that llguidance refuses. Other differences are printed with the schema.
"""

import collections
import json
import pathlib
import sys

import llguidance

from driver import Driver

FIXTURE = pathlib.Path(__file__).parent.parent.parent / "tests" / "fixtures" / "grammar" / "schemas.json"
LEFT_OUT = set(b" \n\t\x7f")
SPACE = r"( |\n[ \t]{0,20})?"


def tokens():
    """One token a byte, and the end."""
    return [bytes([byte]) for byte in range(256)] + [b"<|end|>"]


class Words:
    """What llguidance asks of a tokenizer."""

    def __init__(self):
        self.tokens = tokens()
        self.eos_token_id, self.bos_token_id, self.special_token_ids = 256, None, [256]

    def __call__(self, text):
        return list(text if isinstance(text, bytes) else text.encode())


def main():
    driver = Driver(sys.argv[1])
    tokenizer = llguidance.LLTokenizer(llguidance.TokenizerWrapper(Words()))
    counts, shown = collections.Counter(), 0
    for row in json.loads(FIXTURE.read_text(encoding="utf-8")):
        grammar = llguidance.LLMatcher.grammar_from_json_schema(row["schema"], {"whitespace_pattern": SPACE})
        reference = llguidance.LLMatcher(tokenizer, grammar)
        if reference.get_error():
            counts["refused by llguidance"] += 1
            continue
        for text in row["fitting"]:
            text = text.encode()[:120]
            ours = driver.ask(schema=row["schema"], bytes_behind=text.decode(errors="ignore"))["bytes"]
            matcher = llguidance.LLMatcher(tokenizer, grammar)
            for at, mine in enumerate(ours):
                mask = matcher.compute_bitmask()
                theirs = [byte for byte in range(256) if mask[byte // 8] >> byte % 8 & 1]
                mine, theirs = ([byte for byte in each if byte not in LEFT_OUT] for each in (mine, theirs))
                counts["equal" if theirs == mine else "different"] += 1
                if theirs != mine and shown < 12:
                    shown += 1
                    more = bytes(b for b in mine if b not in theirs)
                    less = bytes(b for b in theirs if b not in mine)
                    print(json.dumps(row["schema"])[:140], "behind", text[:at][-40:], "only gerbil:", more[:40], "only llguidance:", less[:40])
                if at == len(text) or not matcher.consume_token(text[at]):
                    counts["texts left by llguidance"] += at < len(text)
                    break
    print(dict(counts))


if __name__ == "__main__":
    main()
