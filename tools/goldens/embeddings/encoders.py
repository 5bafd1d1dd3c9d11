"""What each family computes from a folder's configuration and tensors, in float32 and one text at a time.

An encoder is made by `encoder(family, config, tensors)`, with config as published and tensors by their published names,
and is then called with (ids, types, mask): hidden states [tokens, dimensions] of a model, logits of a classifier, or
the probability of "yes" of a reranker. `mask` is None as the model itself has it, or "causal" or "full".
"""

import json
import pathlib
import tempfile

import torch
import transformers

import references
from reference import save_checkpoint

transformers.utils.logging.disable_progress_bar()
transformers.utils.logging.set_verbosity_error()

MASKED = torch.finfo(torch.float32).min
# Present or absent in published files, and of no influence on hidden states.
IGNORED = ("pooler.", "position_ids")


def from_folder(model_class, config, tensors, own_config=None):
    """The model as transformers itself loads it: every tensor must be there, fit, and be used."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "config.json").write_text(json.dumps(config))
        save_checkpoint(folder, {name: tensor.float() for name, tensor in tensors.items()})
        model, report = model_class.from_pretrained(
            folder, config=own_config, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    problems = {key: [name for name in map(str, report[key]) if not any(part in name for part in IGNORED)]
                for key in ("missing_keys", "unexpected_keys", "mismatched_keys")}
    if any(problems.values()):
        raise SystemExit(f"transformers does not take the checkpoint: {problems}")
    return model.eval()


def mask_argument(model, mask, count):
    if mask is None:
        return torch.ones(1, count, dtype=torch.long)
    matrix = torch.zeros(1, 1, count, count)
    if mask == "causal":
        matrix = matrix + torch.full((count, count), MASKED).triu(1)
    # Where layers differ in what they see, transformers takes prepared masks by their kind.
    layer_types = getattr(model.config, "layer_types", None)
    return {kind: matrix for kind in ("full_attention", "sliding_attention")} if layer_types else matrix


def run(model, ids, types, mask):
    arguments = {"input_ids": torch.tensor([ids]), "attention_mask": mask_argument(model, mask, len(ids))}
    if types is not None:
        arguments["token_type_ids"] = torch.tensor([types])
    with torch.no_grad():
        return model(**arguments)


def hidden_states(model):
    return lambda ids, types=None, mask=None: run(model, ids, types, mask).last_hidden_state[0]


def library(config, tensors):
    return hidden_states(from_folder(transformers.AutoModel, config, tensors))


def library_classifier(config, tensors):
    model = from_folder(transformers.AutoModelForSequenceClassification, config, tensors)
    return lambda ids, types=None, mask=None: run(model, ids, types, mask).logits[0]


def qwen3_reranker(config, tensors):
    model = from_folder(transformers.AutoModelForCausalLM, config, tensors)
    yes, no = config["yes"], config["no"]

    def score(ids, types=None, mask=None):
        last = run(model, ids, types, mask).logits[0, -1]
        return torch.stack([last[no], last[yes]]).softmax(dim=0)[1:]

    return score


def nomic_library(config, tensors, hidden_act="silu"):
    """transformers 5.12.1 has v1.5 under its own keys; the published ones it does not read."""
    own = transformers.NomicBertConfig(
        vocab_size=config["vocab_size"], hidden_size=config["n_embd"], num_hidden_layers=config["n_layer"],
        num_attention_heads=config["n_head"], intermediate_size=config["n_inner"], hidden_act=hidden_act,
        max_position_embeddings=config["max_trained_positions"], type_vocab_size=config["type_vocab_size"],
        layer_norm_eps=config["layer_norm_epsilon"],
        rope_parameters={"rope_type": "default", "rope_theta": config["rotary_emb_base"]})
    return hidden_states(from_folder(transformers.NomicBertModel, config, tensors, own))


def jina_library(config, tensors, task=""):
    """The adapter of `task` added to the weights it adapts, and the sum run by transformers' JinaEmbeddingsV3Model."""
    merged = {}
    for name, tensor in tensors.items():
        module, mark, part = name.partition(".parametrizations.weight.")
        if not mark:
            merged[name] = tensor.float()
        elif part == "original":
            weight = tensor.float()
            if task:
                index = config["lora_adaptations"].index(task)
                a = tensors[f"{module}.parametrizations.weight.0.lora_A"][index].float()
                b = tensors[f"{module}.parametrizations.weight.0.lora_B"][index].float()
                delta = a @ b if "embeddings" in module else b @ a
                weight = weight + config["lora_alpha"] / config["lora_rank"] * delta
            merged[f"{module}.weight"] = weight
    own = transformers.JinaEmbeddingsV3Config(
        **{key: config[key] for key in (
            "vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act",
            "max_position_embeddings", "type_vocab_size", "layer_norm_eps", "pad_token_id")},
        rope_parameters={"rope_type": "default", "rope_theta": config["rotary_emb_base"]})
    return hidden_states(from_folder(transformers.JinaEmbeddingsV3Model, config, merged, own))


def own(function):
    def make(config, tensors):
        return lambda ids, types=None, mask=None: function(config, tensors, ids, types, mask == "causal")
    return make


def new_classifier(config, tensors):
    body = {name.removeprefix("new."): tensor for name, tensor in tensors.items() if name.startswith("new.")}

    def logits(ids, types=None, mask=None):
        first = references.new(config, body, ids, types, mask == "causal")[0]
        pooled = torch.tanh(references.Reader(body).linear("pooler.dense", first))
        return references.Reader(tensors).linear("classifier", pooled)

    return logits


def static(config, tensors):
    """Rows of a static model; its mean is the pooling that modules.json leaves out."""
    table, weights, mapping = (tensors.get(name) for name in ("embeddings", "weights", "mapping"))

    def rows(ids, types=None, mask=None):
        ids = torch.tensor(ids)
        result = table.float()[ids if mapping is None else mapping[ids]]
        return result if weights is None else result * weights.float()[ids][:, None]

    return rows


ENCODERS = {
    "library": library, "library_classifier": library_classifier, "qwen3_reranker": qwen3_reranker,
    "nomic_library": nomic_library, "nomic": own(references.nomic), "new": own(references.new),
    "new_classifier": new_classifier, "jina": jina_library, "static": static,
}
