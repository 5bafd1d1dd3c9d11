"""Trains nano-embed's WordPiece vocabulary on its sentences and writes tokenizer.json, vocab.txt and what goes with them."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from encoder import CONFIG, MAX_TOKENS
from meanings import read_kinds
from pairs import draw_row

FOLDER = Path(__file__).parents[2] / "models/nano-embed"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


def _texts(rows: int, seed: int) -> Iterator[str]:
    kinds, rng = read_kinds(), Random(seed)
    for _ in range(rows):
        row = draw_row(kinds, rng)
        yield from (row.anchor, row.positive)


def train(rows: int, seed: int) -> Tokenizer:
    """The pipeline of uncased BERT. All printable ASCII is in the alphabet, so that no plain text is unknown."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    alphabet = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    trainer = trainers.WordPieceTrainer(vocab_size=CONFIG["vocab_size"], min_frequency=2, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(_texts(rows, seed), trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
                                                            special_tokens=[(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")])
    return tokenizer


def write(tokenizer: Tokenizer, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    (folder / "vocab.txt").write_text("".join(f"{token}\n" for token, _ in vocabulary))
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    flags = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False}
    entries = {str(tokenizer.token_to_id(token)): {"content": token, **flags, "special": True} for token in SPECIAL}
    config = {"added_tokens_decoder": entries, "clean_up_tokenization_spaces": False, "do_lower_case": True, "model_max_length": MAX_TOKENS, "strip_accents": None,
              "tokenize_chinese_chars": True, "tokenizer_class": "BertTokenizer", **names}
    special = {name: {"content": token, **flags} for name, token in sorted(names.items())}
    for name, content in (("tokenizer_config.json", dict(sorted(config.items()))), ("special_tokens_map.json", special)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--rows", type=int, default=150_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tokenizer = train(arguments.rows, arguments.seed)
    if tokenizer.get_vocab_size() != CONFIG["vocab_size"]:
        raise SystemExit(f"the sentences give {tokenizer.get_vocab_size()} tokens, but vocab_size is {CONFIG['vocab_size']}")
    write(tokenizer, arguments.out)
    print(f"{tokenizer.get_vocab_size()} tokens in {arguments.out}")


if __name__ == "__main__":
    main()
