"""Makes the golden fixtures: tiny random checkpoints with the logits transformers computes from them.

    scripts/env python3 tools/goldens/make.py dense     checkpoints, configs and logits of the dense sets, and the
                                                        sources that the quantisers read, in build/goldens
    scripts/env python3 tools/goldens/make.py logits    logits of the quantised fixtures, and manifest.json

README.md in this folder says what runs between the two.
"""

import json
import pathlib
import shutil
import sys

import torch
from safetensors.torch import load_file

import dequantize
import recipes
import reference

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures" / "goldens"
SOURCES = ROOT / "build" / "goldens"
TOLERANCE = {"float32": 1e-4, "float16": 1e-3, "bfloat16": 1e-3, "quantized": 1e-3}


def write_json(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


def transformers5_spelling(published, dtype):
    """What transformers 5 itself writes for this model: rope_parameters and dtype."""
    config = reference.load_config(published)
    config.architectures = json.loads(published.read_text())["architectures"]
    config.dtype = getattr(torch, dtype)
    rewritten = json.loads(config.to_json_string(use_diff=True))
    # Kept from the file that was read; a model that was born with transformers 5 has it in rope_parameters only.
    rewritten.pop("partial_rotary_factor", None)
    return rewritten


def store_logits(path, values):
    deviation = values.std().item()
    if not 0.8 < deviation < 6:
        raise SystemExit(f"{path}: logits with a standard deviation of {deviation:.2f} would hide errors")
    values.numpy().astype("<f4").tofile(path)


def relative_difference(a, b):
    return ((a - b).abs().max() / a.abs().max()).item()


def make_dense():
    shutil.rmtree(FIXTURES / "dense", ignore_errors=True)
    cases = []
    for name, entry in recipes.SETS.items():
        folder = FIXTURES / "dense" / name
        folder.mkdir(parents=True)
        dtype = entry.get("dtype", "float32")
        tensors, results = None, {}
        for variant, (published, count, context_length) in entry["variants"].items():
            path = folder / f"{variant}.json"
            write_json(path, published)
            config = reference.load_config(path)
            if tensors is None:
                tensors = reference.random_tensors(name, config)
                tensors = {key: value.to(getattr(torch, dtype)) for key, value in tensors.items()}
                tensors |= {key: torch.zeros(2, 2, dtype=getattr(torch, dtype)) for key in entry.get("unused", ())}
                names = {} if config.model_type == "qwen3_5" else reference.PART_NAMES
                reference.save_checkpoint(folder, tensors, entry.get("shards", 1), names)
            tokens = reference.make_tokens(name, count, config.get_text_config().vocab_size)
            results[variant] = reference.logits(config, tensors, tokens)
            store_logits(folder / f"{variant}.logits", results[variant])

            rewritten = folder / f"{variant}.transformers5.json"
            write_json(rewritten, transformers5_spelling(path, dtype))
            again = reference.logits(reference.load_config(rewritten), tensors, tokens)
            if not torch.equal(again, results[variant]):
                raise SystemExit(f"{rewritten} and {path} are not the same model")
            case = {"name": f"{name}_{variant}", "folder": f"dense/{name}", "logits": f"{variant}.logits",
                    "tokens": tokens, "vocabulary_size": config.get_text_config().vocab_size, "context_length": context_length,
                    "quantize_bits": 0, "group_size": 0, "tolerance": TOLERANCE[dtype]}
            cases += [case | {"config": path.name},
                      case | {"name": f"{case['name']}_transformers5", "config": rewritten.name}]
        cases += make_on_the_fly(name, folder, tensors)
        # A reader that ignores what sets two variants apart must fail by a wide margin.
        for a in results:
            for b in results:
                rows = min(len(results[a]), len(results[b]))
                difference = relative_difference(results[a][:rows], results[b][:rows])
                if a < b and difference < 100 * TOLERANCE[dtype]:
                    raise SystemExit(f"{name}: {a} and {b} differ by {difference:.1e} only")
    SOURCES.mkdir(parents=True, exist_ok=True)
    write_json(SOURCES / "dense_cases.json", cases)
    make_sources()


def make_on_the_fly(name, folder, tensors):
    cases = []
    for entry, variant, bits, group in recipes.ON_THE_FLY:
        if entry != name:
            continue
        config = reference.load_config(folder / f"{variant}.json")
        tokens = reference.make_tokens(name, recipes.SHORT, config.get_text_config().vocab_size)
        path = folder / f"{variant}.int{bits}_group{group}.logits"
        store_logits(path, reference.logits(config, dequantize.on_the_fly(tensors, bits, group), tokens))
        cases.append({"name": f"{name}_{variant}_int{bits}_group{group}", "folder": f"dense/{name}",
                      "config": f"{variant}.json", "logits": path.name, "tokens": tokens,
                      "vocabulary_size": config.get_text_config().vocab_size, "context_length": 0, "quantize_bits": bits,
                      "group_size": group, "tolerance": TOLERANCE["quantized"]})
    return cases


def make_sources():
    for name, published in recipes.SOURCES.items():
        folder = SOURCES / name
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / "config.json", published | {"torch_dtype": "bfloat16"})
        config = reference.load_config(folder / "config.json")
        tensors = reference.random_tensors(f"source {name}", config)
        names = {} if config.model_type == "qwen3_5" else reference.PART_NAMES
        reference.save_checkpoint(folder, {key: value.bfloat16() for key, value in tensors.items()}, names=names)


def make_logits():
    cases = json.loads((SOURCES / "dense_cases.json").read_text())
    for folder in sorted(path.parent for path in FIXTURES.glob("*/*/model.safetensors")):
        kind = folder.parent.name
        if kind in ("dense", "drafts"):
            continue
        stored = json.loads((folder / "config.json").read_text())
        config = reference.load_config(folder / "config.json")
        tensors = dequantize.checkpoint(kind, load_file(folder / "model.safetensors"), stored)
        tokens = reference.make_tokens(folder.name, recipes.SHORT, config.get_text_config().vocab_size)
        values = reference.logits(config, tensors, tokens)
        store_logits(folder / "config.logits", values)
        cases.append({"name": f"{kind}_{folder.name}", "folder": f"{kind}/{folder.name}", "config": "config.json",
                      "logits": "config.logits", "tokens": tokens, "vocabulary_size": config.get_text_config().vocab_size,
                      "context_length": 0, "quantize_bits": 0, "group_size": 0, "tolerance": TOLERANCE["quantized"]})
    text = ",\n".join(json.dumps(case) for case in cases)
    (FIXTURES / "manifest.json").write_text(f'{{"cases": [\n{text}\n]}}\n')
    size = sum(path.stat().st_size for path in FIXTURES.rglob("*") if path.is_file())
    print(f"{len(cases)} cases, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    if sys.argv[1:] == ["dense"]:
        make_dense()
    elif sys.argv[1:] == ["logits"]:
        make_logits()
    else:
        raise SystemExit(__doc__)
