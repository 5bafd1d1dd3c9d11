"""`gerbil pull` beside huggingface_hub, on the hub of the tests: the same cache, and each reads the other's.

    python3 tools/hub_parity/compare.py scripts/env build/release/bin/gerbil

Only when asked for: it makes a virtual environment in build/hub_parity and installs huggingface_hub there, once.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/hub"))
import mock_hub  # noqa: E402

PINNED = "huggingface_hub==2.4.0"
VENV = ROOT / "build/hub_parity"
MODELS = ("org/plain", "org/sharded", "org/sentence", "org/nano-embed", "org/direct", "legacy", "org/old-name", "org/gzip")
REFUSED = ("org/missing", "org/private", "org/gated", "org/elsewhere", "org/plain@v9", "org/no-commit", "org/down")

# What huggingface_hub is asked to do, in its own process: its settings are read once.
REFERENCE = """
import json, sys, huggingface_hub as hub
task, model, revision, files = json.loads(sys.argv[1])
def download(**more):
    return hub.snapshot_download(model, revision=revision, allow_patterns=files, **more)
try:
    if task == "pull": answer = download()
    if task == "offline": answer = [download(local_files_only=True)] + [
        hub.hf_hub_download(model, file, revision=revision, local_files_only=True) for file in files]
    if task == "missing": answer = [file.filename for file in download(dry_run=True) if file.will_download]
    print(json.dumps(answer))
except Exception as error:
    print(json.dumps({"error": type(error).__name__}))
"""


def make_environment():
    if not (VENV / "bin/hf").exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
        subprocess.run([VENV / "bin/pip", "install", "-q", PINNED], check=True)


class Side:
    """One tool with a cache of its own."""

    def __init__(self, hub, home):
        self.home = pathlib.Path(home)
        self.environment = {name: value for name, value in os.environ.items()
                            if not name.startswith("HF_") and not name.lower().endswith("_proxy")}
        self.environment |= {"HF_ENDPOINT": hub.endpoint, "HF_HOME": home, "HF_HUB_DISABLE_PROGRESS_BARS": "1",
                             "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}

    def reference(self, task, name, files):
        model, _, revision = name.partition("@")
        out = subprocess.run([VENV / "bin/python", "-c", REFERENCE, json.dumps([task, model, revision or None, files])],
                             env=self.environment, capture_output=True, text=True, check=True).stdout
        return json.loads(out.splitlines()[-1])

    def gerbil(self, program, *arguments, **more):
        return subprocess.run([*program, "pull", *arguments, "--json"], env=self.environment | more, capture_output=True,
                              text=True, cwd=ROOT)

    def cache(self):
        """Every file that both tools write: by its path, what it is a link to, or its contents."""
        found = {}
        for path in sorted((self.home / "hub").rglob("*")):
            name = str(path.relative_to(self.home / "hub"))
            if path.is_dir() or name.startswith(".locks/") or "/trees/" in name or name == "CACHEDIR.TAG":
                continue
            found[name] = os.readlink(path) if path.is_symlink() else path.read_bytes()
        return found


def compare(hub, program):
    problems = []

    def expect(name, what, holds):
        if not holds:
            problems.append(f"{name}: {what}")

    with tempfile.TemporaryDirectory() as theirs, tempfile.TemporaryDirectory() as ours:
        their, our = Side(hub, theirs), Side(hub, ours)
        chosen = {}
        for name in MODELS:
            pulled = our.gerbil(program, name)
            if pulled.returncode != 0:
                return [f"{name}: {pulled.stderr}"]
            chosen[name] = [file["path"] for file in json.loads(pulled.stdout)["files"]]
            hub.models["org/direct"].faults = []
            their.reference("pull", name, chosen[name])
        left, right = their.cache(), our.cache()
        for path in sorted(left.keys() | right.keys()):
            expect(path, f"huggingface_hub has {left.get(path, b'nothing')[:80]!r}, gerbil {right.get(path, b'nothing')[:80]!r}",
                   left.get(path) == right.get(path))
        print(f"{len(left)} files of {len(MODELS)} models compared")
        for name in MODELS:
            found = our.reference("offline", name, chosen[name])
            expect(name, f"huggingface_hub does not find gerbil's files: {found}", "error" not in found)
            found = our.reference("missing", name, chosen[name])
            expect(name, f"huggingface_hub would download {found}", found == [])
            for more in ({}, {"HF_HUB_OFFLINE": "1"}):
                again = their.gerbil(program, name, **more)
                expect(name, f"gerbil does not take huggingface_hub's files: {again.stdout}{again.stderr}",
                       again.returncode == 0 and json.loads(again.stdout)["downloaded_bytes"] == 0)
    with tempfile.TemporaryDirectory() as home:
        side = Side(hub, home)
        for name in REFUSED:
            reference, ours = side.reference("pull", name, None), side.gerbil(program, name)
            expect(name, f"huggingface_hub: {reference}, gerbil: {ours.stdout}", "error" in reference and ours.returncode == 1)
            print(f"{name}: {reference.get('error')}; {ours.stderr.strip()}")
    return problems


if __name__ == "__main__":
    make_environment()
    with mock_hub.Hub() as started:
        found = compare(started, sys.argv[1:])
    print("\n".join(found) or "no difference")
    sys.exit(bool(found))
