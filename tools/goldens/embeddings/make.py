"""Makes the golden fixtures of embedding models and rerankers: tiny random checkpoints, laid out as the published
repositories are, with what transformers (or references.py) computes from them.

    scripts/env python3 tools/goldens/embeddings/make.py

README.md in this folder says what the cases are, and how the two folders that MLX quantised were made.
"""

import json
import pathlib
import shutil
import sys

import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))

import cases
import checks
import dequantize
import encoders
import mlx_cases
import readings
import sentence
import weights
from reference import save_checkpoint

ROOT = pathlib.Path(__file__).resolve().parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "embeddings"
LARGEST_FILE = 250_000


def make_tensors(name, entry):
    """By published name, in the dtype that is stored, with tensors that are not random beside them."""
    config = entry["config"]
    body = entry["shapes"](config)
    seed = entry.get("seed", name)
    tensors = weights.random_tensors(seed, body, gemma=config["model_type"] == "gemma3_text")
    renamed = entry.get("rename", lambda names: {key: key for key in names})(list(tensors))
    tensors = {renamed[key]: tensor for key, tensor in tensors.items()}
    if "head" in entry:
        tensors |= weights.random_tensors(f"{seed} head", entry["head"](config))
    dtype = entry.get("dtype", config.get("torch_dtype", config.get("dtype", "float32")))
    # As numpy makes them: readers of model2vec files take F64 beside F32 and F16.
    stored = {key: tensor.to(torch.float64 if key == "weights" else getattr(torch, dtype))
              for key, tensor in tensors.items()}
    return stored | entry.get("fixed", {}), dtype


def make_inputs(name, entry):
    options = {"first": None, "last": None, "lowest": 5} | entry["texts"]
    vocabulary = entry.get("vocabulary", entry["config"].get("vocab_size"))
    special = [options[key] for key in ("first", "last", "lowest")]
    texts = weights.token_texts(name, vocabulary, readings.LENGTHS, *special)
    if not options.get("types"):
        return [{"ids": ids} for ids in texts]
    return [{"ids": ids, "types": [0] * (len(ids) - len(ids) // 2) + [1] * (len(ids) // 2)} for ids in texts]


def outputs(entry, tensors, dense, inputs, task="", change=None):
    """[texts, dimensions]: embeddings, logits or probabilities, as read with `change`."""
    change = change or {}
    config = entry["config"] | {key: entry[key] for key in ("yes", "no") if key in entry} | change.get("config", {})
    names = entry.get("rename", lambda names: {key: key for key in names})
    if "tensors" in change:
        tensors = change["tensors"](tensors)
    # Names as the family's reference has them; transformers takes prefixes and old spellings by itself.
    if entry["encoder"] in ("nomic", "new", "static", "nomic_library"):
        back = {new: old for old, new in names(list(entry["shapes"](config))).items()}
        tensors = {back.get(key, key): tensor for key, tensor in tensors.items()}
    make = encoders.ENCODERS[entry["encoder"]]
    encode = make(config, tensors, task) if entry["encoder"] == "jina" else make(config, tensors)
    rows = []
    for text in inputs:
        value = encode(text["ids"], change.get("types", text.get("types")), change.get("mask"))
        if "modules" in entry:
            heads, matrices = sentence.changed_heads(entry["modules"], dense, change.get("dense"))
            modules = entry["modules"] | {"dense": heads} | change.get("modules", {})
            value = sentence.apply(value, modules, matrices)
        rows.append(value)
    return torch.stack(rows)


def truncated(values, size, normalize):
    values = values[:, :size]
    return torch.nn.functional.normalize(values, dim=1) if normalize else values


def write_folder(folder, entry, tensors, dense):
    sentence.write_json(folder / "config.json", entry["config"])
    stored = dict(tensors)
    if "position_ids" in entry:
        stored[entry["position_ids"]] = torch.arange(entry["config"]["max_position_embeddings"])[None]
    save_checkpoint(folder, stored)
    if entry.get("static"):
        sentence.write_static(folder, entry["modules"])
    elif "modules" in entry:
        width = entry["config"].get("hidden_size", entry["config"].get("n_embd"))
        sentence.write_modules(folder, entry["modules"], width, dense)


def make_folder(name, entry):
    """Writes one folder and returns its cases."""
    folder = FIXTURES / name
    tensors, dtype = make_tensors(name, entry)
    dense = sentence.dense_tensors(name, entry.get("modules", {}))
    write_folder(folder, entry, tensors, dense)
    inputs = make_inputs(name, entry)
    normalize = bool(entry.get("modules", {}).get("normalize"))
    tolerance = 1e-4 if dtype == "float32" else 1e-3
    common = {"folder": name, "kind": entry.get("kind", "embedding"), "inputs": inputs} | {
        key: entry[key] for key in ("yes", "no") if key in entry}
    result = []

    def add(suffix, values, **settings):
        checks.check_spread(name + suffix, values, entry)
        path = folder / f"expected{suffix}.f32"
        values.numpy().astype("<f4").tofile(path)
        result.append({"name": name + suffix, **common, "expected": path.name, "rows": values.shape[0],
                       "dimensions": values.shape[1], "task": "", "truncate_dimensions": 0, "normalize": normalize,
                       "quantize_bits": 0, "group_size": 0, "min_cosine": 0.99999, "tolerance": tolerance} | settings)

    by_task = {}
    for task in entry.get("tasks", [""]):
        values = by_task[task] = outputs(entry, tensors, dense, inputs, task)
        add("_" + task.replace(".", "_").replace("-", "_") if task else "", values, task=task)
        for label, change in entry["wrong"]:
            if task == "" and "lora" in label:
                continue
            if not checks.noticed(values, outputs(entry, tensors, dense, inputs, task, change), normalize):
                raise SystemExit(f"{name} {task}: a reader would pass that has it wrong: {label}")
    for a in by_task:
        for b in by_task:
            if a < b and not checks.noticed(by_task[a], by_task[b], normalize):
                raise SystemExit(f"{name}: the tasks '{a}' and '{b}' are about the same")
    for size in entry.get("truncate", []):
        add(f"_first_{size}", truncated(by_task[""], size, normalize), truncate_dimensions=size)
    for bits, group in entry.get("quantize", []):
        looks_both_ways = "Qwen3" not in entry["config"]["architectures"][0]
        coarse = dequantize.on_the_fly(tensors, bits, group, looks_both_ways)
        values = outputs(entry, coarse, dense, inputs)
        if checks.relative_difference(values, by_task[""]) < 5e-3:
            raise SystemExit(f"{name}: {bits} bits change too little to be noticed")
        add(f"_int{bits}_group{group}", values, quantize_bits=bits, group_size=group, tolerance=1e-3)
    print(f"{name}: {len(result)} cases, {len(entry['wrong'])} wrong readings refused", flush=True)
    return result


def main():
    checks.check_references()
    for folder in FIXTURES.glob("*/"):
        if folder.name not in mlx_cases.FOLDERS:
            shutil.rmtree(folder)
    made = [case for name, entry in cases.FOLDERS.items() for case in make_folder(name, entry)]
    made += mlx_cases.make_cases(FIXTURES, cases.FOLDERS, make_inputs, outputs)
    text = ",\n".join(json.dumps(case) for case in made)
    (FIXTURES / "manifest.json").write_text(f'{{"cases": [\n{text}\n]}}\n')
    sizes = {path: path.stat().st_size for path in FIXTURES.rglob("*") if path.is_file()}
    too_large = [str(path) for path, size in sizes.items() if size > LARGEST_FILE]
    if too_large:
        raise SystemExit(f"too large: {too_large}")
    print(f"{len(made)} cases, {sum(sizes.values()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
