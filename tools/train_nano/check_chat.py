"""Checks that `chat.py` writes exactly what the chat template renders, on a few thousand conversations."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from random import Random
from typing import Any

from transformers import AutoTokenizer

import chat
from world.conversation import Conversation, Message
from world.conversations import training_conversation

_CALL = re.compile(r"<tool_call>\n(.*?)\n</tool_call>", re.DOTALL)


def _as_dict(message: Message, thinking: bool) -> dict[str, Any]:
    """The message as a client sends it: reasoning and tool calls in fields of their own."""
    calls = [json.loads(text) for text in _CALL.findall(message.content)]
    fields: dict[str, Any] = {"role": message.role, "content": "" if calls else message.content}
    if calls:
        fields["tool_calls"] = [{"type": "function", "function": call} for call in calls]
    if message.role == "assistant" and thinking:
        fields["reasoning_content"] = message.think
    return fields


def _rendered(tokenizer: Any, conversation: Conversation) -> tuple[str, str]:
    messages = [_as_dict(m, conversation.thinking) for m in conversation.messages]
    options = {"tools": list(conversation.tools) or None, "tokenize": False, "enable_thinking": conversation.thinking}
    given = tokenizer.apply_chat_template(messages[:-1], add_generation_prompt=True, **options)
    return given, tokenizer.apply_chat_template(messages, **options)


def main() -> None:
    tokenizer = AutoTokenizer.from_pretrained(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2] / "models/nano")
    rng = Random(7)
    for number in range(3000):
        conversation = training_conversation(rng)
        if conversation.plain:
            continue
        given, whole = _rendered(tokenizer, conversation)
        if (given, whole) != (chat.prompt(conversation), chat.prompt(conversation) + chat.answer(conversation) + "\n"):
            raise SystemExit(f"conversation {number} differs:\n{whole!r}\n{chat.prompt(conversation) + chat.answer(conversation)!r}")
    print("chat.py and the chat template agree")


if __name__ == "__main__":
    main()
