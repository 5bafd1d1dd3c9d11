"""Meanings and the ways to say them, read from phrases/*.txt; and what is held out.

A file is a subject. A heading such as "[sum, commutative]" begins a kind of meaning, and each line below it is one saying of it, with slots.
After the name may stand: "commutative" (the order of the slots a and b, or person and other, does not matter), "falling" (a is larger than b) and
"like KIND" (means the same as that kind with the same values, so the two are never set against each other).

A meaning is a kind with values in its slots. One in eight is held out, chosen by its kind and values, and so is about a third of the pairs of
sayings of each kind: what training sees is a pair of sayings that is not held out, of a meaning that is not held out.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from random import Random
from string import Formatter
from typing import Any

from values import DRAW, as_value
from world.small_talk import TALK
from world.tools import TOOLS
from world.words import capital

HELD_OUT_ONE_IN = 8
_ALIKE = ({"a", "b"}, {"person", "other"}, {"start", "end"})
_REQUESTS = "requests"
#: Draws of a slot that may have no other value: 3 is the only number below 4 that is drawn.
_TRIES = 20


@dataclass(frozen=True)
class Kind:
    """`draw` has a function for each slot, in the order in which the slots first occur. `same` is the name that a "like" gives, else `name`."""

    subject: str
    name: str
    same: str
    sayings: tuple[str, ...]
    draw: dict[str, Callable[[Random], Any]]
    commutative: bool = False
    falling: bool = False

    def pairs(self, held_out: bool) -> list[tuple[int, int]]:
        return [(i, j) for i, j in combinations(range(len(self.sayings)), 2) if ((i + j) % 4 == 1) == held_out]


@dataclass(frozen=True)
class Meaning:
    kind: Kind
    values: dict[str, Any]

    @property
    def key(self) -> str:
        parts = [f"{value.language} {value}" if hasattr(value, "language") else str(value) for value in self.values.values()]
        return "/".join(sorted(parts) if self.kind.commutative else parts)

    @property
    def identity(self) -> str:
        """Equal for meanings that are the same, whatever their kind is called."""
        return f"{self.kind.same}/{self.key}"

    @property
    def held_out(self) -> bool:
        return bool(self.values) and zlib.crc32(f"{self.kind.name}/{self.key}".encode()) % HELD_OUT_ONE_IN == 0

    def say(self, number: int) -> str:
        return capital(self.kind.sayings[number].format(**self.values))


def _slots(sayings: tuple[str, ...]) -> list[str]:
    """Names of the slots, each once. Every saying of a kind must leave the same slots open, or it would not say the same."""
    found = [list(dict.fromkeys(field.split(".")[0] for _, field, _, _ in Formatter().parse(saying) if field)) for saying in sayings]
    for saying, names in zip(sayings, found, strict=True):
        if set(names) != set(found[0]):
            raise ValueError(f"'{saying}' has the slots {names}, but the first saying of its kind has {found[0]}")
    return found[0]


def _kind(subject: str, heading: str, lines: list[str]) -> Kind:
    name, *flags = (part.strip() for part in heading.split(","))
    same = next((flag.removeprefix("like ") for flag in flags if flag.startswith("like ")), name)
    draw = DRAW
    if subject == _REQUESTS:
        (tool,) = (tool for tool in TOOLS if tool.names[0] == name)
        lines = [*tool.requests, *lines]
        draw = {parameter.names[0]: lambda rng, value=parameter.value: as_value(value(rng)) for parameter in tool.parameters}
    sayings = tuple(dict.fromkeys(lines))
    return Kind(subject, name, same, sayings, {slot: draw[slot] for slot in _slots(sayings)}, "commutative" in flags, "falling" in flags)


def _read(file: Path) -> Iterator[Kind]:
    for block in file.read_text().strip().split("\n\n"):
        heading, *lines = block.splitlines()
        yield _kind(file.stem, heading.strip("[]"), lines)


def _small_talk() -> Iterator[Kind]:
    """Nano's small talk has no slots, so none of it can be held out: it is for training alone."""
    for questions, answer, _ in TALK:
        distinct = {question.lower().rstrip("?.!"): question for question in reversed(questions)}
        if len(distinct) > 1:
            yield Kind("small talk", answer, answer, tuple(distinct.values()), {})


def read_kinds() -> list[Kind]:
    return [kind for file in sorted((Path(__file__).parent / "phrases").glob("*.txt")) for kind in _read(file)] + list(_small_talk())


def draw(kind: Kind, rng: Random, given: dict[str, Any] | None = None) -> Meaning:
    """A meaning of this kind; slots that `given` names keep their values. Two slots never have the same value."""
    while True:
        values = {slot: given[slot] if given and slot in given else function(rng) for slot, function in kind.draw.items()}
        if len(set(values.values())) == len(values) and not (kind.falling and values["a"] < values["b"]):
            return Meaning(kind, values)


def neighbour(meaning: Meaning, kinds: list[Kind], rng: Random) -> tuple[Meaning, bool]:
    """A meaning near this one, and whether it is of the same kind: two slots swapped, one filled anew, or the same values in another kind of the subject.

    It can be the same meaning again where nothing else is near: callers compare `identity`.
    """
    kind, values = meaning.kind, meaning.values
    swaps = [pair for pair in _ALIKE if pair <= set(values) and not kind.commutative and not kind.falling]
    shape = rng.random()
    if swaps and shape < 0.3:
        one, two = swaps[0]
        return Meaning(kind, values | {one: values[two], two: values[one]}), True
    others = [k for k in kinds if k.subject == kind.subject and k.same != kind.same and k.draw and set(k.draw) & set(values) and not k.falling]
    if others and shape < 0.65 or not values:
        other = rng.choice(others or [k for k in kinds if k.subject == kind.subject and k is not kind])
        return draw(other, rng, {slot: values[slot] for slot in other.draw if slot in values}), False
    changed = rng.choice(list(values))
    for _ in range(_TRIES):
        near = draw(kind, rng, {slot: value for slot, value in values.items() if slot != changed})
        if near.identity != meaning.identity:
            return near, True
    return draw(kind, rng), True
