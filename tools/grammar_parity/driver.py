"""Talks to grammar_parity_driver."""

import json
import shlex
import struct
import subprocess


class Driver:
    def __init__(self, program):
        self.process = subprocess.Popen(shlex.split(program), stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, **request):
        text = json.dumps(request).encode()
        self.process.stdin.write(struct.pack("=I", len(text)) + text)
        self.process.stdin.flush()
        size = self.process.stdout.read(4)
        if len(size) < 4:
            raise SystemExit(f"The driver died of: {json.dumps(request)[:2000]}")
        return json.loads(self.process.stdout.read(struct.unpack("=I", size)[0]))
