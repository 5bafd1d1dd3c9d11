#!/usr/bin/env python3
"""Renders the hostile templates of tests/attacks/templates.json: each must end, in a text or an error, and soon.

    attack.py [--seconds N] [--megabytes N] GERBIL

A part of a template is a text and how often it is repeated; in a repeated one, @ stands for the number of the repetition.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

ATTACKS = pathlib.Path(__file__).parent.parent.parent / "tests" / "attacks" / "templates.json"


def build(parts):
    return "".join("".join(text.replace("@", str(i)) for i in range(count)) if "@" in text else text * count for text, count in parts)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("gerbil")
    arguments.add_argument("--seconds", type=int, default=10)
    arguments.add_argument("--megabytes", type=int, default=2048)
    options = arguments.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        template, context = pathlib.Path(folder) / "template.jinja", pathlib.Path(folder) / "context.json"
        context.write_text('{"messages": []}')
        for attack in json.loads(ATTACKS.read_text()):
            template.write_text(build(attack["parts"]), encoding="utf-8", newline="")
            start = time.monotonic()
            limit = (options.megabytes << 20,) * 2
            process = subprocess.Popen([options.gerbil, "render", template, "--context", context], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, limit))
            try:
                error = process.communicate(timeout=options.seconds)[1].decode(errors="replace").strip()
                verdict = f"ended by signal {-process.returncode}" if process.returncode < 0 else ""
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                verdict, error = f"no answer within {options.seconds} s", ""
            if "bad_alloc" in error:
                verdict = f"more than {options.megabytes} MB"
            failed += bool(verdict)
            print(f"{'BAD ' if verdict else 'ok  '}{attack['name']}: {verdict or error or 'rendered'}"[:200] + f" ({time.monotonic() - start:.2f} s)", flush=True)
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
