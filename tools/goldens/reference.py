"""Random checkpoints and the logits that transformers computes from them in float32."""

import json
import pathlib
import zlib

import torch
import transformers
from safetensors.torch import save_file

torch.manual_seed(0)
torch.use_deterministic_algorithms(True)


def load_config(path):
    """The configuration as transformers reads the file; it understands both spellings of the RoPE keys."""
    config = json.loads(pathlib.Path(path).read_text())
    for key in ("quantization", "quantization_config"):
        config.pop(key, None)
    return transformers.AutoConfig.for_model(config.pop("model_type"), **config)


# What transformers calls the parts of a model that also sees, and what the hub does where it is something else.
PART_NAMES = {"model.language_model.": "language_model.model.", "model.vision_tower.": "vision_tower.",
              "model.multi_modal_projector.": "multi_modal_projector."}


def renamed(tensors, names):
    def rename(key):
        prefix = next((prefix for prefix in names if key.startswith(prefix)), "")
        return names.get(prefix, "") + key.removeprefix(prefix)

    return {rename(key): value for key, value in tensors.items()}


def empty_model(config):
    config.dtype = torch.float32
    config._attn_implementation = "eager"
    kind = transformers.AutoModelForCausalLM
    if config.model_type == "qwen3_5":  # which that class makes without the part that sees
        kind = transformers.AutoModelForImageTextToText
    return kind.from_config(config, attn_implementation="eager").float().eval()


def standard_deviation(name, parameter, tied):
    """Scales at which every part of the model matters: attention far from uniform, logits of a few units."""
    fan_in = parameter.shape[-1] ** 0.5
    if "embed_tokens" in name:
        return 2.0 / fan_in if tied else 1.0
    if "lm_head" in name:
        return 2.0 / fan_in
    if any(part in name for part in ("q_proj", "k_proj")):
        return 1.6 / fan_in
    return 1.0 / fan_in


def random_tensors(name, config):
    """The checkpoint of set `name`: tensors by their published names, a tied head left out."""
    generator = torch.Generator().manual_seed(zlib.crc32(name.encode()))
    model = empty_model(config)
    added_to_one = config.get_text_config().model_type in ("gemma3_text", "qwen3_5_text")  # what norms store
    tensors = {}
    for key, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        if key.endswith("bias"):
            tensors[key] = 0.3 * noise
        elif key.endswith("A_log"):  # some heads forget within a few tokens, others remember hundreds
            tensors[key] = 1.5 * noise - 3
        elif "norm" in key:
            added = 1.0 if added_to_one and "linear_attn" not in key else 0.0
            tensors[key] = (1.6 if "q_norm" in key or "k_norm" in key else 1.0) * (1 + 0.2 * noise) - added
            if config.get_text_config().model_type.startswith("gemma4"):  # nothing else divides the scores
                tensors[key] *= parameter.shape[0] ** -0.25 if "q_norm" in key or "k_norm" in key else 1.0
        else:
            tensors[key] = noise * standard_deviation(key, parameter, config.tie_word_embeddings)
        if "qkv_proj" in key:  # queries and keys as wide as where they are stored alone
            head_dim = config.hidden_size // config.num_attention_heads
            tensors[key][: head_dim * (config.num_attention_heads + config.num_key_value_heads)] *= 1.6
    for key in model.state_dict():
        if key.endswith("layer_scalar"):  # not a parameter
            tensors[key] = 1 + 0.3 * torch.randn(1, generator=generator)
    return tensors


def save_checkpoint(folder, tensors, shards=1, names=PART_NAMES):
    folder.mkdir(parents=True, exist_ok=True)
    metadata = {"format": "pt"}
    tensors = renamed({key: value.contiguous() for key, value in tensors.items()}, names)
    if shards == 1:
        save_file(tensors, folder / "model.safetensors", metadata=metadata)
        return
    keys = list(tensors)
    per_shard = -(-len(keys) // shards)
    weight_map = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05d}-of-{shards:05d}.safetensors"
        part = {key: tensors[key] for key in keys[shard * per_shard : (shard + 1) * per_shard]}
        save_file(part, folder / file, metadata=metadata)
        weight_map |= dict.fromkeys(part, file)
    total = sum(value.numel() * value.element_size() for value in tensors.values())
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(weight_map.items()))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=1) + "\n")


def make_tokens(name, count, vocabulary_size):
    generator = torch.Generator().manual_seed(zlib.crc32(f"{name} tokens".encode()))
    return torch.randint(0, vocabulary_size, (count,), generator=generator).tolist()


def undo_mlx(key, value):
    """A tensor of Qwen3.5 as mlx-lm converts it (models/qwen3_5.py, sanitize), as it was before."""
    if key.endswith("conv1d.weight"):
        return value.transpose(1, 2)
    return value - 1.0 if "norm" in key and "linear_attn" not in key else value


def logits(config, tensors, tokens):
    """float32 logits, [tokens, vocabulary], of the eager forward pass with exactly these weights."""
    model = empty_model(config)
    loaded = {key: value.float() for key, value in tensors.items() if not key.startswith("mtp.")}
    loaded = renamed(loaded, {hub: own for own, hub in PART_NAMES.items()})
    if any(key.endswith("conv1d.weight") and value.shape[2] == 1 for key, value in loaded.items()):
        loaded = {key: undo_mlx(key, value) for key, value in loaded.items()}
    missing, unexpected = model.load_state_dict(loaded, strict=False)
    allowed = ["lm_head.weight"] if config.tie_word_embeddings else []
    # Converters for text alone leave the rest out.
    left_out = ("model.vision_tower.", "model.multi_modal_projector.", "model.visual.")
    missing = [key for key in missing if not key.startswith(left_out)]
    if unexpected or any(key not in allowed for key in missing):
        raise SystemExit(f"the weights do not fit the config: missing {missing}, unexpected {unexpected}")
    model.tie_weights()
    with torch.no_grad():
        return model(torch.tensor([tokens])).logits[0].contiguous()
