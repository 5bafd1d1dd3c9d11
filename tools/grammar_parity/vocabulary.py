#!/usr/bin/env python3
"""Writes the tokens of a tokenizer.json for bench/grammar.cpp: frames of a 32-bit size, whose highest bit says that the token
is special, and its bytes.

    vocabulary.py TOKENIZER_JSON FILE
"""

import json
import struct
import sys


def byte_of_character():
    """The characters that byte-level tokenizers write bytes with."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + i): byte for i, byte in enumerate(others)}


def main():
    source, target = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        tokenizer = json.load(file)
    vocabulary = dict(tokenizer["model"]["vocab"])
    added = {token["content"]: token for token in tokenizer["added_tokens"]}
    byte_level = "Ġ" in json.dumps(list(vocabulary)[:5000], ensure_ascii=False)
    bytes_of = byte_of_character()
    tokens = {}
    for text, number in vocabulary.items():
        if byte_level:
            tokens[number] = bytes(bytes_of[c] for c in text) if all(c in bytes_of for c in text) else text.encode()
        elif len(text) == 6 and text.startswith("<0x"):
            tokens[number] = bytes([int(text[3:5], 16)])
        else:
            tokens[number] = text.replace("▁", " ").encode()
    special = set()
    for text, token in added.items():
        tokens[token["id"]] = text.encode()
        if token["special"]:
            special.add(token["id"])
    with open(target, "wb") as file:
        for number in range(max(tokens) + 1):
            text = tokens.get(number, b"")
            file.write(struct.pack("=I", len(text) | (number in special) << 31) + text)
    print(f"{len(tokens)} tokens, {len(special)} of them special, {sum(map(len, tokens.values()))} bytes")


if __name__ == "__main__":
    main()
