"""Writes a checkpoint whose answers a layer that drafts tokens can foresee: what guesses gain when they are right.

    scripts/env python3 bench/make_foreseeable.py build/foreseeable [--blur 0.03]
    gerbil bench build/foreseeable --quantize int4 -p 0 -n 256 [--speculate]

It has the shape of Qwen3.5-0.8B with random weights, but every block adds nothing, so that the next token hangs on the
last one alone, as the draft sees it, too. `--blur` mixes something else into what the draft sees: at 0 every guess is
right, and the more there is the fewer are. All products are computed as in any other model.
"""

import argparse
import json
import pathlib

import numpy

WIDTH, INNER, VOCABULARY, HEADS, KEY_HEADS, HEAD = 1024, 3584, 248320, 8, 2, 256
LINEAR_HEADS, LINEAR_HEAD, LAYERS = 16, 128, 24


def blocks(name, full):
    """Shapes of a layer's tensors; those that are to add nothing are 0."""
    shapes = {"input_layernorm": (WIDTH,), "post_attention_layernorm": (WIDTH,), "mlp.gate_proj": (INNER, WIDTH),
              "mlp.up_proj": (INNER, WIDTH), "mlp.down_proj": (WIDTH, INNER)}
    if full:
        shapes |= {"self_attn.q_proj": (2 * HEADS * HEAD, WIDTH), "self_attn.k_proj": (KEY_HEADS * HEAD, WIDTH),
                   "self_attn.v_proj": (KEY_HEADS * HEAD, WIDTH), "self_attn.o_proj": (WIDTH, HEADS * HEAD),
                   "self_attn.q_norm": (HEAD,), "self_attn.k_norm": (HEAD,)}
    else:
        values = LINEAR_HEADS * LINEAR_HEAD
        shapes |= {"linear_attn.in_proj_qkv": (3 * values, WIDTH), "linear_attn.in_proj_z": (values, WIDTH),
                   "linear_attn.in_proj_b": (LINEAR_HEADS, WIDTH), "linear_attn.in_proj_a": (LINEAR_HEADS, WIDTH),
                   "linear_attn.conv1d": (3 * values, 1, 4), "linear_attn.norm": (LINEAR_HEAD,),
                   "linear_attn.out_proj": (WIDTH, values)}
    tensors = {f"{name}.{key}.weight": shape for key, shape in shapes.items()}
    if not full:
        tensors |= {f"{name}.linear_attn.A_log": (LINEAR_HEADS,), f"{name}.linear_attn.dt_bias": (LINEAR_HEADS,)}
    return tensors


def numbers(key, shape, blur, random):
    if key.endswith(("o_proj.weight", "out_proj.weight", "down_proj.weight")) or len(shape) == 1:
        return numpy.zeros(shape, numpy.float32)  # norms multiply by 1 + w
    made = random.standard_normal(shape, numpy.float32)
    if key == "mtp.fc.weight":
        return numpy.concatenate([numpy.eye(WIDTH, dtype=numpy.float32), blur * made[:, WIDTH:] / WIDTH**0.5], axis=1)
    return made / shape[-1] ** 0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--blur", type=float, default=0.0)
    options = parser.parse_args()
    tensors = {"model.embed_tokens.weight": (VOCABULARY, WIDTH), "lm_head.weight": (VOCABULARY, WIDTH),
               "model.norm.weight": (WIDTH,), "mtp.norm.weight": (WIDTH,), "mtp.fc.weight": (WIDTH, 2 * WIDTH),
               "mtp.pre_fc_norm_embedding.weight": (WIDTH,), "mtp.pre_fc_norm_hidden.weight": (WIDTH,)}
    for layer in range(LAYERS):
        tensors |= blocks(f"model.layers.{layer}", layer % 4 == 3)
    tensors |= blocks("mtp.layers.0", True)
    config = {"architectures": ["Qwen3_5ForCausalLM"], "model_type": "qwen3_5_text", "hidden_size": WIDTH,
              "intermediate_size": INNER, "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
              "num_key_value_heads": KEY_HEADS, "head_dim": HEAD, "vocab_size": VOCABULARY,
              "linear_num_key_heads": LINEAR_HEADS, "linear_num_value_heads": LINEAR_HEADS,
              "linear_key_head_dim": LINEAR_HEAD, "linear_value_head_dim": LINEAR_HEAD, "linear_conv_kernel_dim": 4,
              "full_attention_interval": 4, "max_position_embeddings": 262144, "rms_norm_eps": 1e-6,
              "rope_parameters": {"rope_type": "default", "rope_theta": 10000000, "partial_rotary_factor": 0.25},
              "mtp_num_hidden_layers": 1, "tie_word_embeddings": False}
    options.folder.mkdir(parents=True, exist_ok=True)
    (options.folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")
    header, end = {}, 0
    for key, shape in tensors.items():
        size = 2 * int(numpy.prod(shape))
        header[key] = {"dtype": "BF16", "shape": shape, "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    random = numpy.random.default_rng(7)
    with open(options.folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for key, shape in tensors.items():
            bits = numpy.ascontiguousarray(numbers(key, shape, options.blur, random)).view(numpy.uint32)
            file.write(((bits + 0x8000) >> 16).astype(numpy.uint16).tobytes())


if __name__ == "__main__":
    main()
