"""The tools that conversations may offer. Names and parameter names vary, so that the list has to be read."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from . import words
from .animals import NAMES_OF_ANIMALS
from .fact_tables import LANGUAGES, OPPOSITE


class Parameter(NamedTuple):
    names: tuple[str, ...]
    type: str
    about: str
    value: Callable[[Random], Any]


class Tool(NamedTuple):
    """`requests` and `reply` are format strings over the first name of each parameter; `result` makes what the tool returns."""

    names: tuple[str, ...]
    about: str
    parameters: tuple[Parameter, ...]
    requests: tuple[str, ...]
    result: Callable[[Random, dict[str, Any]], dict[str, Any]]
    reply: str


_CITY = Parameter(("city", "location", "place", "town"), "string", "Name of the city", words.city)
_MINUTES = Parameter(("minutes", "duration", "length"), "integer", "Length in minutes", lambda r: r.randrange(1, 100))
_TIME = Parameter(("time", "at", "start"), "string", "Time of day", words.clock)
_DAY = Parameter(("day", "date", "weekday"), "string", "Day of the week", lambda r: r.choice(words.DAYS))
_ROOM = Parameter(("room", "where", "area"), "string", "Name of the room", lambda r: r.choice(words.ROOMS))
_PERSON = Parameter(("to", "recipient", "contact"), "string", "Who receives it", words.person)
_MESSAGES = ("I am late", "Dinner is ready", "See you soon", "The train is late", "Happy birthday", "Call me back", "I found the key", "We are at home", "Bring some bread",
             "The meeting is over", "I miss you", "Where are you", "Good luck", "It is raining here", "The cat is back", "I have the tickets")
_TEXT = Parameter(("text", "message", "body", "content"), "string", "What to say", lambda r: r.choice(_MESSAGES))
_SONGS = ("jazz", "piano music", "rock", "folk songs", "a waltz", "quiet music", "birdsong", "rain sounds", "children's songs", "drum music", "flute music", "an opera")
_LEFT = Parameter(("a", "x", "first", "left"), "integer", "First number", lambda r: r.randrange(100))
_RIGHT = Parameter(("b", "y", "second", "right"), "integer", "Second number", lambda r: r.randrange(100))


def _text(names: str, about: str, values: Callable[[Random], Any]) -> Parameter:
    return Parameter(tuple(names.split()), "string", about, values)


def _done(rng: Random, values: dict[str, Any]) -> dict[str, Any]:
    return {"status": rng.choice(("ok", "done"))}


TOOLS: tuple[Tool, ...] = (
    Tool(("get_weather", "weather", "current_weather", "lookup_weather"), "Get the weather in a city", (_CITY,),
         ("What is the weather in {city}?", "How is the weather in {city}?", "Is it raining in {city}?", "Weather in {city}?", "Do I need an umbrella in {city}?", "Tell me the weather in {city}."),
         lambda r, v: {"temperature": r.randrange(-10, 36), "sky": r.choice(("sunny", "cloudy", "rainy", "windy", "foggy", "snowy", "clear"))},
         "It is {temperature} degrees and {sky} in {city}."),
    Tool(("get_time", "current_time", "local_time", "clock"), "Get the local time in a city", (_CITY,),
         ("What time is it in {city}?", "How late is it in {city}?", "Tell me the time in {city}.", "Local time in {city}?"),
         lambda r, v: {"time": words.clock(r)}, "It is {time} in {city}."),
    Tool(("set_timer", "start_timer", "timer"), "Start a timer", (_MINUTES,),
         ("Set a timer for {minutes} minutes.", "Start a {minutes} minute timer.", "Wake me in {minutes} minutes.", "Timer for {minutes} minutes, please."), _done,
         "The timer is set for {minutes} minutes."),
    Tool(("set_alarm", "create_alarm", "alarm"), "Set an alarm", (_TIME,), ("Wake me at {time}.", "Set an alarm for {time}.", "I have to get up at {time}.", "Alarm at {time}, please."), _done,
         "The alarm is set for {time}."),
    Tool(("send_message", "send_text", "message_contact", "send_sms"), "Send a message to a person", (_PERSON, _TEXT),
         ("Tell {to}: {text}", "Send a message to {to}: {text}", "Write to {to}: {text}", "Message {to} that says: {text}"), _done, "I have sent the message to {to}."),
    Tool(("play_music", "start_music", "play"), "Play music", (_text("music genre query title", "What to play", lambda r: r.choice(_SONGS)),),
         ("Play {music}.", "I want to hear {music}.", "Put on {music}, please.", "Can you play {music}?"), _done, "Now playing {music}."),
    Tool(("light_on", "turn_on_light", "switch_light_on"), "Turn on the light in a room", (_ROOM,),
         ("Turn on the light in the {room}.", "It is dark in the {room}.", "Light on in the {room}, please.", "Switch the light on in the {room}."), _done, "The light in the {room} is on."),
    Tool(("light_off", "turn_off_light", "switch_light_off"), "Turn off the light in a room", (_ROOM,),
         ("Turn off the light in the {room}.", "Make it dark in the {room}.", "Light off in the {room}, please.", "Switch the light off in the {room}."), _done, "The light in the {room} is off."),
    Tool(("set_temperature", "heat_room", "set_heating"), "Set the temperature of a room",
         (_ROOM, Parameter(("degrees", "temperature", "target"), "integer", "Degrees Celsius", lambda r: r.randrange(15, 27))),
         ("Set the {room} to {degrees} degrees.", "Heat the {room} to {degrees} degrees.", "I want {degrees} degrees in the {room}."), _done, "The {room} is set to {degrees} degrees."),
    Tool(("add_numbers", "add", "sum"), "Add two numbers", (_LEFT, _RIGHT), ("What is {a} plus {b}?", "Add {a} and {b}.", "How much is {a} + {b}?"),
         lambda r, v: {"result": v["a"] + v["b"]}, "{a} + {b} = {result}."),
    Tool(("multiply_numbers", "multiply", "product"), "Multiply two numbers", (_LEFT, _RIGHT), ("What is {a} times {b}?", "Multiply {a} by {b}.", "How much is {a} × {b}?"),
         lambda r, v: {"result": v["a"] * v["b"]}, "{a} × {b} = {result}."),
    Tool(("translate", "translate_word", "translator"), "Translate a word",
         (_text("word text term", "Word to translate", lambda r: r.choice(words.GOODS)), _text("language target", "Target language", lambda r: r.choice((*LANGUAGES, "Dutch", "Danish", "Polish")))),
         ("Translate {word} into {language}.", "What is {word} in {language}?", "How do you say {word} in {language}?"),
         lambda r, v: {"translation": words.made_up_name(r).lower()}, "In {language}, {word} is {translation}."),
    Tool(("search", "web_search", "find_information"), "Search for information",
         (_text("query q topic", "What to look for", lambda r: r.choice((f"{r.choice(NAMES_OF_ANIMALS)} food", f"trains to {words.city(r)}", f"{r.choice(words.FRUITS)} prices",
                                                                         f"books about {r.choice(NAMES_OF_ANIMALS)}", f"hotels in {words.city(r)}", f"how to repair a {r.choice(words.GOODS)}"))),),
         ("Search for {query}.", "Look up {query}.", "Find information on {query}.", "Search the web: {query}"), lambda r, v: {"hits": r.randrange(1, 100)}, "I found {hits} pages on {query}."),
    Tool(("book_table", "reserve_table", "restaurant_booking"), "Book a table in a restaurant",
         (_text("restaurant name", "Name of the restaurant", lambda r: r.choice((f"Café {words.person(r)}", f"The {r.choice(words.COLOURS).capitalize()} {r.choice(NAMES_OF_ANIMALS).capitalize()}",
                                                                                f"Chez {words.person(r)}"))),
          Parameter(("people", "guests", "persons"), "integer", "Number of people", lambda r: r.randrange(2, 12)), _TIME),
         ("Book a table at {restaurant} for {people} people at {time}.", "Reserve a table for {people} at {restaurant}, {time}.", "We are {people} and want to eat at {restaurant} at {time}."), _done,
         "I have booked a table for {people} at {restaurant} at {time}."),
    Tool(("add_to_list", "shopping_list_add", "add_item"), "Put something on the shopping list",
         (_text("item thing product", "What to buy", lambda r: r.choice(words.FRUITS)), Parameter(("count", "amount", "quantity"), "integer", "How many", lambda r: r.randrange(2, 30))),
         ("Put {count} {item} on the shopping list.", "Add {count} {item} to my list.", "We need {count} {item}."), _done, "{count} {item} are on the list."),
    Tool(("create_event", "add_event", "calendar_add"), "Put an event into the calendar",
         (_text("title event name", "Name of the event", lambda r: r.choice((f"lunch with {words.person(r)}", "dentist", "piano lesson", "football", f"call with {words.person(r)}", "team meeting", "swimming"))),
          _DAY, _TIME), ("Put {title} into my calendar on {day} at {time}.", "I have {title} on {day} at {time}. Write it down.", "New event: {title}, {day}, {time}."), _done,
         "{title} is in your calendar on {day} at {time}."),
    Tool(("roll_dice", "dice", "roll"), "Roll a die", (Parameter(("sides", "faces", "n"), "integer", "Number of sides", lambda r: r.choice((4, 6, 8, 10, 12, 20))),),
         ("Roll a die with {sides} sides.", "Throw a {sides}-sided die.", "Roll a d{sides}."), lambda r, v: {"value": r.randrange(1, v["sides"] + 1)}, "You rolled {value}."),
    Tool(("find_trains", "next_train", "train_times"), "Find the next train between two cities",
         (_text("start from origin", "Where the train starts", words.city), _text("end to destination", "Where it goes", words.city)),
         ("When is the next train from {start} to {end}?", "Find a train from {start} to {end}.", "I want to go from {start} to {end} by train."), lambda r, v: {"departure": words.clock(r)},
         "The next train from {start} to {end} leaves at {departure}."),
    Tool(("convert_money", "currency", "exchange"), "Convert euros into another currency",
         (Parameter(("euros", "amount", "value"), "integer", "Amount in euros", lambda r: r.randrange(1, 100)), _text("currency target unit", "Currency to convert to", lambda r: r.choice(("dollars", "yen", "pounds", "francs", "crowns")))),
         ("How many {currency} are {euros} euros?", "Convert {euros} euros into {currency}.", "{euros} euros in {currency}?"), lambda r, v: {"converted": r.randrange(1, 1000)}, "{euros} euros are {converted} {currency}."),
    Tool(("animal_info", "get_animal", "describe_animal"), "Get information about an animal", (_text("animal species name", "Name of the animal", lambda r: r.choice(NAMES_OF_ANIMALS)),),
         ("How long does a {animal} live?", "How old can a {animal} get?", "What is the greatest age of a {animal}?"), lambda r, v: {"years": r.randrange(1, 80)}, "A {animal} lives up to {years} years."),
    Tool(("define_word", "dictionary", "lookup_word"), "Look up a word in the dictionary", (_text("word term entry", "Word to look up", lambda r: r.choice([*OPPOSITE, *words.GOODS])),),
         ("Look up the word {word}.", "What does the dictionary say about {word}?", "Define {word}."), lambda r, v: {"entries": r.randrange(1, 9)}, "The dictionary has {entries} entries for {word}."),
    Tool(("open_file", "read_file", "load_file"), "Read a file",
         (_text("path file filename", "Path of the file", lambda r: f"{r.choice(('notes', 'data', 'src', 'docs', 'home'))}/{r.choice((words.made_up_name(r).lower(), r.choice(words.GOODS)))}.{r.choice(('txt', 'json', 'md', 'csv', 'py'))}"),),
         ("Open {path}.", "Read the file {path}.", "Show me {path}.", "How long is {path}?"), lambda r, v: {"lines": r.randrange(1, 500)}, "{path} has {lines} lines."),
    Tool(("set_volume", "volume", "change_volume"), "Set the volume", (Parameter(("level", "percent", "value"), "integer", "Volume in percent", lambda r: r.randrange(0, 100)),),
         ("Set the volume to {level} percent.", "Volume {level}.", "Make it {level} percent loud."), _done, "The volume is at {level} percent."),
    Tool(("call_person", "phone", "make_call"), "Call a person", (_PERSON,), ("Call {to}.", "Phone {to}, please.", "I want to speak to {to}.", "Ring {to}."), _done, "I am calling {to}."),
)
