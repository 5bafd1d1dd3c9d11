"""Words of which the cases are made: texts, modules, names of tensors, and the misreadings that must not pass.

A misreading is what an implementation would compute that overlooks a setting: a label, and a change of the
configuration, the mask, the types, the tensors, the modules or the heads (`outputs` in make.py).
"""

LENGTHS = [1, 4, 11, 27, 50]
BERT_TEXTS = {"first": 2, "last": 3, "types": True}
PLAIN_TEXTS = {"first": 2, "last": 3}
ROBERTA_TEXTS = {"first": 0, "last": 2}
STATIC_TEXTS = {"lowest": 0}
NORMALIZED_MEAN = {"pooling": ["mean"], "normalize": True}
NORMALIZED_CLS = {"pooling": ["cls"], "normalize": True}
VERSIONS = {"sentence_transformers": "2.7.0", "transformers": "4.41.2", "pytorch": "2.3.0+cu121"}
BOTH = [(4, 32), (8, 0)]


def files(max_seq_length=512, prompts=None, similarity="cosine", **extra):
    return {"files": {
        "sentence_bert_config.json": {"max_seq_length": max_seq_length, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "__version__": VERSIONS, "prompts": prompts or {}, "default_prompt_name": None,
            "similarity_fn_name": similarity} | extra}}


def prefixed(prefix):
    return lambda names: {name: prefix + name for name in names}


def old_layer_norms(names):
    return {name: name.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta")
            for name in names}


def labels(count):
    return {"id2label": {str(i): f"LABEL_{i}" for i in range(count)},
            "label2id": {f"LABEL_{i}": i for i in range(count)}}


def shifted_positions(tensors, by=2):
    """What a reader sees that starts at another position."""
    return {name: tensor.roll(by, 0) if "position_embeddings" in name else tensor for name, tensor in tensors.items()}


def no_positions(tensors):
    return {name: tensor * 0 if "position_embeddings" in name else tensor for name, tensor in tensors.items()}


def zeroed(part):
    return lambda tensors: {name: tensor * 0 if part in name else tensor for name, tensor in tensors.items()}


CAUSAL = ("causal", {"mask": "causal"})
NO_TYPES = ("types ignored", {"types": None})
NO_TYPE_ROW = ("type embedding left out", {"tensors": zeroed("token_type_embeddings")})
POSITION_OFFSET = ("positions from 0", {"tensors": shifted_positions})


def pooled(*modes):
    return (f"pooling {' '.join(modes)}", {"modules": {"pooling": list(modes)}})


def configured(**change):
    return (" ".join(f"{key}={value}" for key, value in change.items()), {"config": change})
ALL_PAIR_WRONG = [CAUSAL, NO_TYPES, ("positions ignored", {"tensors": no_positions})]
