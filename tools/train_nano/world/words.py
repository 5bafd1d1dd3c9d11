"""Names and things of the world, and the little grammar that sentences need."""

from __future__ import annotations

from random import Random

NAMES = """Ada Alma Anton Arlo Astrid Basil Bea Ben Bruno Cara Carl Clara Cleo Dara Dina Dora Edda Eli Ella Elmo Emil Emma Enzo Erik Eva Faye
Felix Finn Flora Frida Gus Greta Hana Hugo Ida Igor Ines Iris Ivan Ivy Jack Jana Joel Jonas Juno Kai Karla Kira Lara Lena Leo Lila Lina Lotte Luca Lucy
Luna Mara Marta Mateo Max Mia Mila Milo Mina Moritz Nadia Nala Nell Nils Nina Noah Nora Olga Olive Oscar Otis Otto Pablo Paul Pearl Penny Pia Pip Poppy
Quinn Rita Robin Rosa Rosie Ruby Rufus Sam Sara Selma Silas Simon Sofia Stella Sven Tara Theo Tilda Tim Toby Tom Uma Vera Viktor Willa Willow Yara Yuri
Zara Zoe""".split()
#: Those of NAMES that stories speak of as "he"; a name that no list holds gets its pronoun by chance.
_MALE = frozenset("""Anton Arlo Basil Ben Bruno Carl Elmo Emil Enzo Erik Felix Finn Gus Hugo Igor Ivan Jack Joel Jonas Kai Leo Luca Mateo Max Milo Moritz Nils Noah
Oscar Otis Otto Pablo Paul Pip Quinn Robin Rufus Sam Silas Simon Sven Theo Tim Toby Tom Viktor Yuri""".split())
CITIES = """Amsterdam Athens Bangkok Barcelona Beijing Berlin Bern Boston Brussels Budapest Cairo Chicago Copenhagen Delhi Dublin Geneva Hamburg Hanoi
Helsinki Istanbul Jakarta Kyoto Lagos Lima Lisbon London Lyon Madrid Manila Marseille Milan Montreal Moscow Mumbai Munich Nairobi Naples Osaka Oslo Paris
Porto Prague Quito Riga Rome Santiago Seattle Seoul Seville Shanghai Singapore Sofia Stockholm Sydney Tallinn Tokyo Toronto Turin Vienna Vilnius Warsaw
Zagreb Zurich""".split()
FRUITS = """apples pears plums cherries grapes lemons oranges peaches figs berries bananas carrots onions potatoes tomatoes beans eggs rolls cakes
biscuits nuts mushrooms melons""".split()
GOODS = """book kettle lamp chair table bicycle hat coat scarf umbrella clock mirror bag kite drum guitar mug pillow blanket basket pencil notebook
phone camera radio rug vase spoon knife bucket ladder tent boat shirt cup""".split()
COLOURS = "red blue green yellow orange purple pink brown black white grey".split()
JOBS = """baker teacher doctor farmer painter pilot singer cook nurse gardener writer driver dancer builder tailor sailor judge farmer engineer
librarian dentist plumber carpenter""".split()
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
ROOMS = "kitchen, bedroom, bathroom, hall, office, garage, garden, living room, dining room, attic, cellar".split(", ")
VENUES = "library park station museum school market café office church garden theatre harbour gym".split()
_ONSETS = "b br c ch d dr f fl g gr h j k kl l m n p pr r s sh st t th tr v w y z".split()
_VOWELS = "a e i o u ai ea ia io oa ee".split()
_ENDS = ["", "", "", "l", "n", "r", "s", "t", "m", "k", "nd", "x", "rn", "sk"]


def made_up_name(rng: Random) -> str:
    """A name no list holds: copying must work for words the model has never seen."""
    syllables = rng.choice((1, 2, 2, 3))
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables)).capitalize() + rng.choice(_ENDS)


def person(rng: Random) -> str:
    return made_up_name(rng) if rng.random() < 0.25 else rng.choice(NAMES)


def pronouns(rng: Random, name: str) -> tuple[str, str, str, str]:
    """Subject, object, possessive and reflexive form."""
    male = name in _MALE or (name not in NAMES and rng.random() < 0.5)
    return ("he", "him", "his", "himself") if male else ("she", "her", "her", "herself")


def city(rng: Random) -> str:
    return made_up_name(rng) if rng.random() < 0.15 else rng.choice(CITIES)


def clock(rng: Random) -> str:
    return f"{rng.randrange(6, 23)}:{rng.choice(('00', '15', '30', '45', '10', '20', '05', '50'))}"


def article(noun: str) -> str:
    return f"an {noun}" if noun[0].lower() in "aeiou" and not noun.startswith(("uni", "eu")) else f"a {noun}"


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def one(item: str) -> str:
    """Singular of the regular plurals in FRUITS."""
    if item.endswith("ies"):
        return item[:-3] + "y"
    return item[:-2] if item.endswith("oes") else item[:-1]


def listing(items: list[str]) -> str:
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1]
