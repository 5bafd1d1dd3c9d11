"""The second half of the plots; `plots.py` says how they are written."""

from __future__ import annotations

MORE_PLOTS: dict[str, list[list[str]]] = {
    "a race": [
        ["{day} there was a big race to the {spot}.", "{day} all the animals met for the great race.", "{day} a notice hung on {a_mark}: \"Great race on Sunday!\""],
        ["{F} the {B} was sure that {she} would win.", "\"Nobody is faster than I am,\" said {F} the {B}.", "Everyone thought that {F} the {B} would win, as always."],
        ["{N} was not fast, but {he} wanted to try.", "{N} had never run in a race before.", "\"I only want to reach the end,\" said {N}."],
        ["\"Ready, steady, go!\" They ran off in a cloud of dust.", "When the whistle blew, {F} was far ahead at once.", "{F} shot away like an arrow, and {N} came last."],
        ["But near the {spot} {F} stepped into a hole and hurt {hers} foot.", "Half way, {F} lay down for a little nap behind {a_mark}.", "Then {N} heard a cry. {F} had fallen into the ditch."],
        ["{N} could have run past, but {he} stopped. \"Hold on to me,\" {he} said.", "{N} woke {her} up. \"Come, let us run together,\" {he} said.", "{N} forgot the race and pulled {her} out."],
        ["Arm in arm they crossed the line, and all the others cheered.", "They came in last, but nobody has ever been cheered so loudly.", "They crossed the line at the same time, and there were two winners that day."]],
    "the dark": [
        ["{N} was not afraid of anything, only of the dark.", "There was one thing that {N} told nobody: {he} was afraid of the dark.", "When the sun went down, {N} always lit three candles, because {he} was afraid of the dark."],
        ["{day} all the candles were used up.", "{day} a gust of wind blew out the last candle.", "{day} {he} came home late, and the lamp was broken."],
        ["Something rustled near the {spot}.", "There was a noise, tap, tap, tap, behind {a_mark}.", "Two bright eyes looked out from behind {a_mark}."],
        ["{N} held {his} breath. \"Who is there?\" {he} whispered.", "{His} heart beat like a drum.", "{He} wanted to run away, but {his} legs did not move."],
        ["\"It is only me, {F},\" said a friendly voice. It was {a_B}.", "Out came {F} the {B}. \"Good evening,\" {she} said. \"I love the night.\"", "\"Do not be afraid,\" said {F} the {B}. \"I am only looking for {food}.\""],
        ["{F} took {him} by the hand and showed {him} the stars.", "\"In the dark you can see things that the day hides,\" said {F}, and pointed at the sky.", "They sat down by the {spot} and watched the moon rise."],
        ["Since that night {N} needs only one candle, and sometimes none at all.", "\"How beautiful!\" said {N}, and {he} was not afraid any more.", "Now {N} knew that the night is only the day with its eyes closed."]],
    "sharing {food}": [
        ["That winter was long, and there was little to eat.", "{day} {N} found a whole basket of {food}.", "{day} {N} had gathered so much {food} that the shelves were full."],
        ["\"It is all mine,\" {he} thought, and hid the {food} in the cellar.", "{He} locked the door so that nobody could take any of it.", "{N} counted the {food} every evening and told nobody."],
        ["Then {F} the {B} knocked. \"I am so hungry,\" {she} said. \"Have you got anything for me?\"", "{F} the {B} came by. {She} had grown thin and pale.", "One day {he} saw {F} the {B} looking for crumbs near the {spot}."],
        ["\"I have nothing,\" said {N}, and {his} ears grew hot.", "{N} shut the door, but {he} could not eat.", "{N} said nothing, but that night {he} could not sleep."],
        ["In the middle of the night {he} got up, filled a bag with {food} and ran to {F}'s house.", "The next morning {he} opened the cellar and called everybody.", "\"This is wrong,\" {he} said to {himself}, and carried half of the {food} to {F}."],
        ["\"I am sorry,\" said {N}. \"There is enough for two.\"", "\"Forgive me,\" {he} said. \"I was greedy.\"", "{F}'s eyes shone. \"You are a true friend,\" {she} said."],
        ["They cooked a big pot of soup, and it had never tasted so good.", "And in spring it was {F} who brought {food} for {N}.", "Strangely, the {food} tasted twice as good now that it was shared."]],
    "a quarrel": [
        ["{N} and {F} the {B} were friends, but {day_low} they had a quarrel about {a_O}.", "{day} {N} and {F} the {B} both wanted the same {O}."],
        ["\"It is mine!\" said {N}. \"No, it is mine!\" said {F}.", "They pulled and pulled, until the {O} broke in two.", "\"I saw it first!\" cried {N}, and {F} stamped {hers} foot."],
        ["\"I will never speak to you again,\" said {F}, and went home.", "Each of them went home and slammed the door.", "{N} turned around and walked away without a word."],
        ["The next day was {weather}, but {N} had nobody to play with.", "For three days they did not speak to each other.", "At home it was very quiet, too quiet for {N}."],
        ["{He} looked at the {O}, and suddenly it was not worth anything.", "\"What good is {a_O} without a friend?\" {he} thought.", "{N} took glue and a brush and worked all night."],
        ["So {he} went to {F}'s house, and half way, near the {spot}, {he} met {F}, who was on {hers} way to {him}.", "{He} put the {O} into a box and carried it to {F}'s door.", "At the {spot} they met. Both of them said \"I am sorry\" at the same time."],
        ["They laughed and decided that the {O} should belong to both of them.", "\"You can have it on even days, and I on odd days,\" said {F}.", "Nobody remembers today who was right."]],
    "a garden": [
        ["{day} {N} found a single seed in {his} pocket.", "{day} {F} the {B} gave {N} a tiny seed.", "{day} {N} wanted to have a garden of {his} own."],
        ["{He} put it into the ground beside {a_mark} and gave it water.", "{He} dug a hole near the {spot} and laid the seed into it.", "{He} worked with the spade until the sun went down."],
        ["The next morning nothing had happened.", "{He} waited a day, and another day, but there was nothing to see.", "{N} stood there every hour and called: \"Grow!\""],
        ["\"Perhaps it does not like me,\" {he} said to {F}.", "\"It must be broken,\" said {N}.", "\"Shall I dig it up?\" {he} asked {F} the {B}."],
        ["\"Seeds need time,\" said {F}. \"You must water it and wait.\"", "{F} shook {hers} head. \"Be patient,\" {she} said.", "\"Things grow while we sleep,\" said {F}."],
        ["After two weeks a green tip came out of the ground.", "Then, after a warm rain, there were two little leaves.", "One morning there was a flower, as {colour} as can be."],
        ["In autumn it had grown so tall that {N} and {F} could sit in its shade.", "{N} was as proud as a king.", "Now the garden is full of {colour} flowers, and all the bees know it."]],
    "a journey": [
        ["{day} {N} decided to see the sea.", "{day} {N} packed {his} {O} and some {food}, because {he} wanted to see the world.", "{N} had heard of a mountain from which you can see the whole world, and {day_low} {he} set out to find it."],
        ["On the way {he} met {F}, {a_B} with {a_O} on {hers} back.", "At the {spot} sat {F} the {B} and looked at the clouds.", "After an hour {he} met {F} the {B}. \"Where are you going?\" {she} asked."],
        ["\"May I come with you?\" asked {F}. \"Of course,\" said {N}.", "\"Two feet are lonely on a long road,\" said {F}. \"I am coming with you.\""],
        ["They crossed a river on a fallen tree and slept under {a_mark}.", "They walked for three days and slept under the stars.", "When they were hungry, they ate {food}, and when they were tired, they told jokes."],
        ["Once they came to a bridge that was broken, and {F} found another way.", "Once it rained all day, and they hid under a big leaf.", "Once they took the wrong road, but it led them to the most beautiful meadow."],
        ["Finally they were there. It was bigger than anything they had ever seen.", "And then they stood at the top and could not speak for joy.", "On the fourth day they arrived and sat down in silence."],
        ["\"It is beautiful,\" said {N}, \"but it is even better with you.\"", "They stayed until the sun went down, and then they began to think of home.", "{N} picked up a small stone and put it into {his} pocket, so as not to forget."]],
    "a song": [
        ["{day} {N} heard a wonderful song from far away.", "{day} a soft melody came over the fields.", "{day} {N} woke up with a song in {his} head, but {he} did not know the end of it."],
        ["{He} followed the sound through the grass and past the {spot}.", "{He} wanted to know who was singing and went off to look.", "{He} asked everyone, but nobody knew the song."],
        ["Behind {a_mark} sat {F} the {B} with {a_music}.", "There, near the {spot}, {he} found {F}, {a_B} who sang with closed eyes."],
        ["\"Please do not stop,\" said {N}. But {F} was shy and became silent.", "\"Can you teach me the song?\" asked {N}.", "\"It is beautiful,\" said {N}. {F} blushed, because nobody had ever listened to {her}."],
        ["So {N} began to hum, very quietly, and after a while {F} sang again.", "{N} took a stick and beat the time on {a_mark}.", "They tried it together, first slowly and then faster and faster."],
        ["In the evening they played for all the others at the {spot}.", "More and more animals came, and each of them added a note.", "The song grew longer and longer, until it reached the moon."],
        ["Everyone danced, even the old ones.", "Nobody went home before midnight.", "And when the wind is right, you can still hear it."]],
    "the {O} machine": [
        ["{day} {N} had a great idea: {he} wanted to build a machine that makes {food}.", "{day} {N} wanted to build something that nobody had ever built: a flying {O}."],
        ["{He} took {a_O}, two wheels, a rope and a lot of glue.", "For three days there was hammering and sawing behind the house.", "{He} drew a plan that was longer than {his} bed."],
        ["\"That will never work,\" said {F} the {B}.", "{F} the {B} came to watch. \"There is a wheel missing,\" {she} said.", "\"Can I help?\" asked {F} the {B}, who knew a lot about screws."],
        ["{N} pulled the lever. It rattled, it smoked, and then it went BANG.", "The first try ended in the {spot}.", "When they switched it on, it ran away with a loud hiss."],
        ["\"Again!\" said {N}, with a black nose.", "They laughed until their bellies hurt, and then they started again.", "\"We need more glue,\" said {F}, and they worked until midnight."],
        ["The second time it flew once around {a_mark} and landed softly in the grass.", "On the next day it worked, but only backwards.", "After the third try a small bell rang, and a cake fell out at the bottom."],
        ["It was not what {he} had planned, but it was wonderful.", "Everyone wanted to try it, and there was a long queue.", "\"Our next machine will wash the dishes,\" said {F}."]],
}
