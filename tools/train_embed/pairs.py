"""Rows for contrastive training: a sentence, a paraphrase of it, and a sentence that shares its words but not its meaning."""

from __future__ import annotations

from random import Random
from typing import NamedTuple

from meanings import Kind, Meaning, draw, neighbour

#: Share of rows that join two or three meanings to a longer text.
_JOINED = 0.1
#: Share of texts that lose their last full stop or question mark.
_CARELESS = 0.15
_SMALL_TALK_WEIGHT = 0.4
#: Draws after which a meaning counts as one without a held-out neighbour. One draw in eight is held out.
_PATIENCE = 60


class Row(NamedTuple):
    """`identity` and `other` name the meaning of the first two texts and of the third."""

    anchor: str
    positive: str
    negative: str
    identity: str
    other: str


def draw_meaning(kinds: list[Kind], rng: Random, held_out: bool) -> Meaning:
    weights = [1.0 if kind.draw else _SMALL_TALK_WEIGHT * (not held_out) for kind in kinds]
    while (meaning := draw(rng.choices(kinds, weights)[0], rng)).held_out != held_out:
        pass
    return meaning


def draw_pair(meaning: Meaning, rng: Random, held_out: bool) -> tuple[int, int]:
    """Two sayings, in either order. Small talk has no held-out meanings, so all of its pairs are trained on."""
    pairs = meaning.kind.pairs(held_out) if meaning.values else meaning.kind.pairs(True) + meaning.kind.pairs(False)
    first, second = rng.choice(pairs)
    return (first, second) if rng.random() < 0.5 else (second, first)


def near_sentence(meaning: Meaning, number: int, kinds: list[Kind], rng: Random, held_out: bool) -> tuple[str, str] | None:
    """The identity of a neighbour and a sentence for it: in the same words, `number`, where it is of the same kind."""
    for _ in range(_PATIENCE):
        near, same_kind = neighbour(meaning, kinds, rng)
        if near.held_out == held_out and near.identity != meaning.identity:
            return near.identity, near.say(number if same_kind else rng.randrange(len(near.kind.sayings)))
    return None


def _single(kinds: list[Kind], rng: Random, held_out: bool) -> Row:
    while True:
        meaning = draw_meaning(kinds, rng, held_out)
        pair = draw_pair(meaning, rng, held_out)
        if near := near_sentence(meaning, rng.choice(pair), kinds, rng, held_out):
            return Row(meaning.say(pair[0]), meaning.say(pair[1]), near[1], meaning.identity, near[0])


def _joined(kinds: list[Kind], rng: Random, held_out: bool) -> Row:
    """Texts of several sentences: the negative has one sentence wrong."""
    rows = [_single(kinds, rng, held_out) for _ in range(rng.choice((2, 2, 3)))]
    wrong = rng.randrange(len(rows))
    negatives = [(row.negative, row.other) if number == wrong else (row.positive, row.identity) for number, row in enumerate(rows)]
    return Row(" ".join(row.anchor for row in rows), " ".join(row.positive for row in rows), " ".join(text for text, _ in negatives),
               "|".join(row.identity for row in rows), "|".join(identity for _, identity in negatives))


def _careless(text: str, rng: Random) -> str:
    return text.rstrip("?.!") or text if rng.random() < _CARELESS else text


def draw_row(kinds: list[Kind], rng: Random, held_out: bool = False) -> Row:
    row = (_joined if rng.random() < _JOINED else _single)(kinds, rng, held_out)
    return row._replace(anchor=_careless(row.anchor, rng), positive=_careless(row.positive, rng), negative=_careless(row.negative, rng))
