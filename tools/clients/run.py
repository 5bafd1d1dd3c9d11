"""The scenarios of real clients against `gerbil serve` with the built-in models.

    python3 tools/clients/run.py build/release/bin/gerbil [SCENARIO...]

Each scenario is a program in this folder that takes the server's address, and ends with 0 when all was as its client
has it. Clients are installed into build/clients, pinned with their hashes: Python's by requirements.txt and
llama_index.txt (pin.py writes both), JavaScript's by package-lock.json, whose scenarios run in the environment's Node.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
INSTALLED = ROOT / "build" / "clients"
ENVIRONMENT = ROOT / "scripts/env"
SCENARIOS = ["openai_python.py", "openai_javascript.mjs", "anthropic_python.py", "anthropic_javascript.mjs",
             "vercel_ai.mjs", "langchain_python.py", "langchain_javascript.mjs", "llama_index_python.py", "litellm_python.py",
             "published_documents.py", "prometheus_reads.py", "malformed_requests.py"]
OTHER_REQUIREMENTS = {"llama_index_python.py": "llama_index.txt"}


def installed(folder, pins, install):
    """The folder, which is made anew when what is pinned in these files changes."""
    wanted = "".join((HERE / name).read_text() for name in pins)
    done = folder / "installed.txt"
    if not done.exists() or done.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        install()
        done.write_text(wanted)
    return folder


def python(requirements):
    folder = INSTALLED / pathlib.Path(requirements).stem

    def install():
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "--require-hashes", "--only-binary=:all:", "-r", HERE / requirements], check=True)

    return installed(folder, [requirements], install) / "bin/python"


def node_modules():
    folder, pins = INSTALLED / "javascript", ["package.json", "package-lock.json"]

    def install():
        folder.mkdir(parents=True)
        for name in pins:
            shutil.copy(HERE / name, folder)
        # The host's npm asks for the host's Node, which runs nothing here.
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder,
                       check=True)

    return installed(folder, pins, install)


def command(scenario):
    if scenario.endswith(".py"):
        return [python(OTHER_REQUIREMENTS.get(scenario, "requirements.txt")), HERE / scenario]
    folder = node_modules()  # a module finds others from where it lies
    for source in HERE.glob("*.mjs"):
        shutil.copy(source, folder)
    return [ENVIRONMENT, "node", folder / scenario]


def start(program):
    server = subprocess.Popen([ENVIRONMENT, program, "serve", "--port", "0", "--device", "cpu", ROOT / "models/nano",
                               ROOT / "models/nano-embed"], stderr=subprocess.PIPE, text=True, cwd=ROOT)
    while line := server.stderr.readline():
        if found := re.search(r"listening on (http://\S+)", line):
            return server, found[1]
    raise SystemExit("the server ended before it listened")


def main():
    chosen = sys.argv[2:] or SCENARIOS
    commands = {scenario: command(scenario) for scenario in chosen}
    server, address = start(pathlib.Path(sys.argv[1]).resolve())
    failed = []
    try:
        for scenario, words in commands.items():
            print(f"-- {scenario}", flush=True)
            if subprocess.run([*words, address], cwd=INSTALLED, check=False).returncode != 0:
                failed.append(scenario)
    finally:
        server.terminate()
        server.wait()
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
