"""Endless batches of packed conversations, written and tokenised by worker processes while the model trains."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import numpy as np
import torch
from tokenizers import Tokenizer
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import chat
from world.conversation import Conversation
from world.conversations import held_out_conversation, training_conversation

#: Loss weight of text that is given. Above zero so that the model also knows questions and tool lists as language.
GIVEN_WEIGHT = 0.05

Batch = dict[str, torch.Tensor]


def _document(tokenizer: Tokenizer, conversation: Conversation) -> tuple[list[int], int]:
    """Token ids and how many of them are given. The two parts are encoded apart, as they are when the model is used."""
    given, learned = chat.segments(conversation)
    head = tokenizer.encode(given, add_special_tokens=False).ids
    return head + tokenizer.encode(learned, add_special_tokens=False).ids, len(head)


def pack(tokenizer: Tokenizer, make: Callable[[Random], Conversation], rng: Random, rows: int, length: int) -> Batch:
    """Rows of whole conversations. Document 0 is padding; `weights` belong to the target, the token after."""
    tokens, targets, positions, documents = (np.zeros((rows, length), np.int16) for _ in range(4))
    weights = np.zeros((rows, length), np.float32)
    ids: list[int] = []
    for row in range(rows):
        filled, number = 0, 1
        while True:
            while not ids or len(ids) > length:
                ids, given = _document(tokenizer, make(rng))
            size = len(ids) - 1
            if filled + size > length:
                break
            place = slice(filled, filled + size)
            tokens[row, place], targets[row, place] = ids[:-1], ids[1:]
            positions[row, place], documents[row, place] = np.arange(size), number
            weights[row, place] = GIVEN_WEIGHT
            weights[row, filled + given - 1 : filled + size] = 1
            filled, number, ids = filled + size, number + 1, []
    return {name: torch.from_numpy(array) for name, array in
            {"tokens": tokens, "targets": targets, "positions": positions, "documents": documents, "weights": weights}.items()}


class _Stream(IterableDataset[Batch]):
    """Batch i depends on the seed and i alone, so the number of workers does not change what is learned."""

    def __init__(self, tokenizer_file: Path, rows: int, length: int, seed: int) -> None:
        self.file, self.rows, self.length, self.seed = tokenizer_file, rows, length, seed

    def __iter__(self) -> Iterator[Batch]:
        worker = get_worker_info()
        number, step = (worker.id, worker.num_workers) if worker else (0, 1)
        tokenizer = Tokenizer.from_file(str(self.file))
        while True:
            yield pack(tokenizer, training_conversation, Random(f"{self.seed}/{number}"), self.rows, self.length)
            number += step


def training_batches(tokenizer_file: Path, rows: int, length: int, seed: int, workers: int) -> Iterator[Batch]:
    stream = _Stream(tokenizer_file, rows, length, seed)
    return iter(DataLoader(stream, batch_size=None, num_workers=workers, prefetch_factor=8 if workers else None, pin_memory=torch.cuda.is_available()))


def held_out_batch(tokenizer_file: Path, rows: int, length: int) -> Batch:
    return pack(Tokenizer.from_file(str(tokenizer_file)), held_out_conversation, Random("held out"), rows, length)
