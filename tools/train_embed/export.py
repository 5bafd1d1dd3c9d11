"""Writes a trained checkpoint as models/nano-embed, in the layout in which sentence-transformers publishes its models.

    config.json, model.safetensors       a BertModel in f16, its pooler included: the pooler is never trained and never used
    modules.json                         the chain: transformer, mean over the tokens (1_Pooling), length one (2_Normalize)
    sentence_bert_config.json            longest text in tokens
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from safetensors.torch import load_file, save_file

from encoder import CONFIG, MAX_TOKENS, WIDTH
from make_tokenizer import FOLDER

_MODES = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")
_PARTS = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
FILES: dict[str, Any] = {
    "config.json": CONFIG,
    "modules.json": [{"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{part}"} for number, (path, part) in enumerate(_PARTS)],
    "1_Pooling/config.json": {"word_embedding_dimension": WIDTH} | {f"pooling_mode_{mode}": mode == "mean_tokens" for mode in _MODES} | {"include_prompt": True},
    "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
    "config_sentence_transformers.json": {"__version__": {"sentence_transformers": "3.0.0", "transformers": CONFIG["transformers_version"], "pytorch": "2.3.0"},
                                          "prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, default=Path("build/nano-embed/checkpoint.safetensors"))
    parser.add_argument("--out", type=Path, default=FOLDER)
    arguments = parser.parse_args()
    for name, content in FILES.items():
        (arguments.out / name).parent.mkdir(parents=True, exist_ok=True)
        (arguments.out / name).write_text(json.dumps(content, indent=2) + "\n")
    save_file(load_file(arguments.checkpoint), arguments.out / "model.safetensors", {"format": "pt"})
    print(f"{sum(file.stat().st_size for file in arguments.out.rglob('*') if file.is_file())} bytes in {arguments.out}")


if __name__ == "__main__":
    main()
