"""clang-tidy over the library and the program: `scripts/lint [FILE...]`. Needs build/release (GERBIL_LINT_BUILD).

A file that was clean is not looked at again while nothing that it depends on has changed: itself, the headers that the
compiler read for it, its command, the checks, and clang-tidy. What is known to be clean lies in ~/.cache/gerbil/lint, for
30 days after it was last asked for."""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / os.environ.get("GERBIL_LINT_BUILD", "build/release")
CACHE = pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "gerbil" / "lint"
KEPT_SECONDS = 30 * 24 * 3600
NOISE = ("warnings generated", "warning generated", "Suppressed ", "Use -header-filter")


def run(*command):
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def compile_commands():
    """By source relative to ROOT: its command and its object. What is not in the native build has none."""
    path = BUILD / "compile_commands.json"
    if not path.exists():
        sys.exit(f"scripts/lint: there is no {path}: run scripts/test release first")
    return {os.path.relpath(entry["file"], ROOT): entry for entry in json.loads(path.read_text())
}

def dependencies():
    """By object, what ninja knows that it was made from."""
    result, files = {}, []
    for line in run("ninja", "-C", str(BUILD), "-t", "deps").splitlines():
        if line.startswith("    "):
            files.append(line.strip())
        elif line.endswith("(VALID)"):
            result[line.split(": #deps")[0]] = files = []
        else:
            files = []
    return result


class Keys:
    def __init__(self):
        tool = run("clang-tidy", "--version") + (ROOT / ".clang-tidy").read_text()
        self.common = hashlib.sha256(tool.encode())
        self.known = {}

    def file(self, name):
        """What stands for a file: its content, or for one of the system's its date."""
        if name not in self.known:
            path = BUILD / name
            if path.is_relative_to(ROOT):
                state = hashlib.sha256(path.read_bytes()).hexdigest()
            else:
                state = f"{path.stat().st_size} {int(path.stat().st_mtime)}"
            self.known[name] = f"{os.path.relpath(path, ROOT) if path.is_relative_to(ROOT) else path} {state}\n"
        return self.known[name]

    def of(self, entry, depends):
        """None where the object is older than what it was made from: what it depends on may be something else now."""
        built = (BUILD / entry["output"]).stat().st_mtime
        if any((BUILD / name).stat().st_mtime > built for name in depends if (BUILD / name).is_relative_to(ROOT)):
            return None
        key = self.common.copy()
        for folder in (ROOT / entry["file"]).parents:
            if folder.is_relative_to(ROOT) and folder != ROOT and (folder / ".clang-tidy").exists():
                key.update((folder / ".clang-tidy").read_bytes())
        words = [word.replace(str(ROOT), ".") for word in shlex.split(entry["command"])]
        key.update("\0".join(words).encode())
        for name in sorted(depends):
            key.update(self.file(name).encode())
        return key.hexdigest()


def lint(source):
    result = subprocess.run(["clang-tidy", "-p", str(BUILD), "--quiet", "--extra-arg=-Wno-unknown-warning-option", source],
                            cwd=ROOT, capture_output=True, text=True)
    lines = [line for line in (result.stdout + result.stderr).splitlines() if not any(noise in line for noise in NOISE)]
    return result.returncode == 0, "\n".join(lines)


def place_of(keys, entry, depends):
    """Of what says that the file is clean; None where that cannot be known."""
    name = os.path.relpath(BUILD / entry["output"], BUILD)
    try:
        key = keys.of(entry, depends[name])
    except (KeyError, FileNotFoundError):  # not built, or with a header that is gone
        return None
    return CACHE / key if key else None


def forget_old():
    for path in CACHE.iterdir():
        if path.stat().st_mtime < time.time() - KEPT_SECONDS:
            path.unlink(missing_ok=True)


def main():
    commands, depends, keys = compile_commands(), dependencies(), Keys()
    asked = sys.argv[1:] or run("git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "src/*.cpp").split()
    CACHE.mkdir(parents=True, exist_ok=True)
    open_files = {}  # to the place that says that it is clean; none where ninja does not know what it depends on
    for source in (os.path.relpath(name) for name in asked):
        if source not in commands:
            continue
        place = place_of(keys, commands[source], depends)
        if place and place.exists():
            place.touch()
        else:
            open_files[source] = place
    print(f"clang-tidy on {len(open_files)} files; {len(asked) - len(open_files)} are clean as they were, "
          "or not of this build", flush=True)
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for (source, place), (clean, text) in zip(open_files.items(), pool.map(lint, open_files)):
            if text:
                print(text, flush=True)
            # Unless somebody changed it meanwhile.
            if clean and place and place == place_of(Keys(), commands[source], depends):
                place.touch()
            failed += not clean
    forget_old()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
