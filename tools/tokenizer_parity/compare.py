#!/usr/bin/env python3
"""Compares gerbil's tokenizer with Hugging Face tokenizers, id for id, on generated texts.

    compare.py [--count N] [--seed N] DRIVER FIXTURES      compare; exit code 1 when anything differs
    compare.py --write FIXTURES                            train the fixtures and write the cases of the unit test

DRIVER is the program tokenizer_parity_driver; FIXTURES the folder of the tokenizer.json files. decode() of the ids is
compared too, with and without special tokens.
"""

import argparse
import itertools
import json
import pathlib
import struct
import subprocess
import sys
import tempfile

import tokenizers

import styles
import texts

CASES_OF_STYLE, CASES_OF_COMPONENT = 250, 24  # in the unit test's file


def reference(tokenizer, text):
    """The ids of `text`, and the texts of the ids without and with special tokens."""
    ids = tokenizer.encode(text.decode(errors="replace")).ids
    return ids, tokenizer.decode(ids, skip_special_tokens=True), tokenizer.decode(ids, skip_special_tokens=False)


def added_tokens(definition):
    return [token["content"] for token in definition["added_tokens"]]


def read_frames(data):
    at = 0
    while at < len(data):
        (size,) = struct.unpack_from("=I", data, at)
        yield data[at + 4 : at + 4 + size]
        at += 4 + size


def frame(data):
    return struct.pack("=I", len(data)) + data


def compare(driver, path, definition, seed, count):
    """The number of texts whose ids or decoded texts differ; the first few are printed."""
    generator = texts.Generator(seed, added_tokens(definition))
    samples = [generator.text() for _ in range(count)]
    run = subprocess.run([driver, path], input=b"".join(map(frame, samples)), capture_output=True)
    if run.returncode != 0:
        print(f"{path}: {run.stderr.decode()}")
        return count
    answers = read_frames(run.stdout)
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(definition))
    wrong = 0
    for text in samples:
        ids, plain, special = reference(tokenizer, text)
        answer = next(answers)
        got = list(struct.unpack(f"={len(answer) // 4}i", answer)), next(answers).decode(), next(answers).decode()
        if got != (ids, plain, special):
            wrong += 1
            if wrong <= 3:
                print(f"{path}\n  text     {text!r}\n  expected {ids} {plain!r} {special!r}\n  got      {got[0]} {got[1]!r} {got[2]!r}")
    return wrong


def load(fixtures):
    """Name -> (definition, is a published style) of all tokenizers."""
    published = {path.stem: (json.loads(path.read_text()), True) for path in sorted(fixtures.glob("*.json")) if path.stem != "components"}
    components = json.loads((fixtures / "components.json").read_text())
    return published | {name: (definition, False) for name, definition in components.items()}


def write(fixtures):
    fixtures.mkdir(parents=True, exist_ok=True)
    for name, definition in styles.published(texts.corpus(1, 3000)).items():
        (fixtures / f"{name}.json").write_text(json.dumps(definition, ensure_ascii=False, separators=(",", ":")) + "\n")
    lines = [f"{json.dumps(name)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}" for name, value in styles.components().items()]
    (fixtures / "components.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    # For each tokenizer its name and the number of cases; for each case the text, the ids (16 bits each) and the decoded
    # text. Everything but the number is preceded by its size in bytes; all numbers have 16 bits.
    cases = bytearray()
    put = lambda part: cases.extend(struct.pack("<H", len(part)) + part)
    for number, (name, (definition, is_style)) in enumerate(load(fixtures).items()):
        tokenizer = tokenizers.Tokenizer.from_str(json.dumps(definition))
        generator = texts.Generator(1000 + number, added_tokens(definition))
        samples = itertools.islice((text for _ in itertools.count() if len(text := generator.text()) < 90),
                                   CASES_OF_STYLE if is_style else CASES_OF_COMPONENT)
        put(name.encode())
        cases += struct.pack("<H", CASES_OF_STYLE if is_style else CASES_OF_COMPONENT)
        for text in samples:
            ids, plain, _ = reference(tokenizer, text)
            put(text)
            put(struct.pack(f"<{len(ids)}H", *ids))
            # Tokens of components decode to a spelling several times as long, which the comparison of 100,000 covers.
            put(plain.encode() if is_style else b"")
    (fixtures / "cases.bin").write_bytes(cases)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("paths", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.write:
        write(arguments.paths[0])
        return 0
    driver, fixtures = arguments.paths
    definitions = load(fixtures)
    shares = sum(8 if is_style else 1 for _, is_style in definitions.values())
    total = wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, (definition, is_style)) in enumerate(definitions.items()):
            if arguments.only and arguments.only != name:
                continue
            count = -(-arguments.count * (8 if is_style else 1) // shares)
            path = pathlib.Path(folder) / f"{name}.json"
            path.write_text(json.dumps(definition))
            wrong += compare(driver, path, definition, arguments.seed * 1000 + number, count)
            total += count
    print(f"{total} texts, {len(definitions)} tokenizers, {wrong} differ (tokenizers {tokenizers.__version__})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
