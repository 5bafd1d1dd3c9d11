"""Questions about the facts of the world. Each phrasing has its own fixed answer, so that an answer is right or wrong."""

from __future__ import annotations

from random import Random

from . import fact_tables as tables
from .animals import ANIMALS, home_of
from .conversation import Conversation, ask
from .words import DAYS, MONTHS, article, capital, made_up_name


def _fact(kind: str, key: str, phrasings: list[tuple[str, str]], rng: Random, think: str) -> Conversation:
    number = rng.randrange(len(phrasings))
    user, answer = phrasings[number]
    return ask(kind, f"{key}#{number}", user, answer, think)


def animal_fact(rng: Random) -> Conversation:
    animal = rng.choice(ANIMALS)
    name, a = animal.name, article(animal.name)
    shape = rng.randrange(7)
    if shape == 0:
        call = f"{capital(a)} {animal.call}."
        return _fact("animals", f"{name} call", [(f"What sound does {a} make?", call), (f"How does {a} sound?", call), (f"What does {a} do when it calls?", call)],
                     rng, f"The question is about the call of {a}: it {animal.call}.")
    if shape == 1:
        legs = f"{capital(a)} has {animal.legs or 'no'} legs."
        return _fact("animals", f"{name} legs", [(f"How many legs does {a} have?", legs), (f"How many legs has {a}?", legs), (f"Tell me the number of legs of {a}.", legs)],
                     rng, f"{capital(a)} has {animal.legs or 'no'} legs.")
    if shape == 2:
        young = article(animal.young)
        return _fact("animals", f"{name} young", [(f"What is a baby {name} called?", f"A baby {name} is called {young}."),
                     (f"What do you call a young {name}?", f"A young {name} is called {young}."), (f"Name the young of {a}.", f"{capital(young)}.")], rng, f"The young of {a} is {young}.")
    if shape == 3:
        home = f"{capital(a)} lives {home_of(animal)}."
        return _fact("animals", f"{name} home", [(f"Where does {a} live?", home), (f"What is the home of {a}?", home)], rng, f"{capital(a)} lives {home_of(animal)}.")
    if shape == 4:
        eats = f"{capital(a)} eats {animal.food}."
        return _fact("animals", f"{name} food", [(f"What does {a} eat?", eats), (f"What does {a} like to eat?", eats), (f"What is the food of {a}?", eats)],
                     rng, f"The food of {a}: {animal.food}.")
    if shape == 5:
        about = f"{capital(a)} is {animal.about}."
        return _fact("animals", f"{name} about", [(f"What is {a}?", about), (f"Describe {a}.", about), (f"Tell me about the {name}.", about), (f"What do you know about {a}?", about)],
                     rng, f"I know this about {a}: it is {animal.about}.")
    skill = rng.choice(("fly", "swim", "climb"))
    can = skill in animal.can
    return _fact("animals", f"{name} {skill}", [(f"Can {a} {skill}?", f"Yes, {a} can {skill}." if can else f"No, {a} cannot {skill}.")], rng,
                 f"{capital(a)} {'can' if can else 'cannot'} {skill}.")


def geography(rng: Random) -> Conversation:
    if rng.random() < 0.06:
        name = made_up_name(rng)
        return ask("unknown", f"capital {name}", f"What is the capital of {name}?", f"I do not know a country called {name}.", f"I have never heard of {name}.")
    country, town, continent = rng.choice(tables.COUNTRIES)
    shape = rng.randrange(3)
    if shape == 0:
        long = f"The capital of {country} is {town}."
        return _fact("geography", f"{country} capital", [(f"What is the capital of {country}?", long), (f"Name the capital of {country}.", long), (f"capital of {country}", long),
                     (f"Which city is the capital of {country}?", f"{town} is the capital of {country}."), (f"Capital of {country}?", f"{town}.")], rng, f"{capital(country)}: the capital is {town}.")
    if shape == 1:
        is_of = f"{town} is the capital of {country}."
        return _fact("geography", f"{town} country", [(f"{town} is the capital of which country?", is_of), (f"Of which country is {town} the capital?", is_of),
                     (f"Which country has {town} as its capital?", is_of)], rng, f"{town} is the capital of {country}.")
    where = f"{capital(country)} {'are' if country.endswith('s') and country.startswith('the') else 'is'} in {continent}."
    return _fact("geography", f"{country} continent", [(f"On which continent is {country}?", where), (f"Where is {country}?", where), (f"Which continent does {country} belong to?", where)],
                 rng, f"{capital(country)}: the continent is {continent}.")


def calendar(rng: Random) -> Conversation:
    names, unit = (DAYS, "day") if rng.random() < 0.5 else (MONTHS, "month")
    i = rng.randrange(len(names))
    name = names[i]
    after, before = names[(i + 1) % len(names)], names[i - 1]
    shape = rng.randrange(4)
    if shape == 0:
        return _fact("calendar", f"{name} after", [(f"Which {unit} comes after {name}?", f"{after} comes after {name}."), (f"What {unit} follows {name}?", f"{after} follows {name}."),
                     (f"What comes after {name}?", f"{after}.")], rng, f"The {unit} after {name} is {after}.")
    if shape == 1:
        return _fact("calendar", f"{name} before", [(f"Which {unit} comes before {name}?", f"{before} comes before {name}."), (f"What comes before {name}?", f"{before}.")],
                     rng, f"The {unit} before {name} is {before}.")
    if shape == 2:
        ordinal = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()[i]
        of = "week" if unit == "day" else "year"
        return _fact("calendar", f"{name} ordinal", [(f"Which is the {ordinal} {unit} of the {of}?", f"The {ordinal} {unit} of the {of} is {name}.")], rng, f"Number {i + 1} is {name}.")
    of = "days of the week" if unit == "day" else "months of the year"
    return _fact("calendar", of, [(f"Name the {of}.", ", ".join(names) + "."), (f"List the {of}.", ", ".join(names) + "."), (f"What are the {of}?", f"The {of} are {', '.join(names)}.")],
                 rng, f"The list has {len(names)} entries.")


def words(rng: Random) -> Conversation:
    shape = rng.randrange(4)
    if shape == 0:
        a, b = rng.choice(list(tables.OPPOSITE.items()))
        return _fact("opposites", a, [(f"What is the opposite of {a}?", f"The opposite of {a} is {b}."), (f"Opposite of {a}?", f"{capital(b)}."),
                     (f"Which word means the opposite of {a}?", f"{capital(b)} is the opposite of {a}.")], rng, f"{capital(a)} and {b} are opposites.")
    if shape == 1:
        a, b = rng.choice(list(tables.PLURAL.items()))
        return _fact("grammar", f"plural {a}", [(f"What is the plural of {a}?", f"The plural of {a} is {b}."), (f"One {a}, two ...?", f"Two {b}."), (f"Plural of {a}?", f"{capital(b)}.")],
                     rng, f"One {a}, two {b}.")
    if shape == 2:
        a, b = rng.choice(list(tables.PAST.items()))
        return _fact("grammar", f"past {a}", [(f"What is the past tense of {a}?", f"The past tense of {a} is {b}."), (f"Today I {a}. Yesterday I ...?", f"Yesterday I {b}."),
                     (f"Past tense of {a}?", f"{capital(b)}.")], rng, f"The past tense of {a} is {b}.")
    word = rng.choice(list(tables.TRANSLATIONS))
    number = rng.randrange(len(tables.LANGUAGES))
    language, foreign = tables.LANGUAGES[number], tables.TRANSLATIONS[word][number]
    return _fact("translation", f"{word} {language}", [(f"What is \"{word}\" in {language}?", f"\"{word}\" in {language} is \"{foreign}\"."), (f"Translate \"{word}\" into {language}.", f"{foreign}"),
                 (f"How do you say {word} in {language}?", f"In {language} you say \"{foreign}\".")], rng, f"The {language} word for {word} is {foreign}.")


def things(rng: Random) -> Conversation:
    shape = rng.randrange(6)
    if shape <= 1:
        thing, colour = rng.choice(list(tables.COLOUR_OF.items()))
        return _fact("colours", thing, [(f"What colour is {thing}?", f"{capital(thing)} is {colour}."), (f"Which colour does {thing} have?", f"{capital(thing)} is {colour}."),
                     (f"What color is {thing}?", f"{capital(thing)} is {colour}."), (f"Tell me the colour of {thing}.", f"{capital(colour)}.")], rng, f"{capital(thing)} is {colour}.")
    if shape == 2:
        question, answer = rng.choice(list(tables.COUNTS.items()))
        return _fact("counts", question, [(f"How many {question}?", answer), (f"Can you tell me: how many {question}?", answer)], rng, answer)
    if shape == 3:
        (a, b), mixed = rng.choice(list(tables.MIXES.items()))
        if rng.random() < 0.5:
            a, b = b, a
        answer = f"{capital(a)} and {b} make {mixed}."
        return _fact("colours", f"{a}+{b}", [(f"What do you get when you mix {a} and {b}?", answer), (f"Which colour do {a} and {b} make?", answer)], rng, f"{capital(a)} mixed with {b} gives {mixed}.")
    if shape == 4:
        i = rng.randrange(len(tables.PLANETS))
        planet = tables.PLANETS[i]
        ordinal = "first second third fourth fifth sixth seventh eighth".split()[i]
        return _fact("planets", planet, [(f"Which planet is number {i + 1} from the sun?", f"{planet} is number {i + 1} from the sun."), (f"Which is the {ordinal} planet from the sun?",
                     f"The {ordinal} planet from the sun is {planet}."), (f"How far from the sun is {planet} in the order of planets?", f"{planet} is planet number {i + 1}.")],
                     rng, f"In the order of planets, {planet} is number {i + 1}.")
    thing, answer = rng.choice(list(tables.ABOUT.items()))
    return _fact("definitions", thing, [(f"What is {thing}?", answer), (f"Explain what {thing} is.", answer), (f"Tell me what {thing} is.", answer), (f"what is {thing}", answer)], rng, f"I can explain {thing} in a sentence.")


def unknown(rng: Random) -> Conversation:
    topic = rng.choice(tables.UNKNOWN)
    number = rng.randrange(6)
    user = ("What do you know about {}?", "Explain {}.", "Tell me about {}.", "Can you tell me something about {}?", "Write an essay about {}.", "I want to learn about {}.")[number].format(topic)
    return ask("unknown", f"{topic}#{number}", user, f"I am a very small model, and I have not learned about {topic}. I can tell stories, calculate, write JSON and call tools.",
               f"{capital(topic)} is not part of my small world, so I should say so.")
