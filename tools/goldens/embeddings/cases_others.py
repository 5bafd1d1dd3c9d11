"""Folders of sequence classifiers and of static models."""

import torch

import shapes
from configs import BERT, MODERNBERT, NEW, ROBERTA, STATIC, XLM_ROBERTA
from readings import (ALL_PAIR_WRONG, BERT_TEXTS, CAUSAL, NORMALIZED_MEAN, NO_TYPES, NO_TYPE_ROW, PLAIN_TEXTS,
                      POSITION_OFFSET, ROBERTA_TEXTS, STATIC_TEXTS, configured, labels, pooled, prefixed)

MAPPING = torch.arange(90) * 7 % 40

FOLDERS = {
    # Sequence classifiers: bge-reranker, ms-marco, gte-reranker
    "bert_classifier": {
        "config": BERT | labels(1) | {
            "architectures": ["BertForSequenceClassification"],
            "sentence_transformers": {"activation_fn": "torch.nn.modules.linear.Identity", "version": "4.0.1"}},
        "shapes": lambda c: shapes.bert(c, pooler=True), "rename": prefixed("bert."), "kind": "classifier",
        "head": lambda c: shapes.affine("classifier", 1, 32), "encoder": "library_classifier", "texts": BERT_TEXTS,
        "wrong": ALL_PAIR_WRONG},
    "bert_classifier_two_labels": {
        "config": BERT | labels(2) | {"architectures": ["BertForSequenceClassification"], "num_hidden_layers": 3},
        "shapes": lambda c: shapes.bert(c, pooler=True), "rename": prefixed("bert."), "kind": "classifier",
        "head": lambda c: shapes.affine("classifier", 2, 32), "encoder": "library_classifier", "texts": BERT_TEXTS,
        "wrong": ALL_PAIR_WRONG},
    "xlm_roberta_classifier": {
        "config": XLM_ROBERTA | labels(1) | {"architectures": ["XLMRobertaForSequenceClassification"]},
        "shapes": shapes.bert, "rename": prefixed("roberta."), "kind": "classifier",
        "head": lambda c: shapes.affine("classifier.dense", 32, 32) | shapes.affine("classifier.out_proj", 1, 32),
        "encoder": "library_classifier", "texts": ROBERTA_TEXTS, "wrong": [CAUSAL, POSITION_OFFSET, NO_TYPE_ROW]},
    "roberta_classifier": {
        "config": ROBERTA | labels(2) | {"architectures": ["RobertaForSequenceClassification"]},
        "shapes": shapes.bert, "rename": prefixed("roberta."), "kind": "classifier",
        "head": lambda c: shapes.affine("classifier.dense", 32, 32) | shapes.affine("classifier.out_proj", 2, 32),
        "encoder": "library_classifier", "texts": ROBERTA_TEXTS, "wrong": [CAUSAL, POSITION_OFFSET, NO_TYPE_ROW]},
    "modernbert_classifier_mean": {
        "config": MODERNBERT | labels(1) | {"architectures": ["ModernBertForSequenceClassification"]},
        "shapes": shapes.modernbert, "rename": prefixed("model."), "kind": "classifier",
        "head": lambda c: shapes.affine("head.dense", 32, 32, bias=False) | shapes.norm("head.norm", 32, bias=False)
        | shapes.affine("classifier", 1, 32),
        "encoder": "library_classifier", "texts": PLAIN_TEXTS,
        "wrong": [configured(classifier_pooling="cls"), configured(local_attention=128),
                  configured(local_rope_theta=160000.0), configured(classifier_activation="relu")]},
    "modernbert_classifier_cls": {
        "config": MODERNBERT | labels(2) | {
            "architectures": ["ModernBertForSequenceClassification"], "classifier_pooling": "cls",
            "classifier_bias": True, "norm_bias": True},
        "shapes": shapes.modernbert, "rename": prefixed("model."), "kind": "classifier",
        "head": lambda c: shapes.affine("head.dense", 32, 32) | shapes.norm("head.norm", 32)
        | shapes.affine("classifier", 2, 32),
        "encoder": "library_classifier", "texts": PLAIN_TEXTS,
        "wrong": [CAUSAL, configured(classifier_pooling="mean"), configured(local_attention=128)]},
    "new_classifier": {
        "config": NEW | labels(1) | {"architectures": ["NewForSequenceClassification"]},
        "shapes": lambda c: shapes.new(c, pooler=True), "rename": prefixed("new."), "kind": "classifier",
        "head": lambda c: shapes.affine("classifier", 1, 32), "encoder": "new_classifier", "texts": ROBERTA_TEXTS,
        "wrong": [CAUSAL, NO_TYPE_ROW, configured(rope_theta=10000), configured(rope_scaling=None)]},
    "new_classifier_types": {
        "config": NEW | labels(2) | {
            "architectures": ["NewForSequenceClassification"], "type_vocab_size": 2, "rope_scaling": None,
            "rope_theta": 500, "torch_dtype": "float32", "pad_token_id": 0},
        "shapes": lambda c: shapes.new(c, pooler=True), "rename": prefixed("new."), "kind": "classifier",
        "head": lambda c: shapes.affine("classifier", 2, 32), "encoder": "new_classifier", "texts": BERT_TEXTS,
        "wrong": [CAUSAL, NO_TYPES, configured(rope_theta=20000)]},

    # StaticModel: potion
    "static": {
        "config": STATIC, "shapes": lambda c: shapes.static(32, 90), "encoder": "static", "static": True,
        "modules": NORMALIZED_MEAN, "texts": STATIC_TEXTS, "vocabulary": 90, "truncate": [8],
        "wrong": [pooled("max"), pooled("cls")]},
    "static_weighted": {
        "config": STATIC | {"normalize": False, "sif_coefficient": 0.0001, "apply_zipf": None,
                            "embedding_dtype": "float16", "vocabulary_quantization": 40},
        "shapes": lambda c: shapes.static(32, 40, 90), "dtype": "float16", "fixed": {"mapping": MAPPING},
        "encoder": "static", "static": True, "modules": {"pooling": ["mean"]}, "texts": STATIC_TEXTS, "vocabulary": 90,
        "wrong": [("weights ignored", {"tensors": lambda t: t | {"weights": t["weights"] * 0 + 1}}),
                  ("mapping ignored", {"tensors": lambda t: t | {"mapping": torch.arange(90) % 40}}),
                  ("weights by row", {"tensors": lambda t: t | {"weights": t["weights"][t["mapping"]]}}),
                  pooled("max")]},
}
