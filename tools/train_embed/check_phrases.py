"""Checks what training and measurement rely on: no sentence has two meanings, and nothing held out is trained on."""

from __future__ import annotations

import argparse
from collections import defaultdict
from random import Random

from meanings import draw, read_kinds
from pairs import draw_row
from retrieval import make_task


def _bare(text: str) -> str:
    return text.lower().rstrip("?.!")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    arguments = parser.parse_args()
    kinds, rng = read_kinds(), Random("check")
    meanings: dict[str, set[str]] = defaultdict(set)
    for _ in range(arguments.rows):
        meaning = draw(rng.choice(kinds), rng)
        for number in range(len(meaning.kind.sayings)):
            meanings[_bare(meaning.say(number))].add(meaning.identity)
    ambiguous = {sentence: found for sentence, found in meanings.items() if len(found) > 1}
    task = make_task(kinds, 2000, rng)
    measured = {frozenset((_bare(query.text), _bare(task.corpus[query.right]))) for query in task.queries}
    held_out = {_bare(sentence) for sentence in task.corpus} | {_bare(query.text) for query in task.queries}
    leaks = 0
    for _ in range(arguments.rows):
        row = draw_row(kinds, rng)
        leaks += bool({_bare(row.anchor), _bare(row.positive), _bare(row.negative)} & held_out)
        leaks += frozenset((_bare(row.anchor), _bare(row.positive))) in measured
    if ambiguous or leaks:
        raise SystemExit(f"{len(ambiguous)} sentences have two meanings, such as {list(ambiguous.items())[:3]}; {leaks} held-out sentences occur in training rows")
    print(f"{len(kinds)} kinds, {sum(len(kind.sayings) for kind in kinds)} sayings: {len(meanings)} sentences have one meaning each; {arguments.rows} training rows hold nothing of {len(held_out)} held-out sentences")


if __name__ == "__main__":
    main()
