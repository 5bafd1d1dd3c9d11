"""llama.cpp on the same weights: a GGUF file in f32, llama-quantize's types of it, and the logits as libllama computes
them. (Debian packages neither the converter nor llama-perplexity.) Runs in scripts/env."""

import contextlib
import ctypes
import functools
import json
import re

import convert
import gguf
import numpy
import packages
from safetensors.numpy import load_file

THREADS = 2


def interleaved(weight, heads):
    rows, columns = weight.shape
    return weight.reshape(heads, 2, rows // heads // 2, columns).swapaxes(1, 2).reshape(rows, columns)


def gguf_name(name):
    name, _, kind = name.rpartition(".")
    layer = re.match(r"model\.layers\.(\d+)\.", name)
    stem = name[layer.end():] if layer else name
    part = next(short for short, long in convert.LLAMA.items() if long == stem)
    return f"blk.{layer[1]}.{part}.{kind}" if layer else f"{part}.{kind}"


def write_f32(folder, path):
    """The checkpoint, a Llama, as GGUF. The tokenizer is not needed: only ids are given."""
    config = json.loads((folder / "config.json").read_text())
    heads = {"q_proj": config["num_attention_heads"], "k_proj": config["num_key_value_heads"]}
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_rope_freq_base(config["rope_theta"])
    writer.add_rope_dimension_count(config["hidden_size"] // config["num_attention_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_tokenizer_model("no_vocab")
    for name, values in load_file(folder / "model.safetensors").items():
        part = name.split(".")[-2]
        writer.add_tensor(gguf_name(name), interleaved(values, heads[part]) if part in heads else values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantized(folder, kind):
    """The path of the checkpoint as llama-quantize makes it: "f32", "Q4_K_M", "Q8_0", …"""
    path = convert.CHECKPOINTS / "gguf" / f"{folder.name}.{kind}.gguf"
    if path.exists():
        return path
    path.parent.mkdir(exist_ok=True)
    building = path.with_suffix(".building")
    if kind == "f32":
        write_f32(folder, building)
    else:
        packages.run(["llama-quantize", quantized(folder, "f32"), building, kind, str(THREADS)])
    building.rename(path)
    return path


class Parameters(ctypes.Structure):
    """llama_model_params or llama_context_params: passed through as they come, in at least their room. Structures of
    this size travel in memory, so that what follows the real one is never looked at."""

    _fields_ = [("bytes", ctypes.c_uint64 * 64)]


class Batch(ctypes.Structure):
    _fields_ = [("n_tokens", ctypes.c_int32), ("token", ctypes.POINTER(ctypes.c_int32)),
                ("embd", ctypes.POINTER(ctypes.c_float)), ("pos", ctypes.POINTER(ctypes.c_int32)),
                ("n_seq_id", ctypes.POINTER(ctypes.c_int32)),
                ("seq_id", ctypes.POINTER(ctypes.POINTER(ctypes.c_int32))), ("logits", ctypes.POINTER(ctypes.c_int8))]


QUIET = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)


@functools.cache
def library():
    llama = ctypes.CDLL("libllama.so.0")
    signatures = {
        "llama_model_default_params": (Parameters, []),
        "llama_context_default_params": (Parameters, []),
        "llama_model_load_from_file": (ctypes.c_void_p, [ctypes.c_char_p, Parameters]),
        "llama_init_from_model": (ctypes.c_void_p, [ctypes.c_void_p, Parameters]),
        "llama_batch_init": (Batch, [ctypes.c_int32, ctypes.c_int32, ctypes.c_int32]),
        "llama_decode": (ctypes.c_int32, [ctypes.c_void_p, Batch]),
        "llama_get_logits": (ctypes.POINTER(ctypes.c_float), [ctypes.c_void_p]),
        "llama_get_memory": (ctypes.c_void_p, [ctypes.c_void_p]),
        "llama_memory_clear": (None, [ctypes.c_void_p, ctypes.c_bool]),
        "llama_set_n_threads": (None, [ctypes.c_void_p, ctypes.c_int32, ctypes.c_int32]),
        "llama_free": (None, [ctypes.c_void_p]), "llama_model_free": (None, [ctypes.c_void_p]),
        "llama_batch_free": (None, [Batch]), "llama_log_set": (None, [ctypes.c_void_p, ctypes.c_void_p])}
    for name, (result, arguments) in signatures.items():
        function = getattr(llama, name)
        function.restype, function.argtypes = result, arguments
    llama.llama_log_set(ctypes.cast(QUIET, ctypes.c_void_p), None)
    llama.llama_backend_init()
    # The CPU's kernels are modules of their own.
    ggml = ctypes.CDLL("libggml.so.0")
    with contextlib.suppress(AttributeError):
        ggml.ggml_backend_load_all()
    return llama


def logits(path, chunks, vocabulary):
    """Yields [tokens, vocabulary] for each chunk of ids, none longer than the default context of 512."""
    llama = library()
    model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
    context = llama.llama_init_from_model(model, llama.llama_context_default_params()) if model else None
    if not context:
        raise SystemExit(f"llama.cpp cannot load {path}")
    llama.llama_set_n_threads(context, THREADS, THREADS)
    for ids in chunks:
        batch = llama.llama_batch_init(len(ids), 0, 1)
        batch.n_tokens = len(ids)
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.logits[i] = token, i, 1
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
        llama.llama_memory_clear(llama.llama_get_memory(context), True)
        if llama.llama_decode(context, batch) != 0:
            raise SystemExit(f"llama.cpp cannot compute {path}")
        yield numpy.ctypeslib.as_array(llama.llama_get_logits(context), (len(ids), vocabulary)).copy()
        llama.llama_batch_free(batch)
    llama.llama_free(context)
    llama.llama_model_free(model)
