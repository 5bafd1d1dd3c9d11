"""gerbil's side of a comparison: the driver, which renders many templates in one process, or the program's `render`."""

import json
import pathlib
import struct
import subprocess
import tempfile

SECONDS = 20  # for one rendering


class Crash(Exception):
    """The program ended without an answer."""


class Program:
    """`gerbil render TEMPLATE --context CONTEXT`, a process for every rendering."""

    def __init__(self, path):
        self.path = path
        self.folder = tempfile.TemporaryDirectory()

    def render(self, template, context):
        files = [pathlib.Path(self.folder.name) / name for name in ("template.jinja", "context.json")]
        files[0].write_text(template, encoding="utf-8", newline="")
        files[1].write_text(json.dumps(context), encoding="utf-8")
        command = [self.path, "render", files[0], "--context", files[1]]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise Crash(f"no answer within {SECONDS} s") from None
        if done.returncode < 0:
            raise Crash(f"ended by signal {-done.returncode}")
        if done.returncode:
            return None, done.stderr.decode(errors="replace").removesuffix("\n")
        return done.stdout.decode(errors="surrogateescape"), None


class Driver:
    """template_parity_driver: frames of a template and its context in, frames of a verdict and a text out."""

    def __init__(self, path):
        self.path = path
        self.process = None

    def render(self, template, context):
        if self.process is None:
            self.process = subprocess.Popen([self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for data in (template.encode(), json.dumps(context).encode()):
            self.process.stdin.write(struct.pack("=I", len(data)) + data)
        self.process.stdin.flush()
        verdict, text = self.frame(), self.frame()
        return (text, None) if verdict == "text" else (None, text)

    def frame(self):
        header = self.process.stdout.read(4)
        if len(header) < 4:
            status, self.process = self.process.wait(), None
            raise Crash(f"ended with status {status}")
        return self.process.stdout.read(struct.unpack("=I", header)[0]).decode(errors="surrogateescape")


def engine(path):
    return Driver(path) if pathlib.Path(path).name.startswith("template_parity_driver") else Program(path)
