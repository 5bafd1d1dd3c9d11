"""One random model of the shape of Qwen3-0.6B, stored twice: as an MLX checkpoint (4 bits, groups of 32) for gerbil and
as GGUF Q4_0 for llama.cpp.

Both formats then hold the same numbers. Q4_0 is w = d * (code - 8) with a half-precision d for 32 consecutive inputs;
MLX's affine form w = scale * code + bias says the same with scale = d and bias = -8 d, which half precision represents
exactly."""

import json
import pathlib

import gguf
import numpy

BLOCK = 32
LAYERS, HIDDEN, INTERMEDIATE, HEADS, KV_HEADS, HEAD_DIM, VOCABULARY = 28, 1024, 3072, 16, 8, 128, 151936
ROPE_THETA, EPSILON, CONTEXT = 1000000.0, 1e-6, 40960

CONFIG = {
    "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_act": "silu", "torch_dtype": "float16",
    "num_hidden_layers": LAYERS, "hidden_size": HIDDEN, "intermediate_size": INTERMEDIATE,
    "num_attention_heads": HEADS, "num_key_value_heads": KV_HEADS, "head_dim": HEAD_DIM, "vocab_size": VOCABULARY,
    "rope_theta": ROPE_THETA, "rope_scaling": None, "rms_norm_eps": EPSILON, "max_position_embeddings": CONTEXT,
    "attention_bias": False, "tie_word_embeddings": True, "bos_token_id": 151643, "eos_token_id": 151645,
    "quantization": {"group_size": BLOCK, "bits": 4, "mode": "affine"},
}

# Module in the checkpoint, name in the GGUF file, rows, columns; `{}` is the layer.
LAYER_MATRICES = [
    ("self_attn.q_proj", "attn_q", HEADS * HEAD_DIM, HIDDEN),
    ("self_attn.k_proj", "attn_k", KV_HEADS * HEAD_DIM, HIDDEN),
    ("self_attn.v_proj", "attn_v", KV_HEADS * HEAD_DIM, HIDDEN),
    ("self_attn.o_proj", "attn_output", HIDDEN, HEADS * HEAD_DIM),
    ("mlp.gate_proj", "ffn_gate", INTERMEDIATE, HIDDEN),
    ("mlp.up_proj", "ffn_up", INTERMEDIATE, HIDDEN),
    ("mlp.down_proj", "ffn_down", HIDDEN, INTERMEDIATE),
]
LAYER_NORMS = [
    ("input_layernorm", "attn_norm", HIDDEN),
    ("post_attention_layernorm", "ffn_norm", HIDDEN),
    ("self_attn.q_norm", "attn_q_norm", HEAD_DIM),
    ("self_attn.k_norm", "attn_k_norm", HEAD_DIM),
]


def matrices():
    yield "model.embed_tokens", "token_embd", VOCABULARY, HIDDEN
    for layer in range(LAYERS):
        for module, name, rows, columns in LAYER_MATRICES:
            yield f"model.layers.{layer}.{module}", f"blk.{layer}.{name}", rows, columns


def norms():
    yield "model.norm", "output_norm", HIDDEN
    for layer in range(LAYERS):
        for module, name, size in LAYER_NORMS:
            yield f"model.layers.{layer}.{module}", f"blk.{layer}.{name}", size


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

    DTYPES = {"weight": ("U32", 4), "scales": ("F16", 2), "biases": ("F16", 2), "norm": ("F16", 2)}

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


def tensor_shapes():
    shapes = {}
    for module, _, rows, columns in matrices():
        shapes[f"{module}.weight"] = ("weight", [rows, columns // 8])
        for part in ("scales", "biases"):
            shapes[f"{module}.{part}"] = (part, [rows, columns // BLOCK])
    for module, _, size in norms():
        shapes[f"{module}.weight"] = ("norm", [size])
    return shapes


def gguf_writer(path):
    writer = gguf.GGUFWriter(path, "qwen3", use_temp_file=True)
    writer.add_name("random Qwen3-0.6B shape")
    writer.add_block_count(LAYERS)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INTERMEDIATE)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_key_length(HEAD_DIM)
    writer.add_value_length(HEAD_DIM)
    writer.add_rope_freq_base(ROPE_THETA)
    writer.add_layer_norm_rms_eps(EPSILON)
    writer.add_vocab_size(VOCABULARY)
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


def write(folder):
    """Writes FOLDER/mlx/{config.json,model.safetensors} and FOLDER/q4_0.gguf."""
    folder = pathlib.Path(folder)
    (folder / "mlx").mkdir(parents=True, exist_ok=True)
    (folder / "mlx" / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    generator = numpy.random.default_rng(0)
    safetensors = SafetensorsWriter(folder / "mlx" / "model.safetensors", tensor_shapes())
    writer = gguf_writer(folder / "q4_0.gguf")
    for index, (_, name, rows, columns) in enumerate(matrices()):
        codes, scales = random_blocks(generator, rows, columns)
        if index == 0:
            check_equal(codes, scales)
        for array in mlx_tensors(codes, scales).values():
            safetensors.add(array)
        writer.add_tensor(f"{name}.weight", q4_0_blocks(codes, scales), raw_dtype=gguf.GGMLQuantizationType.Q4_0)
    for _, name, size in norms():
        norm = generator.uniform(0.8, 1.2, size).astype(numpy.float16)
        safetensors.add(norm)
        writer.add_tensor(f"{name}.weight", norm.astype(numpy.float32))
    safetensors.file.close()
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
