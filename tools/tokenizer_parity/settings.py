#!/usr/bin/env python3
"""Writes what AutoTokenizer of transformers makes of tokenizer_config.json and its side files: settings.py FIXTURE

The fixture has "tokenizers" (tokenizer.json files by name) and "cases": a name, the tokenizer, the files beside it, the named
special tokens that a chat template sees, texts with their ids and what these are decoded to without special tokens, and pairs of
texts with their ids and types. "repeated" has files that say something twice, as texts, with what Tokenizer.from_str makes of
the text "A a b".
"""

import json
import logging
import pathlib
import sys
import tempfile

from tokenizers import Tokenizer, pre_tokenizers, processors
from transformers import AutoTokenizer
from transformers.utils import logging as transformers_logging

TEXTS = ["a<x>  b", " a <u>\n c", "The FÓX 日a", "[CLS]a[NEW]", "a<pad>b <s> c</s>", "d<image>b<|endoftext|>"]
PAIRS = [("a<x>  b", "The fox"), ("[CLS]", " c")]
LLAMA, BERT, ROBERTA, QWEN2, XLMR, GPT2 = ({"model_type": name} for name in ("llama", "bert", "roberta", "qwen2", "xlm-roberta", "gpt2"))


def token(content, **flags):
    return {"content": content, "lstrip": False, "rstrip": False, "normalized": False, "single_word": False, "special": True} | flags


def named(content, **flags):
    """A token as tokenizer_config.json writes it."""
    return {"__type": "AddedToken"} | token(content, **flags)


def file(model, added, normalizer=None, pre_tokenizer=None, decoder=None, post_processor=None):
    added = [{"id": number, **entry} for number, entry in added]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": normalizer,
            "pre_tokenizer": pre_tokenizer, "post_processor": post_processor, "decoder": decoder, "model": model}


def byte_level(**changes):
    """One token a byte, with <s>, </s> and <u> added."""
    vocabulary = {character: i for i, character in enumerate(sorted(pre_tokenizers.ByteLevel.alphabet()))}
    model = {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "", "end_of_word_suffix": "",
             "fuse_unk": False, "byte_fallback": False, "vocab": vocabulary, "merges": []}
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return file(model, [(256, token("<s>")), (257, token("</s>")), (258, token("<u>"))], pre_tokenizer=level, decoder=level) | changes


def wordpiece(lowercase):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "The", "fox", "FÓX", "fóx", "FOX", "日", "日a", "a", "b", "c", "[", "]", "<", ">"]
    model = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
             "vocab": {word: i for i, word in enumerate(words)}}
    normalizer = {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": lowercase}
    return file(model, [(i, token(words[i])) for i in range(5)], normalizer, {"type": "BertPreTokenizer"}, {"type": "WordPiece", "prefix": "##", "cleanup": True},
                {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]})


def unigram():
    pieces = [["<s>", 0.0], ["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["▁", -2.0], ["a", -3.0], ["b", -3.5], ["c", -3.5], ["▁a", -2.5], ["x", -4.0]]
    model = {"type": "Unigram", "unk_id": 3, "byte_fallback": False, "vocab": pieces}
    spaces = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    return file(model, [(i, token(pieces[i][0])) for i in range(4)] + [(10, token("<mask>", lstrip=True))], None,
                {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, spaces]}, spaces,
                {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": False})


def template(name, number):
    """A post-processor as no class makes it."""
    special = {"SpecialToken": {"id": name, "type_id": 1}}
    first, second = ({"Sequence": {"id": text, "type_id": 0}} for text in "AB")
    return {"type": "TemplateProcessing", "single": [first, special, special], "pair": [special, second, special, first],
            "special_tokens": {name: {"id": name, "ids": [number], "tokens": [name]}}}


def untyped(definition):
    """As libraries wrote it before components had types."""
    for name in ("normalizer", "post_processor", "model"):
        if definition[name] is not None:
            definition[name].pop("type", None)
    if definition["decoder"]["type"] == "WordPiece":
        del definition["decoder"]["type"]
    return definition


TOKENIZERS = {
    "bytes": byte_level(),
    "prefixed_bytes": byte_level(pre_tokenizer={"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True}),
    "roberta_bytes": byte_level(post_processor={"type": "RobertaProcessing", "sep": ["</s>", 257], "cls": ["<s>", 256], "trim_offsets": True, "add_prefix_space": True}),
    "qwen2_bytes": byte_level(normalizer={"type": "NFC"}, pre_tokenizer={"type": "Sequence", "pretokenizers": [
        {"type": "Split", "behavior": "Isolated", "invert": False, "pattern": {"Regex": "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"}},
        {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": False, "use_regex": False}]}),
    "cased": wordpiece(False),
    "uncased": wordpiece(True),
    "unigram": unigram(),
    "oddly_cased": wordpiece(False) | {"post_processor": template("[MASK]", 4)},
    "unnormalized": wordpiece(False) | {"normalizer": None},
    "bare_cased": wordpiece(False) | {"post_processor": None},
    "odd_bytes": byte_level(post_processor=template("<u>", 258)),
    "odd_unigram": unigram() | {"post_processor": template("<pad>", 1)},
    "bare_unigram": unigram() | {"post_processor": None},
    "untyped": untyped(wordpiece(True)),
    "untyped_bytes": untyped(byte_level(normalizer={"prepend": "a"})),
    "listed_twice": byte_level(added_tokens=[{"id": number, **entry} for number, entry in (
        (256, token("<s>")), (257, token("<u>")), (257, token("<u>", rstrip=True)), (256, token("</s>")), (258, token("<s>", lstrip=True)))]),
    "words": file({"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1, "b": 2, "The": 3}, "unk_token": "<unk>"}, [(0, token("<unk>")), (4, token("<x>"))], None, {"type": "Whitespace"}),
}

PLAIN = {"tokenizer_class": "PreTrainedTokenizerFast"}

# Name -> (tokenizer, config.json, tokenizer_config.json or None, other files).
CASES = {
    "untyped": ("untyped", LLAMA, None, {}),
    "untyped_bytes": ("untyped_bytes", LLAMA, None, {}),
    "untyped_bert": ("untyped", BERT, {"tokenizer_class": "BertTokenizer", "do_lower_case": False}, {}),
    "listed_twice": ("listed_twice", LLAMA, None, {}),
    "words": ("words", LLAMA, None, {}),
    "no_files": ("bytes", LLAMA, None, {}),
    "decoder_changes_flags": ("bytes", LLAMA, PLAIN | {"added_tokens_decoder": {"258": token("<u>", rstrip=True)}}, {}),
    "decoder_makes_ordinary": ("bytes", LLAMA, PLAIN | {"added_tokens_decoder": {"258": token("<u>", special=False)}}, {}),
    "decoder_adds": ("bytes", LLAMA, PLAIN | {"added_tokens_decoder": {"300": token("<x>", lstrip=True), "270": token("<pad>")}}, {}),
    "decoder_and_named": ("bytes", LLAMA, PLAIN | {"eos_token": "<x>", "added_tokens_decoder": {"259": token("<x>", special=False)}}, {}),
    "pad_is_new": ("bytes", LLAMA, PLAIN | {"pad_token": "<pad>", "eos_token": "</s>"}, {}),
    "named_with_flags": ("bytes", LLAMA, PLAIN | {"pad_token": named("<x>", rstrip=True), "bos_token": named("<s>", rstrip=True)}, {}),
    "extra_list": ("bytes", LLAMA, PLAIN | {"extra_special_tokens": ["<x>", named("<image>", lstrip=True)]}, {}),
    "extra_names": ("bytes", LLAMA, PLAIN | {"extra_special_tokens": {"image_token": "<image>"}, "video_token": "<x>", "add_bos_token": True}, {}),
    "additional": ("bytes", LLAMA, PLAIN | {"additional_special_tokens": ["<x>", "<u>"]}, {}),
    "additional_and_extra": ("bytes", LLAMA, PLAIN | {"additional_special_tokens": ["<x>"], "extra_special_tokens": ["<pad>"]}, {}),
    "split_special": ("bytes", LLAMA, PLAIN | {"split_special_tokens": True}, {}),
    "null_names": ("bytes", LLAMA, PLAIN | {"bos_token": None, "eos_token": "</s>", "unk_token": None}, {}),
    "map_only": ("bytes", LLAMA, PLAIN | {"bos_token": None}, {"special_tokens_map.json": {"bos_token": "<s>", "pad_token": token("<pad>"), "image_token": "<image>"}}),
    "map_wins": ("bytes", LLAMA, PLAIN | {"eos_token": "<u>"}, {"special_tokens_map.json": {"eos_token": "</s>"}}),
    "map_is_not_read": ("bytes", LLAMA, PLAIN | {"eos_token": "<u>", "added_tokens_decoder": {}}, {"special_tokens_map.json": {"eos_token": "</s>", "pad_token": "<pad>"}}),
    "map_extra": ("bytes", LLAMA, PLAIN | {"extra_special_tokens": ["<x>"]}, {"special_tokens_map.json": {"extra_special_tokens": ["<pad>", "<x>"]}}),
    "map_additional": ("bytes", LLAMA, PLAIN, {"special_tokens_map.json": {"additional_special_tokens": ["<x>", "<pad>"]}}),
    "added_tokens_file": ("bytes", LLAMA, PLAIN | {"pad_token": "<pad>"}, {"added_tokens.json": {"<x>": 260, "<pad>": 259, "<u>": 258}}),
    "added_tokens_file_is_not_read": ("bytes", LLAMA, PLAIN | {"added_tokens_decoder": {}}, {"added_tokens.json": {"<x>": 259}}),
    "unknown_class": ("bytes", LLAMA, {"tokenizer_class": "NobodysTokenizer", "add_prefix_space": True}, {}),
    "gpt2_prefix": ("bytes", GPT2, {"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": True}, {}),
    "gpt2_without_prefix": ("prefixed_bytes", LLAMA, {"tokenizer_class": "GPT2TokenizerFast"}, {}),
    "plain_prefix": ("bytes", LLAMA, PLAIN | {"add_prefix_space": True}, {}),
    "plain_keeps_prefix": ("prefixed_bytes", LLAMA, PLAIN | {"add_prefix_space": False}, {}),
    "qwen2_prefix": ("qwen2_bytes", QWEN2, {"tokenizer_class": "Qwen2Tokenizer", "add_prefix_space": True, "pad_token": "<pad>"}, {}),
    "qwen2_special": ("qwen2_bytes", QWEN2, {"tokenizer_class": "Qwen2Tokenizer", "eos_token": "<u>", "bos_token": None, "added_tokens_decoder": {
        "256": token("<s>"), "257": token("</s>"), "258": token("<u>", special=False, rstrip=True)}}, {}),
    "qwen2_whatever_it_says": ("qwen2_bytes", QWEN2, PLAIN | {"add_prefix_space": True}, {}),
    "roberta_prefix": ("roberta_bytes", ROBERTA, {"tokenizer_class": "RobertaTokenizer", "add_prefix_space": True}, {}),
    "bert_cased": ("uncased", BERT, {"tokenizer_class": "BertTokenizer", "do_lower_case": False}, {}),
    "bert_lower": ("cased", BERT, {"tokenizer_class": "BertTokenizerFast", "do_lower_case": True}, {}),
    "bert_silent": ("cased", BERT, {}, {}),
    "bert_without_file": ("cased", BERT, None, {}),
    "bert_accents": ("uncased", BERT, {"tokenizer_class": "BertTokenizer", "strip_accents": False}, {}),
    "bert_chinese": ("uncased", BERT, {"tokenizer_class": "BertTokenizer", "tokenize_chinese_chars": False}, {}),
    "bert_strips": ("cased", BERT, {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "strip_accents": True}, {}),
    "bert_plain": ("cased", BERT, PLAIN | {"do_lower_case": True}, {}),
    "bert_new_token": ("uncased", BERT, {"tokenizer_class": "BertTokenizer", "additional_special_tokens": ["[NEW]"]}, {}),
    "bert_normalizes": ("unnormalized", BERT, {"tokenizer_class": "BertTokenizer"}, {}),
    "bert_normalizes_as_said": ("unnormalized", BERT, {"tokenizer_class": "BertTokenizer", "do_lower_case": False, "tokenize_chinese_chars": False}, {}),
    "plain_does_not_normalize": ("unnormalized", BERT, PLAIN, {}),
    "bert_other_unknown_token": ("uncased", BERT, {"tokenizer_class": "BertTokenizer", "unk_token": "[MASK]"}, {}),
    "distilbert": ("cased", {"model_type": "distilbert"}, {"tokenizer_class": "DistilBertTokenizer", "strip_accents": False}, {}),
    "class_of_config": ("cased", LLAMA | {"tokenizer_class": "BertTokenizer"}, {}, {}),
    "modernbert": ("cased", {"model_type": "modernbert"}, {"tokenizer_class": "BertTokenizer", "do_lower_case": True}, {}),
    "bert_odd_template": ("oddly_cased", BERT, {"tokenizer_class": "BertTokenizer", "do_lower_case": False}, {}),
    "bert_no_template": ("bare_cased", BERT, {"tokenizer_class": "BertTokenizerFast"}, {}),
    "bert_template_without_file": ("oddly_cased", BERT, None, {}),
    "bert_other_tokens": ("cased", BERT, {"tokenizer_class": "BertTokenizer", "cls_token": "[MASK]", "sep_token": "the"}, {}),
    "bert_new_separator": ("cased", BERT, {"tokenizer_class": "BertTokenizer", "sep_token": named("<sep>", lstrip=True)}, {}),
    "bert_map_names_tokens": ("cased", BERT, {"tokenizer_class": "BertTokenizer"}, {"special_tokens_map.json": {"cls_token": "[PAD]", "sep_token": token("[UNK]")}}),
    "bert_null_separator": ("oddly_cased", BERT, {"tokenizer_class": "BertTokenizer", "sep_token": None}, {}),
    "bert_null_tokens": ("oddly_cased", BERT, {"tokenizer_class": "BertTokenizer", "cls_token": None, "sep_token": None}, {}),
    "plain_keeps_template": ("oddly_cased", BERT, PLAIN | {"cls_token": "[CLS]", "sep_token": "[SEP]"}, {}),
    "unknown_class_keeps_template": ("oddly_cased", LLAMA, {"tokenizer_class": "NobodysTokenizer"}, {}),
    "electra_template": ("oddly_cased", {"model_type": "electra"}, {"tokenizer_class": "ElectraTokenizer"}, {}),
    "distilbert_template": ("oddly_cased", {"model_type": "distilbert"}, {}, {}),
    "modernbert_keeps_template": ("oddly_cased", {"model_type": "modernbert"}, {"tokenizer_class": "BertTokenizer"}, {}),
    "mpnet_template": ("oddly_cased", {"model_type": "mpnet"}, {"tokenizer_class": "MPNetTokenizer", "cls_token": "[CLS]", "sep_token": "[SEP]"}, {}),
    "mpnet_template_of_new_tokens": ("cased", {"model_type": "mpnet"}, {"tokenizer_class": "MPNetTokenizerFast"}, {}),
    "mpnet_null_tokens": ("bare_cased", {"model_type": "mpnet"}, {"tokenizer_class": "MPNetTokenizer", "cls_token": None, "sep_token": None}, {}),
    "roberta_odd_template": ("odd_bytes", ROBERTA, {"tokenizer_class": "RobertaTokenizer"}, {}),
    "roberta_no_template": ("bytes", ROBERTA, {"tokenizer_class": "RobertaTokenizerFast", "add_prefix_space": True}, {}),
    "roberta_other_tokens": ("roberta_bytes", ROBERTA, {"tokenizer_class": "RobertaTokenizer", "cls_token": "<u>", "sep_token": "<s>"}, {}),
    "roberta_other_model": ("odd_bytes", LLAMA, {"tokenizer_class": "BartTokenizer", "sep_token": "<new>"}, {}),
    "deberta_template": ("odd_bytes", {"model_type": "deberta"}, {"tokenizer_class": "DebertaTokenizer", "cls_token": "<s>", "sep_token": "</s>"}, {}),
    "gpt2_keeps_template": ("odd_bytes", GPT2, {"tokenizer_class": "GPT2Tokenizer"}, {}),
    "cohere_keeps_template": ("odd_bytes", LLAMA, {"tokenizer_class": "CohereTokenizer"}, {}),
    "xlmr_odd_template": ("odd_unigram", XLMR, {"tokenizer_class": "XLMRobertaTokenizer"}, {}),
    "xlmr_no_template": ("bare_unigram", XLMR, {"tokenizer_class": "XLMRobertaTokenizerFast"}, {}),
    "xlmr_template_of_model": ("odd_unigram", XLMR, {}, {}),
    "xlmr_other_tokens": ("unigram", XLMR, {"tokenizer_class": "XLMRobertaTokenizer", "bos_token": "<pad>", "eos_token": "<mask>", "cls_token": "<s>", "sep_token": "a"}, {}),
    "xlmr_of_bert": ("odd_unigram", BERT, {"tokenizer_class": "XLMRobertaTokenizer"}, {}),
    "xlmr": ("unigram", XLMR, {"tokenizer_class": "XLMRobertaTokenizer"}, {}),
    "xlmr_without_prefix": ("unigram", XLMR, {"tokenizer_class": "XLMRobertaTokenizer", "add_prefix_space": False}, {}),
    "xlmr_null_prefix": ("unigram", XLMR, {"tokenizer_class": "XLMRobertaTokenizer", "add_prefix_space": None}, {}),
}


def repeated():
    """Files with a key twice, and the ids of a text."""
    written = json.dumps(TOKENIZERS["words"])
    special = ', "special_tokens": {"a": {"id": "a", "ids": [1], "tokens": ["a"]}, "a": {"id": "a", "ids": [2], "tokens": ["a"]}}'
    template = '{"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "a", "type_id": 0}}], "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}]' + special + "}"
    sequence = '{"type": "Sequence", "normalizers": [], "normalizers": [{"type": "Lowercase"}]}'
    changes = [
        ('"pre_tokenizer"', '"normalizer": {"type": "Lowercase"}, "pre_tokenizer"'),
        ('"normalizer": null', '"normalizer": {"type": "Lowercase"}, "normalizer": null'),
        ('"normalizer": null', f'"normalizer": {sequence}'),
        ('"vocab": {', '"vocab": {"<unk>": 0, "a": 7, "b": 8, "A": 9}, "vocab": {'),
        ('"model": {', '"model": {"type": "WordLevel", "vocab": {"<unk>": 0, "a": 7, "A": 9}, "unk_token": "a"}, "model": {'),
        ('"unk_token": "<unk>"', '"unk_token": "a", "unk_token": "<unk>"'),
        ('"post_processor": null', f'"post_processor": {template}'),
    ]
    files = [written.replace(old, new, 1) for old, new in changes]
    return [[file, Tokenizer.from_str(file).encode("A a b").ids] for file in files]


def reference(name):
    tokenizer, config, tokenizer_config, files = CASES[name]
    files = {"config.json": config} | ({} if tokenizer_config is None else {"tokenizer_config.json": tokenizer_config}) | files
    with tempfile.TemporaryDirectory() as folder:
        for path, content in ({"tokenizer.json": TOKENIZERS[tokenizer]} | files).items():
            (pathlib.Path(folder) / path).write_text(json.dumps(content))
        loaded = AutoTokenizer.from_pretrained(folder)
    texts = [[text, ids := loaded(text)["input_ids"], loaded.decode(ids, skip_special_tokens=True)] for text in TEXTS]
    pairs = []
    for first, second in PAIRS:
        encoding = loaded(first, second, return_token_type_ids=True)
        pairs.append([first, second, encoding["input_ids"], encoding["token_type_ids"]])
    return {"name": name, "tokenizer": tokenizer, "files": files, "special_tokens": loaded.special_tokens_map, "texts": texts, "pairs": pairs}


def mend_roberta():
    """transformers names an argument that tokenizers 0.23.1 has under another name."""
    original = processors.RobertaProcessing
    processors.RobertaProcessing = lambda sep, cls, **options: original(sep, cls, **options)


def main(fixture):
    mend_roberta()
    transformers_logging.set_verbosity_error()
    logging.disable(logging.WARNING)
    dump = lambda value: json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    tokenizers = ",\n".join(f"{dump(name)}:{dump(value)}" for name, value in TOKENIZERS.items())
    cases = ",\n".join(dump(reference(name)) for name in CASES)
    pathlib.Path(fixture).write_text(f'{{"tokenizers":{{\n{tokenizers}}},\n"cases":[\n{cases}],\n"repeated":{dump(repeated())}}}\n')


if __name__ == "__main__":
    main(sys.argv[1])
