#!/usr/bin/env python3
"""Writes tests/fixtures/grammar/schemas.json: schemas of schemas.py, texts that fit their grammars, and texts that
jsonschema-rs refuses (those texts, damaged).

    record.py [--count N] PROGRAM          needs jsonschema-rs
"""

import argparse
import json
import pathlib
import random

import jsonschema_rs

from driver import Driver
from schemas import RECURSIVE, schema

TARGET = pathlib.Path(__file__).parent.parent.parent / "tests" / "fixtures" / "grammar" / "schemas.json"


def damaged(value, pick):
    """The value with one thing changed."""
    if isinstance(value, dict) and value and pick.random() < 0.8:
        name = pick.choice(list(value))
        if pick.random() < 0.3:
            return {key: each for key, each in value.items() if key != name}
        return {key: damaged(each, pick) if key == name else each for key, each in value.items()}
    if isinstance(value, list) and value and pick.random() < 0.8:
        at = pick.randrange(len(value))
        if pick.random() < 0.3:
            return value[:at] + value[at + 1:]
        return value[:at] + [damaged(value[at], pick)] + value[at + 1:]
    if isinstance(value, str) and pick.random() < 0.6:
        return pick.choice([value + "x", value[1:], value.upper(), value.replace("1", "9"), ""])
    if isinstance(value, (int, float)) and not isinstance(value, bool) and pick.random() < 0.6:
        return pick.choice([value + 1, -value, value + 0.5, value * 1000])
    return pick.choice([None, True, 0, -1, 2.5, "", "text", [], [1], {}, {"a": 1}])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=160)
    arguments = parser.parse_args()
    driver = Driver(arguments.program)
    pick = random.Random(5)
    rows = []
    for number, each in enumerate(RECURSIVE + [schema(pick) for _ in range(arguments.count)]):
        made = driver.ask(schema=each, walks=6, seed=number)
        if "error" in made:
            continue
        validator = jsonschema_rs.Draft202012Validator(each, validate_formats=True)
        texts = [text for text in made["texts"] if len(text) < 250]
        others = [json.dumps(damaged(json.loads(text), pick), ensure_ascii=False) for text in texts for _ in range(3)]
        valid = [text for text in texts if validator.is_valid(json.loads(text))]
        if len(valid) < len(texts):
            raise SystemExit(f"{each}: {set(texts) - set(valid)}")
        invalid = sorted({text for text in others if not validator.is_valid(json.loads(text))})
        rows.append({"schema": each, "fitting": valid[:3], "invalid": invalid[:8]})
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    TARGET.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    print(len(rows), "schemas,", sum(len(row["invalid"]) for row in rows), "invalid texts,", TARGET.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
