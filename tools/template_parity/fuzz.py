#!/usr/bin/env python3
"""Compares gerbil's Jinja with Python's on random templates, and shrinks what differs.

    fuzz.py [--count N] [--seed N] [--depth N] DRIVER

DRIVER is template_parity_driver. Equal means: the same text, or both refuse. Left out are templates whose answer says
nothing about Jinja: numbers beyond 64 bits, which gerbil refuses, and addresses of Python's objects.
"""

import argparse
import collections
import copy
import random
import re
import resource
import signal
import sys

import engines
import grammar
import reference

UNUSABLE = re.compile(r" at 0x[0-9a-f]+|name '(inf|nan)' is not defined|MemoryError|\d{19,}")
LIMIT = "64 bits"  # in gerbil's sentence about numbers that are too large


EQUAL, REFUSE, UNUSED = ("equal",), ("both refuse",), ("left out",)


class TooLong(Exception):
    pass


def alarm(*_):
    raise TooLong


def difference(engine, template):
    """What differs, as (kind, reference's answer, gerbil's answer); or EQUAL, REFUSE or UNUSED."""
    signal.alarm(5)
    try:
        expected, error = reference.render(template, copy.deepcopy(grammar.VARIABLES))  # `m | indent` adds to the list m
    except TooLong:
        return UNUSED
    finally:
        signal.alarm(0)
    if UNUSABLE.search(expected if error is None else f"{type(error).__name__} {error}") or isinstance(error, TooLong):
        return UNUSED
    try:
        actual, refusal = engine.render(template, grammar.VARIABLES)
    except engines.Crash as crash:
        return "crash", expected, str(crash)
    if error is not None and refusal is not None:
        return REFUSE
    if error is None and actual == expected:
        return EQUAL
    if refusal is not None and LIMIT in refusal:
        return UNUSED
    kind = "different" if error is None and refusal is None else "only gerbil refuses" if error is None else "only the reference refuses"
    return kind, expected if error is None else f"{type(error).__name__}: {error}", actual if refusal is None else refusal


def shrink(engine, node, kind):
    """The smallest derivation found that still differs in the same way."""
    for other in sorted(grammar.smaller(node), key=lambda one: len(str(one))):
        if len(str(other)) < len(str(node)):
            found = difference(engine, str(other))
            if found[0] == kind:
                return shrink(engine, other, kind)
    return node


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("driver")
    arguments.add_argument("--count", type=int, default=20000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--depth", type=int, default=5)
    arguments.add_argument("--symbol", default="template", help="of the grammar; value compares single expressions")
    options = arguments.parse_args()
    resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
    signal.signal(signal.SIGALRM, alarm)
    engine = engines.engine(options.driver)
    counts, shown = collections.Counter(), set()
    for number in range(options.count):
        node = grammar.derive(random.Random(options.seed * 1_000_003 + number), options.symbol, options.depth)
        if options.symbol == "value":
            node = grammar.Node("piece", ["{{ ", node, " }}"])
        found = difference(engine, str(node))
        counts[found[0]] += 1
        if found not in (EQUAL, REFUSE, UNUSED):
            node = shrink(engine, node, found[0])
            if str(node) not in shown:
                shown.add(str(node))
                kind, expected, actual = difference(engine, str(node))
                print(f"{kind}: {str(node)!r}\n    reference {expected!r:.300}\n    gerbil    {actual!r:.300}", flush=True)
    print(f"{options.count} templates: " + ", ".join(f"{count} {kind}" for kind, count in counts.most_common()))
    return 1 if shown else 0


if __name__ == "__main__":
    sys.exit(main())
