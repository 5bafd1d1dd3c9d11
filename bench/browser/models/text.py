"""Qwen3-0.6B's shape cut to 8 layers with random weights, as gerbil and wllama want it, and as it would be published.

    text.py FOLDER    writes FOLDER/{plain,mlx,gguf}

All hold the same numbers, as they lie on the grid of Q4_0 from the beginning: `plain` in 16-bit floats, `mlx` in 4
bits, `gguf` in Q4_0, with the table of embeddings, which is also the projection to the vocabulary."""

import json
import pathlib
import shutil
import sys

import numpy
import safetensors.numpy

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import random_checkpoint  # noqa: E402

SHAPE = "qwen3-0.6b-8-layers"


def decoded(codes, scales, biases):
    words = codes[:, :, None] >> numpy.arange(0, 32, 4, dtype=numpy.uint32) & 15
    blocks = words.reshape(*scales.shape, random_checkpoint.BLOCK)
    values = blocks * scales[:, :, None].astype(numpy.float32) + biases[:, :, None].astype(numpy.float32)
    return values.reshape(codes.shape[0], -1).astype(numpy.float16)


def write_plain(mlx, plain):
    tensors = safetensors.numpy.load_file(mlx / "model.safetensors")
    for module in [name.removesuffix(".scales") for name in tensors if name.endswith(".scales")]:
        parts = [tensors.pop(f"{module}.{part}") for part in ("weight", "scales", "biases")]
        tensors[f"{module}.weight"] = decoded(*parts)
    plain.mkdir()
    safetensors.numpy.save_file(tensors, plain / "model.safetensors", {"format": "pt"})
    config = json.loads((mlx / "config.json").read_text())
    del config["quantization"]
    (plain / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(mlx / name, plain)


def main():
    folder = pathlib.Path(sys.argv[1])
    random_checkpoint.write(folder, SHAPE, served=True)
    (folder / "gguf").mkdir()
    (folder / "q4_0.gguf").rename(folder / "gguf/model.gguf")
    write_plain(folder / "mlx", folder / "plain")


if __name__ == "__main__":
    main()
