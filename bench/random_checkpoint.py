"""One random model of a published shape, stored twice: as an MLX checkpoint (4 bits, groups of 32) for gerbil and as
GGUF Q4_0 for llama.cpp.

Both formats then hold the same numbers. Q4_0 is w = d * (code - 8) with a half-precision d for 32 consecutive inputs;
MLX's affine form w = scale * code + bias says the same with scale = d and bias = -8 d, which half precision represents
exactly."""

import json
import pathlib
import shutil
import sys

import gguf
import numpy
import random_tokenizer
from random_shapes import SHAPES

BLOCK = 32


def random_blocks(generator, rows, columns):
    """Codes [rows, blocks, 32] and scales [rows, blocks] whose weights keep activations near one."""
    codes = generator.integers(0, 256, (rows, columns // BLOCK, BLOCK // 2), numpy.uint8)
    codes = numpy.stack([codes & 15, codes >> 4], axis=-1).reshape(rows, columns // BLOCK, BLOCK)
    deviation = 4.6  # of uniform codes
    scales = generator.uniform(0.5, 1.5, codes.shape[:2]) / (deviation * columns**0.5)
    return codes, scales.astype(numpy.float16)


def mlx_tensors(codes, scales):
    """Eight codes a word, the first in the lowest bits."""
    rows = codes.shape[0]
    packed = (codes[:, :, 0::2] | codes[:, :, 1::2] << 4).reshape(rows, -1).view("<u4")
    return {"weight": packed, "scales": scales, "biases": (-8 * scales.astype(numpy.float32)).astype(numpy.float16)}


def q4_0_blocks(codes, scales):
    """A block is its scale and 16 bytes: code j in the low half of byte j, code j + 16 in the high half."""
    halves = codes[:, :, : BLOCK // 2] | codes[:, :, BLOCK // 2 :] << 4
    blocks = numpy.concatenate([scales[:, :, None].view(numpy.uint8), halves], axis=2)
    return blocks.reshape(codes.shape[0], -1)


class SafetensorsWriter:
    """Tensors in the order they are added; the header is written first, so their shapes are given beforehand."""

    DTYPES = {"weight": ("U32", 4), "scales": ("F16", 2), "biases": ("F16", 2), "vector": ("F16", 2)}

    def __init__(self, path, shapes):
        header, offset = {}, 0
        for key, (kind, shape) in shapes.items():
            dtype, size = self.DTYPES[kind]
            end = offset + size * int(numpy.prod(shape))
            header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, end]}
            offset = end
        text = json.dumps({"__metadata__": {"format": "mlx"}} | header).encode()
        text += b" " * (-len(text) % 8)
        self.file = open(path, "wb")
        self.file.write(len(text).to_bytes(8, "little") + text)

    def add(self, array):
        self.file.write(array.tobytes())


def tensor_shapes(shape):
    shapes = {}
    for matrix in shape.matrices:
        shapes[f"{matrix.module}.weight"] = ("weight", [matrix.rows, matrix.columns // 8])
        for part in ("scales", "biases"):
            shapes[f"{matrix.module}.{part}"] = (part, [matrix.rows, matrix.columns // BLOCK])
    for vector in shape.vectors:
        shapes[vector.tensor] = ("vector", list(vector.shape))
    return shapes


def gguf_writer(path, shape, tokenizer):
    writer = gguf.GGUFWriter(path, shape.architecture, use_temp_file=True)
    writer.add_name(f"random {shape.title} shape")
    shape.metadata(writer)
    if tokenizer:
        random_tokenizer.add_to_gguf(writer, tokenizer, shape.config["vocab_size"])
    else:
        writer.add_tokenizer_model("none")  # llama-bench feeds token ids
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)
    return writer


def check_equal(codes, scales):
    """The first block row, read back the way each format defines it."""
    mlx = mlx_tensors(codes[:1], scales[:1])
    words = mlx["weight"][0][:, None] >> numpy.arange(0, 32, 4, dtype=numpy.uint32) & 15
    affine = words.reshape(-1, BLOCK) * mlx["scales"][0][:, None].astype("f4") + mlx["biases"][0][:, None].astype("f4")
    q4_0 = gguf.dequantize(q4_0_blocks(codes[:1], scales[:1]), gguf.GGMLQuantizationType.Q4_0)
    if not numpy.array_equal(affine.reshape(-1), q4_0.reshape(-1)):
        raise SystemExit("the two formats do not hold the same weights")


def write(folder, shape, served=False):
    """Writes FOLDER/mlx/{config.json,model.safetensors} and FOLDER/q4_0.gguf for a shape of random_shapes.SHAPES, with
    a tokenizer where they are to be served."""
    folder, shape = pathlib.Path(folder), SHAPES[shape]()
    tokenizer = random_tokenizer.padded(shape.config["vocab_size"]) if served else None
    config = shape.config | {"quantization": {"group_size": BLOCK, "bits": 4, "mode": "affine"}}
    (folder / "mlx").mkdir(parents=True, exist_ok=True)
    (folder / "mlx" / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    if tokenizer:
        random_tokenizer.write(folder / "mlx", tokenizer)
    generator = numpy.random.default_rng(0)
    safetensors = SafetensorsWriter(folder / "mlx" / "model.safetensors", tensor_shapes(shape))
    writer = gguf_writer(folder / "q4_0.gguf", shape, tokenizer)
    for index, matrix in enumerate(shape.matrices):
        codes, scales = random_blocks(generator, matrix.rows, matrix.columns)
        if index == 0:
            check_equal(codes, scales)
        for array in mlx_tensors(codes, scales).values():
            safetensors.add(array)
        writer.add_tensor(f"{matrix.name}.weight", q4_0_blocks(codes, scales),
                          raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    for vector in shape.vectors:
        values = generator.uniform(vector.low, vector.high, vector.shape).astype(numpy.float16)
        safetensors.add(values)
        writer.add_tensor(vector.name, numpy.ascontiguousarray(vector.to_gguf(values.astype(numpy.float32))))
    safetensors.file.close()
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    """With the tokenizer of a folder, if one is named: for bench_structured, which needs words of a real vocabulary."""
    folder, shape, *tokenizer = sys.argv[1:]
    write(folder, shape)
    for name in ("tokenizer.json", "tokenizer_config.json") if tokenizer else ():
        shutil.copy(pathlib.Path(tokenizer[0]) / name, pathlib.Path(folder) / "mlx")


if __name__ == "__main__":
    main()
