"""Trains nano-embed: InfoNCE over a batch in both directions, with a hard negative for every row. On a GPU when there is one, otherwise on the CPU.

    python3 tools/train_embed/train.py                  (3000 steps)
    python3 tools/train_embed/train.py --minutes 25     (as many as fit)
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import time
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional
from transformers import BertModel

import chunks
from encoder import new_network, pool

FOLDER = Path(__file__).parents[2] / "models/nano-embed"
WARM_UP = 0.05
TEMPERATURE = 0.05


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("build/nano-embed"), help="where checkpoint.safetensors and log.csv go")
    parser.add_argument("--tokenizer", type=Path, default=FOLDER / "tokenizer.json")
    parser.add_argument("--steps", type=int, default=3000, help="length of the run in steps, if --minutes is not given")
    parser.add_argument("--minutes", type=float, default=0.0, help="length of the run in minutes")
    parser.add_argument("--rows", type=int, default=128, help="rows in a batch; a row is three texts")
    parser.add_argument("--rate", type=float, default=2e-3, help="highest learning rate")
    parser.add_argument("--workers", type=int, default=max(1, (os.cpu_count() or 2) - 1) if torch.cuda.is_available() else 1)
    parser.add_argument("--threads", type=int, default=2, help="threads for the CPU")
    parser.add_argument("--log-every", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def learning_rate(highest: float, share: float) -> float:
    """Linear warm-up, then half a cosine down to a hundredth."""
    if share < WARM_UP:
        return highest * (0.02 + share / WARM_UP * 0.98)
    return highest * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1.0, share))))


def loss_of(network: BertModel, batch: chunks.Batch) -> tuple[Tensor, Tensor, int]:
    """The loss, the share of anchors whose positive is the nearest of all positives and negatives, and the number of tokens.

    Texts that mean the same as the anchor, and are not its own positive, are no negatives of it.
    """
    device = next(network.parameters()).device
    vectors, count = [], 0
    with torch.autocast(device.type, torch.bfloat16):
        for chunk in batch.tokens:
            ids = chunk.to(device).long()
            mask = (ids != 0).long()
            count += ids.numel()
            vectors.append(pool(network(input_ids=ids, attention_mask=mask).last_hidden_state.float(), mask))
    anchors, positives, negatives = torch.cat(vectors)[batch.order.to(device)].chunk(3)
    rows = len(anchors)
    own = torch.arange(rows, device=device)
    same = batch.same.to(device).clone()
    same[own, own] = False
    forth = (anchors @ torch.cat((positives, negatives)).T / TEMPERATURE).masked_fill(same, -1e4)
    back = (positives @ torch.cat((anchors, negatives)).T / TEMPERATURE).masked_fill(same, -1e4)
    loss = (functional.cross_entropy(forth, own) + functional.cross_entropy(back, own)) / 2
    return loss, (forth.argmax(1) == own).float().mean(), count


def main() -> None:
    arguments = options()
    torch.set_num_threads(arguments.threads)
    torch.set_float32_matmul_precision("high")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = new_network(arguments.seed).to(device).train()
    matrices, vectors = ([p for p in network.parameters() if (p.ndim == 2) == wanted] for wanted in (True, False))
    optimizer = torch.optim.AdamW([{"params": matrices, "weight_decay": 0.01}, {"params": vectors, "weight_decay": 0.0}], betas=(0.9, 0.98))
    arguments.out.mkdir(parents=True, exist_ok=True)
    stream = chunks.training_batches(arguments.tokenizer, arguments.rows, arguments.seed, arguments.workers)
    held_out = chunks.held_out_batch(arguments.tokenizer, arguments.rows)
    print(f"{sum(p.numel() for p in network.parameters())} parameters on {device}", flush=True)
    start, tokens, step, share = time.monotonic(), 0, 0, 0.0
    with open(arguments.out / "log.csv", "w", newline="") as file:
        log = csv.writer(file)
        log.writerow(("step", "tokens", "seconds", "train_loss", "held_out_loss", "held_out_accuracy"))
        while share < 1:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(arguments.rate, share)
            loss, _, count = loss_of(network, next(stream))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            step, tokens, seconds = step + 1, tokens + count, time.monotonic() - start
            share = seconds / (60 * arguments.minutes) if arguments.minutes else step / arguments.steps
            if step % arguments.log_every == 0 or step == 1 or share >= 1:
                with torch.no_grad():
                    check, accuracy, _ = loss_of(network, held_out)
                row = (step, tokens, round(seconds, 1), round(loss.item(), 4), round(check.item(), 4), round(accuracy.item(), 4))
                log.writerow(row)
                file.flush()
                print(*row, flush=True)
    save_file({name: value.detach().half().cpu().contiguous() for name, value in network.state_dict().items()}, arguments.out / "checkpoint.safetensors", {"format": "pt"})


if __name__ == "__main__":
    main()
