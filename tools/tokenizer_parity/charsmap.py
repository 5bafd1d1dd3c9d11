#!/usr/bin/env python3
"""Prints the normalisation rules of SentencePiece that many published models carry, in Base64.

    charsmap.py >nmt_nfkc.txt          needs the package sentencepiece, which nothing else here does

The fixture xlm_roberta.json holds them; compare.py --write keeps those unless --charsmap gives it others.
"""

import argparse
import base64
import io
import random

import sentencepiece

NORMALIZER_SPEC, PRECOMPILED_CHARSMAP = 3, 2  # fields of sentencepiece_model.proto


def field(message, number):
    """The bytes of a length-delimited field of a protocol buffer."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            varint()
        elif key & 7 == 2:
            size = varint()
            at += size
            if key >> 3 == number:
                return message[at - size : at]
        else:
            at += {1: 8, 5: 4}[key & 7]
    raise KeyError(number)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rules", default="nmt_nfkc")
    arguments = parser.parse_args()
    letters = random.Random(1)
    lines = (" ".join("".join(letters.choices("abcdefgh", k=5)) for _ in range(8)) for _ in range(200))
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(sentence_iterator=lines, model_writer=model, vocab_size=60, model_type="unigram",
                                             normalization_rule_name=arguments.rules, minloglevel=2)
    print(base64.b64encode(field(field(model.getvalue(), NORMALIZER_SPEC), PRECOMPILED_CHARSMAP)).decode())


if __name__ == "__main__":
    main()
