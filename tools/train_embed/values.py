"""What may fill the slots of a phrase: words and numbers of nano's world that know their other forms.

A phrase asks for a form with a dot: "{animal.plural}", "{a.word}". `DRAW` maps the name of a slot to the function that draws its value.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "train_nano"))

from world import fact_tables as tables  # noqa: E402
from world import words  # noqa: E402
from world.animals import ANIMALS, home_of  # noqa: E402

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen""".split()
_TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
_PLURALS = {"mouse": "mice", "goose": "geese", "wolf": "wolves", "fox": "foxes", "fish": "fish", "sheep": "sheep", "deer": "deer", "moose": "moose",
            "octopus": "octopuses", "walrus": "walruses", "lynx": "lynxes", "butterfly": "butterflies", "donkey": "donkeys", "monkey": "monkeys"}
_OTHER_WORDS = {"bicycle": "bike", "phone": "telephone", "rug": "carpet", "bucket": "pail", "mirror": "looking-glass", "book": "volume", "lamp": "light", "coat": "overcoat",
                "bag": "sack", "boat": "ship", "kettle": "water boiler", "mug": "beaker", "pillow": "cushion", "notebook": "exercise book", "camera": "photo camera",
                "living room": "lounge", "cellar": "basement", "attic": "loft", "hall": "corridor", "bedroom": "room with the bed", "bathroom": "bath", "office": "study",
                "garage": "car shed", "dining room": "room with the dining table"}
_SPEAKERS = {"French": "a Frenchman", "German": "a German", "Spanish": "a Spaniard", "Italian": "an Italian"}


class Word(str):
    """A noun or name; keyword arguments become further forms of it."""

    def __new__(cls, text: str, **forms: Any) -> Word:
        word = super().__new__(cls, text)
        word.__dict__.update(forms)
        return word

    @property
    def a(self) -> str:
        return words.article(self)

    @property
    def plural(self) -> str:
        return _PLURALS.get(self, self + "s")

    @property
    def other(self) -> str:
        """Another word for the same, where there is one."""
        return _OTHER_WORDS.get(self, str(self))


class Number(int):
    """0 to 99, in digits and in words."""

    @property
    def word(self) -> str:
        tens, units = divmod(self, 10)
        return _UNITS[self] if self < 20 else _TENS[tens] + (f"-{_UNITS[units]}" if units else "")


class Clock(str):
    """A time such as 7:45, in digits and as it is spoken."""

    @property
    def word(self) -> str:
        hour, minute = (int(part) for part in self.split(":"))
        here, there = Number(hour).word, Number(hour + 1).word
        if minute > 30:
            return f"a quarter to {there}" if minute == 45 else f"{Number(60 - minute).word} to {there}"
        return {0: f"{here} o'clock", 15: f"a quarter past {here}", 30: f"half past {here}"}.get(minute, f"{Number(minute).word} past {here}")


def as_value(value: Any) -> Any:
    """Gives a value that a tool of nano's world has drawn the forms that phrases ask for."""
    if isinstance(value, int):
        return Number(value)
    hour, colon, minute = value.partition(":")
    return Clock(value) if colon and hour.isdigit() and minute.isdigit() else Word(value)


def _animal(rng: Random) -> Word:
    animal = rng.choice(ANIMALS)
    return Word(animal.name, call=animal.call, home=home_of(animal), food=animal.food, young=Word(animal.young), legs=Number(animal.legs), about=animal.about)


def _country(rng: Random) -> Word:
    name, town, continent = rng.choice(tables.COUNTRIES)
    return Word(name, town=town, continent=continent)


def _foreign(rng: Random) -> Word:
    number = rng.randrange(len(tables.LANGUAGES))
    word, language = rng.choice(list(tables.TRANSLATIONS)), tables.LANGUAGES[number]
    return Word(word, language=language, a_speaker=_SPEAKERS[language], translation=tables.TRANSLATIONS[word][number])


def _from(table: dict[str, str], form: str) -> Callable[[Random], Word]:
    entries = list(table.items())

    def draw(rng: Random) -> Word:
        word, value = rng.choice(entries)
        return Word(word, **{form: value})

    return draw


def _one_of(choices: list[str]) -> Callable[[Random], Word]:
    return lambda rng: Word(rng.choice(choices))


def _number(rng: Random) -> Number:
    """From 3, so that "7 + 1" and "2 × 7" belong to the successor and the double alone."""
    return Number(rng.randrange(3, rng.choice((13, 100))))


DRAW: dict[str, Callable[[Random], Any]] = {
    "animal": _animal, "skill": _one_of(["fly", "swim", "climb", "dig", "run", "hop"]), "person": lambda rng: Word(words.person(rng)), "other": lambda rng: Word(words.person(rng)),
    "city": lambda rng: Word(words.city(rng)), "country": _country, "opposite": _from(tables.OPPOSITE, "of"), "noun": _from(tables.PLURAL, "many"), "verb": _from(tables.PAST, "past"),
    "foreign": _foreign, "thing": _from(tables.COLOUR_OF, "colour"), "concept": _from(tables.ABOUT, "meaning"), "day": _one_of(words.DAYS), "month": _one_of(words.MONTHS),
    "goods": _one_of(words.GOODS), "colour": _one_of(words.COLOURS), "room": _one_of(words.ROOMS), "fruit": _one_of(words.FRUITS), "a": _number, "b": _number,
}
