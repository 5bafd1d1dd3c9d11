"""Published shapes for random_checkpoint.py: their config.json, their tensors, and what a GGUF file says of them.

A matrix is its module in the checkpoint, its name in the GGUF file, rows and columns. A vector is its tensor in the
checkpoint, its name in the GGUF file, its shape in the checkpoint, the range of its numbers, and what makes the GGUF
file's numbers of them."""

import dataclasses
import functools
import typing

import numpy


class Matrix(typing.NamedTuple):
    module: str
    name: str
    rows: int
    columns: int


class Vector(typing.NamedTuple):
    tensor: str
    name: str
    shape: tuple
    low: float = 0.8
    high: float = 1.2
    to_gguf: typing.Callable = lambda values: values


@dataclasses.dataclass
class Shape:
    title: str
    architecture: str  # of the GGUF file
    config: dict
    matrices: list
    vectors: list
    metadata: typing.Callable  # of a gguf.GGUFWriter


def decoder_metadata(writer, config):
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_key_length(config["head_dim"])
    writer.add_value_length(config["head_dim"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])


def mlp(layer, hidden, intermediate):
    place, block = f"model.layers.{layer}.mlp.", f"blk.{layer}."
    return [Matrix(place + "gate_proj", block + "ffn_gate", intermediate, hidden),
            Matrix(place + "up_proj", block + "ffn_up", intermediate, hidden),
            Matrix(place + "down_proj", block + "ffn_down", hidden, intermediate)]


def attention(layer, config, query_parts=1):
    """`query_parts`: 2 where each head's queries are followed by its gate."""
    place, block, hidden = f"model.layers.{layer}.self_attn.", f"blk.{layer}.", config["hidden_size"]
    queries = config["num_attention_heads"] * config["head_dim"]
    keys = config["num_key_value_heads"] * config["head_dim"]
    matrices = [Matrix(place + "q_proj", block + "attn_q", query_parts * queries, hidden),
                Matrix(place + "k_proj", block + "attn_k", keys, hidden),
                Matrix(place + "v_proj", block + "attn_v", keys, hidden),
                Matrix(place + "o_proj", block + "attn_output", hidden, queries)]
    norms = [Vector(place + f"{which}_norm.weight", block + f"attn_{which}_norm.weight", (config["head_dim"],))
             for which in "qk"]
    return matrices, norms


def qwen3(layers=28):
    config = {
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "hidden_act": "silu", "torch_dtype": "float16",
        "num_hidden_layers": layers, "hidden_size": 1024, "intermediate_size": 3072, "num_attention_heads": 16,
        "num_key_value_heads": 8, "head_dim": 128, "vocab_size": 151936, "rope_theta": 1000000.0, "rope_scaling": None,
        "rms_norm_eps": 1e-6, "max_position_embeddings": 40960, "attention_bias": False, "tie_word_embeddings": True,
        "bos_token_id": 151643, "eos_token_id": 151645,
    }
    hidden = config["hidden_size"]
    matrices = [Matrix("model.embed_tokens", "token_embd", config["vocab_size"], hidden)]
    vectors = [Vector("model.norm.weight", "output_norm.weight", (hidden,))]
    for layer in range(config["num_hidden_layers"]):
        projections, norms = attention(layer, config)
        matrices += projections + mlp(layer, hidden, config["intermediate_size"])
        vectors += norms
        for ours, theirs in (("input_layernorm", "attn_norm"), ("post_attention_layernorm", "ffn_norm")):
            vectors.append(Vector(f"model.layers.{layer}.{ours}.weight", f"blk.{layer}.{theirs}.weight", (hidden,)))

    def metadata(writer):
        decoder_metadata(writer, config)
        writer.add_rope_freq_base(config["rope_theta"])

    return Shape("Qwen3-0.6B", "qwen3", config, matrices, vectors, metadata)


def qwen3_5():
    """Three layers of Gated DeltaNet for each of attention. As MLX converts it: norms that multiply by what is stored,
    and the taps of a convolution before its one input."""
    config = {
        "architectures": ["Qwen3_5ForCausalLM"], "model_type": "qwen3_5_text", "hidden_act": "silu",
        "num_hidden_layers": 24, "hidden_size": 1024, "intermediate_size": 3584, "num_attention_heads": 8,
        "num_key_value_heads": 2, "head_dim": 256, "vocab_size": 248320, "linear_num_key_heads": 16,
        "linear_num_value_heads": 16, "linear_key_head_dim": 128, "linear_value_head_dim": 128,
        "linear_conv_kernel_dim": 4, "full_attention_interval": 4, "rms_norm_eps": 1e-6,
        "max_position_embeddings": 262144, "tie_word_embeddings": True,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000000.0, "partial_rotary_factor": 0.25},
    }
    hidden, heads, taps = config["hidden_size"], config["linear_num_value_heads"], config["linear_conv_kernel_dim"]
    values = heads * config["linear_value_head_dim"]
    channels = values + 2 * config["linear_num_key_heads"] * config["linear_key_head_dim"]
    matrices = [Matrix("model.embed_tokens", "token_embd", config["vocab_size"], hidden)]
    vectors = [Vector("model.norm.weight", "output_norm.weight", (hidden,))]
    for layer in range(config["num_hidden_layers"]):
        place, block = f"model.layers.{layer}.", f"blk.{layer}."
        vectors += [Vector(place + "input_layernorm.weight", block + "attn_norm.weight", (hidden,)),
                    Vector(place + "post_attention_layernorm.weight", block + "post_attention_norm.weight", (hidden,))]
        matrices += mlp(layer, hidden, config["intermediate_size"])
        if layer % config["full_attention_interval"] == config["full_attention_interval"] - 1:
            projections, norms = attention(layer, config, query_parts=2)
            matrices += projections
            vectors += norms
            continue
        net = place + "linear_attn."
        matrices += [Matrix(net + "in_proj_qkv", block + "attn_qkv", channels, hidden),
                     Matrix(net + "in_proj_z", block + "attn_gate", values, hidden),
                     Matrix(net + "in_proj_b", block + "ssm_beta", heads, hidden),
                     Matrix(net + "in_proj_a", block + "ssm_alpha", heads, hidden),
                     Matrix(net + "out_proj", block + "ssm_out", hidden, values)]
        vectors += [Vector(net + "conv1d.weight", block + "ssm_conv1d.weight", (channels, taps, 1), -0.5, 0.5,
                           lambda taps: taps[:, :, 0]),
                    Vector(net + "A_log", block + "ssm_a", (heads,), 0.0, 2.0, lambda logarithm: -numpy.exp(logarithm)),
                    Vector(net + "dt_bias", block + "ssm_dt.bias", (heads,), -4.0, -1.0),
                    Vector(net + "norm.weight", block + "ssm_norm.weight", (config["linear_value_head_dim"],))]

    def metadata(writer):
        decoder_metadata(writer, config)
        rope = config["rope_parameters"]
        writer.add_rope_freq_base(rope["rope_theta"])
        writer.add_rope_dimension_count(int(config["head_dim"] * rope["partial_rotary_factor"]))
        writer.add_rope_dimension_sections([11, 11, 10, 0])  # as published; a text is at the same place in all of them
        writer.add_full_attention_interval(config["full_attention_interval"])
        writer.add_ssm_conv_kernel(taps)
        writer.add_ssm_state_size(config["linear_key_head_dim"])
        writer.add_ssm_group_count(config["linear_num_key_heads"])
        writer.add_ssm_time_step_rank(heads)
        writer.add_ssm_inner_size(values)

    return Shape("Qwen3.5-0.8B", "qwen35", config, matrices, vectors, metadata)


SHAPES = {"qwen3-0.6b": qwen3, "qwen3-0.6b-8-layers": functools.partial(qwen3, layers=8), "qwen3.5-0.8b": qwen3_5}
