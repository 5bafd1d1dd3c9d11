"""Encoders of published shapes with random weights that behave like trained ones: heavy tails, a few input columns and
a few hidden dimensions far larger than the rest (Dettmers et al. 2022, LLM.int8()), which is what quantisation finds
hard. The tokenizer knows a word for every id, so that a text fixes its token ids."""

import json
import pathlib

import torch
import transformers

SHAPES = {
    "minilm": ("BertModel", {"hidden_size": 384, "intermediate_size": 1536, "num_hidden_layers": 6,
                             "num_attention_heads": 12, "vocab_size": 30522}),
    "bge-base": ("BertModel", {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
                               "num_attention_heads": 12, "vocab_size": 30522}),
    "embeddinggemma": ("Gemma3TextModel", {
        "hidden_size": 768, "intermediate_size": 1152, "num_hidden_layers": 24, "num_attention_heads": 3,
        "num_key_value_heads": 1, "head_dim": 256, "vocab_size": 262144, "query_pre_attn_scalar": 256,
        "sliding_window": 512, "max_position_embeddings": 2048, "use_bidirectional_attention": True}),
}
OUTLIER_SHARE, OUTLIER_FACTOR = 0.01, 5.0
SPECIAL_TOKENS = ["[PAD]", "[UNK]"]


def word(token):
    return f"t{token}"


def heavy_tailed(shape, deviation, generator):
    """Student's t with 5 degrees of freedom: a normal number over the root of a mean of five squares."""
    normal = torch.randn(shape, generator=generator)
    squares = sum(torch.randn(shape, generator=generator) ** 2 for _ in range(5)) / 5
    return normal / squares.sqrt() * (deviation / (5 / 3) ** 0.5)


def outliers(values, generator):
    """Enlarges a few of the last dimension."""
    size = values.shape[-1]
    chosen = torch.randperm(size, generator=generator)[: max(1, round(OUTLIER_SHARE * size))]
    values[..., chosen] *= OUTLIER_FACTOR
    return values


def fill(model, generator):
    for name, parameter in model.named_parameters():
        shape = parameter.shape
        if parameter.dim() == 1 and name.endswith("weight"):  # a norm; Gemma adds 1 to what is stored
            values = 1 + 0.2 * torch.randn(shape, generator=generator)
            values = outliers(values, generator) - (1 if "Gemma" in type(model).__name__ else 0)
        elif parameter.dim() == 1:
            values = heavy_tailed(shape, 0.05, generator)
        else:
            values = heavy_tailed(shape, 0.7 / shape[-1] ** 0.5, generator)
            values = values if "embed" in name else outliers(values, generator)
        with torch.no_grad():
            parameter.copy_(values)


def make_model(shape):
    name, sizes = SHAPES[shape]
    if name == "BertModel":
        config = transformers.BertConfig(**sizes, hidden_act="gelu", max_position_embeddings=512)
        model = transformers.BertModel(config, add_pooling_layer=False)
    else:
        model = transformers.Gemma3TextModel(transformers.Gemma3TextConfig(**sizes))
    fill(model, torch.Generator().manual_seed(0))
    return model.eval()


def tokenizer(vocabulary):
    tokens = SPECIAL_TOKENS + [word(token) for token in range(len(SPECIAL_TOKENS), vocabulary)]
    return {
        "version": "1.0", "truncation": None, "padding": None, "normalizer": None,
        "added_tokens": [{"id": i, "content": token, "single_word": False, "lstrip": False, "rstrip": False,
                          "normalized": False, "special": True} for i, token in enumerate(SPECIAL_TOKENS)],
        "pre_tokenizer": {"type": "BertPreTokenizer"}, "post_processor": None, "decoder": None,
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                  "max_input_chars_per_word": 100, "vocab": {token: i for i, token in enumerate(tokens)}},
    }


def write(shape, folder):
    """Writes FOLDER/{config.json,model.safetensors,tokenizer.json,tokenizer_config.json,modules.json,
    1_Pooling/config.json}."""
    folder = pathlib.Path(folder)
    model = make_model(shape)
    model.save_pretrained(folder)
    size = model.config.hidden_size
    files = {
        "tokenizer.json": tokenizer(model.config.vocab_size),
        # BERT's own class would add the special tokens that it misses.
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast"},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}],
        "1_Pooling/config.json": {"word_embedding_dimension": size, "pooling_mode_mean_tokens": True},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content) + "\n")


def load(folder):
    """The model of a folder that write() made, in float."""
    transformers.utils.logging.disable_progress_bar()
    name = json.loads((pathlib.Path(folder) / "config.json").read_text())["architectures"][0]
    options = {"add_pooling_layer": False} if name == "BertModel" else {}  # nobody asks for the pooler's output
    return getattr(transformers, name).from_pretrained(folder, dtype=torch.float32, **options).eval()
