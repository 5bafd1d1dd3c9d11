"""A tokenizer for a random model: that of nano, with as many ordinary tokens more as the model has rows. Servers need
one to make text of what the model writes; no token of it ends an answer."""

import json
import pathlib

import gguf

NANO = pathlib.Path(__file__).resolve().parents[1] / "models/nano/tokenizer.json"


def padded(rows):
    tokenizer = json.loads(NANO.read_text())
    vocabulary = tokenizer["model"]["vocab"]
    first = max(*vocabulary.values(), *(token["id"] for token in tokenizer["added_tokens"])) + 1
    vocabulary |= {f"Ġnumber{row}": row for row in range(first, rows)}
    return tokenizer


def write(folder, tokenizer):
    """For gerbil: without a template, and no token that ends an answer."""
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "Qwen2Tokenizer"}) + "\n")


def add_to_gguf(writer, tokenizer, rows):
    texts, types = [""] * rows, [gguf.TokenType.NORMAL] * rows
    for text, row in tokenizer["model"]["vocab"].items():
        texts[row] = text
    for token in tokenizer["added_tokens"]:
        texts[token["id"]] = token["content"]
        types[token["id"]] = gguf.TokenType.CONTROL if token["special"] else gguf.TokenType.USER_DEFINED
    merges = tokenizer["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(texts)
    writer.add_token_types(types)
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(texts.index("<|im_end|>"))
