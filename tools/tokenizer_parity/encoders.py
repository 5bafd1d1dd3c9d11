"""The tokenizer pipelines of encoder models (embedding, reranking, translation), as styles.py has those of decoders.

Sources of the pipelines: the tokenizer.json files of google-bert/bert-base-uncased and bert-base-cased,
FacebookAI/xlm-roberta-base and roberta-base, google-t5/t5-base, answerdotai/ModernBERT-base; unigram_bytes has the
normaliser and decoder of Gemma with a Unigram model.
"""

import base64
import collections
import json
import struct

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from styles import BYTE_TOKENS, FALLBACK_DECODER, added, bos, byte_level, model, one, replace, sequence, train_byte_level, whole

CHARSMAP_OF = "xlm_roberta"  # the fixture that holds the one copy of SentencePiece's rules
GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
METASPACE = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
METASPACE_FIRST = METASPACE | {"prepend_scheme": "first"}


def bert_normalizer(clean=False, chinese=False, accents=False, lowercase=False):
    return {"type": "BertNormalizer", "clean_text": clean, "handle_chinese_chars": chinese, "strip_accents": accents, "lowercase": lowercase}


def precompiled(charsmap):
    return {"type": "Precompiled", "precompiled_charsmap": charsmap}


def template(single, pair, ids):
    """A TemplateProcessing from pieces such as "[SEP]:1" and "$B:1", whose special tokens are the keys of `ids`."""
    def piece(text):
        name, _, type_id = text.partition(":")
        kind, name = ("Sequence", name[1:]) if name.startswith("$") else ("SpecialToken", name)
        return {kind: {"id": name, "type_id": int(type_id or 0)}}

    return {"type": "TemplateProcessing", "single": [piece(p) for p in single.split()], "pair": [piece(p) for p in pair.split()],
            "special_tokens": {name: {"id": name, "ids": [token_id], "tokens": [name]} for name, token_id in ids.items()}}


def train_wordpiece(texts, normalizer, size):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(
        vocab_size=size, show_progress=False, limit_alphabet=250, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]))
    return json.loads(tokenizer.to_str())["model"]


def train_unigram(texts, normalizer, pre_tokenizer, size, specials, unknown):
    counts = collections.Counter("".join(texts))
    frequent = {character for character, _ in counts.most_common(250)}  # the trainer wants a piece for each
    texts = ["".join(c for c in text if c in frequent) for text in texts]
    tokenizer = Tokenizer(models.Unigram())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(texts, trainers.UnigramTrainer(
        vocab_size=size, show_progress=False, special_tokens=specials, unk_token=unknown))
    return json.loads(tokenizer.to_str())["model"]


def published(texts, charsmap):
    """Name -> tokenizer.json of every published style. `charsmap`: the rules nmt_nfkc of SentencePiece in Base64."""
    styles = {}
    bert_tokens = lambda: added("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    pieces = {"type": "WordPiece", "prefix": "##", "cleanup": True}
    trained = train_wordpiece(texts, normalizers.BertNormalizer(), 1400)
    ids = {name: trained["vocab"][name] for name in ["[CLS]", "[SEP]"]}
    styles["bert_uncased"] = whole(
        trained, bert_tokens(), bert_normalizer(True, True, None, True), {"type": "BertPreTokenizer"},
        template("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", ids), pieces)

    trained = train_wordpiece(texts, normalizers.BertNormalizer(strip_accents=False, lowercase=False), 1400)
    vocab = trained["vocab"]
    styles["bert_cased"] = whole(
        trained, bert_tokens(), bert_normalizer(True, True, False, False), {"type": "BertPreTokenizer"},
        {"type": "BertProcessing", "sep": ["[SEP]", vocab["[SEP]"]], "cls": ["[CLS]", vocab["[CLS]"]]}, pieces)

    specials = ["<s>", "<pad>", "</s>", "<unk>"]
    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    trained = train_unigram(texts, normalizers.Precompiled(base64.b64decode(charsmap)), split, 1400, specials, "<unk>")
    xlm_tokens = added(*specials, ("<mask>", {"lstrip": True}))
    styles[CHARSMAP_OF] = whole(
        trained, xlm_tokens, precompiled(charsmap), sequence("pretokenizers", {"type": "WhitespaceSplit"}, METASPACE),
        template("<s> $A </s>", "<s> $A </s> </s> $B </s>", {"<s>": 0, "</s>": 2}), METASPACE)

    specials = ["<pad>", "</s>", "<unk>"]
    normalizer = sequence("normalizers", {"type": "Nmt"}, {"type": "NFKC"},
                          {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "})
    trained = train_unigram(texts, normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC()]), pre_tokenizers.Metaspace(), 1200, specials, "<unk>")
    styles["t5"] = whole(
        trained, added(*specials, ("<extra_id_0>", {}), ("<extra_id_1>", {"lstrip": True, "rstrip": True})), normalizer, METASPACE,
        template("$A </s>", "$A </s> $B </s>", {"</s>": 1}), METASPACE)

    specials = ["<pad>", "<eos>", "<bos>", "<unk>"]
    trained = train_unigram(texts, normalizers.Replace(" ", "▁"), pre_tokenizers.Split("▁", "merged_with_next"), 1200, [*specials, *BYTE_TOKENS], "<unk>")
    styles["unigram_bytes"] = whole(
        trained | {"byte_fallback": True}, added(*specials, ("<start_of_turn>", {}), ("\n\n", {"special": False})), replace(" ", "▁"), None,
        bos("<bos>", 2), sequence("decoders", *FALLBACK_DECODER))

    vocab, merges = train_byte_level(texts, GPT2, 900)
    tokens = added("<s>", "<pad>", "</s>", "<unk>", ("<mask>", {"lstrip": True}))
    roberta = whole(model(vocab, merges), tokens, None, byte_level(regex=True), None, byte_level())
    ids = {token["content"]: token["id"] for token in tokens}
    roberta["post_processor"] = {"type": "RobertaProcessing", "sep": ["</s>", ids["</s>"]], "cls": ["<s>", ids["<s>"]],
                                 "trim_offsets": True, "add_prefix_space": False}
    styles["roberta"] = roberta

    vocab, merges = train_byte_level(texts, GPT2, 1000)
    plain = {"special": False, "normalized": True}
    tokens = added("[UNK]", "[CLS]", "[SEP]", "[PAD]", ("[MASK]", {"lstrip": True}), ("|||EMAIL_ADDRESS|||", plain), *((" " * n, plain) for n in (2, 3, 4, 8)))
    modernbert = whole(model(vocab, merges), tokens, {"type": "NFC"}, byte_level(regex=True), None, byte_level())
    ids = {token["content"]: token["id"] for token in tokens if token["content"] in ("[CLS]", "[SEP]")}
    modernbert["post_processor"] = template("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", ids)
    # Embedding models carry the limits of their training; encoding does not apply them.
    modernbert["truncation"] = {"direction": "Right", "max_length": 16, "strategy": "LongestFirst", "stride": 0}
    modernbert["padding"] = {"strategy": {"Fixed": 16}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": ids["[SEP]"],
                             "pad_type_id": 0, "pad_token": "[PAD]"}
    styles["modernbert"] = modernbert
    return styles


def make_charsmap(rules):
    """Rules (key -> replacement) in SentencePiece's form: the units of a double array as darts-clone reads them, then the
    replacements, each ended by a zero byte; in Base64."""
    values, tree = bytearray(), {}
    for key, replacement in rules.items():
        node = tree
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[0] = len(values)
        values += replacement.encode() + b"\0"
    units, bases = {0: 0}, set()
    open_nodes = [(0, 0, tree)]
    for place, label, node in open_nodes:
        base = next(b for b in range(1, 1 << 16) if b not in bases and not any(b ^ c in units for c in node))
        bases.add(base)
        units[place] = (place ^ base) << 10 | (0 in node) << 8 | label
        for c, child in node.items():
            units[base ^ c] = child | 1 << 31 if c == 0 else 0
            if c != 0:
                open_nodes.append((base ^ c, c, child))
    size = (max(units) | 255) + 1
    trie = struct.pack(f"<{size}I", *(units.get(i, 0) for i in range(size)))
    return base64.b64encode(struct.pack("<I", len(trie)) + trie + values).decode()


# "ab" and "½\u0301" are never reached, as shorter keys are found first.
SMALL_RULES = {"a": "b", "ab": "x", "e\u0301": "é!", "\u0301": "", "½": "1/2", "½\u0301": "x", "\r\n": "\n", "的": "de ", " ": "▁▁", "0": "",
               "😀": ":)", "\u1100\u1161": "가", "T": "t"}


def components():
    """Name -> tokenizer.json of single components: see styles.one."""
    result = {f"bert_{name}": one(bert_normalizer(**{name: True})) for name in ["clean", "chinese", "accents", "lowercase"]}
    result["bert_all"] = one(bert_normalizer(True, True, None, True), METASPACE_FIRST, ["<s>"])
    result["stripaccents"] = one({"type": "StripAccents"}, METASPACE_FIRST)
    result["nfkd_stripaccents"] = one(sequence("normalizers", {"type": "NFKD"}, {"type": "StripAccents"}))
    result["nmt"] = one({"type": "Nmt"}, METASPACE_FIRST)
    # The name stands for the rules of that fixture: see compare.py.
    result["precompiled"] = one(precompiled(CHARSMAP_OF))
    result["precompiled_small"] = one(precompiled(make_charsmap(SMALL_RULES)), METASPACE_FIRST)
    result["bertpretokenizer"] = one(None, {"type": "BertPreTokenizer"})
    result["delimiter"] = one(None, {"type": "CharDelimiterSplit", "delimiter": "a"})
    result["unicodescripts"] = one(None, {"type": "UnicodeScripts"})
    result["scripts_then_metaspace"] = one(None, sequence("pretokenizers", {"type": "UnicodeScripts"}, METASPACE_FIRST))
    result["fixedlength"] = one(None, {"type": "FixedLength", "length": 3})
    result["bpe_decoder"] = one(decoder={"type": "BPEDecoder", "suffix": "</w>"})
    result["fused_bpe_decoder"] = one(decoder=sequence("decoders", {"type": "Fuse"}, {"type": "BPEDecoder", "suffix": "</w>"}))

    cleaned = [(text, {"special": False}) for text in ["n't", "'m", "'s", "'ve", "'re", "do not", " ' ", ".", "?", " !", ",", "##.", "##do not"]]
    pieces = {token: i for i, token in enumerate(["[UNK]", "a", "b", "ab", "##a", "##ab", "##b", "b##", "é", "##é", "##的", "the", "##the", "aaaa"])}
    word_piece = {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 12, "vocab": pieces}
    for name, decoder in {"cleanup": {"type": "WordPiece", "prefix": "##", "cleanup": True}, "no_cleanup": {"type": "WordPiece", "prefix": "##", "cleanup": False},
                          "fused": sequence("decoders", {"type": "Fuse"}, {"type": "WordPiece", "prefix": "##", "cleanup": True})}.items():
        result[f"wordpiece_{name}"] = whole(word_piece, added(*cleaned), None, {"type": "WhitespaceSplit"}, None, decoder)
    result["wordpiece_no_prefix"] = whole(word_piece | {"continuing_subword_prefix": ""}, [], None, {"type": "WhitespaceSplit"})

    # Sums that are equal, a piece that occurs twice, an unknown piece that the text can hold, bytes that are not complete.
    scores = [["<unk>", -2], ["a", -1], ["b", -1], ["ab", -2], ["ba", -2.0], ["aa", -2], ["the", -1.5], ["t", -0.5], ["h", -0.5], ["e", -0.5], ["a", -1.25],
              ["é", -3], ["<0xE7>", -9], ["<0x9A>", -9], ["<0x84>", -9], ["▁", -1], ["x", 2], ["==", -0.1], ["的的", -0.1]]
    for fallback in [False, True]:
        unigram = {"type": "Unigram", "unk_id": 0, "vocab": scores, "byte_fallback": fallback}
        result[f"unigram{'_fallback' if fallback else ''}"] = whole(unigram, [])
    result["unigram_words"] = whole({"type": "Unigram", "unk_id": 1, "vocab": scores}, [], None, {"type": "WhitespaceSplit"})
    return result
