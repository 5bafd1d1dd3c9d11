"""A checkpoint of Qwen3 as transformers.js wants it, by the model builder of onnxruntime-genai: projections in 4 bits in
blocks of 32, products of activations in 8 bits, and the table of embeddings in 32-bit floats, as ONNX Runtime's
WebAssembly has no operation for rows of 4 bits.

    text_onnx.py PLAIN FOLDER    from the checkpoint PLAIN"""

import importlib.util
import json
import pathlib
import shutil
import sys
import tempfile

import onnx

OPTIONS = ["shared_embeddings=false", "int4_block_size=32", "int4_accuracy_level=4"]


def build(plain, folder):
    # A folder of modules to us: the package itself would load its native library.
    package = pathlib.Path(importlib.util.find_spec("onnxruntime_genai").origin).parent
    sys.path.insert(0, str(package / "models"))
    import builder

    arguments = ["", str(plain), str(folder), "int4", "cpu", str(folder / "cache")]
    builder.create_model(*arguments, **builder.parse_extra_options(*arguments, OPTIONS))
    return onnx.load(folder / "model.onnx")


def give_shapes(model, head):
    """transformers.js makes the empty cache from the shapes of the inputs, of which the builder leaves one open."""
    for value in [*model.graph.input, *model.graph.output]:
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param == "kv_cache_dim":
                dimension.ClearField("dim_param")
                dimension.dim_value = head


def main():
    plain, folder = map(pathlib.Path, sys.argv[1:])
    with tempfile.TemporaryDirectory(dir=plain.parent) as built:
        model = build(plain, pathlib.Path(built))
    give_shapes(model, json.loads((plain / "config.json").read_text())["head_dim"])
    (folder / "onnx").mkdir(parents=True)
    onnx.save(model, folder / "onnx/model_q4.onnx")
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(plain / name, folder)


if __name__ == "__main__":
    main()
