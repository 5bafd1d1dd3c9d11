#!/usr/bin/env python3
"""Walks at random through the masks of many schemas; jsonschema-rs has to accept every text that comes to an end.

    walk.py [--count N] [--walks N] PROGRAM SUITE     needs jsonschema-rs; SUITE as in suite.py
"""

import argparse
import collections
import json
import re
import sys

import jsonschema_rs

from driver import Driver
from schemas import all_schemas

FORMATS = {"date", "time", "date-time", "uuid", "email", "uri", "ipv4", "ipv6", "hostname", "unknown"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("suite")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--walks", type=int, default=8)
    arguments = parser.parse_args()
    driver = Driver(arguments.program)
    counts = collections.Counter()
    reasons = collections.Counter()
    for number, schema in enumerate(all_schemas(arguments.count, arguments.suite)):
        made = driver.ask(schema=schema, walks=arguments.walks, seed=number)
        if "error" in made:
            counts["schemas refused"] += 1
            reasons[made["error"][:160]] += number < arguments.count
            if made["code"] == 10 or "limit" in made["error"]:
                print("ERROR", json.dumps(schema)[:300], made["error"][:300])
                counts["broken"] += 1
            continue
        counts["schemas"] += 1
        counts["cut"] += arguments.walks - len(made["texts"])
        try:
            # Formats that are not kept are annotations.
            kept = set(re.findall(r'"format": "([^"]*)"', json.dumps(schema))) <= FORMATS
            validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=kept)
        except Exception as error:
            counts["schemas that the reference refuses"] += 1
            continue
        for text in made["texts"]:
            counts["texts"] += 1
            try:
                fits = validator.is_valid(json.loads(text))
            except ValueError:
                fits = False
            if not fits:
                counts["invalid"] += 1
                print("INVALID", json.dumps(schema)[:300], text[:300])
    print(dict(counts))
    for reason, times in reasons.most_common(12):
        if times:
            print(times, reason)
    return 1 if counts["invalid"] or counts["broken"] else 0


if __name__ == "__main__":
    sys.exit(main())
