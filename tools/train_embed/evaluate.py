"""Measures nano-embed, as transformers runs it, on held-out paraphrases, and writes the results beside it: evaluation.json, loss.svg, the tables of README.md.

Two baselines say what the figures mean: cosines of TF-IDF, and the same network before training.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random

from torch import Tensor
from transformers import AutoModel, AutoTokenizer

from encoder import embed, new_network
from make_tokenizer import FOLDER
from meanings import read_kinds
from retrieval import Query, Task, accuracy, make_task, mean_reciprocal_rank, ranks, shared_words, tf_idf_scores

from card import draw, write_card  # after meanings, which finds the tools of nano

_FEW_WORDS = 0.2
Results = dict[str, dict[str, dict[str, float]]]


def groups(task: Task) -> dict[str, Callable[[Query], bool]]:
    """Which queries a line of the table is about."""
    subjects = sorted({query.subject for query in task.queries})
    chosen: dict[str, Callable[[Query], bool]] = {subject: lambda query, subject=subject: query.subject == subject for subject in subjects}
    chosen["query and paraphrase share at most a fifth of their words"] = lambda query: shared_words(query.text, task.corpus[query.right]) <= _FEW_WORDS
    return chosen | {"all": lambda query: True}


def without_distractors(scores: dict[str, Tensor], task: Task) -> tuple[dict[str, Tensor], Task]:
    """The same queries over a corpus of their paraphrases alone."""
    kept = sorted(query.right for query in task.queries)
    place = {old: new for new, old in enumerate(kept)}
    easier = Task([query._replace(right=place[query.right]) for query in task.queries], [task.corpus[number] for number in kept])
    return {name: values[:, kept] for name, values in scores.items()}, easier


def measure(scores: dict[str, Tensor], task: Task) -> Results:
    placed = {name: ranks(values, task) for name, values in scores.items()}
    results: Results = {}
    for group, wanted in groups(task).items():
        members = [number for number, query in enumerate(task.queries) if wanted(query)]
        results[group] = {"queries": {"count": len(members)}}
        for name, all_ranks in placed.items():
            found = [all_ranks[number] for number in members]
            results[group][name] = {"accuracy@1": round(accuracy(found), 4), "MRR@10": round(mean_reciprocal_rank(found), 4)}
    return results


def table(results: Results, names: Sequence[str]) -> str:
    lines = ["| | queries | " + " | ".join(names) + " |", "|---|---:|" + "---:|" * len(names)]
    for group, of in results.items():
        bold = "**" if group == "all" else ""
        cells = [f"{bold}{100 * of[name]['accuracy@1']:.1f} %{bold} / {of[name]['MRR@10']:.3f}" for name in names]
        lines.append(f"| {bold}{group}{bold} | {int(of['queries']['count'])} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=FOLDER)
    parser.add_argument("--training", type=Path, default=Path("build/nano-embed"), help="folder with log.csv")
    parser.add_argument("--queries", type=int, default=1500)
    arguments = parser.parse_args()
    task = make_task(read_kinds(), arguments.queries, Random("evaluation"))
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    networks = {"nano-embed": AutoModel.from_pretrained(arguments.model).float().eval(), "untrained": new_network(1).eval()}
    scores = {name: embed(network, tokenizer, [query.text for query in task.queries]) @ embed(network, tokenizer, task.corpus).T for name, network in networks.items()}
    scores["TF-IDF"] = tf_idf_scores(task)
    results = {"all, no distractors in the corpus": measure(*without_distractors(scores, task))["all"]} | measure(scores, task)
    text = f"{len(task.queries)} queries, {len(task.corpus)} sentences to search; accuracy@1 / MRR@10.\n\n{table(results, list(scores))}"
    print(text)
    (arguments.model / "evaluation.json").write_text(json.dumps({"sentences": len(task.corpus), "results": results}, indent=1) + "\n")
    write_card(arguments.model, text)
    draw(arguments.training / "log.csv", arguments.model)


if __name__ == "__main__":
    main()
