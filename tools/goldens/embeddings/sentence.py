"""The modules of sentence-transformers: what it writes into a repository, and what its modules compute."""

import json

import torch

import weights
from reference import save_checkpoint

MODES = {  # in the order in which several are concatenated
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len": "pooling_mode_mean_sqrt_len_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}
ACTIVATIONS = {"torch.nn.modules.linear.Identity": lambda x: x, "torch.nn.modules.activation.Tanh": torch.tanh}
LIBRARY = "sentence_transformers.models."


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n")


def pool(hidden, modes):
    """[tokens, dimensions] -> [modes * dimensions]"""
    count = hidden.shape[0]
    positions = torch.arange(1, count + 1, dtype=torch.float32)[:, None]
    parts = {
        "cls": lambda: hidden[0],
        "max": lambda: hidden.max(dim=0).values,
        "mean": lambda: hidden.sum(dim=0) / count,
        "mean_sqrt_len": lambda: hidden.sum(dim=0) / count**0.5,
        "weightedmean": lambda: (hidden * positions).sum(dim=0) / positions.sum(),
        "lasttoken": lambda: hidden[-1],
    }
    return torch.cat([parts[mode]() for mode in MODES if mode in modes])


def apply(hidden, modules, dense):
    """Runs the modules that follow the Transformer; `dense` has their tensors."""
    value = pool(hidden, modules["pooling"])
    for head, tensors in zip(modules.get("dense", []), dense):
        value = torch.nn.functional.linear(value, tensors["linear.weight"].float(),
                                           tensors["linear.bias"].float() if "linear.bias" in tensors else None)
        value = ACTIVATIONS[head["activation_function"]](value)
    return torch.nn.functional.normalize(value, dim=0) if modules.get("normalize") else value


def dense_tensors(seed, modules):
    result = []
    for index, head in enumerate(modules.get("dense", [])):
        shapes = {"linear.weight": (head["out_features"], head["in_features"])}
        if head["bias"]:
            shapes["linear.bias"] = (head["out_features"],)
        result.append(weights.random_tensors(f"{seed} dense {index}", shapes))
    return result


def pooling_config(width, modes, keys):
    config = {"word_embedding_dimension": width} | {key: mode in modes for mode, key in MODES.items()}
    if keys == "old":  # sentence-transformers before 2.2.3
        return {key: value for key, value in config.items() if "weighted" not in key and "last" not in key}
    return config | {"include_prompt": True}


def write_modules(folder, modules, width, dense):
    """modules.json and the folders it names; the files beside it as modules["files"] has them."""
    entries = [("0", "", modules.get("transformer", LIBRARY + "Transformer")), ("1", "1_Pooling", LIBRARY + "Pooling")]
    write_json(folder / "1_Pooling" / "config.json",
               pooling_config(width, modules["pooling"], modules.get("pooling_keys", "new")))
    for head, tensors in zip(modules.get("dense", []), dense):
        name = str(len(entries))
        write_json(folder / f"{name}_Dense" / "config.json", head)
        save_checkpoint(folder / f"{name}_Dense", tensors)
        entries.append((name, f"{name}_Dense", LIBRARY + "Dense"))
    if modules.get("normalize"):
        entries.append((str(len(entries)), f"{len(entries)}_Normalize", LIBRARY + "Normalize"))
    names = modules.get("names", [name for name, _, _ in entries])
    listed = [{"idx": index, "name": name, "path": path, "type": kind}
              for index, (name, (_, path, kind)) in enumerate(zip(names, entries))]
    if "kwargs" in modules:
        listed[0]["kwargs"] = modules["kwargs"]
    write_json(folder / "modules.json", listed)
    for name, value in modules.get("files", {}).items():
        write_json(folder / name, value)


def write_static(folder, modules):
    """modules.json as model2vec writes it: the pooling is part of the StaticEmbedding."""
    listed = [{"idx": 0, "name": "0", "path": ".", "type": LIBRARY + "StaticEmbedding"}]
    if modules.get("normalize"):
        listed.append({"idx": 1, "name": "1", "path": "1_Normalize", "type": LIBRARY + "Normalize"})
    write_json(folder / "modules.json", listed)


def changed_heads(modules, dense, change):
    """The Dense modules as a reader has them that overlooks their bias or their activation."""
    heads = modules.get("dense", [])
    if change == "no activation":
        return [head | {"activation_function": "torch.nn.modules.linear.Identity"} for head in heads], dense
    if change == "no bias":
        return heads, [{"linear.weight": tensors["linear.weight"]} for tensors in dense]
    return heads, dense
