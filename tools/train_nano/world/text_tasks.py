"""Small operations on the user's own words: copying, letters, lists."""

from __future__ import annotations

from random import Random

from .animals import NAMES_OF_ANIMALS
from .conversation import Conversation, ask
from .fact_tables import OPPOSITE
from .words import COLOURS, FRUITS, GOODS, NAMES, city, listing, made_up_name, person

_WORDS = [*NAMES_OF_ANIMALS, *OPPOSITE, *COLOURS, *GOODS]


def spelling(rng: Random) -> Conversation:
    word = rng.choice(_WORDS)
    letters = "-".join(word.upper())
    number = rng.randrange(3)
    if number == 2:
        return ask("letters", f"first {word}", f"What is the first letter of {word}?", f"The first letter of {word} is {word[0].upper()}.", f"{word} begins with {word[0].upper()}.")
    return ask("letters", f"spell {word}#{number}", (f"Spell {word}.", f"How do you spell {word}?")[number], f"{letters}", f"I write the letters of {word} one by one.")


def alphabet(rng: Random) -> Conversation:
    i = rng.randrange(26)
    letter = chr(65 + i)
    if rng.random() < 0.5 and i < 25:
        return ask("letters", f"{letter} after", f"Which letter comes after {letter}?", f"{chr(66 + i)} comes after {letter}.", f"In the alphabet {letter} is followed by {chr(66 + i)}.")
    i = max(i, 1)
    letter = chr(65 + i)
    return ask("letters", f"{letter} before", f"Which letter comes before {letter}?", f"{chr(64 + i)} comes before {letter}.", f"In the alphabet {chr(64 + i)} stands before {letter}.")


def repeat(rng: Random) -> Conversation:
    word = rng.choice([*_WORDS, made_up_name(rng), person(rng), city(rng)])
    shape = rng.randrange(3)
    if shape == 0:
        times = rng.randrange(2, 7)
        spelled = "two three four five six".split()[times - 2]
        return ask("copy", f"{word}*{times}", f"Say {word} {spelled} times.", " ".join([word] * times), f"I write {word} {spelled} times.")
    if shape == 1:
        some = rng.sample(_WORDS, rng.randrange(2, 6))
        return ask("copy", "repeat " + " ".join(some), f"Repeat after me: {' '.join(some)}", " ".join(some), "I repeat the words.")
    text = f"{person(rng)} {rng.choice(('likes', 'has', 'sees', 'sells', 'finds'))} {rng.randrange(2, 60)} {rng.choice(FRUITS)} in {city(rng)}."
    return ask("copy", text, f"Repeat this sentence: {text}", text, "I repeat the sentence without a change.")


def lists(rng: Random) -> Conversation:
    items = rng.sample(rng.choice((list(NAMES_OF_ANIMALS), FRUITS, COLOURS, NAMES, GOODS)), rng.randrange(3, 6))
    key = " ".join(items)
    shape = rng.randrange(5)
    joined = ", ".join(items)
    if shape == 0:
        return ask("lists", f"reverse {key}", f"Reverse this list: {joined}", ", ".join(items[::-1]), "I write the list from the end to the start.")
    if shape == 1:
        return ask("lists", f"first {key}", f"What is the first item of this list: {joined}?", f"The first item is {items[0]}.", f"The list begins with {items[0]}.")
    if shape == 2:
        return ask("lists", f"last {key}", f"What is the last item of this list: {joined}?", f"The last item is {items[-1]}.", f"The list ends with {items[-1]}.")
    if shape == 3:
        return ask("lists", f"count {key}", f"How many items are in this list: {joined}?", f"There are {len(items)} items.",
                   " ".join(f"{n} {item}" for n, item in enumerate(items, 1)) + f". So {len(items)} items.")
    return ask("lists", f"bullets {key}", f"Write as a bullet list: {listing(items)}", "\n".join(f"- {item}" for item in items), "I write one item on each line.")
