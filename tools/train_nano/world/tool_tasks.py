"""Choosing a tool from the list, writing the call, and telling the user what the tool returned."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from . import small_talk
from .conversation import Conversation, Message
from .tools import TOOLS, Tool
from .words import capital


def _offer(rng: Random, tool: Tool, name: str, aliases: dict[str, str]) -> dict[str, Any]:
    """The JSON description of a tool in the format of OpenAI's API, which chat templates are given."""
    properties = {aliases[p.names[0]]: {"type": p.type, "description": p.about} if rng.random() < 0.7 else {"type": p.type} for p in tool.parameters}
    return {"type": "function", "function": {"name": name, "description": tool.about,
                                             "parameters": {"type": "object", "properties": properties, "required": list(properties)}}}


def _alias(rng: Random, names: tuple[str, ...]) -> str:
    return names[0] if rng.random() < 0.5 else rng.choice(names)


def _choose(rng: Random) -> tuple[list[Tool], list[str], list[dict[str, str]], tuple[dict[str, Any], ...]]:
    tools = rng.sample(TOOLS, rng.choice((1, 1, 2, 2, 3, 4)))
    names = [_alias(rng, tool.names) for tool in tools]
    aliases = [{p.names[0]: _alias(rng, p.names) for p in tool.parameters} for tool in tools]
    return tools, names, aliases, tuple(_offer(rng, *entry) for entry in zip(tools, names, aliases))


def _call(name: str, alias: dict[str, str], values: dict[str, Any]) -> str:
    arguments = {alias[key]: value for key, value in values.items()}
    return "<tool_call>\n" + json.dumps({"name": name, "arguments": arguments}, ensure_ascii=False) + "\n</tool_call>"


def call(rng: Random) -> Conversation:
    """One or two calls; or the answer to a call; or a request that no tool of the list serves."""
    tools, names, aliases, offers = _choose(rng)
    shape = rng.random()
    if shape < 0.1:
        return _no_tool(rng, tools, offers)
    tool, name, alias = tools[0], names[0], aliases[0]
    offers = tuple(rng.sample(offers, len(offers)))
    values = {p.names[0]: p.value(rng) for p in tool.parameters}
    user = rng.choice(tool.requests).format(**values)
    written = _call(name, alias, values)
    think = f"The tool {name} fits. " + ", ".join(f"{alias[key]}: {value}" for key, value in values.items()) + "."
    if shape < 0.22:
        again = {p.names[0]: p.value(rng) for p in tool.parameters}
        user = user.rstrip(".") + " " + rng.choice(("And also: ", "And then: ")) + rng.choice(tool.requests).format(**again)
        written = written + "\n" + _call(name, alias, again)
        think = f"I need the tool {name} twice."
    question, called = Message("user", user), Message("assistant", written, think)
    if shape < 0.6:
        return Conversation("tool call", written, (question, called), offers)
    if shape < 0.65:
        error = rng.choice(("not found", "timeout", "no permission", "service not available"))
        messages = (question, called, Message("tool", json.dumps({"error": error})), Message("assistant", f"That did not work: {error}.", "The tool reports an error."))
        return Conversation("tool answer", f"{error} {written}", messages, offers)
    if shape < 0.72:
        talk = small_talk.talk(rng)
        return Conversation("tool refrain", talk.key, talk.messages, offers, talk.expected)
    result = tool.result(rng, values)
    answer = capital(tool.reply.format(**values, **result))
    messages = (question, called, Message("tool", json.dumps(result)), Message("assistant", answer, "The tool has answered. I tell the user."))
    return Conversation("tool answer", f"{written} {json.dumps(result)}", messages, offers)


def _no_tool(rng: Random, tools: list[Tool], offers: tuple[dict[str, Any], ...]) -> Conversation:
    other = rng.choice([tool for tool in TOOLS if tool not in tools and tool.names[0] not in ("add_numbers", "multiply_numbers", "translate")])
    values = {p.names[0]: p.value(rng) for p in other.parameters}
    user = rng.choice(other.requests).format(**values)
    answer = "I have no tool for that."
    return Conversation("tool refrain", user, (Message("user", user), Message("assistant", answer, "No tool fits.")), offers if rng.random() < 0.8 else ())
