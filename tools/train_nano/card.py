"""The parts of a model card that an evaluation writes."""

from __future__ import annotations

import csv
from pathlib import Path

from plot import loss_curve


def write_card(folder: Path, text: str) -> None:
    """Replaces what stands between the marks of the model card."""
    card = folder / "README.md"
    before, _, rest = card.read_text().partition("<!-- results -->")
    _, _, after = rest.partition("<!-- end of results -->")
    card.write_text(f"{before}<!-- results -->\n{text}\n<!-- end of results -->{after}")


def draw(log: Path, folder: Path) -> None:
    with open(log, newline="") as file:
        rows = list(csv.DictReader(file))
    curves = {name.replace("_", " ").replace("held out", "held-out"): [float(row[name]) for row in rows] for name in ("train_loss", "held_out_loss")}
    (folder / "loss.svg").write_text(loss_curve([float(row["tokens"]) for row in rows], curves))
