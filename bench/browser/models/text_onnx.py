"""A checkpoint of Qwen3 as transformers.js wants it, by the model builder of onnxruntime-genai.

    text_onnx.py PLAIN FOLDER    from the checkpoint PLAIN

onnx/model_q4.onnx has projections in 4 bits in blocks of 32, products of activations in 8 bits, and the table of
embeddings in 32-bit floats, as ONNX Runtime's WebAssembly has no operation for rows of 4 bits.
onnx/model_quantized.onnx is onnxruntime's dynamic quantisation to 8 bits, what transformers.js takes on WebAssembly
when nothing is said."""

import importlib.util
import json
import pathlib
import shutil
import sys
import tempfile

import onnx
import onnxruntime.quantization

OPTIONS = {"int4": ["shared_embeddings=false", "int4_block_size=32", "int4_accuracy_level=4"], "fp32": []}


def give_shapes(model, head):
    """transformers.js makes the empty cache from the shapes of the inputs, of which the builder leaves one open."""
    for value in [*model.graph.input, *model.graph.output]:
        for dimension in value.type.tensor_type.shape.dim:
            if dimension.dim_param == "kv_cache_dim":
                dimension.ClearField("dim_param")
                dimension.dim_value = head


def build(plain, folder, precision):
    # A folder of modules to us: the package itself would load its native library.
    package = pathlib.Path(importlib.util.find_spec("onnxruntime_genai").origin).parent
    sys.path.insert(0, str(package / "models"))
    import builder

    arguments = ["", str(plain), str(folder), precision, "cpu", str(folder / "cache")]
    builder.create_model(*arguments, **builder.parse_extra_options(*arguments, OPTIONS[precision]))
    model = onnx.load(folder / "model.onnx")
    give_shapes(model, json.loads((plain / "config.json").read_text())["head_dim"])
    return model


def main():
    plain, folder = map(pathlib.Path, sys.argv[1:])
    (folder / "onnx").mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=plain.parent) as built:
        onnx.save(build(plain, pathlib.Path(built), "int4"), folder / "onnx/model_q4.onnx")
    with tempfile.TemporaryDirectory(dir=plain.parent) as built:
        floats = pathlib.Path(built) / "floats.onnx"
        onnx.save(build(plain, pathlib.Path(built), "fp32"), floats, save_as_external_data=True)
        onnxruntime.quantization.quantize_dynamic(floats, folder / "onnx/model_quantized.onnx",
                                                  weight_type=onnxruntime.quantization.QuantType.QInt8)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(plain / name, folder)


if __name__ == "__main__":
    main()
