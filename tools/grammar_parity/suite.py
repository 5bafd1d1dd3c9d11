#!/usr/bin/env python3
"""Runs JSON-Schema-Test-Suite, which jsonschema's source distribution has, against the driver.

    suite.py [--write FILE] [--show KIND] PROGRAM FOLDER     FOLDER: …/json/tests/draft2020-12

Every instance is written as json.dumps writes it. `right`: accepted when valid and not when invalid. `refused`: the schema is,
with a sentence. `missed`: valid, but not among the grammar's texts. `wrong`: accepted although invalid; there must be none.
"""

import argparse
import collections
import json
import pathlib
import sys

from driver import Driver


def in_order(instance, schema):
    """The instance with those properties first that the schema declares, in the instance's order."""
    if isinstance(instance, dict) and isinstance(schema, dict) and isinstance(schema.get("properties"), dict):
        known = [name for name in instance if name in schema["properties"]]
        return {name: instance[name] for name in known + [name for name in instance if name not in known]}
    return instance


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--show", default="wrong")
    arguments = parser.parse_args()
    driver = Driver(arguments.program)
    counts = collections.Counter()
    refused_by = collections.Counter()
    fixtures = []
    for path in sorted(arguments.folder.glob("*.json")):
        for group in json.loads(path.read_text(encoding="utf-8")):
            texts = [json.dumps(in_order(test["data"], group["schema"]), ensure_ascii=False) for test in group["tests"]]
            made = driver.ask(schema=group["schema"], texts=texts)
            row = {"schema": group["schema"], "valid": [], "invalid": []}
            for i, test in enumerate(group["tests"]):
                row["valid" if test["valid"] else "invalid"].append(texts[i])
                if "error" in made:
                    verdict = "refused"
                    refused_by[made["error"][made["error"].find("keyword"):][:60]] += 1
                else:
                    fits = made["fits"][i]
                    verdict = "right" if fits == test["valid"] else "wrong" if fits else "missed"
                counts[verdict] += 1
                if verdict in arguments.show.split(","):
                    print(verdict, path.stem, json.dumps(group["schema"])[:200], texts[i][:100], made.get("error", "")[:300])
            fixtures.append(row)
    print(dict(counts), sum(counts.values()))
    print(refused_by.most_common(25))
    if arguments.write:
        lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in fixtures)
        arguments.write.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
