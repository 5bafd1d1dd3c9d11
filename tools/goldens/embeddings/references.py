"""Forward passes of the two families that transformers 5.12.1 cannot compute, written from what their authors
published (README.md says where): NomicBert with experts or a part of each head rotated, and Alibaba's NewModel.

make.py runs both also where they meet a model of transformers, and stops unless the numbers agree.
"""

import torch
from torch.nn import functional


def rotate(x, frequencies):
    """RoPE in halves over the first 2 * len(frequencies) numbers of each head; x is [tokens, heads, head size]."""
    width = 2 * frequencies.shape[0]
    angles = torch.arange(x.shape[0], dtype=torch.float32)[:, None] * frequencies
    cosine, sine = angles.cos()[:, None], angles.sin()[:, None]
    first, second = x[..., : width // 2], x[..., width // 2 : width]
    return torch.cat([first * cosine - second * sine, second * cosine + first * sine, x[..., width:]], dim=-1)


def attention(query, key, value, frequencies, causal):
    """[tokens, heads, head size] each -> [tokens, hidden]"""
    query, key = rotate(query, frequencies), rotate(key, frequencies)
    scores = torch.einsum("qhd,khd->hqk", query, key) / query.shape[-1] ** 0.5
    if causal:
        scores = scores.masked_fill(torch.ones(scores.shape[1:]).triu(1).bool(), float("-inf"))
    return torch.einsum("hqk,khd->qhd", scores.softmax(dim=-1), value).flatten(1)


def power_frequencies(base, width):
    return base ** (-torch.arange(0, width, 2, dtype=torch.float32) / width)


class Reader:
    """Tensors of one checkpoint as functions of an activation."""

    def __init__(self, tensors):
        self.tensors = {name: tensor.float() for name, tensor in tensors.items()}

    def linear(self, name, x):
        return functional.linear(x, self.tensors[f"{name}.weight"], self.tensors.get(f"{name}.bias"))

    def layer_norm(self, name, x, epsilon):
        return functional.layer_norm(x, x.shape[-1:], self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"],
                                     epsilon)

    def embed(self, ids, types):
        x = self.tensors["embeddings.word_embeddings.weight"][torch.tensor(ids)]
        table = self.tensors.get("embeddings.token_type_embeddings.weight")
        return x if table is None else x + table[torch.tensor(types or [0] * len(ids))]


def experts(read, prefix, x, config):
    """Softmax over all experts; the best moe_top_k keep their probability, and the bias is added once."""
    inner = config["n_inner"]
    probabilities = read.linear(f"{prefix}.router.layer", x).softmax(dim=-1)
    best = probabilities.topk(config["moe_top_k"] + 1, dim=-1).values
    if (best[:, -2] - best[:, -1]).min() < 1e-4:
        raise SystemExit("a token's experts are so close that rounding would choose them: take another seed")
    chosen = torch.where(probabilities >= best[:, -2:-1], probabilities, 0.0)
    if config["moe_normalize_expert_weights"]:
        chosen = chosen / chosen.sum(dim=-1, keepdim=True)
    total = torch.zeros_like(x)
    for expert in range(config["num_experts"]):
        rows = slice(expert * inner, (expert + 1) * inner)
        up, down = read.tensors[f"{prefix}.experts.mlp.w1"][rows], read.tensors[f"{prefix}.experts.mlp.w2"][rows]
        total = total + chosen[:, expert, None] * (functional.gelu(x @ up.T) @ down)
    return total + read.tensors[f"{prefix}.experts.bias"]


def nomic(config, tensors, ids, types=None, causal=False):
    """Last hidden states of NomicBertModel, [tokens, n_embd]."""
    read, heads, epsilon = Reader(tensors), config["n_head"], config["layer_norm_epsilon"]
    head_size = config["n_embd"] // heads
    frequencies = power_frequencies(config["rotary_emb_base"], int(head_size * config["rotary_emb_fraction"]))
    x = read.layer_norm("emb_ln", read.embed(ids, types), epsilon)
    for layer in range(config["n_layer"]):
        prefix = f"encoder.layers.{layer}"
        query, key, value = read.linear(f"{prefix}.attn.Wqkv", x).view(len(ids), 3, heads, head_size).unbind(1)
        attended = read.linear(f"{prefix}.attn.out_proj", attention(query, key, value, frequencies, causal))
        x = read.layer_norm(f"{prefix}.norm1", attended + x, epsilon)
        every = config.get("moe_every_n_layers", 0)
        if every > 0 and layer % every == 1:
            y = experts(read, f"{prefix}.mlp", x, config)
        elif config["activation_function"] == "swiglu":
            y = read.linear(f"{prefix}.mlp.fc11", x) * functional.silu(read.linear(f"{prefix}.mlp.fc12", x))
            y = read.linear(f"{prefix}.mlp.fc2", y)
        else:
            y = read.linear(f"{prefix}.mlp.fc2", functional.gelu(read.linear(f"{prefix}.mlp.fc1", x)))
        x = read.layer_norm(f"{prefix}.norm2", y + x, epsilon)
    return x


def new_frequencies(config, width):
    """Fixed NTK scaling, at every length (https://kexue.fm/archives/9706)."""
    scaling, base = config["rope_scaling"], config["rope_theta"]
    if scaling is None:
        return power_frequencies(base, width)
    factor = scaling["factor"]
    if scaling.get("mixed_b") is None:
        return power_frequencies(base * factor, width) / factor ** (2 / width)
    a = torch.tensor(factor).log() / (width / 2) ** scaling["mixed_b"]
    steps = torch.arange(1, width // 2 + 1, dtype=torch.float32)
    return power_frequencies(base, width) / (a * steps ** scaling["mixed_b"]).exp()


def new(config, tensors, ids, types=None, causal=False):
    """Last hidden states of NewModel, [tokens, hidden_size]."""
    read, heads, epsilon = Reader(tensors), config["num_attention_heads"], config["layer_norm_eps"]
    head_size = config["hidden_size"] // heads
    frequencies = new_frequencies(config, head_size)

    def norm(name, x):
        if config["layer_norm_type"] == "layer_norm":
            return read.layer_norm(name, x, epsilon)
        return read.tensors[f"{name}.weight"] * x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon)

    x = read.layer_norm("embeddings.LayerNorm", read.embed(ids, types), epsilon)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"encoder.layer.{layer}"
        if config["pack_qkv"]:
            parts = read.linear(f"{prefix}.attention.qkv_proj", x).chunk(3, dim=-1)
        else:
            parts = [read.linear(f"{prefix}.attention.{part}_proj", x) for part in "qkv"]
        query, key, value = (part.view(len(ids), heads, head_size) for part in parts)
        attended = attention(query, key, value, frequencies, causal)
        x = norm(f"{prefix}.attn_ln", x + read.linear(f"{prefix}.attention.o_proj", attended))
        up, gate = read.linear(f"{prefix}.mlp.up_gate_proj", x).chunk(2, dim=-1)
        x = norm(f"{prefix}.mlp_ln", x + read.linear(f"{prefix}.mlp.down_proj", functional.gelu(gate) * up))
    return x
