#!/usr/bin/env python3
"""How long Python's Jinja takes to render a conversation of 100 turns with 20 tools, compiled once, in microseconds.

    bench.py [--write FILE]

Needs the templates of fetch.py. --write stores the conversation for bench_template, gerbil's side of the measurement.
"""

import argparse
import json
import pathlib
import statistics
import time

from transformers.utils import chat_template_utils

import conversations
import fetch

TEMPLATES = ("meta-llama-Llama-3.1-8B-Instruct", "Qwen-Qwen3-0.6B", "mistralai-Mistral-Nemo-Instruct-2407")
TURNS, TOOLS, SECONDS = 100, 20, 3


def conversation():
    """Turns of some 60 words; every tenth answer comes after a tool call and its result."""
    words = "the people of another world never took years to say what most would well have said without a vocabulary".split()
    messages = [conversations.SYSTEM]
    for turn in range(TURNS // 2):
        text = " ".join(words[(turn + i) % len(words)] for i in range(60))
        messages.append(conversations.says("user", f"Question {turn}: {text}?"))
        if turn % 10 == 5:
            messages.append(conversations.says("assistant", "", tool_calls=[conversations.call("get_weather", {"city": "Zürich", "days": turn})]))
            messages.append(conversations.RESULT)
        messages.append(conversations.says("assistant", f"Answer {turn}: {text}."))
    tools = [{"type": "function", "function": conversations.FUNCTIONS["weather"] | {"name": f"tool_{i}"}} for i in range(TOOLS)]
    return conversations.TOKENS | {"messages": messages, "tools": tools, "documents": None, "add_generation_prompt": True, "date_string": "26 Jul 2024"}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--write", type=pathlib.Path)
    options = arguments.parse_args()
    context = conversation()
    if options.write:
        options.write.write_text(json.dumps(context, ensure_ascii=False), encoding="utf-8")
    for name in TEMPLATES:
        (path,) = fetch.folder().rglob(f"{name}.jinja")
        template = chat_template_utils._compile_jinja_template(path.read_bytes().decode())
        times, end = [], time.monotonic() + SECONDS
        while time.monotonic() < end:
            start = time.perf_counter()
            text = template.render(**context)
            times.append(time.perf_counter() - start)
        print(f"{name}: {statistics.median(times) * 1e6:.0f} us, {len(text.encode())} bytes, median of {len(times)}")


if __name__ == "__main__":
    main()
