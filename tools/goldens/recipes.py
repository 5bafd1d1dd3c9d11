"""Which tiny checkpoints the goldens are made of: one entry of SETS is one set of weights, and each of its variants
is one config.json, in the spelling that the hub has, over those weights."""

COMMON = {
    "hidden_act": "silu",
    "initializer_range": 0.02,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "use_cache": True,
    "attention_dropout": 0.0,
    "torch_dtype": "float32",
    "transformers_version": "4.51.0",
}


def without(config, *keys):
    return {key: value for key, value in config.items() if key not in keys}


SMALL = {"hidden_size": 64, "intermediate_size": 32, "num_attention_heads": 4, "num_key_value_heads": 2}
# Wide enough for groups of 128; the head dimension of 32 keeps every projection a multiple of 32 outputs for GPTQ.
WIDE = {
    "hidden_size": 128, "intermediate_size": 128, "num_attention_heads": 4, "num_key_value_heads": 2,
    "num_hidden_layers": 2, "vocab_size": 128,
}

LLAMA = COMMON | SMALL | {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "num_hidden_layers": 2, "vocab_size": 131,
    "rms_norm_eps": 1e-5, "rope_theta": 500000.0, "rope_scaling": None, "max_position_embeddings": 128,
    "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": False, "pretraining_tp": 1,
}
QWEN2 = COMMON | SMALL | {
    "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "num_hidden_layers": 2, "vocab_size": 136,
    "rms_norm_eps": 1e-6, "rope_theta": 1000000.0, "max_position_embeddings": 128, "sliding_window": 8,
    "use_sliding_window": False, "max_window_layers": 2, "tie_word_embeddings": True,
}
QWEN3 = COMMON | SMALL | {
    "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "num_hidden_layers": 2, "vocab_size": 151,
    "head_dim": 24, "rms_norm_eps": 1e-6, "rope_theta": 1000000, "rope_scaling": None, "max_position_embeddings": 128,
    "attention_bias": False, "max_window_layers": 2, "sliding_window": None, "use_sliding_window": False,
    "tie_word_embeddings": False,
}
SMOLLM3 = COMMON | SMALL | {
    "architectures": ["SmolLM3ForCausalLM"], "model_type": "smollm3", "num_hidden_layers": 2, "vocab_size": 128,
    "rms_norm_eps": 1e-6, "rope_theta": 5000000.0, "rope_scaling": None, "max_position_embeddings": 128,
    "attention_bias": False, "mlp_bias": False, "no_rope_layer_interval": 2, "no_rope_layers": [1, 0],
    "layer_types": ["full_attention"] * 2, "max_window_layers": 2, "sliding_window": None, "use_sliding_window": False,
    "tie_word_embeddings": True, "pad_token_id": 2,
}
PHI3 = COMMON | SMALL | {
    "architectures": ["Phi3ForCausalLM"], "model_type": "phi3", "num_hidden_layers": 2, "vocab_size": 144,
    "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "rope_scaling": None, "max_position_embeddings": 128,
    "original_max_position_embeddings": 32, "sliding_window": None, "tie_word_embeddings": False, "pad_token_id": 2,
    "attention_bias": False, "embd_pdrop": 0.0, "resid_pdrop": 0.0,
}

# google/gemma-3-270m; the window of 512 is 8 here.
GEMMA3 = without(COMMON, "hidden_act") | SMALL | {
    "_sliding_window_pattern": 6, "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text",
    "attention_bias": False, "attn_logit_softcapping": None, "final_logit_softcapping": None, "bos_token_id": 2,
    "eos_token_id": 1, "pad_token_id": 0, "head_dim": 24, "hidden_activation": "gelu_pytorch_tanh",
    "layer_types": ["sliding_attention", "sliding_attention", "full_attention"], "max_position_embeddings": 128,
    "num_hidden_layers": 3, "query_pre_attn_scalar": 24, "rms_norm_eps": 1e-6, "rope_local_base_freq": 10000.0,
    "rope_scaling": None, "rope_theta": 1000000.0, "sliding_window": 8, "use_bidirectional_attention": False,
    "vocab_size": 139,
}
# google/gemma-3-1b-it: the pattern instead of the list. The scale is not that of the heads, as in the 27B.
GEMMA3_PATTERN = without(GEMMA3, "_sliding_window_pattern", "layer_types", "use_bidirectional_attention") | {
    "cache_implementation": "hybrid", "eos_token_id": [1, 106], "query_pre_attn_scalar": 7, "rope_theta": 1000000,
    "rope_local_base_freq": 10000, "sliding_window_pattern": 2, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
}


def gemma3_with_vision(text):
    """google/gemma-3-4b-it: sizes that are the type's own are left out there, but here they are others."""
    kept = ("head_dim", "hidden_size", "intermediate_size", "model_type", "num_attention_heads", "num_hidden_layers",
            "num_key_value_heads", "query_pre_attn_scalar", "rope_scaling", "sliding_window", "vocab_size")
    return {
        "architectures": ["Gemma3ForConditionalGeneration"], "boi_token_index": 95, "eoi_token_index": 96,
        "eos_token_id": [1, 106], "image_token_index": 97, "initializer_range": 0.02, "mm_tokens_per_image": 4,
        "model_type": "gemma3", "text_config": {key: text[key] for key in kept}, "torch_dtype": text["torch_dtype"],
        "transformers_version": "4.50.0.dev0",
        "vision_config": {"hidden_size": 16, "image_size": 16, "intermediate_size": 16,
                          "model_type": "siglip_vision_model", "num_attention_heads": 2, "num_hidden_layers": 1,
                          "patch_size": 4, "vision_use_head": False},
    }


# google/gemma-4-e2b-it, its text: embeddings of every layer, and layers that attend to what earlier ones have written.
# The window of 512 is 8 here, and the bound of the logits, 30, so low that it bends them.
GEMMA4 = without(COMMON, "hidden_act", "torch_dtype") | SMALL | {
    "architectures": ["Gemma4ForCausalLM"], "model_type": "gemma4_text", "attention_bias": False,
    "attention_k_eq_v": False, "bos_token_id": 2, "dtype": "float32", "enable_moe_block": False, "eos_token_id": 1,
    "final_logit_softcapping": 4.0, "global_head_dim": 40, "head_dim": 24, "hidden_activation": "gelu_pytorch_tanh",
    "hidden_size_per_layer_input": 12,
    "layer_types": ["sliding_attention", "full_attention", "sliding_attention", "full_attention", "sliding_attention",
                    "sliding_attention", "full_attention"],
    "max_position_embeddings": 128, "moe_intermediate_size": None, "num_experts": None,
    "num_global_key_value_heads": None, "num_hidden_layers": 7, "num_kv_shared_layers": 3, "pad_token_id": 0,
    "rms_norm_eps": 1e-6,
    "rope_parameters": {
        "full_attention": {"partial_rotary_factor": 0.25, "rope_theta": 1000000.0, "rope_type": "proportional"},
        "sliding_attention": {"rope_theta": 10000.0, "rope_type": "default"},
    },
    "sliding_window": 8, "tie_word_embeddings": True, "top_k_experts": None, "use_bidirectional_attention": None,
    "use_double_wide_mlp": True, "vocab_size": 137, "vocab_size_per_layer_input": 140,
    "transformers_version": "5.5.0.dev0",
}
# google/gemma-4-31b-it, its text: the keys of full layers, of fewer heads, are their values too. What is the type's own
# is left out.
GEMMA4_WIDE = without(GEMMA4, "enable_moe_block", "hidden_size_per_layer_input", "layer_types", "num_kv_shared_layers",
                      "rope_parameters", "use_double_wide_mlp", "vocab_size_per_layer_input") | {
    "attention_k_eq_v": True, "final_logit_softcapping": None, "hidden_size_per_layer_input": 0,
    "num_global_key_value_heads": 1, "num_hidden_layers": 7, "use_bidirectional_attention": "vision",
}


def gemma4_with_others(text):
    """google/gemma-4-e2b-it: the language model is a part; the towers are left out here, as converters leave them."""
    return {
        "architectures": ["Gemma4ForConditionalGeneration"], "audio_config": None, "boa_token_id": 256000,
        "boi_token_id": 255999, "dtype": text["dtype"], "eoa_token_index": 258883, "eoi_token_id": 258882,
        "eos_token_id": [1, 106], "image_token_id": 258880, "initializer_range": 0.02, "model_type": "gemma4",
        "text_config": without(text, "architectures", "transformers_version"), "tie_word_embeddings": True,
        "transformers_version": "5.5.0.dev0", "video_token_id": 258884, "vision_config": None,
    }



QWEN3_5_ROPE = {"mrope_interleaved": True, "mrope_section": [1, 1, 1], "partial_rotary_factor": 0.25,
                "rope_theta": 10000000, "rope_type": "default"}
# Qwen/Qwen3.5-0.8B, its language model: three linear layers to one full, which is the second here.
QWEN3_5 = without(COMMON, "bos_token_id") | SMALL | {
    "architectures": ["Qwen3_5ForCausalLM"], "model_type": "qwen3_5_text", "attention_bias": False,
    "attn_output_gate": True, "head_dim": 24, "full_attention_interval": 4,
    "layer_types": ["linear_attention", "full_attention", "linear_attention"], "linear_conv_kernel_dim": 4,
    "linear_key_head_dim": 16, "linear_num_key_heads": 2, "linear_num_value_heads": 4, "linear_value_head_dim": 24,
    "mamba_ssm_dtype": "float32", "max_position_embeddings": 256, "mtp_num_hidden_layers": 1,
    "num_hidden_layers": 3, "rms_norm_eps": 1e-6, "rope_parameters": QWEN3_5_ROPE, "tie_word_embeddings": True,
    "transformers_version": "5.2.0", "vocab_size": 137,
}


def qwen3_5_with_vision(text):
    """As Qwen/Qwen3.5-0.8B is published."""
    kept = [key for key in text if key not in ("architectures", "torch_dtype", "transformers_version")]
    return {
        "architectures": ["Qwen3_5ForConditionalGeneration"], "image_token_id": 95, "model_type": "qwen3_5",
        "text_config": {key: text[key] for key in kept} | {"dtype": text["torch_dtype"]},
        "tie_word_embeddings": text["tie_word_embeddings"], "torch_dtype": text["torch_dtype"],
        "transformers_version": "5.2.0", "video_token_id": 96,
        "vision_config": {"depth": 1, "hidden_size": 16, "in_channels": 3, "intermediate_size": 16,
                          "model_type": "qwen3_5", "num_heads": 2, "num_position_embeddings": 16, "out_hidden_size": 64,
                          "patch_size": 4, "spatial_merge_size": 2, "temporal_patch_size": 2},
        "vision_end_token_id": 98, "vision_start_token_id": 97,
    }


LLAMA3_ROPE = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
               "original_max_position_embeddings": 64}
YARN = {"factor": 4.0, "original_max_position_embeddings": 32}
LONG_ROPE_16 = {"type": "longrope", "short_factor": [1.0, 1.02, 1.05, 1.1, 1.2, 1.3, 1.4, 1.5],
                "long_factor": [1.0, 1.3, 1.9, 2.6, 3.4, 4.1, 4.8, 5.5]}
# Three quarters of the head rotate, as in Phi-4-mini.
LONG_ROPE_12 = {"type": "longrope", "short_factor": [1.0, 1.05, 1.1, 1.2, 1.3, 1.5],
                "long_factor": [1.0, 1.5, 2.2, 3.1, 4.2, 5.5]}


SHORT, LONG, CHUNKS = 20, 40, 150  # tokens of a golden; CHUNKS is more than two chunks of linear attention

# Each set: the dtype it is stored in, files it is split into, and variants name -> (config, tokens, context_length).
# The context length is what the engine is told: LongRoPE takes its factors from it. 0 is the model's own.
SETS = {
    "llama": {"variants": {
        "config": (LLAMA, SHORT, 0),
        "llama3_rope": (LLAMA | {"rope_scaling": LLAMA3_ROPE}, SHORT, 0),
        # Llama 2 era: no rope_theta, which then is 10000, and `type` instead of `rope_type`.
        "linear_rope": (without(LLAMA, "rope_theta") | {"rope_scaling": {"type": "linear", "factor": 4.0}}, SHORT, 0),
        "yarn": (LLAMA | {"rope_scaling": YARN | {"rope_type": "yarn"}}, SHORT, 0),
        "yarn_tuned": (LLAMA | {"rope_scaling": YARN | {"rope_type": "yarn", "beta_fast": 4.0, "beta_slow": 0.5,
                                                         "attention_factor": 1.3}}, SHORT, 0),
        # Twice as many tokens as positions: the reference's base for 40 tokens is then that for factor · positions.
        "dynamic_rope": (LLAMA | {"max_position_embeddings": LONG // 2,
                                  "rope_scaling": {"type": "dynamic", "factor": 2.0}}, LONG, LONG + 1),
        # A factor of frequencies that is not above the other leaves none between them.
        "llama3_rope_crossed": (LLAMA | {"rope_scaling": LLAMA3_ROPE | {"low_freq_factor": 8.0}}, SHORT, 0),
    }},
    "llama_bias_tied": {"variants": {
        "config": (LLAMA | {"attention_bias": True, "mlp_bias": True, "tie_word_embeddings": True}, SHORT, 0)}},
    "llama_f16": {"dtype": "float16", "variants": {"config": (LLAMA | {"torch_dtype": "float16"}, SHORT, 0)}},
    "llama_bf16_shards": {"dtype": "bfloat16", "shards": 2, "variants": {
        "config": (LLAMA | {"torch_dtype": "bfloat16"}, SHORT, 0)}},
    "qwen2": {"variants": {
        "config": (QWEN2, SHORT, 0),
        "sliding_window": (QWEN2 | {"use_sliding_window": True, "max_window_layers": 1}, SHORT, 0),
        "yarn": (QWEN2 | {"rope_scaling": YARN | {"type": "yarn"}}, SHORT, 0),
    }},
    "qwen3": {"variants": {
        "config": (QWEN3, SHORT, 0),
        "yarn": (QWEN3 | {"rope_scaling": YARN | {"rope_type": "yarn"}}, SHORT, 0),
    }},
    "qwen3_bias_tied": {"variants": {
        "config": (QWEN3 | {"attention_bias": True, "tie_word_embeddings": True}, SHORT, 0)}},
    "smollm3": {"variants": {
        "config": (SMOLLM3, SHORT, 0),
        # The layers without positions are the ones with windows.
        "sliding_window": (without(SMOLLM3, "layer_types") | {"use_sliding_window": True, "sliding_window": 8}, SHORT, 0),
        "interval_only": (without(SMOLLM3, "no_rope_layers", "layer_types") | {"no_rope_layer_interval": 3}, SHORT, 0),
    }},
    "phi3": {"variants": {
        "config": (PHI3, SHORT, 0),
        "sliding_window": (PHI3 | {"sliding_window": 8}, SHORT, 0),
        "longrope_short": (PHI3 | {"rope_scaling": LONG_ROPE_16}, SHORT, 32),
        "longrope_long": (PHI3 | {"rope_scaling": LONG_ROPE_16}, LONG, 0),
        "partial_rotary": (PHI3 | {"partial_rotary_factor": 0.5}, SHORT, 0),
        "partial_longrope_short": (PHI3 | {"partial_rotary_factor": 0.75, "rope_scaling": LONG_ROPE_12}, SHORT, 32),
        "partial_longrope_long": (PHI3 | {"partial_rotary_factor": 0.75, "rope_scaling": LONG_ROPE_12}, LONG, 0),
    }},
    "gemma3": {"variants": {
        "config": (GEMMA3, SHORT, 0),
        "pattern": (GEMMA3_PATTERN, SHORT, 0),
    }},
    # Six layers, so that the pattern that is not spelled out has a full one.
    "gemma3_vision": {"dtype": "bfloat16", "shards": 2, "variants": {
        "config": (gemma3_with_vision(GEMMA3_PATTERN | {"torch_dtype": "bfloat16", "num_hidden_layers": 6}), SHORT, 0)}},
    "gemma4": {"dtype": "bfloat16", "variants": {
        "config": (GEMMA4 | {"dtype": "bfloat16"}, SHORT, 0),
        # What norms add, and what is divided before them, matters.
        "plain_logits": (GEMMA4 | {"final_logit_softcapping": None, "rms_norm_eps": 0.1}, SHORT, 0),
        "whole_rope": (GEMMA4 | {"rope_parameters": GEMMA4["rope_parameters"] | {
            "full_attention": {"rope_theta": 10000.0, "rope_type": "proportional"}}}, SHORT, 0),
    }},
    "gemma4_wide": {"variants": {
        "config": (GEMMA4_WIDE, SHORT, 0)}},
    "qwen3_5": {"variants": {
        "config": (QWEN3_5, CHUNKS, 0),
        # The pattern instead of the list, which makes the same layers of it, and another part of the heads that rotates.
        "interval": (without(QWEN3_5, "layer_types") | {
            "full_attention_interval": 2, "rope_parameters": QWEN3_5_ROPE | {"partial_rotary_factor": 0.5}}, CHUNKS, 0),
    }},
    # As many value heads as key heads, biases, and a head of its own; beside the parts that gerbil does not use.
    "qwen3_5_vision": {"dtype": "bfloat16", "shards": 2, "unused": ["mtp.fc.weight"], "variants": {
        "config": (qwen3_5_with_vision(QWEN3_5 | {
            "attention_bias": True, "linear_num_value_heads": 2, "linear_key_head_dim": 20, "linear_conv_kernel_dim": 3,
            "tie_word_embeddings": False, "torch_dtype": "bfloat16"}), CHUNKS, 0)}},
}

# Checkpoints that are quantised by quantize_mlx.py and quantize_gptq.py; only their quantised forms are stored.
SOURCES = {
    "llama": LLAMA | WIDE | {"rope_scaling": LLAMA3_ROPE, "num_hidden_layers": 1},
    "qwen2": QWEN2 | WIDE | {"num_hidden_layers": 1, "max_window_layers": 1},
    "qwen3": QWEN3 | WIDE | {"head_dim": 32},
    "smollm3": SMOLLM3 | WIDE,
    "phi3": PHI3 | WIDE | {"num_hidden_layers": 1},
    # MLX takes the size of the vocabulary from the outer configuration.
    "gemma3": gemma3_with_vision(GEMMA3_PATTERN | WIDE | {"head_dim": 32, "num_hidden_layers": 6}) | {"vocab_size": 128},
    "gemma4": gemma4_with_others(GEMMA4 | WIDE | {
        "head_dim": 32, "global_head_dim": 64, "hidden_size_per_layer_input": 64, "intermediate_size": 64,
        "layer_types": ["sliding_attention", "full_attention", "sliding_attention"] + ["sliding_attention", "full_attention"],
        "num_hidden_layers": 5, "num_kv_shared_layers": 2, "vocab_size_per_layer_input": 128}) | {"vocab_size": 128},
    # MLX does not read the list of layers.
    "qwen3_5": qwen3_5_with_vision(QWEN3_5 | WIDE | {
        "full_attention_interval": 2, "head_dim": 32, "linear_num_value_heads": 4, "linear_value_head_dim": 32, "num_hidden_layers": 3,
        "linear_key_head_dim": 32}),
    # For the grid of bits and groups: small, and every projection is there.
    "grid": QWEN3 | WIDE | {"head_dim": 32, "num_hidden_layers": 1, "num_key_value_heads": 1,
                             "tie_word_embeddings": True},
}

# Dense sets that gerbil quantises while it loads: set, variant, bits, group; group 0 is the
# default, 32.
ON_THE_FLY = [
    ("llama", "config", 4, 32),
    ("llama_bias_tied", "config", 8, 32),
    ("llama_bf16_shards", "config", 4, 0),
    ("qwen3", "config", 8, 0),
    ("phi3", "config", 4, 0),
    ("gemma4", "config", 4, 0),
]
