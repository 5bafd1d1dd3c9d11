"""Quantises the source of mlx.py with MLX, on the CPU. Run where mlx is installed, after make.py; see README.md.

What mlx_embeddings.convert does for Gemma 3: every matrix quantised whose size the groups divide, the names with
"model." before them and the heads as dense.0 and dense.1 in the same file, the files of the repository's own folder
copied, those of its subfolders not.
"""

import json
import pathlib
import shutil

import mlx.core as mx

FIXTURES = pathlib.Path(__file__).resolve().parents[3] / "tests" / "fixtures" / "embeddings"
SOURCE = FIXTURES / "gemma3_heads"
BITS, GROUP = 4, 32


def quantized(tensors):
    result = {}
    for name, tensor in tensors.items():
        if tensor.ndim == 2:
            module = name.removesuffix(".weight")
            result[name], result[f"{module}.scales"], result[f"{module}.biases"] = mx.quantize(tensor, GROUP, BITS)
        else:
            result[name] = tensor
    return result


def convert(name, heads_inside):
    folder = FIXTURES / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    tensors = {f"model.{key}": value for key, value in mx.load(str(SOURCE / "model.safetensors")).items()}
    if heads_inside:
        for index in (0, 1):
            head = mx.load(str(SOURCE / f"{index + 2}_Dense" / "model.safetensors"))
            tensors[f"dense.{index}.weight"] = head["linear.weight"]
    else:
        for subfolder in ("1_Pooling", "2_Dense", "3_Dense"):
            shutil.copytree(SOURCE / subfolder, folder / subfolder)
    tensors = {key: value.astype(mx.bfloat16) for key, value in tensors.items()}
    mx.save_safetensors(str(folder / "model.safetensors"), quantized(tensors), metadata={"format": "mlx"})
    for path in SOURCE.glob("*.json"):
        shutil.copy(path, folder)
    config = json.loads((SOURCE / "config.json").read_text())
    # Two keys, as it was written before MLX knew modes; other tools repeat it as quantization_config.
    config["quantization"] = config["quantization_config"] = {"group_size": GROUP, "bits": BITS}
    (folder / "config.json").write_text(json.dumps(dict(sorted(config.items())), indent=4) + "\n")


convert("gemma3_mlx_4bit", heads_inside=False)
convert("gemma3_mlx_embeddings_4bit", heads_inside=True)
