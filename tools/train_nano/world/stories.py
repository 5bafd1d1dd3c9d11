"""Short stories about named animals, requests for them, and questions about a story that was told."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .animals import NAMES_OF_ANIMALS
from .conversation import Conversation, Message
from .plots import DAYS, ENDINGS, HABITS, OPENINGS, PLOTS
from .words import COLOURS, MONTHS, article, capital, person, pronouns

_TRAITS = "brave shy clever little curious lazy cheerful quiet proud old young friendly careful merry dreamy sleepy funny gentle stubborn busy hungry kind".split()
_PLACES = """in a hollow oak, at the edge of the forest, by a small lake, on a green hill, under an old bridge, in a quiet valley, near the sea, behind the mill,
in a big garden, on a little island, at the foot of a mountain, beside a slow river, in the middle of a meadow, in a town by the harbour, under the roots of a beech,
on a farm, at the end of a long road, in the tall grass, near a railway, in the old castle""".replace("\n", " ").split(", ")
_OBJECTS = "kite, lantern, drum, red scarf, teapot, umbrella, silver key, wooden boat, hat, mirror, blanket, golden bell, basket, book, little wagon, blue cup, clock, ladder, pair of skates, flute".split(", ")
_FOODS = "honey, berries, apples, pancakes, nuts, warm bread, plum cake, carrots, cheese, soup, porridge, cherries, mushrooms, pears, biscuits".split(", ")
_SPOTS = "pond, well, river, old mill, bridge, meadow, market, windmill, hill, waterfall, gate, fountain, lighthouse, orchard".split(", ")
_MARKS = "big stone, hollow tree, wooden fence, rose bush, broken wall, tall pine, heap of leaves, signpost, mossy rock, haystack".split(", ")
_SKILLS = "swim, fly a kite, ride a bicycle, skate, whistle, dance, juggle, climb the tall pine, jump over the ditch, play the flute, bake bread, read".split(", ")
_HOBBIES = "sing, paint pictures, collect stones, look at the clouds, bake cakes, dig holes, tell jokes, count the stars, plant flowers, read books, build towers, play hide and seek".split(", ")
_WEATHER = "sunny windy rainy foggy snowy warm cold stormy grey bright frosty hot misty".split()


@dataclass(frozen=True)
class Told:
    """A story and what it is about."""

    text: str
    plot: str
    slots: dict[str, str]


def _slots(rng: Random, animal: str, name: str, friend: str, place: str | None) -> dict[str, str]:
    other = rng.choice([n for n in NAMES_OF_ANIMALS if n != animal])
    friend_animal = friend or other
    second = person(rng)
    while second == name:
        second = person(rng)
    slots = {"N": name, "A": animal, "F": second, "B": friend_animal, "P": place or rng.choice(_PLACES), "O": rng.choice(_OBJECTS), "trait": rng.choice(_TRAITS),
             "food": rng.choice(_FOODS), "spot": rng.choice(_SPOTS), "mark": rng.choice(_MARKS), "skill": rng.choice(_SKILLS), "hobby": rng.choice(_HOBBIES), "weather": rng.choice(_WEATHER),
             "month": rng.choice(MONTHS), "season": rng.choice(("spring", "summer", "autumn", "winter")), "colour": rng.choice(COLOURS), "music": rng.choice(("flute", "violin", "guitar", "drum", "accordion"))}
    slots |= dict(zip(("he", "him", "his", "himself"), pronouns(rng, name))) | dict(zip(("she", "her", "hers", "herself"), pronouns(rng, second)))
    slots |= {capital(key): capital(slots[key]) for key in ("he", "his", "she")}
    slots |= {f"a_{key}": article(slots[key]) for key in ("O", "trait", "B", "mark", "weather", "music")}
    slots["P_cap"], slots["B_cap"] = capital(slots["P"]), capital(friend_animal)
    day = rng.choice(DAYS).format(**slots)
    return slots | {"day": day, "day_low": day[0].lower() + day[1:].rstrip(",")}


def tell(rng: Random, animal: str, name: str, friend: str = "", place: str | None = None, short: bool = False, plot: str = "") -> Told:
    slots = _slots(rng, animal, name, friend, place)
    plot = plot or rng.choice(list(PLOTS))
    beats = PLOTS[plot]
    if short:
        keep = {0, len(beats) // 2, len(beats) // 2 + 1, len(beats) - 2}
        beats = [beat for number, beat in enumerate(beats) if number in keep]
    opening = [rng.choice(OPENINGS)] + ([] if short else [rng.choice(HABITS)])
    middle = [rng.choice(beat) for beat in beats]
    sentences = [sentence.format(**slots) for sentence in (*opening, *middle, rng.choice(ENDINGS))]
    half = len(opening) + len(middle) // 2
    paragraphs = [sentences] if short else [sentences[: len(opening)], sentences[len(opening) : half], sentences[half:]]
    text = "\n\n".join(" ".join(capital(sentence) for sentence in paragraph) for paragraph in paragraphs)
    return Told(text, plot.format(**slots), slots)


def _request(rng: Random) -> tuple[str, Told]:
    animal, name = rng.choice(NAMES_OF_ANIMALS), person(rng)
    shape = rng.randrange(10)
    lead = rng.choice(("Tell me a story", "Tell me a story", "Tell me a story", "Write a story", "Please tell me a story", "Can you tell me a story", "I want to hear a story", "Write me a story", "tell me a story", "A story"))
    end = "?" if lead.startswith("Can") else rng.choice((".", ".", ""))
    if shape == 0:
        return f"{lead}{end}", tell(rng, animal, name)
    if shape == 1:
        return f"{lead} about {article(animal)} named {name}{end}", tell(rng, animal, name)
    if shape == 2:
        return f"{lead} about {article(animal)} called {name}{end}", tell(rng, animal, name)
    if shape == 3:
        friend = rng.choice([n for n in NAMES_OF_ANIMALS if n != animal])
        return f"{lead} about {article(animal)} and {article(friend)}{end}", tell(rng, animal, name, friend)
    if shape == 4:
        place = rng.choice(_PLACES)
        return f"{lead} about {article(animal)} who lives {place}{end}", tell(rng, animal, name, place=place)
    if shape == 5:
        short = lead.replace("a story", "a short story").replace("A story", "A short story")
        return f"{short} about {article(animal)}{end}", tell(rng, animal, name, short=True)
    if shape == 6:
        plot = rng.choice(("a storm", "a birthday", "a treasure", "a new neighbour", "a race", "the dark", "a quarrel", "a garden", "a journey", "a song"))
        return f"{lead} about {article(animal)} and {plot}{end}", tell(rng, animal, name, plot=plot)
    return f"{lead} about {article(animal)}{end}", tell(rng, animal, name)


def _plan(told: Told) -> str:
    s = told.slots
    return f"A story about {s['a_trait']} {s['A']} called {s['N']} who lives {s['P']}. The friend is {s['F']} the {s['B']}. The plot: {told.plot}."


def story(rng: Random) -> Conversation:
    user, told = _request(rng)
    s = told.slots
    expected = tuple(word for word in (s["A"], s["N"]) if word in user)
    return Conversation("story", f"{s['A']} {user.split()[-1]} {s['N'] if s['N'] in user else s['P']}", (Message("user", user), Message("assistant", told.text, _plan(told))), expected=expected or (s["A"],) if "about" in user else ())


def question_about(rng: Random) -> Conversation:
    """A story was told; the user asks who or what was in it."""
    user, told = _request(rng)
    s = told.slots
    a = s["A"]
    choices = [(f"What was the name of the {a}?", f"The {a} was called {s['N']}."), (f"What was the {a} called?", f"The {a} was called {s['N']}."), (f"Where did {s['N']} live?", f"{s['N']} lived {s['P']}."),
               ("Who is the hero of the story?", f"The hero is {s['N']} the {a}."), (f"What animal is {s['N']}?", f"{s['N']} is {article(a)}.")]
    if s["F"] in told.text and s["B"] in told.text:
        choices += [(f"Who helped or met {s['N']}?", f"{s['N']} met {s['F']} the {s['B']}."), (f"What animal is {s['F']}?", f"{s['F']} is {s['a_B']}.")]
    question, answer = rng.choice(choices)
    messages = (Message("user", user), Message("assistant", told.text), Message("user", question), Message("assistant", answer, f"The story is about {s['N']} the {a}, who lives {s['P']}."))
    return Conversation("reading", f"{question} {answer}", messages)


def plain(rng: Random) -> Conversation:
    """A story outside any chat, so that the model can also continue plain text."""
    told = tell(rng, rng.choice(NAMES_OF_ANIMALS), person(rng))
    return Conversation("plain text", f"{told.slots['A']} {told.slots['N']}", (Message("assistant", told.text),), plain=True)
