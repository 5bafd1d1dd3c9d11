"""Folders of Gemma3TextModel, and of Qwen3 as embedding model and as reranker."""

import shapes
from configs import GEMMA3, QWEN3
from readings import BOTH, NORMALIZED_MEAN, configured, files, pooled, prefixed

GEMMA_HEADS = [
    {"in_features": 32, "out_features": 128, "bias": False, "activation_function": "torch.nn.modules.linear.Identity"},
    {"in_features": 128, "out_features": 32, "bias": False, "activation_function": "torch.nn.modules.linear.Identity"}]
GEMMA_PROMPTS = {"query": "task: search result | query: ", "document": "title: none | text: "}
GEMMA_WRONG = [
    configured(use_bidirectional_attention=False), configured(sliding_window=1024),
    configured(rope_local_base_freq=1000000.0), configured(rope_theta=10000.0), configured(query_pre_attn_scalar=32),
    pooled("cls"), ("embeddings not scaled", {"tensors": lambda tensors: {
        name: tensor / tensor.shape[-1] ** 0.5 if "embed_tokens" in name else tensor
        for name, tensor in tensors.items()}})]
QWEN_PROMPTS = {"query": "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:",
                "document": ""}

FOLDERS = {
    # Gemma3TextModel: EmbeddingGemma
    "gemma3_heads": {
        "config": GEMMA3, "shapes": shapes.decoder, "encoder": "library",
        "modules": {"pooling": ["mean"], "dense": GEMMA_HEADS, "normalize": True} | files(2048, GEMMA_PROMPTS),
        "texts": {"first": 2, "last": 1}, "truncate": [16],
        "wrong": GEMMA_WRONG + [
            configured(sliding_window=6), configured(sliding_window=10), configured(sliding_window=14),
            ("heads ignored", {"modules": {"dense": []}})]},
    "gemma3_pattern": {
        "config": {key: value for key, value in GEMMA3.items() if key not in ("layer_types", "_sliding_window_pattern")}
        | {"sliding_window_pattern": 2, "sliding_window": 13, "dtype": "bfloat16", "num_attention_heads": 4,
           "num_key_value_heads": 2, "head_dim": 24, "hidden_size": 64, "intermediate_size": 96},
        "shapes": shapes.decoder, "encoder": "library", "modules": NORMALIZED_MEAN | files(2048, GEMMA_PROMPTS),
        "texts": {"first": 2, "last": 1}, "quantize": BOTH,
        "wrong": GEMMA_WRONG + [
            configured(sliding_window=11), configured(sliding_window=15), configured(sliding_window_pattern=6)]},

    # Qwen3: Qwen3-Embedding, Qwen3-Reranker
    "qwen3_last": {
        "config": QWEN3, "shapes": shapes.decoder, "encoder": "library",
        "modules": {"pooling": ["lasttoken"], "normalize": True} | files(32768, QWEN_PROMPTS),
        "texts": {"last": 3}, "quantize": BOTH,
        "wrong": [("bidirectional", {"mask": "full"}), configured(rope_theta=10000), pooled("mean"), pooled("cls")]},
    "qwen3_weighted_mean": {  # untied and without a head, as Qwen3-Embedding-8B is
        "config": QWEN3 | {"architectures": ["Qwen3Model"], "tie_word_embeddings": False, "torch_dtype": "float32",
                           "hidden_size": 32, "head_dim": 16, "intermediate_size": 64, "num_attention_heads": 2,
                           "num_key_value_heads": 1},
        "shapes": shapes.decoder, "encoder": "library", "modules": {"pooling": ["weightedmean"]} | files(512),
        "texts": {"last": 3},
        "wrong": [("bidirectional", {"mask": "full"}), configured(rope_theta=10000), pooled("mean"),
                  pooled("lasttoken")]},
    "qwen3_reranker": {
        "config": QWEN3, "shapes": shapes.decoder, "rename": prefixed("model."), "encoder": "qwen3_reranker",
        "kind": "reranker", "yes": 41, "no": 17, "texts": {},
        "wrong": [("bidirectional", {"mask": "full"}), configured(rope_theta=10000),
                  ("yes and no exchanged", {"config": {"yes": 17, "no": 41}})]},
    "qwen3_reranker_untied": {
        "config": QWEN3 | {"tie_word_embeddings": False, "hidden_size": 32, "head_dim": 16, "intermediate_size": 64,
                           "torch_dtype": "float32"},
        "shapes": shapes.decoder, "rename": prefixed("model."), "head": lambda c: {"lm_head.weight": (103, 32)},
        "encoder": "qwen3_reranker", "kind": "reranker", "yes": 8, "no": 99, "texts": {},
        "wrong": [("bidirectional", {"mask": "full"}), configured(rope_theta=10000),
                  ("head taken from the embeddings",
                   {"tensors": lambda t: t | {"lm_head.weight": t["model.embed_tokens.weight"].clone()}})]},
}
