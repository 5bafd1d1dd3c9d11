"""Nano in transformers, with f32 weights or with the values of the stored 4 bits: the reference for every measurement."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from transformers import Qwen3Config, Qwen3ForCausalLM

from model import CONFIG
from quantize import BITS, GROUP


def _dequantized(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Reads the published layout on its own terms, apart from the code that wrote it."""
    dense: dict[str, torch.Tensor] = {}
    for name, value in tensors.items():
        base = name.removesuffix(".weight")
        if base + ".scales" in tensors:
            scales, biases = tensors[base + ".scales"].float(), tensors[base + ".biases"].float()
            codes = value.view(torch.int32).unsqueeze(-1) >> torch.arange(0, 32, BITS, dtype=torch.int32) & (2**BITS - 1)
            groups = codes.reshape(*scales.shape, GROUP).float()
            dense[name] = (groups * scales.unsqueeze(-1) + biases.unsqueeze(-1)).flatten(1)
        elif name.endswith(".weight"):
            dense[name] = value.float()
    return dense


def load(file: Path) -> Qwen3ForCausalLM:
    """From a training checkpoint or from models/nano/model.safetensors."""
    weights = _dequantized(load_file(file))
    weights["lm_head.weight"] = weights["model.embed_tokens.weight"]
    network = Qwen3ForCausalLM(Qwen3Config(**{key: value for key, value in CONFIG.items() if key not in ("architectures", "torch_dtype")}))
    network.load_state_dict(weights)
    return network.float().eval()


@torch.no_grad()
def forced(network: Qwen3ForCausalLM, head: list[int], tail: list[int]) -> tuple[float, bool]:
    """Summed loss of `tail` after `head`, and whether greedy decoding would write exactly `tail`."""
    logits = network(torch.tensor([head + tail[:-1]])).logits[0, len(head) - 1 :]
    target = torch.tensor(tail)
    return torch.nn.functional.cross_entropy(logits, target, reduction="sum").item(), bool((logits.argmax(-1) == target).all())


@torch.no_grad()
def greedy(network: Qwen3ForCausalLM, tokenizer: Tokenizer, prompt: str, most: int = 400) -> str:
    """The greedy answer, without the token that ends it."""
    head = torch.tensor([tokenizer.encode(prompt, add_special_tokens=False).ids])
    ends = [tokenizer.token_to_id("<|im_end|>"), tokenizer.token_to_id("<|endoftext|>")]
    out = network.generate(head, attention_mask=torch.ones_like(head), max_new_tokens=most, do_sample=False, eos_token_id=ends, pad_token_id=ends[1])
    return tokenizer.decode(out[0, head.shape[1] :].tolist(), skip_special_tokens=True)
