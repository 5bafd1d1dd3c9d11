#!/usr/bin/env python3
"""Compares gerbil's tokenizer with Hugging Face tokenizers, id for id, on generated texts.

    compare.py [--count N] [--seed N] DRIVER FIXTURES      compare; exit code 1 when anything differs
    compare.py --write [--charsmap FILE] FIXTURES          train the fixtures and write the cases of the unit test

DRIVER is the program tokenizer_parity_driver; FIXTURES the folder of the tokenizer.json files. Compared too are decode()
of the ids, with and without special tokens, and ids and type ids of the text and of a pair cut to a length.

Training WordPiece and Unigram vocabularies gives other ones each time; those of BPE stay the same.
"""

import argparse
import itertools
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

import tokenizers

import encoders
import styles
import texts

CASES_OF_STYLE, CASES_OF_COMPONENT, PAIRS_OF_STYLE = 150, 20, 40  # in the unit test's files
NO_LIMIT = 0xFFFFFFFF


def reference(tokenizer, text):
    """The ids of `text`, and the texts of the ids without and with special tokens."""
    ids = tokenizer.encode(text.decode(errors="replace")).ids
    return ids, tokenizer.decode(ids, skip_special_tokens=True), tokenizer.decode(ids, skip_special_tokens=False)


def reference_pair(tokenizer, first, second, limit):
    """Ids and type ids of `first` and of the pair, with at most `limit` tokens each."""
    if limit != NO_LIMIT:
        tokenizer.enable_truncation(limit)
    first, second = first.decode(errors="replace"), second.decode(errors="replace")
    single, pair = tokenizer.encode(first), tokenizer.encode(first, second)
    tokenizer.no_truncation()
    return single.ids, single.type_ids, pair.ids, pair.type_ids


def make_reference(definition):
    """The reference's tokenizer, without the truncation and padding of the file."""
    tokenizer = tokenizers.Tokenizer.from_str(json.dumps(definition))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def limits(tokenizer, seed):
    """Without an end: lengths to cut a pair to, often none, never less than its special tokens."""
    choice = random.Random(seed)
    special = max(tokenizer.num_special_tokens_to_add(is_pair) for is_pair in (False, True))
    while True:
        yield NO_LIMIT if choice.random() < 0.3 else special + choice.choice([0, 1, 2, 3, 5, 8, 13, 21])


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


def numbers(data):
    return list(struct.unpack(f"={len(data) // 4}i", data))


def compare(driver, path, definition, seed, count):
    """The number of texts whose ids or decoded texts differ; the first few are printed."""
    generator = texts.Generator(seed, added_tokens(definition))
    tokenizer = make_reference(definition)
    samples = [generator.text() for _ in range(count)]
    records = list(zip(samples, samples[1:] + samples[:1], limits(tokenizer, seed)))
    run = subprocess.run([driver, path], input=b"".join(frame(a) + frame(b) + frame(struct.pack("=I", limit)) for a, b, limit in records),
                         capture_output=True)
    if run.returncode != 0:
        print(f"{path}: {run.stderr.decode()}")
        return count
    answers = read_frames(run.stdout)
    wrong = 0
    for text, second, limit in records:
        expected = reference(tokenizer, text) + reference_pair(tokenizer, text, second, limit)
        got = numbers(next(answers)), next(answers).decode(), next(answers).decode(), *(numbers(next(answers)) for _ in range(4))
        if got != expected:
            wrong += 1
            if wrong <= 3:
                print(f"{path}\n  text     {text!r}\n  second   {second!r}, at most {limit}")
                for e, g in zip(expected, got):
                    if e != g:
                        print(f"  expected {e!r}\n  got      {g!r}")
    return wrong


def load(fixtures):
    """Name -> (definition, is a published style) of all tokenizers."""
    published = {path.stem: (json.loads(path.read_text()), True) for path in sorted(fixtures.glob("*.json")) if path.stem != "components"}
    components = json.loads((fixtures / "components.json").read_text())
    # The rules of SentencePiece are long: one fixture holds them, and this component takes them from there.
    components["precompiled"]["normalizer"] = published[encoders.CHARSMAP_OF][0]["normalizer"]
    return published | {name: (definition, False) for name, definition in components.items()}


def charsmap_of(fixtures):
    """SentencePiece's rules as the fixture has them."""
    return json.loads((fixtures / f"{encoders.CHARSMAP_OF}.json").read_text())["normalizer"]["precompiled_charsmap"]


def write(fixtures, charsmap):
    fixtures.mkdir(parents=True, exist_ok=True)
    corpus = texts.corpus(1, 3000)
    for name, definition in (styles.published(corpus) | encoders.published(corpus, charsmap)).items():
        (fixtures / f"{name}.json").write_text(json.dumps(definition, ensure_ascii=False, separators=(",", ":")) + "\n")
    components = styles.components() | encoders.components()
    lines = [f"{json.dumps(name)}:{json.dumps(value, ensure_ascii=False, separators=(',', ':'))}" for name, value in components.items()]
    (fixtures / "components.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    # For each tokenizer its name and the number of cases; for each case the text, the ids (16 bits each) and the decoded
    # text. Everything but the number is preceded by its size in bytes; all numbers have 16 bits. In the file of pairs a case
    # is two texts, the largest length (0xFFFF for none), then ids and type ids of the first text and of the pair.
    cases, pairs = bytearray(), bytearray()
    put = lambda file, part: file.extend(struct.pack("<H", len(part)) + part)
    put_numbers = lambda file, values: put(file, struct.pack(f"<{len(values)}H", *values))
    for number, (name, (definition, is_style)) in enumerate(load(fixtures).items()):
        tokenizer = make_reference(definition)
        generator = texts.Generator(1000 + number, added_tokens(definition))
        count = CASES_OF_STYLE if is_style else CASES_OF_COMPONENT
        samples = list(itertools.islice((text for _ in itertools.count() if len(text := generator.text()) < 90), count))
        put(cases, name.encode())
        cases += struct.pack("<H", count)
        for text in samples:
            ids, plain, _ = reference(tokenizer, text)
            put(cases, text)
            put_numbers(cases, ids)
            # Tokens of components decode to a spelling several times as long, which the comparison of 100,000 covers.
            put(cases, plain.encode() if is_style else b"")
        if not is_style:
            continue
        put(pairs, name.encode())
        pairs += struct.pack("<H", PAIRS_OF_STYLE)
        for first, second, limit in zip(samples[:PAIRS_OF_STYLE], samples[1:], limits(tokenizer, number)):
            put(pairs, first)
            put(pairs, second)
            pairs += struct.pack("<H", limit & 0xFFFF)
            for values in reference_pair(tokenizer, first, second, limit):
                put_numbers(pairs, values)
    (fixtures / "cases.bin").write_bytes(cases)
    (fixtures / "pairs.bin").write_bytes(pairs)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--charsmap", type=pathlib.Path, help="what charsmap.py printed; without it the fixture's rules stay")
    parser.add_argument("--only")
    parser.add_argument("paths", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.write:
        fixtures = arguments.paths[0]
        write(fixtures, arguments.charsmap.read_text().strip() if arguments.charsmap else charsmap_of(fixtures))
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
