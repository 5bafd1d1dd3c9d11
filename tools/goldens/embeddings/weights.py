"""Random weights by their published names, at scales at which every part of a model matters: attention far from
uniform, norms away from 1, biases away from 0."""

import math
import zlib

import torch


def scale(name, shape):
    """The standard deviation of a matrix."""
    if any(part in name for part in ("position_embeddings", "token_type_embeddings")):
        return 0.7
    if "word_embeddings" in name or "tok_embeddings" in name or "embed_tokens" in name or name == "embeddings":
        return 1.0
    fan_in = math.sqrt(shape[-1])
    if "lora_" in name:
        return 1.0 if "embeddings" in name or name.endswith("lora_B") else 1 / fan_in
    if any(part in name for part in (".query.", ".key.", "q_proj", "k_proj")):
        return 1.6 / fan_in
    if "router" in name:
        return 2.0 / fan_in
    if "classifier" in name:
        return 3.0 / fan_in
    if name.endswith("mlp.w2"):  # applied untransposed
        return 1.5 / fan_in
    return 1.0 / fan_in


def random_tensor(name, shape, generator, gemma):
    noise = torch.randn(shape, generator=generator)
    lowered = name.lower()
    if name == "weights":  # a static model's: between a half and one and a half
        return 1 + 0.25 * noise.clamp(-2, 2)
    if name.endswith("bias"):
        return 0.3 * noise
    if len(shape) == 1:
        gain = 1.6 if "q_norm" in lowered or "k_norm" in lowered else 1.0
        # Gemma stores what is added to one.
        return gain * (1 + 0.2 * noise) - (1.0 if gemma else 0.0)
    result = noise * scale(name, shape)
    if gemma and "embed_tokens" in name:  # multiplied by the square root of its width when it is read
        result /= math.sqrt(shape[-1])
    if "qkv" in lowered and "lora_" not in lowered:  # queries and keys as wide as where they are stored alone
        result[: 2 * shape[0] // 3] *= 1.6
    return result


def random_tensors(seed, shapes, gemma=False):
    generator = torch.Generator().manual_seed(zlib.crc32(seed.encode()))
    return {name: random_tensor(name, shape, generator, gemma) for name, shape in shapes.items()}


def token_texts(seed, vocabulary, lengths, first=None, last=None, lowest=5):
    """Ready token ids: `first` and `last` are the special tokens, ids below `lowest` appear nowhere else."""
    generator = torch.Generator().manual_seed(zlib.crc32(f"{seed} texts".encode()))
    texts = []
    for length in lengths:
        ids = torch.randint(lowest, vocabulary, (length,), generator=generator).tolist()
        if last is not None:
            ids[-1] = last
        if first is not None:
            ids[0] = first
        texts.append(ids)
    return texts
