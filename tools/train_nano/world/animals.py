"""What the world knows about animals: legs, call, young, home, food and a line of description."""

from __future__ import annotations

from typing import NamedTuple

from .words import article


class Animal(NamedTuple):
    name: str
    legs: int
    call: str
    young: str
    home: str
    food: str
    about: str
    can: tuple[str, ...]


_ROWS = """
fox|4|barks|kit|den|mice and berries|a clever wild animal with red fur and a bushy tail|run,swim
owl|2|hoots|owlet|hollow tree|mice|a bird of the night with big round eyes|fly
bear|4|growls|cub|cave|fish, honey and berries|a big, strong animal with thick fur that sleeps through the winter|run,swim,climb
rabbit|4|squeaks|kit|burrow|grass and carrots|a small animal with long ears that hops|run,hop,dig
hedgehog|4|snuffles|hoglet|pile of leaves|beetles and worms|a small animal covered with spines that rolls into a ball|swim,climb
mouse|4|squeaks|pup|hole|seeds and cheese|a very small animal with round ears and a long tail|run,climb
cat|4|meows|kitten|house|fish and mice|a soft pet with whiskers that likes to sleep|run,climb
dog|4|barks|puppy|kennel|meat|a loyal pet that likes to play and to guard the house|run,swim
horse|4|neighs|foal|stable|hay and oats|a big, fast animal that people ride|run,swim
cow|4|moos|calf|barn|grass|a farm animal that gives milk|swim
pig|4|oinks|piglet|sty|nearly everything|a pink farm animal that loves mud|run,swim
sheep|4|bleats|lamb|meadow|grass|a farm animal with a coat of wool|run
goat|4|bleats|kid|mountain|grass and leaves|a farm animal with horns that climbs very well|run,climb
duck|2|quacks|duckling|pond|plants and snails|a water bird with a flat bill|fly,swim
hen|2|clucks|chick|coop|grain|a farm bird that lays eggs|run
goose|2|honks|gosling|lake|grass|a big water bird with a long neck|fly,swim
frog|4|croaks|tadpole|pond|flies|a small green animal with long back legs|hop,swim
lion|4|roars|cub|savanna|meat|a big wild cat with a golden mane|run,climb
tiger|4|roars|cub|jungle|meat|a big wild cat with black stripes|run,swim
elephant|4|trumpets|calf|savanna|grass and bark|the biggest animal on land, with a long trunk|swim
monkey|2|chatters|infant|jungle|fruit|a lively animal with clever hands and a long tail|climb,run
wolf|4|howls|pup|den|meat|a wild animal that lives and hunts in a pack|run,swim
bee|6|buzzes|larva|hive|nectar|a striped insect that makes honey|fly
ant|6|makes no sound|larva|anthill|seeds and sugar|a tiny insect that can carry much more than its own weight|climb,dig
spider|8|makes no sound|spiderling|web|flies|a small animal with eight legs that spins webs|climb
snake|0|hisses|hatchling|hole|mice and eggs|a long animal without legs|swim,climb
crow|2|caws|chick|nest|seeds and insects|a clever black bird|fly
dove|2|coos|chick|nest|seeds|a gentle grey or white bird|fly
squirrel|4|chatters|kit|nest in a tree|nuts|a small animal with a bushy tail that gathers nuts|climb,run
deer|4|bellows|fawn|forest|grass and leaves|a shy animal of the forest with slender legs|run,swim
badger|4|growls|cub|sett|worms and roots|a black and white animal that digs long tunnels|dig,run
beaver|4|slaps its tail|kit|lodge|bark and twigs|an animal with strong teeth that builds dams|swim,dig
otter|4|whistles|pup|river bank|fish|a playful animal that swims very well|swim,run
mole|4|squeaks|pup|tunnel|worms|a small animal with black fur that lives under the ground|dig,swim
penguin|2|honks|chick|ice|fish|a black and white bird that swims but cannot fly|swim
seal|0|barks|pup|coast|fish|a round sea animal with flippers|swim
whale|0|sings|calf|ocean|tiny shrimps|the biggest animal of the sea|swim
dolphin|0|clicks and whistles|calf|ocean|fish|a clever sea animal that likes to jump|swim
fish|0|makes no sound|fry|water|plants and worms|an animal with fins and scales that lives in water|swim
turtle|4|makes no sound|hatchling|beach|plants|a slow animal with a hard shell|swim
snail|0|makes no sound|young snail|garden|leaves|a very slow animal that carries its house on its back|climb
butterfly|6|makes no sound|caterpillar|meadow|nectar|an insect with big, colourful wings|fly
bat|2|squeaks|pup|cave|insects|a small furry animal that flies at night|fly
donkey|4|brays|foal|stable|hay|a patient animal with long ears|run
camel|4|grunts|calf|desert|dry grass|an animal with a hump that needs little water|run
giraffe|4|hums|calf|savanna|leaves|the tallest animal of all, with a very long neck|run
zebra|4|barks|foal|savanna|grass|an animal like a horse with black and white stripes|run
panda|4|bleats|cub|bamboo forest|bamboo|a black and white bear|climb,swim
koala|4|grunts|joey|eucalyptus tree|leaves|a sleepy grey animal that lives in trees|climb
kangaroo|2|grunts|joey|grassland|grass|an animal that hops and carries its young in a pouch|hop,swim
parrot|2|squawks|chick|jungle|fruit and seeds|a colourful bird that can learn to speak|fly,climb
swan|2|hisses|cygnet|lake|water plants|a big white bird with a long neck|fly,swim
eagle|2|screeches|eaglet|nest on a cliff|fish and rabbits|a big bird with very sharp eyes|fly
robin|2|sings|chick|nest|worms|a small bird with a red breast|fly
lizard|4|hisses|hatchling|rocks|insects|a small animal that likes to lie in the sun|run,climb
crab|10|clicks|larva|beach|plants and small animals|a sea animal with a shell and two claws|swim,dig
octopus|8|makes no sound|larva|sea|crabs|a very clever sea animal with eight arms|swim
gerbil|4|squeaks|pup|burrow|seeds and grain|a small, busy animal of the desert with a long tail|run,dig
hamster|4|squeaks|pup|burrow|seeds and nuts|a small pet that carries food in its cheeks|run,dig
lynx|4|growls|kitten|forest|rabbits|a wild cat with tufts on its ears|run,climb
moose|4|bellows|calf|forest|leaves and water plants|the biggest deer of all, with wide antlers|run,swim
walrus|0|bellows|calf|ice|clams|a big sea animal with two long tusks|swim
cricket|6|chirps|nymph|meadow|leaves|an insect that sings on warm evenings|hop,fly
toad|4|croaks|tadpole|garden|insects and worms|a brown animal like a frog, with dry, bumpy skin|hop,swim
"""


def _parse(row: str) -> Animal:
    name, legs, call, young, home, food, about, can = row.split("|")
    return Animal(name, int(legs), call, young, home, food, about, tuple(can.split(",")))


ANIMALS: tuple[Animal, ...] = tuple(_parse(row) for row in _ROWS.strip().splitlines())
NAMES_OF_ANIMALS: tuple[str, ...] = tuple(animal.name for animal in ANIMALS)

_ON = {"savanna", "mountain", "beach", "coast", "ice", "meadow", "grassland", "river bank"}
_THE = {"savanna", "ocean", "sea", "jungle", "forest", "desert", "coast", "ice", "beach", "garden", "river bank"}


def home_of(animal: Animal) -> str:
    """Where the animal lives, with its preposition: "in a den", "on the beach", "in water"."""
    place = "on" if animal.home in _ON else "among" if animal.home == "rocks" else "in"
    if animal.home in ("water", "rocks"):
        return f"{place} {animal.home}"
    return f"{place} the {animal.home}" if animal.home in _THE else f"{place} {article(animal.home)}"
