"""Measures nano on questions it has never seen and writes the results beside it: evaluation.json, loss.svg, the tables of README.md.

Exact match is strict: the greedy answer must be the expected text, token for token. Kinds with many right answers (stories, small talk)
count as right when the answer contains the words it must contain. One short question at a time: OPENBLAS_NUM_THREADS=1 makes it faster.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import torch
from tokenizers import Tokenizer

import chat
import reference
from card import draw, write_card
from world.conversation import Conversation
from world.conversations import held_out_questions

ROOT = Path(__file__).parents[2]
#: Free kinds need real generation, which is slow, so they get fewer questions.
_FREE_LIMIT = 12


def right(network: Any, tokenizer: Tokenizer, question: Conversation) -> tuple[float, int, bool]:
    """Summed loss over the expected answer, its length in tokens, and whether the greedy answer is right."""
    prompt = chat.prompt(question)
    head, tail = (tokenizer.encode(text, add_special_tokens=False).ids for text in (prompt, chat.answer(question)))
    loss, exact = reference.forced(network, head, tail)
    if question.expected and not exact:
        answer = reference.greedy(network, tokenizer, prompt)
        exact = all(word in answer for word in question.expected)
    return loss, len(tail), exact


def measure(network: Any, tokenizer: Tokenizer, questions: dict[str, list[Conversation]], thinking: bool) -> dict[str, Any]:
    loss, tokens, kinds = 0.0, 0, {}
    for kind, group in questions.items():
        results = [right(network, tokenizer, replace(question, thinking=thinking)) for question in group]
        loss, tokens = loss + sum(r[0] for r in results), tokens + sum(r[1] for r in results)
        kinds[kind] = {"questions": len(results), "right": sum(r[2] for r in results)}
        print(f"{kind}: {kinds[kind]['right']} of {len(results)}", flush=True)
    return {"loss": round(loss / tokens, 4), "kinds": kinds}


def table(results: dict[str, Any]) -> str:
    names = list(results)
    lines = ["| kind of question | questions | " + " | ".join(names) + " |", "|---|---:|" + "---:|" * len(names)]
    for kind, first in results[names[0]]["kinds"].items():
        cells = [f"{100 * r['kinds'][kind]['right'] / r['kinds'][kind]['questions']:.0f} %" for r in results.values()]
        lines.append(f"| {kind} | {first['questions']} | " + " | ".join(cells) + " |")
    count = sum(k["questions"] for k in results[names[0]]["kinds"].values())
    cells = [f"{100 * sum(k['right'] for k in r['kinds'].values()) / count:.1f} %" for r in results.values()]
    lines.append(f"| **all** | {count} | " + " | ".join(f"**{cell}**" for cell in cells) + " |")
    lines.append("| held-out loss, nats a token | | " + " | ".join(f"{r['loss']:.4f}" for r in results.values()) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=ROOT / "models/nano")
    parser.add_argument("--training", type=Path, default=ROOT / "build/nano", help="folder with checkpoint.safetensors and log.csv")
    parser.add_argument("--limit", type=int, default=40, help="questions of each kind")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # one short question at a time: threads cost more than they bring
    tokenizer = Tokenizer.from_file(str(arguments.model / "tokenizer.json"))
    questions = held_out_questions(Random("evaluation"), arguments.limit, 400_000)
    questions = {kind: group[: _FREE_LIMIT if group[0].expected else arguments.limit] for kind, group in questions.items()}
    full, stored = reference.load(arguments.training / "checkpoint.safetensors"), reference.load(arguments.model / "model.safetensors")
    results = {"f32": measure(full, tokenizer, questions, False), "4 bit": measure(stored, tokenizer, questions, False),
               "4 bit, thinking": measure(stored, tokenizer, questions, True)}
    (arguments.model / "evaluation.json").write_text(json.dumps(results, indent=1) + "\n")
    write_card(arguments.model, table(results))
    draw(arguments.training / "log.csv", arguments.model)


if __name__ == "__main__":
    main()
