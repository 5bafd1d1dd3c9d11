"""Writes a conversation as the text that the chat template makes, split into what is given and what is to be learned.

The template itself (chat_template.jinja) is too slow for training data; `check_chat.py` compares the two.
"""

from __future__ import annotations

import json

from world.conversation import Conversation, Message

END_OF_TEXT = "<|endoftext|>"
_EMPTY_THOUGHT = "<think>\n\n</think>\n\n"
_TOOLS_HEAD = "You can call these tools:\n<tools>"
_TOOLS_TAIL = ('\n</tools>\n\nTo call a tool, write its name and arguments as JSON:\n<tool_call>\n'
               '{"name": "...", "arguments": {...}}\n</tool_call>')


def _system(conversation: Conversation) -> str:
    first = conversation.messages[0]
    own = first.content if first.role == "system" else ""
    if conversation.tools:
        offers = "".join("\n" + json.dumps(tool, ensure_ascii=False) for tool in conversation.tools)
        own = (own + "\n\n" if own else "") + _TOOLS_HEAD + offers + _TOOLS_TAIL
    return f"<|im_start|>system\n{own}<|im_end|>\n" if own else ""


def _turn(message: Message, current: bool, thinking: bool) -> str:
    if message.role == "tool":
        return f"<|im_start|>user\n<tool_response>\n{message.content}\n</tool_response><|im_end|>\n"
    thought = f"<think>\n{message.think}\n</think>\n\n" if current and thinking and message.think else ""
    return f"<|im_start|>{message.role}\n{thought}{message.content}<|im_end|>\n"


def prompt(conversation: Conversation) -> str:
    """Everything up to the place where the model begins to write its last answer."""
    messages = conversation.messages[:-1]
    last_question = max(i for i, m in enumerate(messages) if m.role == "user")
    turns = "".join(_turn(m, i > last_question, conversation.thinking) for i, m in enumerate(messages) if m.role != "system")
    return _system(conversation) + turns + "<|im_start|>assistant\n" + ("" if conversation.thinking else _EMPTY_THOUGHT)


def answer(conversation: Conversation) -> str:
    """What the model has to write, with the token that ends it."""
    last = conversation.answer
    return (f"<think>\n{last.think}\n</think>\n\n" if conversation.thinking else "") + last.content + "<|im_end|>"


def segments(conversation: Conversation) -> tuple[str, str]:
    """Given text and text to learn. Plain text has nothing given but the token that stands between documents."""
    if conversation.plain:
        return END_OF_TEXT, conversation.answer.content + END_OF_TEXT
    return prompt(conversation), answer(conversation)
