"""The Qwen3 architecture in torch, with the parameter names of a published checkpoint and documents packed into rows."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

#: config.json as it is published. About 5.8 million parameters, the embedding included.
CONFIG: dict[str, Any] = {
    "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": None, "eos_token_id": None, "head_dim": 64,
    "hidden_act": "silu", "hidden_size": 256, "initializer_range": 0.02, "intermediate_size": 512, "max_position_embeddings": 2048, "max_window_layers": 8,
    "model_type": "qwen3", "num_attention_heads": 4, "num_hidden_layers": 8, "num_key_value_heads": 2, "rms_norm_eps": 1e-06, "rope_scaling": None,
    "rope_theta": 10000.0, "sliding_window": None, "tie_word_embeddings": True, "torch_dtype": "float16", "use_cache": True, "use_sliding_window": False, "vocab_size": 4096,
}


class Weight(nn.Module):
    """A matrix without bias: (outputs, inputs)."""

    def __init__(self, outputs: int, inputs: int, deviation: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) * deviation)

    def forward(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight)


class Norm(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        return (wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + CONFIG["rms_norm_eps"]) * self.weight).to(x.dtype)


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Rotary embedding in the half-split layout; x is (batch, heads, tokens, head size)."""
    first, second = x.chunk(2, -1)
    return torch.cat((first * cosine - second * sine, second * cosine + first * sine), -1).to(x.dtype)


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
    """Attention written out as batched products: on CPUs with bf16 instructions these are far faster than torch's fused attention."""
    batch, heads, tokens, size = q.shape
    groups = k.shape[1]
    scores = q.reshape(batch, groups, -1, size) @ k.transpose(-1, -2) * size**-0.5
    scores = scores.view(batch, heads, tokens, tokens).masked_fill(~mask, -1e9).softmax(-1)
    return (scores.to(v.dtype).view(batch, groups, -1, tokens) @ v).view(batch, heads, tokens, size)


class Attention(nn.Module):
    def __init__(self, deviation: float, last: float) -> None:
        super().__init__()
        hidden, size = CONFIG["hidden_size"], CONFIG["head_dim"]
        self.heads, self.groups = CONFIG["num_attention_heads"], CONFIG["num_key_value_heads"]
        self.q_proj, self.k_proj = Weight(self.heads * size, hidden, deviation), Weight(self.groups * size, hidden, deviation)
        self.v_proj, self.o_proj = Weight(self.groups * size, hidden, deviation), Weight(hidden, self.heads * size, last)
        self.q_norm, self.k_norm = Norm(size), Norm(size)

    def forward(self, x: Tensor, angles: tuple[Tensor, Tensor], mask: Any) -> Tensor:
        batch, tokens, _ = x.shape
        q, k, v = (p(x).view(batch, tokens, -1, CONFIG["head_dim"]) for p in (self.q_proj, self.k_proj, self.v_proj))
        q, k, v = rotate(self.q_norm(q).transpose(1, 2), *angles), rotate(self.k_norm(k).transpose(1, 2), *angles), v.transpose(1, 2)
        if isinstance(mask, Tensor):
            mixed = attend(q, k, v, mask)
        else:
            from torch.nn.attention.flex_attention import flex_attention
            mixed = flex_attention(q, k, v.to(q.dtype), block_mask=mask, enable_gqa=True)
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, tokens, -1))


class Feedforward(nn.Module):
    def __init__(self, deviation: float, last: float) -> None:
        super().__init__()
        hidden, inner = CONFIG["hidden_size"], CONFIG["intermediate_size"]
        self.gate_proj, self.up_proj, self.down_proj = Weight(inner, hidden, deviation), Weight(inner, hidden, deviation), Weight(hidden, inner, last)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(functional.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    def __init__(self, deviation: float, last: float) -> None:
        super().__init__()
        self.self_attn, self.mlp = Attention(deviation, last), Feedforward(deviation, last)
        self.input_layernorm, self.post_attention_layernorm = Norm(CONFIG["hidden_size"]), Norm(CONFIG["hidden_size"])

    def forward(self, x: Tensor, angles: tuple[Tensor, Tensor], mask: Any) -> Tensor:
        x = x + self.self_attn(self.input_layernorm(x), angles, mask)
        return x + self.mlp(self.post_attention_layernorm(x))


class Body(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        hidden, layers = CONFIG["hidden_size"], CONFIG["num_hidden_layers"]
        deviation = hidden**-0.5
        self.embed_tokens = Weight(CONFIG["vocab_size"], hidden, 0.02)
        # What each layer adds starts small, so that the residual stream does not grow with depth.
        self.layers = nn.ModuleList(Layer(deviation, deviation / (2 * layers) ** 0.5) for _ in range(layers))
        self.norm = Norm(hidden)


class Nano(nn.Module):
    """`forward` gives logits (batch, tokens, vocabulary). `positions` restart with each document of a row."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Body()

    def forward(self, tokens: Tensor, positions: Tensor, mask: Any) -> Tensor:
        size = CONFIG["head_dim"]
        frequencies = CONFIG["rope_theta"] ** (-torch.arange(0, size, 2, device=tokens.device).float() / size)
        turns = (positions[..., None].float() * frequencies)[:, None]
        angles = (turns.cos(), turns.sin())
        table = self.model.embed_tokens.weight
        x = functional.embedding(tokens, table)
        for layer in self.model.layers:
            x = layer(x, angles, mask)
        return functional.linear(self.model.norm(x), table)


def dense_mask(documents: Tensor) -> Tensor:
    """(batch, 1, tokens, tokens): a token sees the earlier tokens of its own document."""
    tokens = documents.shape[1]
    causal = torch.ones(tokens, tokens, dtype=torch.bool, device=documents.device).tril()
    return ((documents[:, :, None] == documents[:, None, :]) & causal)[:, None]


@cache
def _compiled_create_block_mask() -> Any:
    from torch.nn.attention.flex_attention import create_block_mask

    return torch.compile(create_block_mask, dynamic=False)


def block_mask(documents: Tensor) -> Any:
    """The same for flex attention, which skips the blocks that no pair of a document touches. GPU only."""

    def visible(batch: Tensor, head: Tensor, query: Tensor, key: Tensor) -> Tensor:
        return (query >= key) & (documents[batch, query] == documents[batch, key])

    rows, tokens = documents.shape
    return _compiled_create_block_mask()(visible, rows, None, tokens, tokens, device=documents.device)
