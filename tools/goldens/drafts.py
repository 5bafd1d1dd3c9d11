"""Makes the fixture of layers that draft tokens: a tiny Qwen3.5 with its `mtp` layer, and what that guesses.

    scripts/env python3 tools/goldens/drafts.py

transformers leaves the layer out. It is put together here of transformers' own modules as vLLM 0.18 does it
(model_executor/models/qwen3_5_mtp.py): fc([norm(embedding of the next token), norm(hidden state)]), a layer with full
attention, a norm, and the head of the model. The hidden state is the one after the model's last norm.
"""

import json
import pathlib
import zlib

import torch

import make
import recipes
import reference

FOLDER = make.FIXTURES / "drafts" / "qwen3_5"
PUBLISHED = recipes.QWEN3_5 | {"tie_word_embeddings": False}
TOKENS = 90  # more than a chunk of linear attention
GUESSED = 2  # of them, at the end, follow from what the layer itself handed over


def layer_config(config):
    own = type(config)(**config.to_dict())
    own.num_hidden_layers = 1
    own.layer_types = ["full_attention"]
    return own


def make_tensors(config):
    main = reference.random_tensors("qwen3_5_drafts", config)
    layer = reference.random_tensors("qwen3_5_drafts layer", layer_config(config))
    own = {"mtp." + key.removeprefix("model."): value for key, value in layer.items()
           if key.startswith(("model.layers.0.", "model.norm."))}
    generator = torch.Generator().manual_seed(zlib.crc32(b"qwen3_5_drafts fc"))
    width = config.hidden_size
    own["mtp.fc.weight"] = torch.randn(width, 2 * width, generator=generator) / (2 * width) ** 0.5
    for name in ("mtp.pre_fc_norm_embedding.weight", "mtp.pre_fc_norm_hidden.weight"):
        own[name] = 0.2 * torch.randn(width, generator=generator)
    return main | own


def norm(x, weight, epsilon):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon) * (1 + weight)


def guess(config, tensors, tokens):
    """[tokens − 1, vocabulary]: row p guesses the token after p + 1."""
    model = reference.empty_model(config)
    model.load_state_dict({key: value for key, value in tensors.items() if not key.startswith("mtp.")})
    layer = reference.empty_model(layer_config(config)).model
    layer.load_state_dict({key.removeprefix("mtp."): value for key, value in tensors.items()
                           if key.startswith(("mtp.layers.", "mtp.norm."))}
                          | {"embed_tokens.weight": tensors["model.embed_tokens.weight"]})
    epsilon = config.rms_norm_eps
    with torch.no_grad():
        hidden = model.model(torch.tensor([tokens])).last_hidden_state[0]
        embedded = norm(model.model.embed_tokens(torch.tensor(tokens[1:])),
                        tensors["mtp.pre_fc_norm_embedding.weight"], epsilon)
        rows = hidden[: len(tokens) - 1 - GUESSED]
        while True:
            x = torch.cat([embedded[: len(rows)], norm(rows, tensors["mtp.pre_fc_norm_hidden.weight"], epsilon)], -1)
            handed = layer(inputs_embeds=(x @ tensors["mtp.fc.weight"].T)[None], use_cache=False).last_hidden_state[0]
            if len(rows) == len(embedded):
                return model.lm_head(handed)
            rows = torch.cat([rows, handed[-1:]])


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    make.write_json(FOLDER / "config.json", PUBLISHED)
    config = reference.load_config(FOLDER / "config.json")
    tensors = make_tensors(config)
    reference.save_checkpoint(FOLDER, tensors, names={})
    tokens = reference.make_tokens("qwen3_5_drafts", TOKENS, config.vocab_size)
    (FOLDER / "tokens.json").write_text(json.dumps(tokens) + "\n")
    make.store_logits(FOLDER / "guesses.logits", guess(config, tensors, tokens))


if __name__ == "__main__":
    main()
