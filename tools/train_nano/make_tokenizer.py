"""Trains nano's byte-level BPE on the world and writes tokenizer.json, tokenizer_config.json and generation_config.json."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

import chat
from world.conversations import training_conversation

VOCABULARY = 4096
#: token: whether it is special, that is, left out when text is decoded for people
ADDED = {"<|endoftext|>": True, "<|im_start|>": True, "<|im_end|>": True, "<tool_call>": False, "</tool_call>": False, "<tool_response>": False,
         "</tool_response>": False, "<tools>": False, "</tools>": False, "<think>": False, "</think>": False}
#: The word boundaries of Qwen2: contractions, words with one leading character, single digits, punctuation, line ends, spaces.
SPLIT = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def _texts(count: int, seed: int) -> Iterator[str]:
    rng = Random(seed)
    for _ in range(count):
        yield "".join(chat.segments(training_conversation(rng)))


def train(conversations: int, seed: int) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
                                                       pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY - len(ADDED), min_frequency=2, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False)
    marks = list(ADDED)

    def without_marks() -> Iterator[str]:
        """The added tokens never reach the merges, so they are no text to learn merges from."""
        for text in _texts(conversations, seed):
            for mark in marks:
                text = text.replace(mark, "\n")
            yield text

    tokenizer.train_from_iterator(without_marks(), trainer)
    tokenizer.add_tokens([AddedToken(token, normalized=False, special=special) for token, special in ADDED.items()])
    return tokenizer


def write(tokenizer: Tokenizer, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    end, pad = tokenizer.token_to_id("<|im_end|>"), tokenizer.token_to_id("<|endoftext|>")
    entries = {str(tokenizer.token_to_id(token)): {"content": token, "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": special}
               for token, special in ADDED.items()}
    template = (Path(__file__).parent / "chat_template.jinja").read_text()
    config = {"add_bos_token": False, "add_prefix_space": False, "added_tokens_decoder": entries, "bos_token": None, "chat_template": template,
              "clean_up_tokenization_spaces": False, "eos_token": "<|im_end|>", "errors": "replace", "model_max_length": 2048, "pad_token": "<|endoftext|>",
              "split_special_tokens": False, "tokenizer_class": "Qwen2Tokenizer", "unk_token": None}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n")
    generation = {"do_sample": True, "eos_token_id": [end, pad], "pad_token_id": pad, "temperature": 0.6, "top_k": 20, "top_p": 0.95}
    (folder / "generation_config.json").write_text(json.dumps(generation, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[2] / "models/nano")
    parser.add_argument("--conversations", type=int, default=60000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    tokenizer = train(arguments.conversations, arguments.seed)
    write(tokenizer, arguments.out)
    print(f"{tokenizer.get_vocab_size()} tokens in {arguments.out}")


if __name__ == "__main__":
    main()
