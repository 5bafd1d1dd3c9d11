"""The fixed facts of the world, as tables."""

from __future__ import annotations


def _pairs(text: str) -> dict[str, str]:
    return dict(item.strip().split(":") for item in text.replace("\n", " ").split(",") if item.strip())


COLOUR_OF = _pairs("""a banana:yellow, a lemon:yellow, grass:green, the sky:blue, snow:white, coal:black, blood:red, a ripe tomato:red, a strawberry:red,
a cherry:red, a carrot:orange, an orange:orange, a pumpkin:orange, milk:white, salt:white, chocolate:brown, wood:brown, an elephant:grey, a mouse:grey,
a crow:black, a flamingo:pink, a pig:pink, a plum:purple, an aubergine:purple, a lime:green, a frog:green, the sun:yellow, the sea:blue, a polar bear:white,
a fire engine:red, a swan:white, a cucumber:green, a coffee bean:brown, a raven:black, a leaf:green, a sunflower:yellow""")

#: country: capital: continent
COUNTRIES = [tuple(row.strip().split(":")) for row in """France:Paris:Europe, Germany:Berlin:Europe, Italy:Rome:Europe, Spain:Madrid:Europe,
Portugal:Lisbon:Europe, Austria:Vienna:Europe, Switzerland:Bern:Europe, Poland:Warsaw:Europe, Norway:Oslo:Europe, Sweden:Stockholm:Europe,
Denmark:Copenhagen:Europe, Finland:Helsinki:Europe, Iceland:Reykjavik:Europe, Ireland:Dublin:Europe, Belgium:Brussels:Europe, Greece:Athens:Europe,
Hungary:Budapest:Europe, Romania:Bucharest:Europe, Bulgaria:Sofia:Europe, Croatia:Zagreb:Europe, Serbia:Belgrade:Europe, Slovenia:Ljubljana:Europe,
Slovakia:Bratislava:Europe, Ukraine:Kyiv:Europe, Estonia:Tallinn:Europe, Latvia:Riga:Europe, Lithuania:Vilnius:Europe, the United Kingdom:London:Europe,
the Netherlands:Amsterdam:Europe, Czechia:Prague:Europe, Japan:Tokyo:Asia, China:Beijing:Asia, India:New Delhi:Asia, Thailand:Bangkok:Asia,
Vietnam:Hanoi:Asia, South Korea:Seoul:Asia, Indonesia:Jakarta:Asia, Mongolia:Ulaanbaatar:Asia, Nepal:Kathmandu:Asia, Iran:Tehran:Asia, Iraq:Baghdad:Asia,
Egypt:Cairo:Africa, Kenya:Nairobi:Africa, Ghana:Accra:Africa, Nigeria:Abuja:Africa, Morocco:Rabat:Africa, Ethiopia:Addis Ababa:Africa, Senegal:Dakar:Africa,
Tunisia:Tunis:Africa, Uganda:Kampala:Africa, Canada:Ottawa:North America, the United States:Washington:North America, Mexico:Mexico City:North America,
Cuba:Havana:North America, Brazil:Brasília:South America, Argentina:Buenos Aires:South America, Chile:Santiago:South America, Peru:Lima:South America,
Colombia:Bogotá:South America, Ecuador:Quito:South America, Uruguay:Montevideo:South America, Australia:Canberra:Oceania,
New Zealand:Wellington:Oceania""".replace("\n", " ").split(",")]

OPPOSITE = _pairs("""hot:cold, big:small, tall:short, fast:slow, old:young, new:old, day:night, light:dark, up:down, left:right, open:closed, full:empty,
happy:sad, rich:poor, strong:weak, hard:soft, wet:dry, clean:dirty, loud:quiet, early:late, high:low, near:far, thick:thin, wide:narrow, heavy:light,
good:bad, right:wrong, true:false, sweet:sour, begin:end, come:go, give:take, buy:sell, win:lose, laugh:cry, push:pull, inside:outside, first:last,
always:never, everything:nothing, before:after, above:below, black:white, summer:winter, warm:cool, brave:afraid, kind:mean, sharp:blunt, easy:difficult,
deep:shallow, long:short, awake:asleep, cheap:expensive, front:back, friend:enemy, question:answer, yes:no, start:stop, love:hate""")

PLURAL = _pairs("""mouse:mice, goose:geese, foot:feet, tooth:teeth, child:children, man:men, woman:women, ox:oxen, sheep:sheep, fish:fish, deer:deer,
leaf:leaves, wolf:wolves, knife:knives, life:lives, wife:wives, half:halves, loaf:loaves, thief:thieves, person:people, fox:foxes, box:boxes, bus:buses,
city:cities, baby:babies, story:stories, berry:berries, potato:potatoes, tomato:tomatoes, cat:cats, dog:dogs, tree:trees, house:houses, book:books,
apple:apples, bird:birds, key:keys, watch:watches, dish:dishes, puppy:puppies, cherry:cherries""")

PAST = _pairs("""go:went, see:saw, eat:ate, run:ran, swim:swam, sing:sang, fly:flew, give:gave, take:took, come:came, find:found, think:thought, bring:brought,
buy:bought, sleep:slept, write:wrote, read:read, speak:spoke, begin:began, drink:drank, sit:sat, stand:stood, tell:told, make:made, know:knew, grow:grew,
throw:threw, walk:walked, play:played, jump:jumped, look:looked, help:helped, dance:danced, cook:cooked, ask:asked, laugh:laughed, build:built, lose:lost""")

#: How many? thing: (number, full answer)
COUNTS = {
    "days are there in a week": "There are 7 days in a week.", "months are there in a year": "There are 12 months in a year.",
    "hours are there in a day": "There are 24 hours in a day.", "minutes are there in an hour": "There are 60 minutes in an hour.",
    "seconds are there in a minute": "There are 60 seconds in a minute.", "days are there in a year": "There are 365 days in a year, and 366 in a leap year.",
    "seasons are there": "There are 4 seasons: spring, summer, autumn and winter.", "letters are there in the alphabet": "There are 26 letters in the alphabet.",
    "sides does a triangle have": "A triangle has 3 sides.", "sides does a square have": "A square has 4 sides.",
    "sides does a pentagon have": "A pentagon has 5 sides.", "sides does a hexagon have": "A hexagon has 6 sides.",
    "corners does a cube have": "A cube has 8 corners.", "wheels does a bicycle have": "A bicycle has 2 wheels.",
    "wheels does a car have": "A car has 4 wheels.", "strings does a violin have": "A violin has 4 strings.",
    "strings does a guitar have": "A guitar has 6 strings.", "planets are there": "There are 8 planets in our solar system.",
    "fingers does a hand have": "A hand has 5 fingers.", "centimetres are there in a metre": "There are 100 centimetres in a metre.",
    "metres are there in a kilometre": "There are 1000 metres in a kilometre.", "grams are there in a kilogram": "There are 1000 grams in a kilogram.",
    "continents are there": "There are 7 continents.", "weeks are there in a year": "There are 52 weeks in a year.",
}

PLANETS = "Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune".split()

MIXES = {("blue", "yellow"): "green", ("red", "yellow"): "orange", ("red", "blue"): "purple", ("black", "white"): "grey", ("red", "white"): "pink"}

ABOUT = {
    "rain": "Rain is water that falls from the clouds in drops.", "snow": "Snow is frozen water that falls from the clouds in white flakes.",
    "the sun": "The sun is a star. It gives us light and warmth.", "the moon": "The moon is a ball of rock that goes around the Earth.",
    "a river": "A river is water that flows from the hills to the sea.", "a mountain": "A mountain is a very high part of the land.",
    "a forest": "A forest is a place with very many trees.", "an island": "An island is land with water all around it.",
    "a volcano": "A volcano is a mountain from which hot, melted rock comes out.", "a desert": "A desert is a dry place where it hardly ever rains.",
    "ice": "Ice is frozen water.", "wind": "Wind is air that moves.", "a cloud": "A cloud is made of tiny drops of water that float in the sky.",
    "a rainbow": "A rainbow is an arc of colours that you see when the sun shines through rain.", "bread": "Bread is a food made of flour, water and yeast.",
    "honey": "Honey is a sweet food that bees make from nectar.", "a library": "A library is a place where you can read and borrow books.",
    "a bridge": "A bridge lets people cross a river or a road.", "a computer": "A computer is a machine that follows instructions very fast.",
    "a dictionary": "A dictionary is a book that explains words.", "a seed": "A seed is the small part of a plant from which a new plant grows.",
    "a language model": "A language model is a program that learns from text and writes the next words.", "a star": "A star is a huge ball of hot, glowing gas.",
    "a baker": "A baker is a person who makes bread and cakes.", "a doctor": "A doctor is a person who helps ill people.",
    "a teacher": "A teacher is a person who helps others to learn.", "a farmer": "A farmer is a person who grows food and keeps animals.",
    "a map": "A map is a drawing that shows where places are.", "a clock": "A clock is a thing that shows the time.",
}

LANGUAGES = ("French", "German", "Spanish", "Italian")
TRANSLATIONS = {row.split(":")[0].strip(): tuple(row.split(":")[1].split("/")) for row in """house:maison/Haus/casa/casa, cat:chat/Katze/gato/gatto,
dog:chien/Hund/perro/cane, water:eau/Wasser/agua/acqua, bread:pain/Brot/pan/pane, milk:lait/Milch/leche/latte, tree:arbre/Baum/árbol/albero,
sun:soleil/Sonne/sol/sole, moon:lune/Mond/luna/luna, book:livre/Buch/libro/libro, friend:ami/Freund/amigo/amico, red:rouge/rot/rojo/rosso,
green:vert/grün/verde/verde, blue:bleu/blau/azul/blu, hello:bonjour/hallo/hola/ciao, thank you:merci/danke/gracias/grazie, yes:oui/ja/sí/sì,
no:non/nein/no/no, good night:bonne nuit/gute Nacht/buenas noches/buonanotte, apple:pomme/Apfel/manzana/mela, fish:poisson/Fisch/pez/pesce,
bird:oiseau/Vogel/pájaro/uccello, door:porte/Tür/puerta/porta, window:fenêtre/Fenster/ventana/finestra, school:école/Schule/escuela/scuola,
night:nuit/Nacht/noche/notte, day:jour/Tag/día/giorno, flower:fleur/Blume/flor/fiore, mountain:montagne/Berg/montaña/montagna,
sea:mer/Meer/mar/mare, star:étoile/Stern/estrella/stella, heart:cœur/Herz/corazón/cuore, time:temps/Zeit/tiempo/tempo,
bear:ours/Bär/oso/orso, fox:renard/Fuchs/zorro/volpe, one:un/eins/uno/uno, two:deux/zwei/dos/due, three:trois/drei/tres/tre""".replace("\n", " ").split(",")}

#: Things nano has not learned; the honest answer is to say so.
UNKNOWN = """the stock market; quantum physics; the newest phone; last night's football match; a programming language; black holes; the history of Rome; politics;
chess openings; modern art; tax law; car engines; cryptography; jazz music; the weather of tomorrow; medicine; the French Revolution; protein folding;
the meaning of life; neural networks; the best film of the year; philosophy; electric motors; vaccines; opera; the president; genetics; space rockets;
ancient Greece; economics; photography; knitting patterns; wine; the Olympic Games; mortgages; tennis rules; submarines; poetry of the baroque""".replace("\n", " ").split("; ")
