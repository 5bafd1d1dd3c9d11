"""Writes tests/fixtures/sentence_pipelines.json: small changes to the folders in tests/fixtures/embeddings, and what
sentence-transformers makes of texts with them.

    ST_LIB=FOLDER scripts/env python3 tools/goldens/embeddings/pipelines.py

FOLDER holds sentence-transformers 6.2.0 (pip install --no-deps --target FOLDER sentence-transformers==6.2.0); scipy and
scikit-learn, which it imports for its evaluators, are replaced by empty modules where they are not installed.
"""

import importlib.abc
import importlib.machinery
import json
import os
import pathlib
import shutil
import sys
import tempfile
import types

import torch
from safetensors.torch import save_file

FIXTURES = pathlib.Path(__file__).parents[3] / "tests/fixtures"
LIBRARY = "sentence_transformers.models."
TEXTS = ["the fox says moo", "a hen"]
QUERY, DOCUMENTS = "the fox", ["the hen says moo", "a fox"]
TOKENIZER = {"tokenizer_class": "BertTokenizer", "cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]",
             "unk_token": "[UNK]", "mask_token": "[MASK]", "model_max_length": 60}


def modules(*types, transformer="Transformer", path=""):
    entries = [(transformer, path)] + [(kind, f"{i}_{kind}") for i, kind in enumerate(types, 1)]
    return {"modules.json": [{"idx": i, "name": str(i), "path": where, "type": LIBRARY + kind}
                             for i, (kind, where) in enumerate(entries)]}


def dense(inputs, outputs, activation="linear.Identity", **more):
    return {"in_features": inputs, "out_features": outputs, "bias": False,
            "activation_function": f"torch.nn.modules.{activation}", **more}


def pooling(**config):
    return {"1_Pooling/config.json": {"word_embedding_dimension": 32, **config}}


PLAIN = {"tokenizer_config.json": TOKENIZER | {"tokenizer_class": "PreTrainedTokenizerFast"}}
MODES = ["lasttoken", "weightedmean", "cls", "max", "mean_sqrt_len_tokens", "mean"]
PROMPT = {"config_sentence_transformers.json": {"prompts": {"query": "says moo ", "document": None}}}
CROSS = {"model_type": "CrossEncoder", "prompts": {"says": "says "}, "default_prompt_name": "says"}
TOKENS = {"module_input_name": "token_embeddings"}
LONG = ["the fox says moo moo the cow runs says moo", "a fox"]
LONG_PAIRS = ["the fox says", "moo moo the cow runs says moo", "a fox"]


def transformer(**settings):
    return {"sentence_bert_config.json": settings}


def processing(**text):
    return transformer(max_seq_length=9, processing_kwargs={"text": text})


def cross_encoder(**settings):
    return modules() | {"config_sentence_transformers.json": {"model_type": "CrossEncoder", "prompts": {}},
                        "sentence_bert_config.json": {"transformer_task": "sequence-classification"} | settings}


POOLED = modules("Pooling")

# folder: of tests/fixtures/embeddings; files: written over it; config and tokenizer: members of config.json and
# tokenizer.json; tensors: the shapes in a folder's model.safetensors, whose numbers are value(i); move: the folder that
# gets the model's own files; task; rerank; texts; warnings: how many there are.
CASES = {
    "modes_in_a_list": {"files": POOLED | pooling(pooling_mode=MODES + ["cls"])},
    "no_mode_is_on": {"files": POOLED | pooling(pooling_mode_mean_tokens=False)},
    "without_the_prompt": {"files": POOLED | PROMPT | pooling(pooling_mode=MODES, include_prompt=False),
                           "task": "query"},
    "nothing_but_the_prompt": {"task": "query", "files": POOLED | PROMPT | PLAIN | pooling(
        pooling_mode=["cls", "mean"], include_prompt=False), "tokenizer": {"post_processor": None}, "texts": [""]},
    "residual": {"files": modules("Pooling", "Dense") | {
        "2_Dense/config.json": dense(32, 32, "activation.Sigmoid", use_residual=True)},
                 "tensors": {"2_Dense": {"linear.weight": [32, 32]}}},
    "projected_residual": {"files": modules("Pooling", "Dense") | {
        "2_Dense/config.json": dense(32, 24, "activation.Tanh", use_residual=True)},
                           "tensors": {"2_Dense": {"linear.weight": [24, 32], "residual.weight": [24, 32]}}},
    "dense_on_tokens": {"files": modules("Dense", "Normalize", "Pooling") | {
        "1_Dense/config.json": dense(32, 24, "activation.Mish", **TOKENS), "2_Normalize/config.json": TOKENS,
        "3_Pooling/config.json": {"embedding_dimension": 24, "pooling_mode": ["max", "mean"]}},
                        "tensors": {"1_Dense": {"linear.weight": [24, 32]}}},
    "norms_between": {"files": modules("Pooling", "LayerNorm", "Normalize", "Dense", "Normalize") | {
        "2_LayerNorm/config.json": {"dimension": 32}, "4_Dense/config.json": dense(32, 24, "activation.ELU")},
                      "tensors": {"2_LayerNorm": {"norm.weight": [32], "norm.bias": [32]},
                                  "4_Dense": {"linear.weight": [24, 32]}}},
    "first_dimensions": {"files": modules("Pooling", "Normalize") | {
        "config_sentence_transformers.json": {"truncate_dim": 8}}},
    "lower_case": {"files": POOLED | PLAIN | {"sentence_bert_config.json": {"do_lower_case": True}},
                   "tokenizer": {"normalizer": None}, "texts": ["The FOX [SEP] says"]},
    "a_folder_for_the_model": {"files": modules("Pooling", path="0_Transformer"), "move": "0_Transformer"},
    "gelu_fast": {"files": POOLED, "config": {"hidden_act": "gelu_fast"}},
    "quick_gelu": {"files": POOLED, "config": {"hidden_act": "quick_gelu"}},
    "config_of_the_module": {"files": POOLED | {
        "sentence_bert_config.json": {"config_kwargs": {"hidden_act": "relu2"}}}},
    "padding_in_the_text": {"folder": "roberta_mean_sqrt_len", "files": POOLED | pooling(pooling_mode="mean"),
                            "texts": ["the fox [MASK] says [MASK][MASK] moo"]},
    "qwen3_sees_all": {"folder": "qwen3_last", "files": POOLED, "config": {"is_causal": False}},
    "qwen3_sees_its_neighbours": {"folder": "qwen3_last", "files": POOLED, "config": {
        "is_causal": False, "use_sliding_window": True, "sliding_window": 1, "max_window_layers": 0}},
    "gemma3_sees_all": {"folder": "gemma3_pattern", "files": POOLED, "config": {
        "is_causal": False, "use_bidirectional_attention": False, "sliding_window": 2}},
    "static_embedding": {"only_modules": True,
                         "files": modules(transformer="StaticEmbedding", path="0_StaticEmbedding"),
                         "tensors": {"0_StaticEmbedding": {"embedding.weight": [97, 8]}},
                         "move": "0_StaticEmbedding", "texts": TEXTS + ["the ☃", ""]},
    "static_embedding_beside": {"files": modules("Normalize", transformer="StaticEmbedding"), "only_modules": True,
                                "tensors": {"": {"embedding.weight": [97, 8]}}},
    "pair_without_types": {"folder": "bert_classifier", "rerank": True,
                           "files": {"tokenizer_config.json": TOKENIZER | {
                               "model_input_names": ["input_ids", "attention_mask"]}}},
    "pair_of_a_plain_tokenizer": {"folder": "bert_classifier", "rerank": True, "files": PLAIN},
    "score_through_tanh": {"folder": "bert_classifier", "rerank": True, "config": {
        "sentence_transformers": {"activation_fn": "torch.nn.modules.activation.Tanh"}}},
    "score_with_modules": {"folder": "bert_classifier", "rerank": True, "files": modules() | {
        "config_sentence_transformers.json": CROSS | {"activation_fn": "torch.nn.modules.linear.Identity"},
        "sentence_bert_config.json": {"transformer_task": "sequence-classification"}}},
    "score_of_modules": {"rerank": True, "files": modules("Pooling", "Dense", "LayerNorm", "Dense") | {
        "config_sentence_transformers.json": CROSS, "2_Dense/config.json": dense(32, 16, "activation.SiLU"),
        "3_LayerNorm/config.json": {"dimension": 16},
        "4_Dense/config.json": dense(16, 1, module_output_name="scores")},
                         "tensors": {"2_Dense": {"linear.weight": [16, 32]}, "4_Dense": {"linear.weight": [1, 16]},
                                     "3_LayerNorm": {"norm.weight": [16], "norm.bias": [16]}}},
    "bert_sees_back": {"files": POOLED | pooling(pooling_mode=["cls", "mean"]), "config": {"is_decoder": True}},
    "roberta_sees_back": {"folder": "roberta_cls", "files": POOLED | pooling(pooling_mode="mean"),
                          "config": {"is_decoder": True}},
    "modernbert_scaled": {"folder": "modernbert_biases", "files": POOLED, "config": {
        "rope_scaling": {"rope_type": "linear", "factor": 2.0}}},
    "modernbert_not_scaled": {"folder": "modernbert_biases", "files": POOLED, "config": {
        "rope_scaling": {"type": "linear", "factor": 2.0}, "local_attention": 0}},
    "modes_as_numbers": {"files": POOLED | PROMPT | pooling(
        pooling_mode_cls_token=1, pooling_mode_max_tokens=0, pooling_mode_mean_tokens="yes",
        pooling_mode_lasttoken=None, include_prompt=0), "task": "query"},
    "switches_as_numbers": {"files": modules("Pooling", "Dense") | {
        "2_Dense/config.json": dense(32, 32, "activation.Tanh", use_residual=1) | {"bias": 0}},
                            "tensors": {"2_Dense": {"linear.weight": [32, 32]}}},
    "values_under_other_names": {"files": modules("Pooling", "Dense", "Dense", "Dense", "Normalize") | {
        "2_Dense/config.json": dense(32, 24, "activation.Tanh", module_output_name="wide"),
        "3_Dense/config.json": dense(32, 20, "activation.Tanh", module_output_name="unused"),
        "4_Dense/config.json": dense(24, 16, "activation.ReLU", module_input_name="wide",
                                     module_output_name="sentence_embedding")},
                                 "tensors": {"2_Dense": {"linear.weight": [24, 32]},
                                             "3_Dense": {"linear.weight": [20, 32]},
                                             "4_Dense": {"linear.weight": [16, 24]}}, "warnings": 1},
    "pooled_again": {"files": modules("Pooling", "Dense", "Pooling") | {
        "2_Dense/config.json": dense(32, 32, "activation.Tanh", **TOKENS),
        "1_Pooling/config.json": {"embedding_dimension": 32, "pooling_mode": "cls"},
        "3_Pooling/config.json": {"embedding_dimension": 32, "pooling_mode": "max"}},
                     "tensors": {"2_Dense": {"linear.weight": [32, 32]}}, "warnings": 1},
    "at_most_6_tokens": {"files": POOLED | processing(max_length=6), "texts": LONG},
    "common_kwargs_win": {"files": POOLED | transformer(processing_kwargs={
        "common": {"max_length": 5}, "text": {"max_length": 6}}), "texts": LONG},
    "no_truncation": {"files": POOLED | processing(truncation=False), "texts": LONG},
    "null_truncation": {"files": POOLED | processing(truncation=None, max_length=6), "texts": LONG},
    "no_special_tokens": {"files": POOLED | processing(add_special_tokens=False, max_length=6), "texts": LONG},
    "special_tokens_as_text": {"files": POOLED | PLAIN | processing(split_special_tokens=True),
                               "texts": ["the [SEP] fox"]},
    "a_length_of_queries": {"files": POOLED | PROMPT | transformer(
        max_seq_length=9, query_length=6, document_length=12), "texts": LONG, "task": "query"},
    "a_length_of_documents": {"files": POOLED | PROMPT | transformer(
        max_seq_length=9, query_length=6, document_length=12), "texts": LONG, "task": "document"},
    "one_length_for_all": {"files": POOLED | PROMPT | transformer(
        query_length=6, processing_kwargs={"text": {"max_length": 8}}), "texts": LONG, "task": "query"},
    "the_front_is_cut": {"files": POOLED | {"tokenizer_config.json": TOKENIZER | {
        "truncation_side": "left", "model_max_length": 6}}, "texts": LONG},
    "the_front_is_cut_as_in_the_file": {"files": POOLED | transformer(max_seq_length=6), "texts": LONG, "tokenizer": {
        "truncation": {"direction": "Left", "max_length": 3, "strategy": "LongestFirst", "stride": 0}}},
    "tokenizer_of_the_module": {"files": POOLED | transformer(max_seq_length=9, tokenizer_args={
        "cls_token": "[MASK]", "truncation_side": "left", "model_max_length": 6}), "texts": LONG},
    "either_name_of_the_arguments": {"files": POOLED | transformer(
        tokenizer_args={"model_max_length": 7}, processor_kwargs={"model_max_length": 5}), "texts": LONG},
    "embedding_below_a_classifier": {"folder": "bert_classifier", "files": POOLED | pooling(pooling_mode="max")},
    "length_of_a_cross_encoder": {"folder": "bert_classifier", "rerank": True, "texts": LONG_PAIRS,
                                  "files": cross_encoder(max_seq_length=9)},
    "settings_without_a_type": {"folder": "bert_classifier", "rerank": True, "texts": LONG_PAIRS, "warnings": 1,
                                "files": modules() | {
                                    "config_sentence_transformers.json": {
                                        "prompts": {"says": "says "}, "default_prompt_name": "says",
                                        "activation_fn": "torch.nn.modules.linear.Identity"},
                                    "sentence_bert_config.json": {"max_seq_length": 9, "do_lower_case": True}}},
    "only_the_second_is_cut": {"folder": "bert_classifier", "rerank": True, "texts": LONG_PAIRS, "files": cross_encoder(
        processing_kwargs={"text": {"truncation": "only_second", "max_length": 9}})},
    "only_the_first_is_cut": {"folder": "bert_classifier", "rerank": True, "texts": LONG, "files": cross_encoder(
        processing_kwargs={"text": {"truncation": "only_first", "max_length": 9}})},
    "the_front_of_pairs_is_cut": {"folder": "bert_classifier", "rerank": True, "texts": LONG_PAIRS,
                                  "files": cross_encoder(max_seq_length=9) | {
                                      "tokenizer_config.json": TOKENIZER | {"truncation_side": "left"}}},
    "a_pair_and_nothing_else": {"folder": "bert_classifier", "rerank": True, "files": cross_encoder(
        processing_kwargs={"text": {"add_special_tokens": False}})},
}


def value(i):
    return (37 * i + 11) % 101 / 101 - 0.5


def write(case, folder):
    source = FIXTURES / "embeddings" / case.get("folder", "bert_mean")
    if not case.get("only_modules"):
        shutil.copytree(source, folder, dirs_exist_ok=True)
        config = json.loads((folder / "config.json").read_text()) | case.get("config", {})
        (folder / "config.json").write_text(json.dumps(config))
    tokenizer = json.loads((FIXTURES / "small_wordpiece.json").read_text()) | case.get("tokenizer", {})
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    if case.get("move"):
        (folder / case["move"]).mkdir()
        for file in [entry for entry in folder.iterdir() if entry.is_file()]:
            file.rename(folder / case["move"] / file.name)
    for name, content in case.get("files", {}).items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(content))
    for name, tensors in case.get("tensors", {}).items():
        (folder / name).mkdir(exist_ok=True)
        save_file({key: torch.tensor([value(i) for i in range(torch.Size(shape).numel())]).reshape(shape)
                   for key, shape in tensors.items()}, folder / name / "model.safetensors")


def expected(case, folder):
    from sentence_transformers import CrossEncoder, SentenceTransformer
    own = folder / case.get("move", "")
    if not (own / "tokenizer_config.json").exists():
        (own / "tokenizer_config.json").write_text(json.dumps(TOKENIZER))
    if case.get("rerank"):
        query, *documents = case["texts"]
        model = CrossEncoder(str(folder), device="cpu")
        return [model.predict([(query, text) for text in documents], batch_size=1).tolist()]
    model = SentenceTransformer(str(folder), device="cpu", model_kwargs={"dtype": torch.float32})
    return model.encode(case["texts"], batch_size=1, prompt_name=case.get("task"),
                        task=case.get("task")).tolist()


class Absent(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules without content, whose every name is an empty class, for libraries that are imported and never used."""

    def find_spec(self, name, path=None, target=None):
        wanted = name.split(".")[0] in ("scipy", "sklearn")
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if wanted else None

    def create_module(self, spec):
        module = types.ModuleType(spec.name)
        module.__path__ = []
        module.__getattr__ = self.empty_class
        return module

    @staticmethod
    def empty_class(name):
        if name.startswith("__"):
            raise AttributeError(name)
        return type(name, (), {})

    def exec_module(self, module):
        pass


def main():
    sys.path.insert(0, os.environ["ST_LIB"])
    sys.meta_path.append(Absent())  # after the finders of what is installed
    lines = []
    for name, case in CASES.items():
        case = {"texts": [QUERY] + DOCUMENTS if case.get("rerank") else TEXTS} | case
        with tempfile.TemporaryDirectory() as folder:
            write(case, pathlib.Path(folder))
            rows = expected(case, pathlib.Path(folder))
        case["files"] = {"tokenizer_config.json": TOKENIZER} | case.get("files", {})
        case["expected"] = [[float(f"{number:.7g}") for number in row] for row in rows]
        lines.append(json.dumps({"name": name} | case, ensure_ascii=False))
        print(name, [len(row) for row in rows], flush=True)
    text = ",\n".join(lines)
    (FIXTURES / "sentence_pipelines.json").write_text(f"[{text}]\n")


if __name__ == "__main__":
    main()
