"""What stops make.py: a misreading that would pass, numbers that would hide errors, a reference that errs."""

import torch

import configs
import encoders
import references
import shapes
import weights

NEW = configs.NEW | {"rope_scaling": None, "type_vocab_size": 2, "rope_theta": 1000}


def relative_difference(a, b):
    return ((a - b).abs().max() / a.abs().max()).item()


def noticed(right, wrong, normalized):
    """Whether a reading would be noticed by a wide margin: by direction, or by size where size is kept."""
    if right.shape != wrong.shape:
        return True
    direction = right.shape[1] > 1 and torch.nn.functional.cosine_similarity(right, wrong).min().item() < 0.999
    return direction or not normalized and relative_difference(right, wrong) > 0.03


def check_spread(name, values, entry):
    if not torch.isfinite(values).all():
        raise SystemExit(f"{name}: a value is not finite")
    if entry.get("kind") == "reranker" and not 0.1 < values.max() - values.min():
        raise SystemExit(f"{name}: all probabilities are about the same")
    if entry.get("kind") == "classifier" and values.std() < 0.3:
        raise SystemExit(f"{name}: logits with a standard deviation of {values.std():.2f} would hide errors")


def check_references(nomic_config=configs.NOMIC, new_config=NEW):
    """Both of references.py where they meet transformers: NomicBert v1.5 as it is, and NewModel without its biases,
    scaling and packing apart, which then is a NomicBert with another activation."""
    ids, types = list(range(5, 45)), [0] * 20 + [1] * 20
    tensors = weights.random_tensors("nomic check", shapes.nomic(nomic_config))
    difference = relative_difference(encoders.nomic_library(nomic_config, tensors)(ids, types),
                                     references.nomic(nomic_config, tensors, ids, types))
    renamed = {"attn_ln": "norm1", "mlp_ln": "norm2", "attention.qkv_proj": "attn.Wqkv",
               "attention.o_proj": "attn.out_proj", "mlp.down_proj": "mlp.fc2", "encoder.layer.": "encoder.layers.",
               "embeddings.LayerNorm": "emb_ln"}
    tensors, twin = weights.random_tensors("new check", shapes.new(new_config)), {}
    for name in list(tensors):
        if name.endswith(".bias") and not any(part in name for part in ("_ln", "LayerNorm")):
            tensors[name] = torch.zeros_like(tensors[name])
            continue
        other = name
        for before, after in renamed.items():
            other = other.replace(before, after)
        if "up_gate_proj" in name:
            twin[other.replace("up_gate_proj", "fc11")], twin[other.replace("up_gate_proj", "fc12")] = \
                tensors[name].chunk(2)
        else:
            twin[other] = tensors[name]
    config = nomic_config | {
        "n_embd": new_config["hidden_size"], "n_head": new_config["num_attention_heads"],
        "n_layer": new_config["num_hidden_layers"], "n_inner": new_config["intermediate_size"],
        "vocab_size": new_config["vocab_size"], "type_vocab_size": new_config["type_vocab_size"],
        "layer_norm_epsilon": new_config["layer_norm_eps"], "rotary_emb_base": new_config["rope_theta"]}
    other = relative_difference(encoders.nomic_library(config, twin, "gelu")(ids, types),
                                references.new(new_config, tensors, ids, types))
    if max(difference, other) > 1e-5:
        raise SystemExit(f"references.py and transformers differ by {difference:.1e} and {other:.1e}")
    print(f"references.py against transformers: {difference:.1e} (nomic), {other:.1e} (new)")
