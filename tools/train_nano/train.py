"""Trains nano on the world: on a GPU when there is one, otherwise on the CPU.

    python3 tools/train_nano/train.py --minutes 5.7                              (one large GPU)
    python3 tools/train_nano/train.py --steps 4000 --rows 8 --length 512   (two CPU cores, 75 minutes)
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import time
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

import batches
import model as nano
from quantize import InTheLoop

FOLDER = Path(__file__).parents[2] / "models/nano"
WARM_UP = 0.02
#: From this share of the run on, products use the weights as they will be stored in 4 bits.
QUANTIZED_FROM = 0.6


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/nano"), help="where checkpoint.safetensors and log.csv go")
    parser.add_argument("--start", type=Path, help="checkpoint to go on from, for example after a change of the world")
    parser.add_argument("--tokenizer", type=Path, default=FOLDER / "tokenizer.json")
    parser.add_argument("--steps", type=int, default=0, help="length of the run in steps")
    parser.add_argument("--minutes", type=float, default=0.0, help="length of the run in minutes; needed when --steps is not given")
    parser.add_argument("--rows", type=int, default=64, help="rows in a batch")
    parser.add_argument("--length", type=int, default=2048, help="tokens in a row")
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--attention", choices=("flex", "dense"), default="flex" if torch.cuda.is_available() else "dense")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1) if torch.cuda.is_available() else 1)
    parser.add_argument("--log-every", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if not arguments.steps and not arguments.minutes:
        parser.error("give --steps or --minutes")
    return arguments


def learning_rate(highest: float, share: float) -> float:
    """Linear warm-up, then half a cosine down to a hundredth."""
    if share < WARM_UP:
        return highest * (0.02 + share / WARM_UP * 0.98)
    return highest * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def losses(network: Any, batch: batches.Batch, mask: Any) -> tuple[Tensor, Tensor]:
    """The weighted mean loss to minimise, and the plain mean over answers."""
    logits = network(batch["tokens"].long(), batch["positions"], mask)
    each = functional.cross_entropy(logits.float().flatten(0, 1), batch["targets"].long().flatten(), reduction="none")
    weights = batch["weights"].flatten()
    answers = (weights == 1).float()
    return (each * weights).sum() / weights.sum(), (each * answers).sum() / answers.sum()


def save(network: nano.Nano, folder: Path) -> None:
    """f16 is enough: the stored model is made from f16 weights."""
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: value.detach().half().cpu().contiguous() for name, value in network.state_dict().items()}, folder / "checkpoint.safetensors", {"format": "pt"})


class Run:
    """The parts of a training run that change with the device."""

    def __init__(self, arguments: argparse.Namespace) -> None:
        self.arguments = arguments
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(arguments.seed)
        torch.set_float32_matmul_precision("high")
        self.network = nano.Nano().to(self.device)
        if arguments.start:
            self.network.load_state_dict({name: value.float() for name, value in load_file(arguments.start).items()})
        gpu = self.device.type == "cuda"
        self.losses = torch.compile(losses, dynamic=False) if gpu else losses
        self.make_mask = nano.dense_mask if arguments.attention == "dense" else nano.block_mask
        self.quantized: AbstractContextManager[None] = nullcontext()
        self.matrices = matrices = [p for p in self.network.parameters() if p.ndim == 2]
        vectors = [p for p in self.network.parameters() if p.ndim == 1]
        self.optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}], lr=arguments.rate, betas=(0.9, 0.95), fused=True)
        self.autocast = torch.autocast(self.device.type, torch.bfloat16)

    def put(self, batch: batches.Batch) -> batches.Batch:
        return {name: value.to(self.device, non_blocking=True) for name, value in batch.items()}

    def answer_loss(self, batch: batches.Batch) -> float:
        with self.quantized, self.autocast, torch.no_grad():
            return self.losses(self.network, batch, self.make_mask(batch["documents"]))[1].item()

    def step(self, batch: batches.Batch, rate: float) -> Tensor:
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        mask = self.make_mask(batch["documents"])
        with self.quantized:
            with self.autocast:
                weighted, answers = self.losses(self.network, batch, mask)
            weighted.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        return answers.detach()


def main() -> None:
    arguments = options()
    run = Run(arguments)
    arguments.out.mkdir(parents=True, exist_ok=True)
    stream = batches.training_batches(arguments.tokenizer, arguments.rows, arguments.length, arguments.seed, arguments.workers)
    held_out = run.put(batches.held_out_batch(arguments.tokenizer, arguments.rows, arguments.length))
    print(f"{sum(p.numel() for p in run.network.parameters())} parameters on {run.device}", flush=True)
    run.step(run.put(next(stream)), 0.0)  # compiles, as the next line does; the clock starts after them
    run.answer_loss(held_out)
    start, step, share = time.monotonic(), 0, 0.0
    with open(arguments.out / "log.csv", "w", newline="") as file:
        log = csv.writer(file)
        log.writerow(("step", "tokens", "seconds", "train_loss", "held_out_loss"))
        while share < 1:
            if share >= QUANTIZED_FROM:
                run.quantized = InTheLoop(run.matrices)
            loss = run.step(run.put(next(stream)), learning_rate(arguments.rate, share))
            step += 1
            seconds = time.monotonic() - start
            share = step / arguments.steps if arguments.steps else seconds / (60 * arguments.minutes)
            if step % arguments.log_every == 0 or share >= 1 or step == 1:
                check = run.answer_loss(held_out)
                row = (step, step * arguments.rows * arguments.length, round(seconds, 1), round(loss.item(), 4), round(check, 4))
                log.writerow(row)
                file.flush()
                print(*row, flush=True)
            if step % (10 * arguments.log_every) == 0:
                save(run.network, arguments.out)
    save(run.network, arguments.out)


if __name__ == "__main__":
    main()
