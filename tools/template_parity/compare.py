#!/usr/bin/env python3
"""Compares gerbil's renderings of published chat templates with transformers', byte for byte.

    compare.py [--report FILE] [--only TEXT] PROGRAM [FOLDER]

PROGRAM is gerbil or template_parity_driver; FOLDER is searched for *.jinja (default: where fetch.py puts them). Every
template is rendered with every conversation of conversations.py. Equal means: the same bytes; or both refuse, and where
the template itself refuses (raise_exception) gerbil's sentence contains the template's. Exit code 1 when anything
differs; the report lists every difference.
"""

import argparse
import collections
import difflib
import pathlib
import sys

import conversations
import engines
import fetch
import reference

EQUAL, REFUSE = "equal", "both refuse"
VERDICTS = (EQUAL, REFUSE, "other message", "different", "only gerbil refuses", "only the reference refuses", "crash")


def difference(expected, actual):
    """The first places where two texts differ."""
    lines = difflib.unified_diff(expected.splitlines(keepends=True), actual.splitlines(keepends=True), "reference", "gerbil", n=0)
    return [repr(line) for line in list(lines)[2:10]]


def judge(engine, template, context):
    """The verdict on one rendering, and what there is to say about it."""
    expected, error = reference.render_conversation(template, context)
    try:
        actual, refusal = engine.render(template, context)
    except engines.Crash as crash:
        return "crash", [str(crash), f"reference: {expected if error is None else repr(error)}"[:300]]
    if error is None and refusal is None:
        return (EQUAL, []) if actual == expected else ("different", difference(expected, actual))
    if error is None:
        return "only gerbil refuses", [refusal]
    said = f"reference: {type(error).__name__}: {error}"
    if refusal is None:
        return "only the reference refuses", [said, f"gerbil: {actual!r}"[:300]]
    if reference.is_raised_by_template(error) and str(error) not in refusal:
        return "other message", [said, f"gerbil: {refusal}"]
    return REFUSE, []


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("program")
    arguments.add_argument("folder", nargs="?", type=pathlib.Path, default=fetch.folder())
    arguments.add_argument("--report", type=pathlib.Path)
    arguments.add_argument("--only", default="", help="templates whose path contains this")
    options = arguments.parse_args()
    engine = engines.engine(options.program)
    total, report, count = collections.Counter(), [], 0
    for path in sorted(options.folder.rglob("*.jinja")):
        name = str(path.relative_to(options.folder).with_suffix(""))
        if options.only not in name:
            continue
        count += 1
        template = path.read_bytes().decode()
        verdicts = collections.Counter()
        for conversation, context in conversations.conversations():
            verdict, details = judge(engine, template, context)
            verdicts[verdict] += 1
            if details:
                report.append("\n    ".join([f"{verdict}: {name}, {conversation}", *details]))
        print(f"{name}: " + ", ".join(f"{verdicts[one]} {one}" for one in VERDICTS if verdicts[one]), flush=True)
        total += verdicts
    print(f"{count} templates: " + ", ".join(f"{total[one]} {one}" for one in VERDICTS))
    if options.report:
        options.report.write_text("\n\n".join(report) + "\n", encoding="utf-8", errors="surrogateescape")
    return 1 if count == 0 or total.total() > total[EQUAL] + total[REFUSE] else 0


if __name__ == "__main__":
    sys.exit(main())
