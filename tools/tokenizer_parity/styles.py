"""The published tokenizer pipelines, as dictionaries of tokenizer.json, with small vocabularies trained here.

Sources of the pipelines: the tokenizer.json files of Qwen/Qwen2-7B, meta-llama/Meta-Llama-3-8B, HuggingFaceTB/SmolLM2,
microsoft/Phi-4-mini-instruct, meta-llama/Llama-2-7b-hf (both spellings of its pipeline) and google/gemma-2-2b.
"""

import json

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
GPT4O = "|".join([
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}", r" ?[^\s\p{L}\p{N}]+[\r\n/]*", r"\s*[\r\n]+", r"\s+(?!\S)", r"\s+",
])
GPT4O_INVERTED = {"type": "Split", "pattern": {"Regex": GPT4O}, "behavior": "Removed", "invert": True}


def added(*tokens):
    """Added tokens: a spelling, or a spelling and the flags that are not as for a special token."""
    result = []
    for token in tokens:
        content, flags = token if isinstance(token, tuple) else (token, {})
        flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True} | flags
        result.append({"id": 0, "content": content, **flags})
    return result


def split(regex):
    return {"type": "Split", "pattern": {"Regex": regex}, "behavior": "Isolated", "invert": False}


def byte_level(prefix=False, regex=False):
    return {"type": "ByteLevel", "add_prefix_space": prefix, "trim_offsets": True, "use_regex": regex}


def sequence(key, *members):
    return {"type": "Sequence", key: list(members)}


def bos(token, token_id):
    return {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": token, "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
        "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
        "special_tokens": {token: {"id": token, "ids": [token_id], "tokens": [token]}},
    }


def replace(old, new):
    return {"type": "Replace", "pattern": {"String": old}, "content": new}


FALLBACK_DECODER = [replace("▁", " "), {"type": "ByteFallback"}, {"type": "Fuse"}]
STRIP_ONE = {"type": "Strip", "content": " ", "start": 1, "stop": 0}
BYTE_TOKENS = [f"<0x{byte:02X}>" for byte in range(256)]


def model(vocab, merges, **options):
    return {"type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None, "end_of_word_suffix": None,
            "fuse_unk": False, "byte_fallback": False, "ignore_merges": False, **options, "vocab": vocab, "merges": merges}


def whole(model, added_tokens, normalizer=None, pre_tokenizer=None, post_processor=None, decoder=None):
    """A tokenizer.json. Added tokens get the ids that the reference gives them."""
    next_id = len(model["vocab"])
    for token in added_tokens:
        if token["content"] in model["vocab"]:
            token["id"] = model["vocab"][token["content"]]
        else:
            token["id"], next_id = next_id, next_id + 1
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added_tokens, "normalizer": normalizer,
            "pre_tokenizer": pre_tokenizer, "post_processor": post_processor, "decoder": decoder, "model": model}


def train_byte_level(texts, regex, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(regex), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, show_progress=False, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    trained = json.loads(tokenizer.to_str())["model"]
    return trained["vocab"], trained["merges"]


def train_sentencepiece(texts, size, specials):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, show_progress=False, special_tokens=[*specials, *BYTE_TOKENS], limit_alphabet=120))
    trained = json.loads(tokenizer.to_str())["model"]
    return trained["vocab"], trained["merges"]


def joined(merges):
    """Merges as files spelled them until 2024."""
    return [" ".join(pair) for pair in merges]


def published(texts):
    """Name -> tokenizer.json of every published style."""
    styles = {}
    chat = added("<|endoftext|>", "<|im_start|>", "<|im_end|>", ("<think>", {"special": False}), ("</think>", {"special": False}))
    vocab, merges = train_byte_level(texts, QWEN2, 1100)
    styles["qwen2"] = whole(
        model(vocab, joined(merges), continuing_subword_prefix="", end_of_word_suffix=""), chat, {"type": "NFC"},
        sequence("pretokenizers", split(QWEN2), byte_level()), byte_level(), byte_level())

    vocab, merges = train_byte_level(texts, LLAMA3, 1100)
    # Published Llama 3 vocabularies hold whole words that merges do not reach: that is what ignore_merges is for.
    for word in ["Ġunreachable", "zebra", "Ġ\u00c3\u00a9t\u00c3\u00a9"]:
        vocab.setdefault(word, len(vocab))
    tokens = added("<|begin_of_text|>", "<|end_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<|end_header_id|>")
    styles["llama3"] = whole(
        model(vocab, merges, ignore_merges=True), tokens, None, sequence("pretokenizers", split(LLAMA3), byte_level()),
        sequence("processors", byte_level(), bos("<|begin_of_text|>", len(vocab))), byte_level())

    vocab, merges = train_byte_level(texts, LLAMA3, 900)
    styles["smollm2"] = whole(
        model(vocab, joined(merges)), added("<|endoftext|>", "<|im_start|>", ("<repo_name>", {"single_word": True})), None,
        sequence("pretokenizers", {"type": "Digits", "individual_digits": True}, byte_level(regex=True)), None, byte_level())

    vocab, merges = train_byte_level(texts, GPT4O, 1100)
    for name in ["<|endoftext|>", "<|endofprompt|>"]:  # some published vocabularies hold their special tokens
        vocab[name] = len(vocab)
    tokens = added("<|endoftext|>", "<|endofprompt|>", ("<|assistant|>", {"rstrip": True}), ("<|user|>", {"lstrip": True, "rstrip": True}),
                   ("<|tool|>", {"rstrip": True, "special": False}))
    styles["gpt4o"] = whole(
        model(vocab, merges), tokens, None, sequence("pretokenizers", GPT4O_INVERTED, byte_level()), byte_level(), byte_level())

    vocab, merges = train_sentencepiece(texts, 1400, ["<unk>", "<s>", "</s>"])
    tokens = lambda: added("<unk>", "<s>", "</s>", ("▁▁▁▁", {"special": False, "normalized": False}),
                           ("[Tool]", {"normalized": True, "special": False, "lstrip": True}))
    fallback = {"unk_token": "<unk>", "fuse_unk": True, "byte_fallback": True}
    styles["llama2"] = whole(
        model(vocab, joined(merges), **fallback), tokens(), sequence("normalizers", {"type": "Prepend", "prepend": "▁"}, replace(" ", "▁")),
        None, bos("<s>", vocab["<s>"]), sequence("decoders", *FALLBACK_DECODER, STRIP_ONE))
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": False}
    styles["llama2_metaspace"] = whole(
        model(vocab, merges, **fallback), tokens(), None, metaspace, bos("<s>", vocab["<s>"]),
        sequence("decoders", *FALLBACK_DECODER, STRIP_ONE))

    vocab, merges = train_sentencepiece(texts, 1200, ["<pad>", "<eos>", "<bos>", "<unk>"])
    for spaces in range(2, 9):
        vocab.setdefault("▁" * spaces, len(vocab))
    merges += [["▁" * a, "▁" * b] for total in range(2, 9) for a in range(1, total) if (b := total - a)]
    tokens = added("<pad>", "<eos>", "<bos>", "<unk>", ("<start_of_turn>", {}), ("\n\n", {"special": False}), ("  ", {"special": False}))
    styles["gemma"] = whole(
        model(vocab, merges, **fallback), tokens, replace(" ", "▁"),
        {"type": "Split", "pattern": {"String": " "}, "behavior": "MergedWithPrevious", "invert": False},
        bos("<bos>", vocab["<bos>"]), sequence("decoders", *FALLBACK_DECODER))
    return styles


def one(normalizer=None, pre_tokenizer=None, tokens=(), **rest):
    """A tokenizer.json of single components.

    The vocabulary holds nothing but bytes, and every word ends with "</w>": the ids spell the normalised text with its
    word boundaries, so that a component is compared by itself.
    """
    vocab = {token: i for i, token in enumerate(BYTE_TOKENS)}
    return whole(model(vocab, [], byte_fallback=True, end_of_word_suffix="</w>"), added(*tokens), normalizer, pre_tokenizer, **rest)


def components():
    """Name -> tokenizer.json of single components."""
    result = {name.lower(): one({"type": name}) for name in ["NFC", "NFD", "NFKC", "NFKD", "Lowercase", "ByteLevel"]}
    result["strip"] = one({"type": "Strip", "strip_left": True, "strip_right": True},
                          {"type": "Metaspace", "replacement": "_", "prepend_scheme": "first", "split": True})
    result["strip_left"] = one({"type": "Strip", "strip_left": True, "strip_right": False})
    result["replace_regex"] = one({"type": "Replace", "pattern": {"Regex": r"\s+|\d{2}|[aeiou]\b"}, "content": "<>"})
    result["normalizers"] = one(sequence("normalizers", {"type": "NFKC"}, {"type": "Lowercase"}, replace("ss", "ß"), {"type": "Prepend", "prepend": "x"}))
    for behavior in ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        for invert in [False, True]:
            name = f"split_{behavior.lower()}{'_invert' if invert else ''}"
            result[name] = one(None, {"type": "Split", "pattern": {"Regex": r"\p{L}|\d\d"}, "behavior": behavior, "invert": invert})
        result[f"punctuation_{behavior.lower()}"] = one(None, {"type": "Punctuation", "behavior": behavior})
    result["split_string"] = one(None, {"type": "Split", "pattern": {"String": "a."}, "behavior": "Isolated", "invert": False})
    for name, regex in {
        "space": r"\s+", "not_space": r"\S+", "word": r"\w+", "not_word": r"\W+", "digit": r"\d", "hex": r"\h+", "boundary": r"\b",
        "line": r"^.*$", "text": r"\A.|.\z", "last_line": r".\Z", "repeat": r"\p{N}{2}+x?", "possessive": r"\p{L}++\d*+|\s?+", "atomic": r"(?>a|ab)c|\n+?",
        "caseless": r"(?i:'s|the|é|k)+|a(?i)b|c", "han": r"\p{Han}+|\p{^L}|\p{Hiragana}|\p{Katakana}", "classes": r"[a-f&&[^c]]+|[\p{Lu}[0-4]_]+|[^\W\d]",
        "deepseek": "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+",
        "cjk": "[一-龥\u3040-\u309fヴ-ヾ]+", "look": r"(?<=a)b|(?<!a)c|d(?=e)|f(?!g)", "empty": r"x*", "letters": r"\p{Letter}+|\p{Uppercase_Letter}|[[:alpha:]]",
    }.items():
        result[f"regex_{name}"] = one(None, split(regex))
    result["digits"] = one(None, {"type": "Digits", "individual_digits": False})
    result["individual_digits"] = one(None, {"type": "Digits", "individual_digits": True})
    result["whitespace"] = one(None, {"type": "Whitespace"})
    result["whitespacesplit"] = one(None, {"type": "WhitespaceSplit"})
    for scheme in ["always", "first", "never"]:
        result[f"metaspace_{scheme}"] = one(None, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": True}, ["<s>"],
                                            decoder={"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": True})
    result["metaspace_legacy"] = one(None, {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}, ["<s>"])
    result["metaspace_legacy_never"] = one(None, {"type": "Metaspace", "replacement": "▁", "add_prefix_space": False, "prepend_scheme": "never"}, ["<s>"])
    result["byte_level"] = one(None, byte_level(prefix=True, regex=True), ["<s>"])
    result["pre_tokenizers"] = one(None, sequence("pretokenizers", {"type": "WhitespaceSplit"}, {"type": "Punctuation", "behavior": "Isolated"},
                                                  {"type": "Digits", "individual_digits": False}, byte_level(prefix=True)))
    result["bytes_then_split"] = one(None, sequence("pretokenizers", byte_level(), split(r"Ġ?\w+")))
    result["added"] = one(
        {"type": "Lowercase"}, {"type": "WhitespaceSplit"},
        ["<s>", ("<S>", {"normalized": True, "special": False}), ("word", {"single_word": True, "special": False}), ("wor", {"special": False}),
         ("The", {"normalized": True, "special": False}), ("of", {"single_word": True, "normalized": True, "special": False}), ("é", {"single_word": True}),
         ("<l>", {"lstrip": True}), ("<r>", {"rstrip": True}), ("<lr>", {"lstrip": True, "rstrip": True, "normalized": True}), (" lead", {"lstrip": True})])
    unknown = {"a": 0, "b": 1, "<unk>": 2, "ab": 3, "<0x63>": 4, "##b": 5, "b##": 6, "##a": 7, "a##b": 8, "ab</w>": 9, "##b</w>": 10}
    for fuse in [False, True]:
        result[f"unknown{'_fused' if fuse else ''}"] = whole(
            model(unknown, ["a b"], unk_token="<unk>", fuse_unk=fuse, byte_fallback=True), [], None, {"type": "WhitespaceSplit"})
    result["subword_prefix"] = whole(
        model(unknown, ["a ##b"], unk_token="<unk>", continuing_subword_prefix="##"), [], None, {"type": "WhitespaceSplit"})
    return result
