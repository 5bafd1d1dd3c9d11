"""The scenarios of real clients against `gerbil serve` with the built-in models.

    python3 tools/clients/run.py build/release/bin/gerbil

Each scenario is a program in this folder that takes the server's address. Clients are installed into a virtual
environment under build/, pinned with their hashes in requirements.txt.
"""

import pathlib
import re
import subprocess
import sys
import venv

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
VENV = ROOT / "build" / "clients"
SCENARIOS = ["openai_python.py"]


def python():
    """That of the environment, which is made anew when the requirements change."""
    wanted = (HERE / "requirements.txt").read_text()
    done = VENV / "installed.txt"
    if not done.exists() or done.read_text() != wanted:
        venv.create(VENV, with_pip=True, clear=True)
        subprocess.run([VENV / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "--require-hashes", "--only-binary=:all:", "-r", HERE / "requirements.txt"], check=True)
        done.write_text(wanted)
    return VENV / "bin/python"


def main():
    program = [str(ROOT / "scripts/env"), str(pathlib.Path(sys.argv[1]).resolve()), "serve", "--port", "0",
               "--device", "cpu", str(ROOT / "models/nano"), str(ROOT / "models/nano-embed")]
    interpreter = python()
    with subprocess.Popen(program, stderr=subprocess.PIPE, text=True, cwd=ROOT) as server:
        try:
            address = None
            while address is None:
                line = server.stderr.readline()
                if not line:
                    raise SystemExit("the server ended before it listened")
                found = re.search(r"listening on (http://\S+)", line)
                address = found and found[1]
            failed = [name for name in SCENARIOS
                      if subprocess.run([interpreter, HERE / name, address], check=False).returncode != 0]
        finally:
            server.terminate()
    if failed:
        raise SystemExit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
