"""The plots of stories. A plot is a list of beats; a beat is a list of sentences of which one is told.

N hero, A hero's animal, F friend, B friend's animal, P place, O object. he/him/his stand for the
hero and she/her/hers for the friend, whichever pronouns they have; "hers" is the possessive, as in {hers} house.
"""

from __future__ import annotations

from .more_plots import MORE_PLOTS

OPENINGS = """Once upon a time there was {a_trait} {A} called {N}, who lived {P}.
There was once {a_trait} {A} named {N} who lived {P}.
{P_cap} lived {a_trait} {A} called {N}.
Long ago, {P}, there lived {a_trait} {A} by the name of {N}.
{N} was {a_trait} {A} who lived {P}.
In a little house {P} lived {N}, {a_trait} {A}.
Everyone {P} knew {N}, the {trait} {A}.
This is the story of {N}, {a_trait} {A} who lived {P}.""".splitlines()

HABITS = """{He} liked to {hobby} more than anything else.
Every morning {he} got up with the sun and ate {food} for breakfast.
Each evening {he} sat at the window and counted the stars.
{He} had a warm bed, a round table and {a_O}.
Most of all {he} loved to {hobby}.
On quiet days {he} liked to {hobby}, and on loud days {he} liked to sleep.
{His} best friend was {F} the {B}, and the two of them did everything together.
{He} was never in a hurry, because there was always time for {food}.""".splitlines()

DAYS = """One {weather} day,
One {weather} morning,
On {a_weather} afternoon,
One {weather} evening,
One day in {month},
On the first day of {season},
Early one {weather} morning,""".splitlines()

ENDINGS = """And from that day on {N} and {F} were the best of friends.
That night {N} slept very well.
And if you go there today, you may still hear them laugh.
{N} learned that a good friend is worth more than anything.
Then they all ate {food} until the moon came up.
"Tomorrow we will do it again," said {N}, and fell asleep with a smile.
And {N} never forgot that day.
"What a day!" said {N}, and {F} agreed.
Since then nobody {P} has been lonely.
And so a bad day became a good one after all.
{F} gave {N} a hug, and together they walked home under the stars.""".splitlines()

PLOTS: dict[str, list[list[str]]] = {
    "a lost {O}": [
        ["{day} {N} could not find {his} {O}.", "{day} {his} {O} was gone.", "{day} {N} woke up and saw that the {O} had disappeared."],
        ["{He} looked under the bed, behind the door and even in the soup pot.", "{He} searched the whole house from top to bottom.", "First {he} looked in every corner, and then in every cupboard."],
        ["But the {O} was not there.", "There was nothing but dust.", "All {he} found was an old button."],
        ["Then {F} the {B} came along. \"Why do you look so sad?\" {she} asked.", "\"What are you looking for?\" asked {F}, {a_B} who was passing by.", "{F} the {B} heard {him} sigh and stopped at the gate."],
        ["\"I have lost my {O},\" said {N}. \"Let us look together,\" said {F}.", "{N} told {her} everything, and {F} offered to help at once.", "\"Two can see more than one,\" said {F}, and they set out together."],
        ["They followed the path to the {spot}, and there it was, right next to {a_mark}.", "In the end they found the {O} behind {a_mark} near the {spot}.", "Near the {spot} something was shining in the grass. It was the {O}!"],
        ["{N} was so happy that {he} danced in a circle.", "\"Thank you!\" cried {N}. \"I would never have found it alone.\"", "{N} laughed out loud, because {he} had left it there {himself} the day before."]],
    "a storm": [
        ["{day} dark clouds came over the hills.", "{day} the wind began to blow harder and harder.", "{day} the sky turned as black as coal."],
        ["Soon it rained so hard that the {spot} was under water.", "There was thunder, and lightning cut the sky in two.", "The trees bent down, and leaves flew through the air."],
        ["{N} was safe at home, but then {he} heard a voice outside.", "{N} pulled the blanket over {his} head. Then somebody knocked at the door.", "Just as {N} wanted to close the door, {he} saw a small shape in the rain."],
        ["It was {F} the {B}, wet to the skin. \"The wind has taken my roof,\" {she} said.", "Outside stood {F}, {a_B}, who had lost {hers} way.", "\"Please let me in,\" called {F} the {B}. \"My house is full of water.\""],
        ["\"Come in, come in!\" said {N}, and gave {her} a dry blanket.", "{N} did not think twice. {He} made a fire and warmed some {food}.", "There was only one bed, but {N} made room for two."],
        ["All night they told each other stories, and soon they did not hear the storm any more.", "They sat by the fire and sang until the thunder grew quiet.", "They shared the {food} and listened to the rain on the roof."],
        ["In the morning the sun came out, and {N} helped {F} to mend {hers} roof.", "The next day they built a new roof, stronger than the old one.", "When the storm was over, there was a rainbow over the {spot}."]],
    "learning to {skill}": [
        ["All the others could {skill}, but {N} could not.", "{N} had one big wish: {he} wanted to {skill}.", "{day} {N} watched {F} the {B} and thought: I want to {skill} too."],
        ["{He} tried it on Monday, and {he} fell on {his} nose.", "The first time it went very wrong, and everybody laughed.", "{He} practised behind the house, where nobody could see {him}."],
        ["\"I will never learn it,\" said {N}.", "{N} sat down by the {spot} and nearly cried.", "\"Perhaps it is not for me,\" {he} thought."],
        ["Then {F} the {B} sat down beside {him}. \"I also fell a hundred times,\" {she} said.", "But {F}, an old {B}, had seen it all. \"Try it a little slower,\" {she} said.", "\"Nobody can do it on the first day,\" said {F} the {B}. \"Come, I will show you.\""],
        ["Every day they practised together, first for a minute, then for an hour.", "They practised in the sun and in the rain.", "Step by step {N} became better, and {he} was no longer afraid."],
        ["And then, one {weather} day, it worked!", "After seven days {N} could do it all alone.", "When the summer ended, {N} could {skill} better than anyone else."],
        ["\"Look at me!\" {he} called, and everyone clapped.", "{F} was as proud as if {she} had done it {herself}.", "Now it was {N} who taught the little ones."]],
    "a birthday": [
        ["{day} it was {N}'s birthday, but nobody said a word about it.", "{day} {N} jumped out of bed, because it was {his} birthday.", "{N} had counted the days, and now {his} birthday had come at last."],
        ["{He} went to {F} the {B}, but {she} was not at home.", "{He} met {F} the {B} on the path, but {she} only said \"Good day\" and hurried on.", "{He} waited for visitors, but no one came."],
        ["\"They have all forgotten me,\" thought {N}.", "{N} walked to the {spot} all alone and threw stones into the water.", "So {N} ate {his} {food} alone, and it did not taste good."],
        ["When it grew dark, {he} saw a light near the {spot}.", "In the evening {he} went home with slow steps and opened the door.", "Then {he} heard a whisper and a giggle behind {a_mark}."],
        ["\"Surprise!\" called {F} and all the others.", "There stood all {his} friends with lanterns and a cake.", "Suddenly all {his} friends jumped out and began to sing."],
        ["{F} had baked a cake with {food}, and there was {a_O} with a ribbon around it.", "They gave {him} {a_O}, just the thing {he} had always wanted.", "There was music and {food}, and everyone had brought a present."],
        ["\"How could I think that you had forgotten me!\" said {N}.", "{N} was so happy that {he} could not speak.", "They danced until the lanterns went out."]],
    "a treasure": [
        ["{day} {N} found an old map in a bottle.", "{day} {N} found a map under a loose stone.", "{day} the wind blew a piece of paper against {his} door. It was a treasure map!"],
        ["There was a red cross on it, right beside the {spot}.", "The map showed a path, {a_mark} and a big red cross.", "A thin line led past the {spot} to a red cross."],
        ["{He} ran to {F} the {B}, because a treasure hunt is more fun for two.", "\"Come with me,\" {he} said to {F} the {B}, and {she} packed {food} for the way.", "{F} the {B} brought a shovel, and {N} carried the map."],
        ["They climbed over roots and stones, and once they even lost their way.", "They walked past the {spot}, over a bridge and through a dark tunnel.", "The way was long, but they sang all the time."],
        ["At last they came to {a_mark} and began to dig.", "Behind {a_mark} they found the place, and they dug until their paws hurt.", "\"Here it is!\" cried {F}, and they dug as fast as they could."],
        ["Deep in the ground there was a box, and in the box there was {a_O}.", "They found a small chest. There was no gold in it, only {a_O} and a letter.", "The chest was full of {food}, and on top of it lay {a_O}."],
        ["The letter said: \"The real treasure is the friend who came with you.\"", "\"It is not gold,\" said {N}, \"but it is the best thing I have ever found.\"", "They shared it, as friends do."]],
    "a new neighbour": [
        ["{day} somebody moved into the empty house next door.", "{day} {N} saw a cart full of boxes in front of the house next door.", "{day} {N} heard strange noises from the house next door."],
        ["It was {F}, {a_B} from far away.", "The new neighbour was {a_B} called {F}, and {she} did not know anyone.", "A tired {B} came out. \"My name is {F},\" {she} said very quietly."],
        ["Some of the others did not like {her}. \"{B_cap}s do not belong here,\" they said.", "\"We have never had {a_B} here,\" the others whispered.", "Nobody went to say hello, because {she} looked so different."],
        ["But {N} thought about it and took {food} from the shelf.", "{N} was a little shy, but {he} put some {food} in a basket and went over.", "{N} did not care what the others said."],
        ["\"Welcome!\" said {N}. \"I have brought you some {food}.\"", "{He} knocked and said: \"Would you like to have tea with me?\"", "\"Do you like {food}?\" {he} asked at the door, and {F} smiled for the first time."],
        ["They talked all afternoon, and it turned out that {F} could play the {music} wonderfully.", "{F} showed {him} {hers} {O}, and {N} showed {her} the {spot}.", "Soon they were laughing so loudly that the others came to listen."],
        ["In the end all the others came too, and nobody spoke of strangers any more.", "The others were ashamed, and the next day they all brought flowers.", "Now the house next door was never quiet again."]],
} | MORE_PLOTS
