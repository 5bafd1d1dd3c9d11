#!/usr/bin/env python3
"""Prints what src/tokenizer/tokenizer_class.cpp and rebuilt_class.cpp hold, as the installed transformers has it: the default
tokens of the classes, the classes that are the same under another name, the class of each type of model, and the parts that
classes make whatever tokenizer.json says."""

import inspect
import json
import re

from transformers.models.auto.tokenization_auto import MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS, TOKENIZER_MAPPING_NAMES, tokenizer_class_from_name

NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
SOURCE = "src/tokenizer/tokenizer_class.cpp"


def types(component):
    if component is None:
        return []
    inner = component.get("normalizers", component.get("pretokenizers"))
    return [component["type"]] if inner is None else [name for one in inner for name in types(one)]


def parts(name):
    """The types of the model, the normalizers and the pre-tokenizers that the class makes."""
    found = tokenizer_class_from_name(name)
    if not hasattr(found, "_tokenizer"):
        return "is written in Python"
    if "__init__" not in found.__dict__:
        return "takes the file"
    made = json.loads(found().backend_tokenizer.to_str())
    return [made["model"]["type"], types(made["normalizer"]), types(made["pre_tokenizer"])]


def main():
    source = open(SOURCE).read()
    for name in dict.fromkeys(re.findall(r'"(\w+Tokenizer)"', source)):
        found = tokenizer_class_from_name(name)
        parameters = inspect.signature(found.__init__).parameters
        tokens = [str(parameters[key].default or "") if key in parameters else "" for key in NAMES]
        settings = [key for key in ("do_lower_case", "strip_accents", "tokenize_chinese_chars", "add_prefix_space", "legacy") if key in parameters]
        print(name, "is", found.__name__, tokens, settings)
    for name in re.findall(r'\{"([a-z][\w-]*)", ', source):
        wrong = " (whatever the file says)" if name in MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS else ""
        print(name, "->", TOKENIZER_MAPPING_NAMES.get(name), wrong)
    for name in sorted(filter(None, set(TOKENIZER_MAPPING_NAMES.values()))):
        try:
            print(name, parts(name))
        except Exception as error:  # needs a vocabulary, or a library that is not installed
            print(name, "cannot be made:", error)


if __name__ == "__main__":
    main()
