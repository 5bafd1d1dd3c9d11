"""Writes tests/fixtures/nano/questions.jsonl: held-out questions of every kind for tests of the built program.

Each line: kind, messages, tools and enable_thinking (what a client sends), `expected` (the only right answer) or `contains` (words a right
answer has), and `reference`: the greedy answer of transformers with the dequantised weights, reasoning included.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

from tokenizers import Tokenizer

import chat
import reference
from world.conversation import Conversation
from world.conversations import held_out_questions

ROOT = Path(__file__).parents[2]
_THINKING = ("sum", "difference", "product", "word problem", "json", "tool call")


def line(network: Any, tokenizer: Tokenizer, question: Conversation) -> dict[str, Any]:
    fields: dict[str, Any] = {"kind": question.kind, "messages": [{"role": m.role, "content": m.content} for m in question.messages[:-1]], "enable_thinking": question.thinking}
    if question.tools:
        fields["tools"] = list(question.tools)
    fields |= {"contains": list(question.expected)} if question.expected else {"expected": question.answer.content}
    return fields | {"reference": reference.greedy(network, tokenizer, chat.prompt(question))}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "models/nano")
    parser.add_argument("--out", type=Path, default=ROOT / "tests/fixtures/nano/questions.jsonl")
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    network = reference.load(arguments.model / "model.safetensors")
    questions = held_out_questions(Random("fixture"), 3, 200_000)
    chosen = [question for group in questions.values() for question in group]
    chosen += [replace(question, thinking=True) for kind in _THINKING for question in questions[kind][:2]]
    lines = [line(network, tokenizer, question) for question in chosen]
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text("".join(json.dumps(fields, ensure_ascii=False) + "\n" for fields in lines))
    good = sum(fields["reference"].endswith(fields["expected"]) if "expected" in fields else all(w in fields["reference"] for w in fields["contains"]) for fields in lines)
    print(f"{len(lines)} questions, {good} answered rightly by the reference")


if __name__ == "__main__":
    main()
