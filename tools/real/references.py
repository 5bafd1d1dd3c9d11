"""What the references compute of a checkpoint, in f32: transformers, and numpy for a table of embeddings. Runs in
scripts/env."""

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # else torch's idle threads keep the cores from working ones

import measure
import numpy
import tokenizers
import torch
import transformers
from safetensors.numpy import load_file

transformers.logging.set_verbosity_error()  # a missing pooler is none of our business
transformers.logging.disable_progress_bar()


def read_tokenizer(folder):
    """Without the truncation and padding of the file, which gerbil leaves to who asks."""
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


class LanguageModel:
    def __init__(self, folder):
        self.model = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)

    @torch.no_grad()
    def logits(self, ids):
        """[tokens, vocabulary]"""
        return self.model(torch.tensor([ids])).logits[0].numpy()

    @torch.no_grad()
    def continuation(self, ids, count):
        """The ids that it finds likeliest, one after the other."""
        return self.model.generate(torch.tensor([ids]), max_new_tokens=count, do_sample=False)[0, len(ids):].tolist()


@torch.no_grad()
def mean_embeddings(folder, lines):
    """[texts, dimensions], normalised: the mean of the last layer's rows."""
    model = transformers.AutoModel.from_pretrained(folder, dtype=torch.float32)
    tokenizer = read_tokenizer(folder)
    rows = (model(torch.tensor([tokenizer.encode(line).ids])).last_hidden_state[0] for line in lines)
    return measure.unit(numpy.array([row.mean(dim=0).numpy() for row in rows]))


def static_embeddings(folder, lines):
    """[texts, dimensions], normalised: the mean of the table's rows, no special tokens."""
    table = load_file(folder / "model.safetensors")["embedding.weight"].astype(numpy.float32)
    tokenizer = read_tokenizer(folder)
    return measure.unit(numpy.array([table[tokenizer.encode(line, add_special_tokens=False).ids].mean(axis=0)
                                     for line in lines]))
