"""Writes the fixtures of nano-embed: what an engine must find, and the numbers that it must reproduce.

retrieval.jsonl holds the corpus, one {"sentence"} a line, and then the queries, one {"query", "right"} a line: `right` is the place of its paraphrase in the
corpus, from 0. embeddings.json holds texts with the token ids and the embedding that transformers gives in f32, and the accuracy that it reaches on
retrieval.jsonl.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random

from transformers import AutoModel, AutoTokenizer

from encoder import MAX_TOKENS, embed
from make_tokenizer import FOLDER
from meanings import read_kinds
from retrieval import accuracy, make_task, mean_reciprocal_rank, ranks

_TEXTS = 14
#: What tokenizers and encoders get wrong: nothing at all, other scripts, accents, unknown letters, a word without end, more than 64 tokens, two sentences.
_DIFFICULT = ("", "CAFÉ à la crème, naïve Ångström", "東京 is the capital of Japan.", "zzzz 🙂 ÿ\u0000\t\n  12:45!?", "x" * 120, "The fox lives in a den. " * 20)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "tests/fixtures/nano_embed")
    parser.add_argument("--queries", type=int, default=200)
    arguments = parser.parse_args()
    rng = Random("fixture")
    kinds = read_kinds()
    rng.shuffle(kinds)
    task = make_task(kinds, arguments.queries, rng)
    tokenizer, network = AutoTokenizer.from_pretrained(arguments.model), AutoModel.from_pretrained(arguments.model).float().eval()
    found = ranks(embed(network, tokenizer, [query.text for query in task.queries]) @ embed(network, tokenizer, task.corpus).T, task)
    texts = [*(query.text for query in task.queries[:_TEXTS]), *_DIFFICULT]
    samples = [{"text": text, "ids": tokenizer(text, truncation=True, max_length=MAX_TOKENS)["input_ids"], "embedding": embed(network, tokenizer, [text])[0].tolist()} for text in texts]
    arguments.out.mkdir(parents=True, exist_ok=True)
    lines = [{"sentence": sentence} for sentence in task.corpus] + [{"query": query.text, "right": query.right} for query in task.queries]
    (arguments.out / "retrieval.jsonl").write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))
    measured = {"accuracy@1": round(accuracy(found), 4), "MRR@10": round(mean_reciprocal_rank(found), 4)}
    content = ",\n".join(json.dumps(sample) for sample in samples)
    (arguments.out / "embeddings.json").write_text(f'{{"transformers": {json.dumps(measured)}, "texts": [\n{content}\n]}}\n')
    print(f"{len(task.queries)} queries, {len(task.corpus)} sentences, {len(samples)} embeddings: {measured}")


if __name__ == "__main__":
    main()
