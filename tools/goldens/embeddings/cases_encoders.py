"""Folders of BertModel, XLMRobertaModel, RobertaModel and ModernBertModel."""

import shapes
from configs import BERT, MODERNBERT, ROBERTA, WIDE, XLM_ROBERTA
from readings import (ALL_PAIR_WRONG, BERT_TEXTS, BOTH, CAUSAL, NORMALIZED_CLS, NORMALIZED_MEAN, NO_TYPE_ROW,
                      PLAIN_TEXTS, POSITION_OFFSET, ROBERTA_TEXTS, configured, files, old_layer_norms, pooled, prefixed,
                      shifted_positions)

FOLDERS = {
    # BertModel: bge, gte, arctic-embed, e5, MiniLM
    "bert_mean": {
        "config": BERT | {"num_hidden_layers": 3}, "shapes": lambda c: shapes.bert(c, pooler=True),
        "encoder": "library", "modules": NORMALIZED_MEAN | files(256) | {"pooling_keys": "old"}, "texts": BERT_TEXTS,
        "wrong": ALL_PAIR_WRONG + [pooled("cls"), configured(hidden_act="relu")]},
    "bert_cls": {
        "config": BERT | WIDE | {"torch_dtype": "float16"}, "shapes": shapes.bert, "rename": old_layer_norms,
        "position_ids": "embeddings.position_ids", "encoder": "library", "modules": NORMALIZED_CLS | files(),
        "texts": BERT_TEXTS, "quantize": BOTH, "wrong": ALL_PAIR_WRONG + [pooled("mean")]},
    "bert_max_dense": {
        "config": BERT, "shapes": lambda c: shapes.bert(c, pooler=True), "rename": prefixed("bert."),
        "encoder": "library", "texts": BERT_TEXTS,
        "modules": {"pooling": ["max"], "dense": [
            {"in_features": 32, "out_features": 24, "bias": True,
             "activation_function": "torch.nn.modules.activation.Tanh"}]} | files(128),
        "wrong": ALL_PAIR_WRONG + [
            pooled("mean"), ("bias of the head ignored", {"dense": "no bias"}),
            ("activation of the head ignored", {"dense": "no activation"})]},
    "bert_cls_mean": {
        "config": BERT | {"hidden_act": "gelu_new"}, "shapes": shapes.bert, "encoder": "library", "texts": BERT_TEXTS,
        "modules": {"pooling": ["cls", "mean"], "normalize": True} | files(),
        "wrong": ALL_PAIR_WRONG + [("pooling max mean", {"modules": {"pooling": ["max", "mean"]}})]},

    # XLMRobertaModel, RobertaModel: bge-m3, multilingual-e5, granite
    "xlm_roberta_cls": {
        "config": XLM_ROBERTA | WIDE | {"torch_dtype": "bfloat16"}, "shapes": lambda c: shapes.bert(c, pooler=True),
        "encoder": "library", "modules": NORMALIZED_CLS | files(8192), "texts": ROBERTA_TEXTS, "quantize": BOTH,
        "wrong": [CAUSAL, POSITION_OFFSET, NO_TYPE_ROW, pooled("mean")]},
    "xlm_roberta_mean": {
        "config": XLM_ROBERTA, "shapes": lambda c: shapes.bert(c, pooler=True), "rename": prefixed("roberta."),
        "encoder": "library", "modules": NORMALIZED_MEAN | files(), "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, POSITION_OFFSET, NO_TYPE_ROW, pooled("cls")]},
    "roberta_cls": {  # granite-embedding-30m-english: two types, of which only the first is used
        "config": ROBERTA | {"type_vocab_size": 2, "layer_norm_eps": 1e-12},
        "shapes": shapes.bert, "encoder": "library", "modules": NORMALIZED_CLS | files(), "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, POSITION_OFFSET, NO_TYPE_ROW, pooled("mean")]},
    "roberta_mean_sqrt_len": {
        "config": ROBERTA | {"pad_token_id": 4, "max_position_embeddings": 69, "num_hidden_layers": 3},
        "shapes": lambda c: shapes.bert(c, pooler=True), "encoder": "library",
        "modules": {"pooling": ["mean_sqrt_len"]} | files(), "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, ("positions from 2", {"tensors": lambda t: shifted_positions(t, 3)}), NO_TYPE_ROW,
                  pooled("mean")]},

    # ModernBertModel: gte-modernbert
    "modernbert_cls": {
        "config": MODERNBERT | WIDE | {"num_hidden_layers": 4, "intermediate_size": 64,
                                       "torch_dtype": "float16"},
        "shapes": shapes.modernbert, "encoder": "library", "modules": {"pooling": ["cls"]} | files(8192),
        "texts": PLAIN_TEXTS, "quantize": BOTH,
        "wrong": [CAUSAL, configured(local_attention=128), configured(local_attention=6),
                  configured(local_attention=10), configured(local_rope_theta=160000.0),
                  configured(global_rope_theta=10000.0), configured(global_attn_every_n_layers=2), pooled("mean")]},
    "modernbert_biases": {
        "config": MODERNBERT | {"norm_bias": True, "attention_bias": True, "mlp_bias": True, "local_attention": 12,
                                "global_attn_every_n_layers": 2, "num_hidden_layers": 3, "local_rope_theta": 300.0},
        "shapes": shapes.modernbert, "rename": prefixed("model."), "encoder": "library",
        "modules": NORMALIZED_MEAN | files(8192), "texts": PLAIN_TEXTS,
        "wrong": [CAUSAL, configured(local_attention=128), configured(local_attention=24),
                  configured(local_rope_theta=160000.0), configured(global_rope_theta=10000.0), pooled("cls")]},
}
