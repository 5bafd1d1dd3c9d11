"""The models of mock_hub.py: some as they are published, others that go wrong each in their own way."""

import hashlib
import json
import pathlib
import random

MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"


def noise(size, seed):
    return random.Random(seed).randbytes(size)


def git_sha1(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class File:
    def __init__(self, data, lfs=False):
        self.data, self.lfs = data, lfs
        self.etag = hashlib.sha256(data).hexdigest() if lfs else git_sha1(data)

    def entry(self, path):
        entry = {"type": "file", "oid": self.etag, "size": len(self.data), "path": path}
        if self.lfs:
            pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.etag}\nsize {len(self.data)}\n".encode()
            entry |= {"oid": git_sha1(pointer),
                      "lfs": {"oid": self.etag, "size": len(self.data), "pointerSize": len(pointer)}}
        return entry


WEIGHTS = 300_000


class Model:
    """`faults` happen to the first requests for the weights, one each; the last one for ever when it is "always …"."""

    def __init__(self, name, faults=(), files=None, **traits):
        self.name, self.faults, self.traits = name, list(faults), traits
        self.commit = hashlib.sha1(name.encode()).hexdigest()
        self.files = files or {
            "config.json": File(json.dumps({"model_type": name}).encode()),
            "tokenizer.json": File(b'{"model":{}}'),
            "model.safetensors": File(noise(WEIGHTS, name), lfs=True),
            "README.md": File(b"# A model\n"),
            ".gitattributes": File(b"*.safetensors filter=lfs\n"),
            "onnx/model.onnx": File(noise(1000, "onnx"), lfs=True),
        }
        self.revisions = {"main": self.commit, "v1.0": self.commit, "refs/pr/1": self.commit, self.commit: self.commit}

    def fault(self):
        if not self.faults:
            return ""
        return self.faults[0].removeprefix("always ") if self.faults[0].startswith("always") else self.faults.pop(0)


def shards():
    files = {f"model-{i:05}-of-00003.safetensors": File(noise(50_000 + i, i), lfs=True) for i in (1, 2, 3)}
    index = {"weight_map": {f"layer.{i}": name for i, name in enumerate(files)}}
    return {"config.json": File(b"{}"), "model.safetensors.index.json": File(json.dumps(index).encode()),
            "consolidated.safetensors": File(noise(9000, "c"), lfs=True), "tokenizer_config.json": File(b"{}"),
            "additional_chat_templates/tool.jinja": File(b"{{ x }}")} | files


def sentence():
    modules = [{"type": "a.Transformer", "path": ""}, {"type": "a.Pooling", "path": "1_Pooling"},
               {"type": "a.Dense", "path": "2_Dense/"}, {"type": "a.Evil", "path": "../../etc"}]
    return {"config.json": File(b"{}"), "modules.json": File(json.dumps(modules).encode()),
            "sentence_bert_config.json": File(b"{}"), "model.safetensors": File(noise(2000, "s"), lfs=True),
            "1_Pooling/config.json": File(b'{"pooling_mode_mean_tokens":true}'),
            "2_Dense/config.json": File(b'{"in":1}'), "2_Dense/model.safetensors": File(noise(3000, "d"), lfs=True),
            "3_Other/config.json": File(b'{"other":1}'), "empty/generation_config.json": File(b"")}


def stored(name):
    return {str(path.relative_to(MODELS / name)): File(path.read_bytes(), lfs=path.suffix == ".safetensors")
            for path in sorted((MODELS / name).rglob("*")) if path.is_file()}


def models():
    small = {"config.json": File(b'{"a":1}'), "tokenizer.json": File(b"{" + b" " * 5000 + b"}"), "generation_config.json": File(b"")}
    yield from (
        Model("org/plain"), Model("legacy"), Model("org/nano-embed", files=stored("nano-embed")),
        Model("org/sharded", files=shards()), Model("org/sentence", files=sentence()),
        Model("org/gated", gated=True), Model("org/private", private=True),
        Model("org/elsewhere", gated=True, elsewhere=True),
        Model("org/dropped", ["drop", "drop"]), Model("org/whole", ["drop", "whole"]),
        Model("org/other-part", ["drop", "other part"]), Model("org/416", ["drop", "416"]),
        Model("org/changed", ["drop", "changed"]), Model("org/damaged", ["damage"]),
        Model("org/always-damaged", ["always damage"]), Model("org/always-dropped", ["always drop all"]),
        Model("org/never-goes-on", ["always drop whole"]), Model("org/long", ["long"]),
        Model("org/busy", ["429 1"]), Model("org/much-later", ["429 3600"]), Model("org/broken", ["503", "500"]),
        Model("org/down", ["always 503"]), Model("org/stalls", ["stall"]), Model("org/slow", ["slow"]),
        Model("org/loop", ["always loop"]), Model("org/to-a-file", ["always file"]),
        Model("org/gzip", files=small | {"model.safetensors": File(b"s" * 9000)}, gzip=True),
        Model("org/no-commit", no_commit=True), Model("org/direct", ["drop"], direct=True),
        Model("org/pickle", files={"config.json": File(b"{}"), "pytorch_model.bin": File(b"x", lfs=True)}),
        Model("org/gguf", files={"a.gguf": File(b"x", lfs=True)}),
        Model("org/traversal", files={"config.json": File(b"{}"), "../../../evil": File(b"x")}),
        Model("org/bad-index", files={"config.json": File(b"{}"), "model.safetensors.index.json": File(b"[]"),
                                      "model-00001-of-00001.safetensors": File(b"x", lfs=True)}),
        Model("org/html", html=True), Model("org/huge", huge=True), Model("org/endless-error", ["always endless"]),
    )
