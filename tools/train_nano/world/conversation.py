"""The value every subject produces: one conversation whose last message is the answer to learn."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, replace
from typing import Any

#: One key in twenty belongs to the held-out part of the world and never appears in training.
HELD_OUT_ONE_IN = 20


@dataclass(frozen=True)
class Message:
    """One turn. `think` is the reasoning of an assistant turn; tool calls are part of `content`, as the model writes them."""

    role: str
    content: str
    think: str = ""


@dataclass(frozen=True)
class Conversation:
    """`key` names the parameters of the last answer (not its phrasing of pleasantries): the split is made on it.

    `expected` is empty when only the exact answer counts; otherwise every listed word must occur in the answer
    (stories and small talk, which have many right answers). `thinking` says whether the answer begins with reasoning.
    """

    kind: str
    key: str
    messages: tuple[Message, ...]
    tools: tuple[dict[str, Any], ...] = ()
    expected: tuple[str, ...] = ()
    thinking: bool = False
    plain: bool = field(default=False)

    @property
    def question(self) -> str:
        return next(m.content for m in reversed(self.messages) if m.role == "user")

    @property
    def answer(self) -> Message:
        return self.messages[-1]

    @property
    def held_out(self) -> bool:
        return zlib.crc32(f"{self.kind}/{self.key}".encode()) % HELD_OUT_ONE_IN == 0


def ask(kind: str, key: str, user: str, answer: str, think: str = "", **more: Any) -> Conversation:
    """The common case: one question and its answer."""
    return Conversation(kind, key, (Message("user", user), Message("assistant", answer, think)), **more)


def with_system(conversation: Conversation, system: str) -> Conversation:
    return replace(conversation, messages=(Message("system", system), *conversation.messages))
