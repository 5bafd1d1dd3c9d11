"""config.json of each family in the published spelling: the keys of the repository that stands in the comment, with
sizes made small."""

SMALL = {"hidden_size": 32, "num_attention_heads": 2, "intermediate_size": 64, "num_hidden_layers": 2}
WIDE = {"hidden_size": 64, "num_attention_heads": 4, "intermediate_size": 96, "num_hidden_layers": 2}
POSITIONS = 64

# BAAI/bge-small-en-v1.5, sentence-transformers/all-MiniLM-L6-v2
BERT = SMALL | {
    "architectures": ["BertModel"], "model_type": "bert", "attention_probs_dropout_prob": 0.1,
    "classifier_dropout": None, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "initializer_range": 0.02,
    "layer_norm_eps": 1e-12, "max_position_embeddings": POSITIONS, "pad_token_id": 0,
    "position_embedding_type": "absolute", "torch_dtype": "float32", "transformers_version": "4.30.2",
    "type_vocab_size": 2, "use_cache": True, "vocab_size": 97,
}
# BAAI/bge-m3, intfloat/multilingual-e5-small
XLM_ROBERTA = SMALL | {
    "architectures": ["XLMRobertaModel"], "model_type": "xlm-roberta", "attention_probs_dropout_prob": 0.1,
    "bos_token_id": 0, "classifier_dropout": None, "eos_token_id": 2, "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1, "initializer_range": 0.02, "layer_norm_eps": 1e-5,
    "max_position_embeddings": POSITIONS + 2, "output_past": True, "pad_token_id": 1,
    "position_embedding_type": "absolute", "torch_dtype": "float32", "transformers_version": "4.33.0",
    "type_vocab_size": 1, "use_cache": True, "vocab_size": 101,
}
# ibm-granite/granite-embedding-125m-english
ROBERTA = XLM_ROBERTA | {"architectures": ["RobertaModel"], "model_type": "roberta", "vocab_size": 95}

# google/embeddinggemma-300m: every sixth layer sees everything, and 512 is 8 here
GEMMA3 = {
    "_sliding_window_pattern": 6, "architectures": ["Gemma3TextModel"], "attention_bias": False,
    "attention_dropout": 0.0, "attn_logit_softcapping": None, "bos_token_id": 2, "dtype": "float32",
    "eos_token_id": 1, "final_logit_softcapping": None, "head_dim": 32, "hidden_activation": "gelu_pytorch_tanh",
    "hidden_size": 32, "initializer_range": 0.02, "intermediate_size": 64,
    "layer_types": ["sliding_attention", "full_attention", "sliding_attention"], "max_position_embeddings": 128,
    "model_type": "gemma3_text", "num_attention_heads": 2, "num_hidden_layers": 3, "num_key_value_heads": 1,
    "pad_token_id": 0, "query_pre_attn_scalar": 8, "rms_norm_eps": 1e-6, "rope_local_base_freq": 10000.0,
    "rope_scaling": None, "rope_theta": 1000000.0, "sliding_window": 8, "transformers_version": "4.57.0.dev0",
    "use_bidirectional_attention": True, "use_cache": True, "vocab_size": 99,
}

# Qwen/Qwen3-Embedding-0.6B, Qwen/Qwen3-Reranker-0.6B
QWEN3 = {
    "architectures": ["Qwen3ForCausalLM"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": 3,
    "eos_token_id": 3, "head_dim": 24, "hidden_act": "silu", "hidden_size": 64, "initializer_range": 0.02,
    "intermediate_size": 96, "max_position_embeddings": 128, "max_window_layers": 28, "model_type": "qwen3",
    "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-6,
    "rope_scaling": None, "rope_theta": 1000000, "sliding_window": None, "tie_word_embeddings": True,
    "torch_dtype": "bfloat16", "transformers_version": "4.51.3", "use_cache": True, "use_sliding_window": False,
    "vocab_size": 103,
}

# Alibaba-NLP/gte-modernbert-base; local_attention is 128 there
MODERNBERT = SMALL | {
    "architectures": ["ModernBertModel"], "attention_bias": False, "attention_dropout": 0.0, "bos_token_id": 2,
    "classifier_activation": "gelu", "classifier_bias": False, "classifier_dropout": 0.0, "classifier_pooling": "mean",
    "cls_token_id": 2, "decoder_bias": True, "deterministic_flash_attn": False, "embedding_dropout": 0.0,
    "eos_token_id": 3, "global_attn_every_n_layers": 3, "global_rope_theta": 160000.0, "gradient_checkpointing": False,
    "hidden_activation": "gelu", "initializer_cutoff_factor": 2.0, "initializer_range": 0.02, "layer_norm_eps": 1e-5,
    "local_attention": 8, "local_rope_theta": 10000.0, "max_position_embeddings": 128, "mlp_bias": False,
    "mlp_dropout": 0.0, "model_type": "modernbert", "norm_bias": False, "norm_eps": 1e-5, "num_hidden_layers": 4,
    "pad_token_id": 0, "position_embedding_type": "absolute", "reference_compile": False,
    "repad_logits_with_grad": False, "sep_token_id": 3, "sparse_pred_ignore_index": -100, "sparse_prediction": False,
    "torch_dtype": "float32", "transformers_version": "4.48.0", "vocab_size": 98,
}

# nomic-ai/nomic-embed-text-v1.5
NOMIC = {
    "activation_function": "swiglu", "architectures": ["NomicBertModel"], "attn_pdrop": 0.0,
    "auto_map": {"AutoConfig": "nomic-ai/nomic-bert-2048--configuration_hf_nomic_bert.NomicBertConfig",
                 "AutoModel": "nomic-ai/nomic-bert-2048--modeling_hf_nomic_bert.NomicBertModel"},
    "bos_token_id": None, "causal": False, "dense_seq_output": True, "embd_pdrop": 0.0, "eos_token_id": None,
    "fused_bias_fc": True, "fused_dropout_add_ln": True, "initializer_range": 0.02, "layer_norm_epsilon": 1e-12,
    "max_trained_positions": 2048, "mlp_fc1_bias": False, "mlp_fc2_bias": False, "model_type": "nomic_bert",
    "n_embd": 32, "n_head": 2, "n_inner": 64, "n_layer": 2, "n_positions": 8192, "pad_vocab_size_multiple": 64,
    "parallel_block": False, "parallel_block_tied_norm": False, "prenorm": False, "qkv_proj_bias": False,
    "reorder_and_upcast_attn": False, "resid_pdrop": 0.0, "rotary_emb_base": 1000, "rotary_emb_fraction": 1.0,
    "rotary_emb_interleaved": False, "rotary_emb_scale_base": None, "rotary_scaling_factor": None,
    "scale_attn_by_inverse_layer_idx": False, "scale_attn_weights": True, "torch_dtype": "float32",
    "transformers_version": "4.37.2", "type_vocab_size": 2, "use_cache": True, "use_flash_attn": True,
    "use_rms_norm": False, "use_xentropy": True, "vocab_size": 96,
}
# nomic-ai/nomic-embed-text-v2-moe
NOMIC_MOE = NOMIC | {
    "activation_function": "gelu", "add_pooling_layer": False, "expert_choice_router": False, "ffn_div": 1,
    "layer_norm_epsilon": 1e-5, "mlp_fc1_bias": True, "mlp_fc2_bias": True, "moe_every_n_layers": 2,
    "moe_impl": "megablocks", "moe_normalize_expert_weights": False, "moe_resid_pdrop": 0.0, "moe_top_k": 2,
    "n_positions": 2048, "num_experts": 4, "num_shared_experts": 0, "pad_token_id": 1, "qkv_proj_bias": True,
    "rotary_emb_base": 10000.0, "tokenizer_class": "XLMRobertaTokenizer", "transformers_version": "4.44.2",
    "type_vocab_size": 1,
}

# Alibaba-NLP/gte-multilingual-base
NEW = SMALL | {
    "architectures": ["NewModel"], "attention_probs_dropout_prob": 0.0,
    "auto_map": {"AutoConfig": "configuration.NewConfig", "AutoModel": "modeling.NewModel"},
    "classifier_dropout": 0.0, "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "id2label": {"0": "LABEL_0"},
    "initializer_range": 0.02, "label2id": {"LABEL_0": 0}, "layer_norm_eps": 1e-12, "layer_norm_type": "layer_norm",
    "logn_attention_clip1": False, "logn_attention_scale": False, "max_position_embeddings": 8192, "model_type": "new",
    "pack_qkv": True, "pad_token_id": 1, "position_embedding_type": "rope",
    "rope_scaling": {"factor": 8.0, "type": "ntk"}, "rope_theta": 20000, "torch_dtype": "float16",
    "transformers_version": "4.39.1", "type_vocab_size": 1, "unpad_inputs": False,
    "use_memory_efficient_attention": False, "vocab_size": 100,
}
# Snowflake/snowflake-arctic-embed-m-v2.0
GTE = NEW | {
    "architectures": ["GteModel"], "classifier_dropout": 0.1, "model_type": "gte", "rope_scaling": None,
    "rope_theta": 160000, "torch_dtype": "float32", "unpad_inputs": "true", "use_memory_efficient_attention": "true",
    "auto_map": {"AutoConfig": "configuration_hf_alibaba_nlp_gte.GteConfig",
                 "AutoModel": "modeling_hf_alibaba_nlp_gte.GteModel"},
}

# jinaai/jina-embeddings-v3
FLASH = "jinaai/xlm-roberta-flash-implementation--"
JINA_TASKS = {
    "retrieval.query": "Represent the query for retrieving evidence documents: ",
    "retrieval.passage": "Represent the document for retrieval: ",
    "separation": "", "classification": "", "text-matching": "",
}
JINA = SMALL | {
    "_name_or_path": "jinaai/jina-embeddings-v3", "architectures": ["XLMRobertaModel"],
    "attention_probs_dropout_prob": 0.1,
    "auto_map": {"AutoConfig": FLASH + "configuration_xlm_roberta.XLMRobertaFlashConfig",
                 "AutoModel": FLASH + "modeling_lora.XLMRobertaLoRA",
                 "AutoModelForMaskedLM": FLASH + "modeling_xlm_roberta.XLMRobertaForMaskedLM",
                 "AutoModelForPreTraining": FLASH + "modeling_xlm_roberta.XLMRobertaForPreTraining"},
    "bos_token_id": 0, "classifier_dropout": None, "emb_pooler": None, "eos_token_id": 2, "hidden_act": "gelu",
    "hidden_dropout_prob": 0.1, "initializer_range": 0.02, "layer_norm_eps": 1e-5, "load_trained_adapters": True,
    "lora_adaptations": list(JINA_TASKS), "task_instructions": JINA_TASKS, "lora_alpha": 1, "lora_dropout_p": 0.0,
    "lora_main_params_trainable": False, "lora_rank": 4, "matryoshka_dimensions": [8, 16, 32],
    "max_position_embeddings": 8194, "model_type": "xlm-roberta", "output_past": True, "pad_token_id": 1,
    "position_embedding_type": "rotary", "rotary_emb_base": 20000.0, "torch_dtype": "bfloat16",
    "transformers_version": "4.30.2", "truncate_dim": None, "type_vocab_size": 1, "use_cache": True,
    "use_flash_attn": True, "vocab_size": 61,
}

# minishlab/potion-base-8M, minishlab/potion-multilingual-128M
STATIC = {
    "model_type": "model2vec", "architectures": ["StaticModel"], "tokenizer_name": "baai/bge-base-en-v1.5",
    "apply_pca": 32, "apply_zipf": True, "hidden_dim": 32, "seq_length": 1000000, "normalize": True,
}
