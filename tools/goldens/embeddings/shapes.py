"""Names and shapes of the tensors in the published checkpoints of each family: functions from config.json to
{name: shape}. Where the names come from is in README.md; transformers refuses a file of which a name does not fit."""


def affine(name, outputs, inputs, bias=True):
    return {f"{name}.weight": (outputs, inputs)} | ({f"{name}.bias": (outputs,)} if bias else {})


def norm(name, size, bias=True):
    return {f"{name}.weight": (size,)} | ({f"{name}.bias": (size,)} if bias else {})


def bert(config, pooler=False):
    """BertModel, RobertaModel and XLMRobertaModel."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    result = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], hidden),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], hidden),
        "embeddings.token_type_embeddings.weight": (config["type_vocab_size"], hidden),
    } | norm("embeddings.LayerNorm", hidden)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"encoder.layer.{layer}"
        for part in ("query", "key", "value"):
            result |= affine(f"{prefix}.attention.self.{part}", hidden, hidden)
        result |= affine(f"{prefix}.attention.output.dense", hidden, hidden)
        result |= norm(f"{prefix}.attention.output.LayerNorm", hidden)
        result |= affine(f"{prefix}.intermediate.dense", inner, hidden)
        result |= affine(f"{prefix}.output.dense", hidden, inner) | norm(f"{prefix}.output.LayerNorm", hidden)
    return result | (affine("pooler.dense", hidden, hidden) if pooler else {})


def decoder(config):
    """Qwen3 and Gemma3, without the head; Gemma3 has norms before and after both halves of a layer."""
    hidden, inner, head = config["hidden_size"], config["intermediate_size"], config["head_dim"]
    gemma = config["model_type"] == "gemma3_text"
    norms = ["input_layernorm", "post_attention_layernorm"]
    norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"] if gemma else []
    result = {"embed_tokens.weight": (config["vocab_size"], hidden)}
    for layer in range(config["num_hidden_layers"]):
        prefix = f"layers.{layer}"
        queries, keys = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
        for part, outputs, inputs in (("q", queries, hidden), ("k", keys, hidden), ("v", keys, hidden),
                                      ("o", hidden, queries)):
            result |= affine(f"{prefix}.self_attn.{part}_proj", outputs, inputs, bias=False)
        result |= norm(f"{prefix}.self_attn.q_norm", head, False) | norm(f"{prefix}.self_attn.k_norm", head, False)
        for part, outputs, inputs in (("gate", inner, hidden), ("up", inner, hidden), ("down", hidden, inner)):
            result |= affine(f"{prefix}.mlp.{part}_proj", outputs, inputs, bias=False)
        for name in norms:
            result |= norm(f"{prefix}.{name}", hidden, False)
    return result | norm("norm", hidden, False)


def modernbert(config):
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    attention, mlp, norms = config["attention_bias"], config["mlp_bias"], config["norm_bias"]
    result = {"embeddings.tok_embeddings.weight": (config["vocab_size"], hidden)}
    result |= norm("embeddings.norm", hidden, norms)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"layers.{layer}"
        if layer > 0:  # the first layer's norm is the embeddings' own
            result |= norm(f"{prefix}.attn_norm", hidden, norms)
        result |= affine(f"{prefix}.attn.Wqkv", 3 * hidden, hidden, attention)
        result |= affine(f"{prefix}.attn.Wo", hidden, hidden, attention) | norm(f"{prefix}.mlp_norm", hidden, norms)
        result |= affine(f"{prefix}.mlp.Wi", 2 * inner, hidden, mlp) | affine(f"{prefix}.mlp.Wo", hidden, inner, mlp)
    return result | norm("final_norm", hidden, norms)


def nomic(config):
    hidden, inner = config["n_embd"], config["n_inner"]
    result = {"embeddings.word_embeddings.weight": (config["vocab_size"], hidden)}
    if config["type_vocab_size"] > 0:
        result["embeddings.token_type_embeddings.weight"] = (config["type_vocab_size"], hidden)
    result |= norm("emb_ln", hidden)
    for layer in range(config["n_layer"]):
        prefix, bias = f"encoder.layers.{layer}", config["qkv_proj_bias"]
        result |= affine(f"{prefix}.attn.Wqkv", 3 * hidden, hidden, bias)
        result |= affine(f"{prefix}.attn.out_proj", hidden, hidden, bias)
        result |= norm(f"{prefix}.norm1", hidden) | norm(f"{prefix}.norm2", hidden)
        every = config.get("moe_every_n_layers", 0)
        if every > 0 and layer % every == 1:
            experts = config["num_experts"]
            result |= affine(f"{prefix}.mlp.router.layer", experts, hidden, bias=False)
            result[f"{prefix}.mlp.experts.mlp.w1"] = (experts * inner, hidden)
            result[f"{prefix}.mlp.experts.mlp.w2"] = (experts * inner, hidden)
            result[f"{prefix}.mlp.experts.bias"] = (hidden,)
            continue
        first = ("fc11", "fc12") if config["activation_function"] == "swiglu" else ("fc1",)
        for name in first:
            result |= affine(f"{prefix}.mlp.{name}", inner, hidden, config["mlp_fc1_bias"])
        result |= affine(f"{prefix}.mlp.fc2", hidden, inner, config["mlp_fc2_bias"])
    return result


def new(config, pooler=False):
    """Alibaba's NewModel, and Snowflake's GteModel."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    result = {"embeddings.word_embeddings.weight": (config["vocab_size"], hidden)}
    if config["type_vocab_size"] > 0:
        result["embeddings.token_type_embeddings.weight"] = (config["type_vocab_size"], hidden)
    result |= norm("embeddings.LayerNorm", hidden)
    for layer in range(config["num_hidden_layers"]):
        prefix, layer_norm = f"encoder.layer.{layer}", config["layer_norm_type"] == "layer_norm"
        if config["pack_qkv"]:
            result |= affine(f"{prefix}.attention.qkv_proj", 3 * hidden, hidden)
        else:
            for part in "qkv":
                result |= affine(f"{prefix}.attention.{part}_proj", hidden, hidden)
        result |= affine(f"{prefix}.attention.o_proj", hidden, hidden)
        result |= norm(f"{prefix}.attn_ln", hidden, layer_norm) | norm(f"{prefix}.mlp_ln", hidden, layer_norm)
        result |= affine(f"{prefix}.mlp.up_gate_proj", 2 * inner, hidden, bias=False)
        result |= affine(f"{prefix}.mlp.down_proj", hidden, inner)
    return result | (affine("pooler.dense", hidden, hidden) if pooler else {})


def jina(config):
    """jina-embeddings-v3: each matrix as torch's parametrize stores it, with an adapter a task."""
    tasks, rank = len(config["lora_adaptations"]), config["lora_rank"]
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    result = norm("emb_ln", hidden)

    def adapted(name, rows, columns):
        nonlocal result
        linear = "embeddings" not in name
        a, b = ((rank, columns), (rows, rank)) if linear else ((rows, rank), (rank, columns))
        result |= {f"{name}.parametrizations.weight.original": (rows, columns),
                   f"{name}.parametrizations.weight.0.lora_A": (tasks, *a),
                   f"{name}.parametrizations.weight.0.lora_B": (tasks, *b)}
        if linear:
            result |= {f"{name}.bias": (rows,)}

    adapted("embeddings.word_embeddings", config["vocab_size"], hidden)
    adapted("embeddings.token_type_embeddings", config["type_vocab_size"], hidden)
    for layer in range(config["num_hidden_layers"]):
        prefix = f"encoder.layers.{layer}"
        adapted(f"{prefix}.mixer.Wqkv", 3 * hidden, hidden)
        adapted(f"{prefix}.mixer.out_proj", hidden, hidden)
        adapted(f"{prefix}.mlp.fc1", inner, hidden)
        adapted(f"{prefix}.mlp.fc2", hidden, inner)
        result |= norm(f"{prefix}.norm1", hidden) | norm(f"{prefix}.norm2", hidden)
    adapted("pooler.dense", hidden, hidden)
    return result


def static(dimensions, rows, vocabulary=None):
    """model2vec; with `vocabulary`, the ids are weighted (and mapped to rows, by a tensor that is not random)."""
    return {"embeddings": (rows, dimensions)} | ({"weights": (vocabulary,)} if vocabulary else {})
