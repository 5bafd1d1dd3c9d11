#!/usr/bin/env python3
"""What published chat templates write for calls of tools: tests/fixtures/tool_calls.json.

    python3 tools/tool_calls/record.py FOLDER      (of *.jinja files; needs transformers)

A row has the name of a template, the calls, and the assistant's turn: what the template writes for it behind the prompt
that it follows. Templates that refuse the calls, leave some out, or write the same without them, have no row.
"""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "template_parity"))

from conversations import TOKENS  # noqa: E402
from reference import render_conversation  # noqa: E402

FIXTURE = pathlib.Path(__file__).parents[2] / "tests/fixtures/tool_calls.json"
ASK = "What is the weather in Zürich?"
TOOLS = [
    {"type": "function", "function": {"name": "get_weather", "description": "Says the weather.", "parameters": {"type": "object", "properties": {
        "city": {"type": "string", "description": "a town"}, "days": {"type": "integer", "description": "how many"}, "fine": {"type": "boolean", "description": "or not"},
        "limits": {"type": "object", "description": "of what", "properties": {}}, "tags": {"type": "array", "description": "of it", "items": {"type": "string"}}}, "required": ["city"]}}},
    {"type": "function", "function": {"name": "now", "description": "The time.", "parameters": {"type": "object", "properties": {}}}},
]
CALLS = {
    "one": [("get_weather", {"city": "Bern"})],
    "none": [("now", {})],
    "all types": [("get_weather", {"city": "Zürich \"x\" <b> & it's", "days": -2, "fine": True, "limits": {"price": 2.5, "deep": [1, None, False, "a{b}"]}, "tags": ["x", "y, z"]})],
    "two": [("get_weather", {"city": "Bern", "days": 3}), ("now", {})],
    "twice": [("get_weather", {"city": "Bern"}), ("get_weather", {"city": "5"})],
    "lines": [("get_weather", {"city": "a\n  b\n\tc \\ d"})],
}


def message(calls):
    made = [{"type": "function", "id": f"call0000{i}", "function": {"name": name, "arguments": arguments}} for i, (name, arguments) in enumerate(calls)]
    return {"role": "assistant", "content": "", "tool_calls": made}


def turn(template, answer, without):
    """What `answer` adds to the prompt, and the prompt ends with for another answer."""
    def render(messages, generate):
        return render_conversation(template, TOKENS | {"messages": messages, "tools": TOOLS, "add_generation_prompt": generate})[0]
    user = {"role": "user", "content": ASK}
    whole, prompt, plain = render([user, answer], False), render([user], True), render([user, without], False)
    if whole is None or plain is None or whole == plain:
        return None
    if prompt is not None and whole.startswith(prompt):
        return whole[len(prompt):]
    return whole[whole.rindex(ASK) + len(ASK):] if ASK in whole else None


def main(folder):
    rows = {}  # templates that write the same share a row
    for path in sorted(pathlib.Path(folder).glob("*.jinja")):
        template = path.read_text()
        for name, calls in CALLS.items():
            text = turn(template, message(calls), {"role": "assistant", "content": ""})
            if text is not None and all(text.count(name) >= sum(each == name for each, _ in calls) for name, _ in calls):
                rows.setdefault((name, text), []).append(path.stem)
    made = [{"templates": templates, "calls": name, "turn": text} for (name, text), templates in rows.items()]
    calls = {name: [{"name": n, "arguments": a} for n, a in calls] for name, calls in CALLS.items()}
    FIXTURE.write_text(json.dumps({"tools": TOOLS, "calls": calls, "rows": made}, ensure_ascii=False, indent=1) + "\n")
    print(f"{len(made)} rows")


if __name__ == "__main__":
    main(*sys.argv[1:])
