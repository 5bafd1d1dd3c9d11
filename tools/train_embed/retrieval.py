"""The task that nano-embed is measured on: for a held-out sentence, find its paraphrase among held-out sentences."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import torch
from torch import Tensor

from meanings import Kind, draw
from pairs import draw_pair, near_sentence

_DISTRACTORS = 3
#: Draws of a kind before the next has its turn; one in eight is held out.
_TRIES = 12
_WORD = re.compile(r"\w+")


class Query(NamedTuple):
    """`right` is the place of the paraphrase in the corpus; no other sentence there has the meaning of the query."""

    text: str
    right: int
    subject: str


class Task(NamedTuple):
    queries: list[Query]
    corpus: list[str]


def make_task(kinds: list[Kind], count: int, rng: Random) -> Task:
    """`count` queries at most, taken from all kinds in turn, and a corpus of their paraphrases and of up to three distractors each, shuffled.

    A query and its paraphrase have a held-out meaning and are a held-out pair of sayings. A distractor says another held-out meaning in the words of the
    query, or says something else about the same things.
    """
    kinds = [kind for kind in kinds if kind.draw]
    used: set[str] = set()
    found: list[tuple[str, str, str]] = []
    sentences: list[str] = []
    for turn in range(count * _TRIES):
        meaning = draw(kinds[turn // _TRIES % len(kinds)], rng)
        if len(found) == count:
            break
        if not meaning.held_out or meaning.identity in used:
            continue
        used.add(meaning.identity)
        query, right = draw_pair(meaning, rng, held_out=True)
        found.append((meaning.say(query), meaning.say(right), meaning.kind.subject))
        sentences.append(meaning.say(right))
        for _ in range(_DISTRACTORS):
            near = near_sentence(meaning, query, kinds, rng, held_out=True)
            if near and near[0] not in used:
                used.add(near[0])
                sentences.append(near[1])
    rng.shuffle(sentences)
    place = {sentence: number for number, sentence in enumerate(sentences)}
    if len(place) != len(sentences):
        raise ValueError("two meanings of the corpus are said by the same sentence")
    return Task([Query(text, place[right], subject) for text, right, subject in found], sentences)


def ranks(scores: Tensor, task: Task) -> list[int]:
    """For every query, the place of the right sentence in the order of falling scores, from 1: (queries, corpus) to a list. Ties count against it."""
    right = torch.tensor([query.right for query in task.queries]).unsqueeze(1)
    own = scores.gather(1, right)
    return ((scores >= own).sum(1)).tolist()


def accuracy(found: Sequence[int]) -> float:
    return sum(rank == 1 for rank in found) / len(found)


def mean_reciprocal_rank(found: Sequence[int]) -> float:
    """MRR@10."""
    return sum(1 / rank for rank in found if rank <= 10) / len(found)


def words_of(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def shared_words(one: str, other: str) -> float:
    """Words of both over words of either."""
    a, b = set(words_of(one)), set(words_of(other))
    return len(a & b) / len(a | b)


def tf_idf_scores(task: Task) -> Tensor:
    """Cosines of bags of words, (queries, corpus): counts times log((1 + N) / (1 + n)) + 1, over the N sentences of the corpus of which n have the word."""
    bags = [Counter(words_of(sentence)) for sentence in task.corpus]
    documents = Counter(word for bag in bags for word in bag)
    column = {word: number for number, word in enumerate(documents)}

    def vector(bag: Counter[str]) -> Tensor:
        values = torch.zeros(len(column))
        for word, times in bag.items():
            if word in column:
                values[column[word]] = times * (math.log((1 + len(bags)) / (1 + documents[word])) + 1)
        return torch.nn.functional.normalize(values, dim=0)

    return torch.stack([vector(Counter(words_of(query.text))) for query in task.queries]) @ torch.stack([vector(bag) for bag in bags]).T
