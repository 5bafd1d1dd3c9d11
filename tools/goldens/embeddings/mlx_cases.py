"""The cases of the folders that quantize_mlx.py wrote: what the weights stand for, restored from the definition of the
format, and run as the dense ones are."""

import json

from safetensors.torch import load_file

import dequantize

SOURCE = "gemma3_heads"
# With the heads in their own folders, and with them in the main file, as mlx-embeddings has them.
FOLDERS = ["gemma3_mlx_4bit", "gemma3_mlx_embeddings_4bit"]


def make_cases(fixtures, folders, make_inputs, outputs):
    result = []
    for name in FOLDERS:
        folder, entry = fixtures / name, folders[SOURCE]
        if not folder.exists():
            print(f"{name}: not there; quantize_mlx.py makes it")
            continue
        config = json.loads((folder / "config.json").read_text())
        tensors = dequantize.mlx_checkpoint(load_file(folder / "model.safetensors"), config)
        heads = [{"linear.weight": tensors.pop(f"dense.{index}.weight")} for index in range(2)
                 if f"dense.{index}.weight" in tensors]
        heads = heads or [load_file(folder / f"{index}_Dense" / "model.safetensors") for index in (2, 3)]
        tensors = {key.removeprefix("model."): tensor for key, tensor in tensors.items()}
        inputs = make_inputs(SOURCE, entry)
        values = outputs(entry, tensors, heads, inputs)
        values.numpy().astype("<f4").tofile(folder / "expected.f32")
        result.append({"name": name, "folder": name, "kind": "embedding", "inputs": inputs, "expected": "expected.f32",
                       "rows": values.shape[0], "dimensions": values.shape[1], "task": "", "truncate_dimensions": 0,
                       "normalize": True, "quantize_bits": 0, "group_size": 0, "min_cosine": 0.99999,
                       "tolerance": 1e-3})
    return result
