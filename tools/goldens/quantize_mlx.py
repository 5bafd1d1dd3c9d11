"""Quantises the sources of make.py with mlx-lm, on the CPU. Run where mlx and mlx-lm are installed; see README.md.

What mlx_lm.convert does, without the tokenizer that these checkpoints do not have: load_model, quantize_model,
save_model, save_config.
"""

import json
import pathlib
import shutil

import mlx.core as mx
from mlx.utils import tree_map
from mlx_lm import utils

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "build" / "goldens"
TARGET = ROOT / "tests" / "fixtures" / "goldens" / "mlx"


def convert(source, name, bits, group, dtype=mx.bfloat16, predicate=None):
    model, config = utils.load_model(SOURCES / source, lazy=True)
    model.update(tree_map(lambda tensor: tensor.astype(dtype), model.parameters()))
    model, config = utils.quantize_model(model, config, group, bits, quant_predicate=predicate)
    folder = TARGET / name
    utils.save_model(folder, model)
    (folder / "model.safetensors.index.json").unlink()
    utils.save_config(config, folder / "config.json")
    return folder


def mixed(path, module):
    """Like the recipes of mlx_lm.convert: some layers with more bits, and one that stays dense."""
    if "v_proj" in path or "down_proj" in path:
        return {"bits": 6, "group_size": 32}
    if "embed_tokens" in path:
        return {"bits": 8, "group_size": 64}
    return "k_proj" not in path


def rewrite_config(folder, change):
    path = folder / "config.json"
    config = json.loads(path.read_text())
    change(config)
    path.write_text(json.dumps(config, indent=4) + "\n")


def only_bits_and_group(config):
    """As mlx-lm wrote it before it knew modes: `quantization` alone, with two keys."""
    del config["quantization_config"]
    del config["quantization"]["mode"]


def only_quantization_config(config):
    del config["quantization"]


shutil.rmtree(TARGET, ignore_errors=True)
for family in ("llama", "qwen2", "qwen3", "smollm3", "phi3", "gemma3", "gemma4", "qwen3_5"):
    convert(family, family, 4, 64)
for bits in (2, 3, 4, 6, 8):
    for group in (32, 64, 128):
        convert("grid", f"grid_{bits}bit_group{group}", bits, group, dtype=mx.float16 if group == 64 else mx.bfloat16)
convert("grid", "grid_float32_scales", 4, 32, dtype=mx.float32)
convert("qwen3", "qwen3_mixed", 4, 64, predicate=mixed)
rewrite_config(convert("grid", "grid_without_mode", 4, 32), only_bits_and_group)
rewrite_config(convert("grid", "grid_quantization_config", 4, 128), only_quantization_config)
