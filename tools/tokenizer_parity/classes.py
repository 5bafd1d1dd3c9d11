#!/usr/bin/env python3
"""Prints what src/tokenizer/tokenizer_class.cpp holds, as the installed transformers has it: the default tokens of the classes,
the classes that are the same under another name, and the class of each type of model."""

import inspect
import re

from transformers.models.auto.tokenization_auto import MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS, TOKENIZER_MAPPING_NAMES, tokenizer_class_from_name

NAMES = ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"]
SOURCE = "src/tokenizer/tokenizer_class.cpp"


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


if __name__ == "__main__":
    main()
