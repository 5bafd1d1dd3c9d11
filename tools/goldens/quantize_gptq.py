"""Quantises the sources of make.py with GPTQModel, on the CPU. Run where gptqmodel is installed; see README.md."""

import os
import pathlib
import shutil
import tempfile

os.environ["CUDA_VISIBLE_DEVICES"] = ""
os.environ["GPTQMODEL_CPU_WORKERS"] = "2"  # its own default is too few on a machine of two cores

import tokenizers
import torch
import transformers
from safetensors.torch import load_file, save_file
from gptqmodel import BACKEND, GPTQModel, QuantizeConfig

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCES = ROOT / "build" / "goldens"
TARGET = ROOT / "tests" / "fixtures" / "goldens" / "gptq"


def add_tokenizer(folder, vocabulary_size):
    """GPTQModel asks for a tokenizer, though the calibration below is token ids already."""
    words = {f"w{index}": index for index in range(vocabulary_size)}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="w0"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="w2", eos_token="w2", bos_token="w1", unk_token="w0"
    ).save_pretrained(folder)


def calibration(vocabulary_size, samples=64, length=32):
    generator = torch.Generator().manual_seed(7)
    ids = torch.randint(0, vocabulary_size, (samples, length), generator=generator)
    return [{"input_ids": row.tolist(), "attention_mask": [1] * length} for row in ids]


def convert(source, name, **settings):
    with tempfile.TemporaryDirectory() as temporary:
        checkpoint, quantized = pathlib.Path(temporary) / "source", pathlib.Path(temporary) / "quantized"
        shutil.copytree(SOURCES / source, checkpoint)
        vocabulary_size = transformers.AutoConfig.from_pretrained(checkpoint).vocab_size
        add_tokenizer(checkpoint, vocabulary_size)
        defaults = {"bits": 4, "group_size": 128, "sym": True, "desc_act": False, "offload_to_disk": False}
        config = QuantizeConfig(**defaults | settings)
        model = GPTQModel.load(str(checkpoint), config, device="cpu")
        model.quantize(calibration(vocabulary_size), batch_size=8, backend=BACKEND.TORCH)
        model.save(str(quantized))
        folder = TARGET / name
        folder.mkdir(parents=True)
        for file in ("config.json", "model.safetensors"):
            shutil.copy(quantized / file, folder / file)


def join_gate_and_up(folder):
    """GPTQModel 7 splits Phi-3's gate_up_proj before it quantises; published checkpoints have it in one piece. Outputs
    are the last dimension of every tensor, and both halves see the same inputs, so joining them is exact."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    for key in [key for key in tensors if ".gate_proj." in key]:
        gate, up = tensors.pop(key), tensors.pop(key.replace("gate_proj", "up_proj"))
        joined = gate if key.endswith("g_idx") else torch.cat([gate, up], dim=1)
        tensors[key.replace("gate_proj", "gate_up_proj")] = joined
    save_file(tensors, path, metadata={"format": "pt"})


shutil.rmtree(TARGET, ignore_errors=True)
for family in ("llama", "qwen2", "qwen3", "smollm3", "phi3"):
    convert(family, family)
join_gate_and_up(TARGET / "phi3")
convert("grid", "int4_group32", group_size=32)
convert("grid", "int4_one_group", group_size=-1, act_group_aware=False)
convert("grid", "int4_asymmetric_v2", group_size=32, sym=False, format="gptq_v2")
convert("grid", "int4_asymmetric_v1", group_size=64, sym=False, format="gptq")
convert("grid", "int4_symmetric_v2", group_size=64, format="gptq_v2")
convert("grid", "int8", group_size=64, bits=8)
convert("grid", "int8_asymmetric_v2", group_size=32, bits=8, sym=False, format="gptq_v2")
convert("grid", "int4_act_order", group_size=32, desc_act=True)
convert("grid", "int8_act_order_asymmetric_v2", group_size=64, bits=8, desc_act=True, sym=False, format="gptq_v2")
convert("llama", "lm_head", group_size=64, lm_head=True)
convert("qwen3", "dynamic", group_size=64, dynamic={
    "-:.*\\.0\\.mlp\\.down_proj": {},
    "+:.*\\.1\\.mlp\\.(gate|up)_proj": {"bits": 8, "group_size": 32},
    ".*\\.1\\.self_attn\\.o_proj": {"group_size": 32, "desc_act": True},
})
