"""Puts the subjects together: how often each occurs, chats of several turns, and the held-out split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from . import arithmetic, facts, json_tasks, small_talk, stories, text_tasks, tool_tasks
from .conversation import Conversation, Message, with_system

_SUBJECTS: tuple[tuple[float, Callable[[Random], Conversation]], ...] = (
    (16, arithmetic.calculation), (4, arithmetic.word_problem), (2, arithmetic.comparison), (1, arithmetic.counting),
    (5, facts.animal_fact), (4, facts.geography), (2, facts.calendar), (4, facts.words), (4, facts.things), (1.5, facts.unknown),
    (2, text_tasks.spelling), (0.5, text_tasks.alphabet), (2, text_tasks.repeat), (2, text_tasks.lists),
    (7, json_tasks.to_json), (1.5, json_tasks.to_list), (1.5, json_tasks.from_json),
    (4, small_talk.talk), (1, small_talk.introduction), (2.5, small_talk.memory), (0.7, small_talk.remark), (3, small_talk.instructed),
    (13, stories.story), (4, stories.question_about), (2, stories.plain), (16, tool_tasks.call),
)
_WEIGHTS = [weight for weight, _ in _SUBJECTS]
_MAKERS = [maker for _, maker in _SUBJECTS]
#: Subjects that may stand before another question in a chat; their answers are short.
_EARLIER = (arithmetic.calculation, facts.animal_fact, facts.geography, facts.things, facts.words, small_talk.talk, small_talk.introduction, small_talk.remark, json_tasks.to_json,
            text_tasks.repeat, stories.story)
#: Kinds whose question holds text to be copied to the letter.
_VERBATIM = frozenset(("json", "copy", "tool call", "tool answer", "tool refrain", "memory", "small talk"))
_SYSTEMS = ("You are a helpful assistant.", "You are nano, a small model.", "Be friendly.", "You are a helpful assistant. Answer briefly.", "You are a friendly assistant for children.")


def _history(rng: Random) -> tuple[Message, ...]:
    """Turns that came before. Templates drop the reasoning of earlier turns, so it is dropped here too."""
    turns: list[Message] = []
    for _ in range(rng.choice((1, 1, 2, 2, 3, 3, 5, 8))):
        turns += [replace(m, think="") for m in _training(rng, rng.choice(_EARLIER)).messages]
    return tuple(turns)


def _training(rng: Random, maker: Callable[[Random], Conversation]) -> Conversation:
    while (conversation := maker(rng)).held_out:
        pass
    return conversation


def _careless(rng: Random, conversation: Conversation) -> Conversation:
    """The question as people type it: without capitals or without the last full stop or question mark."""
    last = max(i for i, m in enumerate(conversation.messages) if m.role == "user")
    text = conversation.messages[last].content
    shape = rng.randrange(3)
    if shape != 1:
        text = text[0].lower() + text[1:]
    if shape != 0:
        text = text.rstrip("?.!") or text
    messages = list(conversation.messages)
    messages[last] = Message("user", text)
    return replace(conversation, messages=tuple(messages))


def _finish(rng: Random, conversation: Conversation) -> Conversation:
    """Adds what may surround any question: an earlier chat, a system message; and chooses the mode."""
    if conversation.plain:
        return conversation
    if conversation.kind not in _VERBATIM and rng.random() < 0.12:
        conversation = _careless(rng, conversation)
    first = conversation.messages[0]
    if first.role != "system" and not conversation.tools:
        if rng.random() < 0.2:
            conversation = replace(conversation, messages=(*_history(rng), *conversation.messages))
        if rng.random() < 0.12:
            conversation = with_system(conversation, rng.choice(_SYSTEMS))
    elif first.role != "system" and rng.random() < 0.15:
        conversation = with_system(conversation, rng.choice(_SYSTEMS))
    return replace(conversation, thinking=rng.random() < 0.4)


def training_conversation(rng: Random) -> Conversation:
    (maker,) = rng.choices(_MAKERS, _WEIGHTS)
    return _finish(rng, _training(rng, maker))


def held_out_conversation(rng: Random) -> Conversation:
    (maker,) = rng.choices(_MAKERS, _WEIGHTS)
    while not (conversation := maker(rng)).held_out:
        pass
    return _finish(rng, conversation)


def held_out_questions(rng: Random, limit: int, draws: int) -> dict[str, list[Conversation]]:
    """Up to `limit` different bare questions of each kind: no system message and no earlier chat but the question's own."""
    found: dict[str, dict[str, Conversation]] = {}
    for _ in range(draws):
        conversation = rng.choices(_MAKERS, _WEIGHTS)[0](rng)
        if conversation.held_out and not conversation.plain:
            of_kind = found.setdefault(conversation.kind, {})
            if len(of_kind) < limit:
                of_kind.setdefault(conversation.key, conversation)
    return {kind: list(found[kind].values()) for kind in sorted(found)}
