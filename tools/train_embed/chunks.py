"""Endless batches for contrastive training, written and tokenised by worker processes while the model trains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import NamedTuple

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

from encoder import MAX_TOKENS
from meanings import read_kinds
from pairs import Row, draw_row

_CHUNKS = 4


class Batch(NamedTuple):
    """`rows` anchors, then as many positives and negatives: `tokens` holds them by length, in chunks of (texts, tokens), 0 is padding.

    `order` finds text i again in the chunks put one after the other. `same` is (rows, 2 rows): whether a positive or negative means what the anchor of
    another row, or this one, means.
    """

    tokens: list[Tensor]
    order: Tensor
    same: Tensor


def make_batch(tokenizer: Tokenizer, rows: Sequence[Row]) -> Batch:
    texts = [row.anchor for row in rows] + [row.positive for row in rows] + [row.negative for row in rows]
    ids = [encoding.ids for encoding in tokenizer.encode_batch_fast(texts)]
    by_length = sorted(range(len(ids)), key=lambda number: len(ids[number]))
    tokens = []
    for part in np.array_split(by_length, _CHUNKS):
        chunk = np.zeros((len(part), max(len(ids[number]) for number in part)), np.int32)
        for place, number in enumerate(part):
            chunk[place, : len(ids[number])] = ids[number]
        tokens.append(torch.from_numpy(chunk))
    order = torch.empty(len(ids), dtype=torch.int64)
    order[torch.tensor(by_length)] = torch.arange(len(ids))
    identities = np.array([row.identity for row in rows])
    same = identities[:, None] == np.concatenate([identities, np.array([row.other for row in rows])])[None, :]
    return Batch(tokens, order, torch.from_numpy(same))


def load_tokenizer(file: Path) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(file))
    tokenizer.enable_truncation(MAX_TOKENS)
    return tokenizer


class _Stream(IterableDataset[Batch]):
    """Batch i depends on the seed and i alone, so the number of workers does not change what is learned."""

    def __init__(self, tokenizer_file: Path, rows: int, seed: int) -> None:
        self.file, self.rows, self.seed = tokenizer_file, rows, seed

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        number, step = (worker.id, worker.num_workers) if worker else (0, 1)
        tokenizer, kinds = load_tokenizer(self.file), read_kinds()
        while True:
            rng = Random(f"{self.seed}/{number}")
            yield make_batch(tokenizer, [draw_row(kinds, rng) for _ in range(self.rows)])
            number += step


def training_batches(tokenizer_file: Path, rows: int, seed: int, workers: int) -> Iterator[Batch]:
    return iter(DataLoader(_Stream(tokenizer_file, rows, seed), batch_size=None, num_workers=workers, prefetch_factor=8 if workers else None))


def held_out_batch(tokenizer_file: Path, rows: int) -> Batch:
    kinds, rng = read_kinds(), Random("held out")
    return make_batch(load_tokenizer(tokenizer_file), [draw_row(kinds, rng, held_out=True) for _ in range(rows)])
