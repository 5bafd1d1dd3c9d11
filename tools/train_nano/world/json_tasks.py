"""Turning a sentence into JSON: objects with named keys, in the order asked for, and lists."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from .animals import NAMES_OF_ANIMALS
from .conversation import Conversation, ask
from .words import COLOURS, DAYS, FRUITS, GOODS, JOBS, VENUES, article, capital, city, clock, person

_ASK = ("Turn this sentence into JSON: {}", "Convert to JSON: {}", "Write this as JSON: {}", "{} Give me that as JSON.", "JSON please: {}", "Extract the data as JSON: {}",
        "Make a JSON object of this: {}", "Represent as JSON: {}")


def _person(rng: Random) -> tuple[str, dict[str, Any]]:
    name, age, town, job = person(rng), rng.randrange(5, 100), city(rng), rng.choice(JOBS)
    return rng.choice((
        (f"{name} is {age} years old and lives in {town}.", {"name": name, "age": age, "city": town}),
        (f"{name} lives in {town} and is {age} years old.", {"name": name, "age": age, "city": town}),
        (f"{name} is {article(job)} from {town}.", {"name": name, "job": job, "city": town}),
        (f"{name}, {age}, works as {article(job)} in {town}.", {"name": name, "age": age, "job": job, "city": town}),
        (f"{name} is {age}.", {"name": name, "age": age}),
    ))


def _purchase(rng: Random) -> tuple[str, dict[str, Any]]:
    name, count, thing, price = person(rng), rng.randrange(2, 100), rng.choice(FRUITS), rng.randrange(1, 100)
    good, colour = rng.choice(GOODS), rng.choice(COLOURS)
    return rng.choice((
        (f"{name} buys {count} {thing}.", {"buyer": name, "item": thing, "count": count}),
        (f"{name} bought {count} {thing} for {price} euros.", {"buyer": name, "item": thing, "count": count, "price": price}),
        (f"{capital(article(colour))} {good} costs {price} euros.", {"item": good, "colour": colour, "price": price}),
        (f"The {colour} {good} belongs to {name}.", {"item": good, "colour": colour, "owner": name}),
        (f"{name} sells {article(colour)} {good} for {price} euros.", {"seller": name, "item": good, "colour": colour, "price": price}),
    ))


def _event(rng: Random) -> tuple[str, dict[str, Any]]:
    day, time, venue, a, b = rng.choice(DAYS), clock(rng), rng.choice(VENUES), person(rng), person(rng)
    return rng.choice((
        (f"{a} meets {b} on {day} at {time}.", {"people": [a, b], "day": day, "time": time}),
        (f"{a} and {b} meet in the {venue} on {day}.", {"people": [a, b], "place": venue, "day": day}),
        (f"The train to {(town := city(rng))} leaves at {time}.", {"destination": town, "time": time}),
        (f"The {venue} opens on {day} at {time}.", {"place": venue, "day": day, "time": time}),
        (f"{a} invites {b} to the {venue} on {day} at {time}.", {"host": a, "guest": b, "place": venue, "day": day, "time": time}),
    ))


def _pet(rng: Random) -> tuple[str, dict[str, Any]]:
    owner, pet, animal, colour, age = person(rng), person(rng), rng.choice(NAMES_OF_ANIMALS), rng.choice(COLOURS), rng.randrange(1, 20)
    trained = rng.random() < 0.5
    return rng.choice((
        (f"{owner} has {article(colour)} {animal} called {pet}.", {"owner": owner, "animal": animal, "colour": colour, "name": pet}),
        (f"{pet} is {article(colour)} {animal} and is {age} years old.", {"name": pet, "animal": animal, "colour": colour, "age": age}),
        (f"The {animal} {pet} {'can' if trained else 'cannot'} swim.", {"name": pet, "animal": animal, "swims": trained}),
        (f"It is {age} degrees and {(sky := rng.choice(('sunny', 'cloudy', 'rainy', 'windy', 'snowy')))} in {(town := city(rng))}.",
         {"city": town, "temperature": age, "weather": sky}),
    ))


def to_json(rng: Random) -> Conversation:
    sentence, data = rng.choice((_person, _purchase, _event, _pet))(rng)
    user = rng.choice(_ASK).format(sentence)
    if rng.random() < 0.3:
        keys = rng.sample(list(data), rng.randrange(1, len(data) + 1))
        data = {key: data[key] for key in keys}
        named = keys[0] if len(keys) == 1 else ", ".join(keys[:-1]) + " and " + keys[-1]
        user = rng.choice((f"Turn this sentence into JSON with the {'key' if len(keys) == 1 else 'keys'} {named}: {sentence}",
                           f"{sentence} Write JSON with the {'key' if len(keys) == 1 else 'keys'} {named}."))
    text = json.dumps(data, ensure_ascii=False)
    think = "The values are " + ", ".join(f"{key}: {' and '.join(value) if isinstance(value, list) else str(value).lower() if isinstance(value, bool) else value}"
                                          for key, value in data.items()) + "."
    return ask("json", text, user, text, think)


def to_list(rng: Random) -> Conversation:
    items = rng.sample(rng.choice((list(NAMES_OF_ANIMALS), FRUITS, COLOURS, GOODS, DAYS)), rng.randrange(2, 6))
    text = json.dumps(items)
    return ask("json", text, rng.choice(("Turn into a JSON list: {}", "Write as a JSON array: {}", "JSON list of {}")).format(", ".join(items[:-1]) + " and " + items[-1]), text,
               f"The list has {len(items)} entries.")


def from_json(rng: Random) -> Conversation:
    _, data = rng.choice((_person, _purchase, _pet))(rng)
    key = rng.choice(list(data))
    value = str(data[key]).lower() if isinstance(data[key], bool) else data[key]
    text = json.dumps(data, ensure_ascii=False)
    return ask("json", f"read {key} {text}", rng.choice((f"What is the {key} in this JSON? {text}", f"Read the {key} from {text}", f"{text} What is the {key}?")),
               f"The {key} is {value}.", f"The key {key} has the value {value}.")
