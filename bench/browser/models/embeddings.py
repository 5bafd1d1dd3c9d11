"""MiniLM's shape with random weights, as each engine of the comparison wants it, in 32-bit floats and in 8 bits:

    embeddings.py FOLDER    writes FOLDER/{plain,onnx,gguf}

gerbil makes its 8 bits of `plain` while it loads, `onnx` gets them by embeddings_int8.py, and `gguf` has f32.gguf and
q8_0.gguf."""

import pathlib
import shutil
import sys

import gguf
import torch

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
import random_encoder  # noqa: E402

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
LAYER = {"attention.self.query": "attn_q", "attention.self.key": "attn_k", "attention.self.value": "attn_v",
         "attention.output.dense": "attn_output", "attention.output.LayerNorm": "attn_output_norm",
         "intermediate.dense": "ffn_up", "output.dense": "ffn_down", "output.LayerNorm": "layer_output_norm"}
OUTSIDE = {"embeddings.word_embeddings": "token_embd", "embeddings.position_embeddings": "position_embd",
           "embeddings.token_type_embeddings": "token_types", "embeddings.LayerNorm": "token_embd_norm"}


class Hidden(torch.nn.Module):
    """What a published export gives: the hidden states alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *inputs):
        return self.model(**dict(zip(INPUTS, inputs))).last_hidden_state


def write_onnx(model, plain, folder):
    (folder / "onnx").mkdir(parents=True)
    example = tuple(torch.ones(2, 8, dtype=torch.int64) for _ in INPUTS)
    axes = {name: {0: "batch_size", 1: "sequence_length"} for name in (*INPUTS, "last_hidden_state")}
    torch.onnx.export(Hidden(model), example, folder / "onnx/model.onnx", input_names=list(INPUTS),
                      output_names=["last_hidden_state"], dynamic_axes=axes, opset_version=17, dynamo=False)
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(plain / name, folder)


def gguf_name(tensor):
    module, kind = tensor.rsplit(".", 1)
    if module in OUTSIDE:
        return f"{OUTSIDE[module]}.{kind}"
    layer, part = module.removeprefix("encoder.layer.").split(".", 1)
    return f"blk.{layer}.{LAYER[part]}.{kind}"


def add_vocabulary(writer, size):
    """llama.cpp does not load a model for embeddings without one, though the comparison gives ids."""
    special = random_encoder.SPECIAL_TOKENS
    tokens = special + ["\u2581" + random_encoder.word(token) for token in range(len(special), size)]
    types = [gguf.TokenType.CONTROL] * len(special) + [gguf.TokenType.NORMAL] * (size - len(special))
    writer.add_tokenizer_model("bert")
    writer.add_token_type_count(2)
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_pad_token_id(special.index("[PAD]"))
    writer.add_unk_token_id(special.index("[UNK]"))


def write_gguf(model, path, precision):
    config = model.config
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_layer_norm_eps(config.layer_norm_eps)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_vocab_size(config.vocab_size)
    add_vocabulary(writer, config.vocab_size)
    for tensor, values in model.state_dict().items():
        values = values.numpy()
        whole = values.ndim == 1 or "token_type" in tensor or "position" in tensor
        if precision == gguf.GGMLQuantizationType.Q8_0 and not whole:
            writer.add_tensor(gguf_name(tensor), gguf.quants.quantize(values, precision), raw_dtype=precision)
        else:
            writer.add_tensor(gguf_name(tensor), values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    folder = pathlib.Path(sys.argv[1])
    random_encoder.write("minilm", folder / "plain")
    model = random_encoder.load(folder / "plain")
    write_onnx(model, folder / "plain", folder / "onnx")
    (folder / "gguf").mkdir()
    for name, precision in (("f32", gguf.GGMLQuantizationType.F32), ("q8_0", gguf.GGMLQuantizationType.Q8_0)):
        write_gguf(model, folder / f"gguf/{name}.gguf", precision)


if __name__ == "__main__":
    main()
