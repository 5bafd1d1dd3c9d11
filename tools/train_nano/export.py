"""Writes a trained checkpoint as models/nano: MLX 4-bit safetensors and config.json, laid out as mlx-lm does.

`quantization` and `quantization_config` say the same twice, because mlx-lm writes both.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from safetensors.torch import load_file

from model import CONFIG
from quantize import BITS, GROUP, pack, quantize

FOLDER = Path(__file__).parents[2] / "models/nano"


def stored_tensors(checkpoint: Path) -> dict[str, np.ndarray]:
    """Matrices become codes, scales and biases; norms stay f16."""
    tensors: dict[str, np.ndarray] = {}
    for name, value in load_file(checkpoint).items():
        if value.ndim == 1:
            tensors[name] = value.half().numpy()
            continue
        affine = quantize(value.float())
        tensors[name] = pack(affine.codes).numpy()
        base = name.removesuffix(".weight")
        tensors[base + ".scales"] = affine.scales.half().numpy()
        tensors[base + ".biases"] = affine.biases.half().numpy()
    return tensors


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("build/nano/checkpoint.safetensors"))
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    save_file(stored_tensors(arguments.checkpoint), arguments.out / "model.safetensors", {"format": "mlx"})
    how = {"group_size": GROUP, "bits": BITS, "mode": "affine"}
    config = CONFIG | {"quantization": how, "quantization_config": how}
    ends = json.loads((arguments.out / "generation_config.json").read_text())["eos_token_id"]
    config |= {"eos_token_id": ends[0], "transformers_version": "4.51.0"}
    (arguments.out / "config.json").write_text(json.dumps(dict(sorted(config.items())), indent=2) + "\n")
    print(f"{sum(file.stat().st_size for file in arguments.out.iterdir())} bytes in {arguments.out}")


if __name__ == "__main__":
    main()
