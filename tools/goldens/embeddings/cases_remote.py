"""Folders of families whose code is published beside their weights: Nomic's, Alibaba's, Jina's."""

import shapes
from configs import GTE, JINA, JINA_TASKS, NEW, NOMIC, NOMIC_MOE
from readings import (BERT_TEXTS, CAUSAL, NORMALIZED_CLS, NORMALIZED_MEAN, NO_TYPES, NO_TYPE_ROW, ROBERTA_TEXTS,
                      configured, files, pooled, prefixed)

NOMIC_PROMPTS = {"query": "search_query: ", "passage": "search_document: "}
JINA_MODULES = NORMALIZED_MEAN | {
    "transformer": "custom_st.Transformer", "kwargs": ["task"], "names": ["transformer", "pooler", "normalizer"],
} | files(8194, JINA_TASKS)
TWO_TASKS = ["retrieval.query", "retrieval.passage"]

FOLDERS = {
    # NomicBertModel: nomic-embed-text-v1.5, v2-moe
    "nomic_v1": {
        "config": NOMIC | {"n_layer": 3}, "shapes": shapes.nomic, "encoder": "nomic_library",
        "modules": NORMALIZED_MEAN | files(8192), "texts": BERT_TEXTS, "truncate": [16],
        "wrong": [CAUSAL, NO_TYPES, configured(rotary_emb_base=10000), pooled("cls")]},
    "nomic_v1_partial": {
        "config": NOMIC | {"rotary_emb_fraction": 0.5, "qkv_proj_bias": True, "mlp_fc1_bias": True,
                           "mlp_fc2_bias": True, "rotary_emb_base": 100},
        "shapes": shapes.nomic, "encoder": "nomic", "modules": NORMALIZED_CLS | files(8192), "texts": BERT_TEXTS,
        "wrong": [CAUSAL, NO_TYPES, configured(rotary_emb_base=10000), configured(rotary_emb_fraction=1.0),
                  pooled("mean")]},
    "nomic_v2_moe": {
        "seed": "nomic_v2_moe 2", "config": NOMIC_MOE, "shapes": shapes.nomic, "encoder": "nomic",
        "modules": NORMALIZED_MEAN | files(512, NOMIC_PROMPTS), "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, NO_TYPE_ROW, configured(rotary_emb_base=100), configured(moe_top_k=1),
                  configured(moe_normalize_expert_weights=True), pooled("cls")]},
    "nomic_v2_moe_every_3": {
        "config": NOMIC_MOE | {"moe_every_n_layers": 3, "moe_top_k": 1, "num_experts": 6, "n_layer": 3, "n_inner": 32},
        "shapes": shapes.nomic, "encoder": "nomic", "modules": NORMALIZED_MEAN | files(512, NOMIC_PROMPTS),
        "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, configured(rotary_emb_base=100), configured(moe_top_k=2),
                  configured(moe_normalize_expert_weights=True)]},

    # NewModel, GteModel: gte-multilingual, arctic-embed-m-v2.0
    "new_ntk": {
        "config": NEW, "shapes": shapes.new, "encoder": "new", "modules": NORMALIZED_CLS | files(8192),
        "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, NO_TYPE_ROW, configured(rope_theta=10000), configured(rope_scaling=None), pooled("mean")]},
    "gte": {
        "config": GTE | {"num_hidden_layers": 3}, "shapes": shapes.new, "encoder": "new",
        "modules": NORMALIZED_CLS | files(8192, {"query": "query: "}), "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, NO_TYPE_ROW, configured(rope_theta=10000), pooled("mean")]},
    "new_types": {  # gte-large-en-v1.5
        "config": NEW | {"type_vocab_size": 2, "rope_theta": 500, "rope_scaling": {"factor": 2.0, "type": "ntk"},
                         "torch_dtype": "float32", "pad_token_id": 0},
        "shapes": shapes.new, "encoder": "new", "modules": {"pooling": ["cls"]} | files(8192), "texts": BERT_TEXTS,
        "wrong": [CAUSAL, NO_TYPES, configured(rope_theta=10000), configured(rope_scaling=None), pooled("mean")]},
    "new_rms_unpacked": {
        "config": NEW | {"type_vocab_size": 0, "layer_norm_type": "rms_norm", "pack_qkv": False, "rope_theta": 1000,
                         "rope_scaling": {"factor": 8.0, "type": "ntk", "mixed_b": 0.7}, "torch_dtype": "float32"},
        "shapes": shapes.new, "encoder": "new", "modules": NORMALIZED_MEAN | files(8192), "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, configured(rope_scaling=None), configured(rope_scaling={"factor": 8.0, "type": "ntk"}),
                  pooled("cls")]},

    # jina-embeddings-v3
    "jina_v3": {
        "config": JINA, "shapes": shapes.jina, "rename": prefixed("roberta."), "encoder": "jina",
        "modules": JINA_MODULES, "texts": ROBERTA_TEXTS, "tasks": ["", *JINA_TASKS], "truncate": [8],
        "wrong": [CAUSAL, configured(rotary_emb_base=1000.0), configured(lora_alpha=4), pooled("cls"),
                  ("type embedding left out", {"tensors": lambda t: {
                      name: tensor * 0 if "token_type" in name else tensor for name, tensor in t.items()}})]},
    "jina_v3_two_tasks": {
        "config": JINA | {"lora_adaptations": TWO_TASKS, "lora_rank": 2, "lora_alpha": 3,
                          "task_instructions": {key: JINA_TASKS[key] for key in TWO_TASKS},
                          "torch_dtype": "float32", "architectures": ["XLMRobertaLoRA"]},
        "shapes": shapes.jina, "rename": prefixed("roberta."), "encoder": "jina", "modules": JINA_MODULES,
        "texts": ROBERTA_TEXTS, "tasks": ["", "retrieval.passage"],
        "wrong": [CAUSAL, configured(rotary_emb_base=1000.0), configured(lora_alpha=1)]},
}
