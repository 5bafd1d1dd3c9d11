"""The shape of nano-embed, and how a sentence becomes a vector: the reference for every measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from transformers import BertConfig, BertModel

MAX_TOKENS = 64
WIDTH = 128
#: What config.json says. Nothing is ever seen twice in training, so there is no dropout.
CONFIG: dict[str, Any] = {
    "architectures": ["BertModel"], "attention_probs_dropout_prob": 0.0, "classifier_dropout": None, "gradient_checkpointing": False, "hidden_act": "gelu",
    "hidden_dropout_prob": 0.0, "hidden_size": WIDTH, "initializer_range": 0.02, "intermediate_size": 256, "layer_norm_eps": 1e-12,
    "max_position_embeddings": MAX_TOKENS, "model_type": "bert", "num_attention_heads": 4, "num_hidden_layers": 4, "pad_token_id": 0,
    "position_embedding_type": "absolute", "torch_dtype": "float16", "transformers_version": "4.51.0", "type_vocab_size": 2, "use_cache": True, "vocab_size": 2800,
}


def new_network(seed: int) -> BertModel:
    torch.manual_seed(seed)
    return BertModel(BertConfig(**{name: value for name, value in CONFIG.items() if name not in ("architectures", "torch_dtype")}))


def pool(states: Tensor, mask: Tensor) -> Tensor:
    """Mean over the tokens that are not padding, brought to length one: (texts, tokens, width) to (texts, width)."""
    weights = mask.unsqueeze(-1).to(states.dtype)
    return functional.normalize((states * weights).sum(1) / weights.sum(1), dim=-1)


@torch.no_grad()
def embed(network: BertModel, tokenizer: Any, texts: Sequence[str], at_once: int = 256) -> Tensor:
    """Unit vectors, (texts, width), with a tokenizer of transformers."""
    parts = []
    for start in range(0, len(texts), at_once):
        inputs = tokenizer(list(texts[start : start + at_once]), padding=True, truncation=True, max_length=MAX_TOKENS, return_tensors="pt")
        parts.append(pool(network(**inputs).last_hidden_state, inputs["attention_mask"]))
    return torch.cat(parts)
