"""A hub on this machine: the protocol of huggingface.co, with models that misbehave each in their own way.

    python3 tests/hub/mock_hub.py       prints the address, and serves until its stdin ends

Files of Git LFS are redirected to another server, as the hub does to its CDN; other files are served as they are. GET
/log gives what was asked for, as a JSON list, and forgets it.
"""

import gzip
import hashlib
import http.server
import json
import pathlib
import random
import re
import socket
import sys
import threading
import time
import urllib.parse

TOKEN = "hf_right"
MODELS = pathlib.Path(__file__).resolve().parents[2] / "models"
PAGE = 3  # files of a page of the tree


def noise(size, seed):
    return random.Random(seed).randbytes(size)


def git_sha1(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


class File:
    def __init__(self, data, lfs=False):
        self.data, self.lfs = data, lfs
        self.etag = hashlib.sha256(data).hexdigest() if lfs else git_sha1(data)

    def entry(self, path):
        entry = {"type": "file", "oid": self.etag, "size": len(self.data), "path": path}
        if self.lfs:
            pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.etag}\nsize {len(self.data)}\n".encode()
            entry |= {"oid": git_sha1(pointer),
                      "lfs": {"oid": self.etag, "size": len(self.data), "pointerSize": len(pointer)}}
        return entry


WEIGHTS = 300_000


class Model:
    """`faults` happen to the first requests for the weights, one each; the last one for ever when it is "always …"."""

    def __init__(self, name, faults=(), files=None, **traits):
        self.name, self.faults, self.traits = name, list(faults), traits
        self.commit = hashlib.sha1(name.encode()).hexdigest()
        self.files = files or {
            "config.json": File(json.dumps({"model_type": name}).encode()),
            "tokenizer.json": File(b'{"model":{}}'),
            "model.safetensors": File(noise(WEIGHTS, name), lfs=True),
            "README.md": File(b"# A model\n"),
            ".gitattributes": File(b"*.safetensors filter=lfs\n"),
            "onnx/model.onnx": File(noise(1000, "onnx"), lfs=True),
        }
        self.revisions = {"main": self.commit, "v1.0": self.commit, "refs/pr/1": self.commit, self.commit: self.commit}

    def fault(self):
        if not self.faults:
            return ""
        return self.faults[0].removeprefix("always ") if self.faults[0].startswith("always") else self.faults.pop(0)


def shards():
    files = {f"model-{i:05}-of-00003.safetensors": File(noise(50_000 + i, i), lfs=True) for i in (1, 2, 3)}
    index = {"weight_map": {f"layer.{i}": name for i, name in enumerate(files)}}
    return {"config.json": File(b"{}"), "model.safetensors.index.json": File(json.dumps(index).encode()),
            "consolidated.safetensors": File(noise(9000, "c"), lfs=True), "tokenizer_config.json": File(b"{}"),
            "additional_chat_templates/tool.jinja": File(b"{{ x }}")} | files


def sentence():
    modules = [{"type": "a.Transformer", "path": ""}, {"type": "a.Pooling", "path": "1_Pooling"},
               {"type": "a.Dense", "path": "2_Dense/"}, {"type": "a.Evil", "path": "../../etc"}]
    return {"config.json": File(b"{}"), "modules.json": File(json.dumps(modules).encode()),
            "sentence_bert_config.json": File(b"{}"), "model.safetensors": File(noise(2000, "s"), lfs=True),
            "1_Pooling/config.json": File(b'{"pooling_mode_mean_tokens":true}'),
            "2_Dense/config.json": File(b'{"in":1}'), "2_Dense/model.safetensors": File(noise(3000, "d"), lfs=True),
            "3_Other/config.json": File(b'{"other":1}'), "empty/generation_config.json": File(b"")}


def stored(name):
    return {str(path.relative_to(MODELS / name)): File(path.read_bytes(), lfs=path.suffix == ".safetensors")
            for path in sorted((MODELS / name).rglob("*")) if path.is_file()}


def models():
    small = {"config.json": File(b'{"a":1}'), "tokenizer.json": File(b"{" + b" " * 5000 + b"}"), "generation_config.json": File(b"")}
    yield from (
        Model("org/plain"), Model("legacy"), Model("org/nano-embed", files=stored("nano-embed")),
        Model("org/sharded", files=shards()), Model("org/sentence", files=sentence()),
        Model("org/gated", gated=True), Model("org/private", private=True),
        Model("org/elsewhere", gated=True, elsewhere=True),
        Model("org/dropped", ["drop", "drop"]), Model("org/whole", ["drop", "whole"]),
        Model("org/other-part", ["drop", "other part"]), Model("org/416", ["drop", "416"]),
        Model("org/changed", ["drop", "changed"]), Model("org/damaged", ["damage"]),
        Model("org/always-damaged", ["always damage"]), Model("org/always-dropped", ["always drop all"]),
        Model("org/never-goes-on", ["always drop whole"]), Model("org/long", ["long"]),
        Model("org/busy", ["429 1"]), Model("org/much-later", ["429 3600"]), Model("org/broken", ["503", "500"]),
        Model("org/down", ["always 503"]), Model("org/stalls", ["stall"]), Model("org/slow", ["slow"]),
        Model("org/loop", ["always loop"]), Model("org/to-a-file", ["always file"]),
        Model("org/gzip", files=small | {"model.safetensors": File(b"s" * 9000)}, gzip=True),
        Model("org/no-commit", no_commit=True), Model("org/direct", ["drop"], direct=True),
        Model("org/pickle", files={"config.json": File(b"{}"), "pytorch_model.bin": File(b"x", lfs=True)}),
        Model("org/gguf", files={"a.gguf": File(b"x", lfs=True)}),
        Model("org/traversal", files={"config.json": File(b"{}"), "../../../evil": File(b"x")}),
        Model("org/bad-index", files={"config.json": File(b"{}"), "model.safetensors.index.json": File(b"[]"),
                                      "model-00001-of-00001.safetensors": File(b"x", lfs=True)}),
        Model("org/html", html=True), Model("org/huge", huge=True), Model("org/endless-error", ["always endless"]),
    )


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Clients that go away are what is tested."""


class Hub:
    """Both servers; to be used with `with`."""

    def __init__(self):
        self.models = {model.name: model for model in models()}
        self.renamed = {"org/old-name": "org/plain"}
        self.log, self.lock = [], threading.Lock()
        self.servers = []
        for handler in (HubHandler, CdnHandler):
            server = Server(("127.0.0.1", 0), handler)
            server.hub = self
            self.servers.append(server)
        self.endpoint, self.cdn = (f"http://127.0.0.1:{server.server_port}" for server in self.servers)

    def __enter__(self):
        for server in self.servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def take_log(self):
        with self.lock:
            taken, self.log = self.log, []
        return taken


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.do_GET()

    def note(self, where):
        hub = self.server.hub
        with hub.lock:
            hub.log.append({"server": where, "method": self.command, "path": self.path, "range": self.headers.get("Range"),
                            "if_range": self.headers.get("If-Range"), "token": self.headers.get("Authorization")})

    def answer(self, status, body=b"", **fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_json(self, value, **fields):
        self.answer(200, json.dumps(value).encode(), Content_Type="application/json", **fields)

    def break_off(self):
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)
        self.close_connection = True

    def serve(self, file, fault, etag, **fields):
        """The file, or the part of it that is asked for, unless something goes wrong."""
        data, status, first = file.data, 200, 0
        wanted = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        same = self.headers.get("If-Range", etag) == etag and fault != "changed"
        if fault.startswith(("5", "429")):
            code, _, wait = fault.partition(" ")
            return self.answer(int(code), b"busy", **({"Retry_After": wait} if wait else {}))
        if fault == "endless":
            self.send_response(404)
            self.end_headers()
            while True:
                self.wfile.write(b" " * (1 << 16))
        if fault == "416":
            return self.answer(416, b"", Content_Range=f"bytes */{len(data)}")
        if wanted and same and "whole" not in fault:
            first, status = int(wanted[1]) - (7 if fault == "other part" else 0), 206
            fields["Content-Range"] = f"bytes {first}-{len(data) - 1}/{len(data)}"
        if fault == "damage":
            data = data[:99] + bytes([data[99] ^ 1]) + data[100:]
        if fault == "long":
            data += b"more"
        body = data[first:]
        self.send_response(status)
        for name, value in {"ETag": etag, "Content-Length": str(len(body)), "Accept-Ranges": "bytes", **fields}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "HEAD":
            return None
        half = 0 if fault == "drop all" else len(body) // 2
        if fault.startswith("drop"):
            self.wfile.write(body[:half])
            return self.break_off()
        if fault == "stall":
            self.wfile.write(body[:half])
            time.sleep(60)
            return self.break_off()
        step = 2000 if fault == "slow" else len(body) or 1
        for begin in range(0, len(body), step):
            self.wfile.write(body[begin:begin + step])
            if fault == "slow":
                time.sleep(0.05)
        return None


class CdnHandler(Handler):
    def do_GET(self):
        self.note("cdn")
        name, _, path = urllib.parse.unquote(self.path[1:].partition("?")[0]).partition("/-/")
        model = self.server.hub.models[name]
        fault = model.fault() if path == "model.safetensors" and self.command == "GET" else ""
        file = model.files[path]
        self.serve(file, fault, f'"cdn-{file.etag[:8]}"')


class HubHandler(Handler):
    def do_GET(self):
        hub = self.server.hub
        path, _, query = self.path.partition("?")
        if path == "/log":
            return self.answer_json(hub.take_log())
        self.note("hub")
        moved = re.fullmatch(r"/api/resolve-cache/models/([\w.-]+/[\w.-]+)/(\w+)/(.*)", path)
        if moved:
            name, revision, rest = moved.groups()
            return self.refuse(name, "resolve") or self.resolve(hub.models[name], revision, urllib.parse.unquote(rest), None)
        parts = re.fullmatch(r"/(api/models/)?([\w.-]+(?:/[\w.-]+)?)/(revision|tree|resolve)/([^/]+)(?:/(.*))?", path)
        if not parts:
            return self.answer(404, b"", X_Error_Code="RepoNotFound")
        api, name, kind, revision, rest = parts.groups()
        revision, rest = urllib.parse.unquote(revision), urllib.parse.unquote(rest or "")
        if name in hub.renamed:
            return self.answer(307, b"", Location=self.path.replace(name, hub.renamed[name]))
        return self.refuse(name, kind) or getattr(self, kind)(hub.models[name], revision, rest, query)

    def refuse(self, name, kind):
        """True when there is nothing for this user."""
        model, token = self.server.hub.models.get(name), self.headers.get("Authorization")
        if token not in (None, f"Bearer {TOKEN}"):
            self.answer(401, b"", X_Error_Message="Invalid credentials in Authorization header")
        elif model is None or (model.traits.get("private") and token is None):
            self.answer(404 if token else 401, b"", X_Error_Code="RepoNotFound", X_Error_Message="Repository not found")
        elif model.traits.get("gated") and kind == "resolve" and token is None:
            self.answer(401, b"", X_Error_Code="GatedRepo", X_Error_Message="Access to model org/gated is restricted")
        else:
            return False
        return True

    def commit_of(self, model, revision):
        if revision not in model.revisions:
            self.answer(404, b"", X_Error_Code="RevisionNotFound", X_Error_Message="Invalid rev id: " + revision)
        return model.revisions.get(revision)

    def revision(self, model, revision, _, __):
        if model.traits.get("html"):
            return self.answer(200, b"<html>Log in to the network</html>", Content_Type="text/html")
        if model.traits.get("huge"):
            self.send_response(200)
            self.send_header("Connection", "close")
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b" " * (1 << 20))
            return self.break_off()
        commit = self.commit_of(model, revision)
        if commit:
            self.answer_json({"id": model.name, "modelId": model.name, "sha": commit, "private": False, "tags": [],
                              "downloads": 0, "siblings": [{"rfilename": path} for path in model.files]})
        return None

    def tree(self, model, revision, _, query):
        if not self.commit_of(model, revision):
            return None
        entries = [file.entry(path) for path, file in model.files.items()]
        entries += [{"type": "directory", "oid": "0" * 40, "size": 0, "path": path}
                    for path in sorted({path.rpartition("/")[0] for path in model.files if "/" in path})]
        begin = int(urllib.parse.parse_qs(query).get("cursor", ["0"])[0])
        more = {}
        if begin + PAGE < len(entries):
            address = f"{self.server.hub.endpoint}{self.path.partition('?')[0]}?recursive=true&cursor={begin + PAGE}"
            more["Link"] = f'<{address}>; rel="next"'
        return self.answer_json(entries[begin:begin + PAGE], **more)

    def resolve(self, model, revision, path, query):
        commit = self.commit_of(model, revision)
        if not commit:
            return None
        file, fields = model.files.get(path), {} if model.traits.get("no_commit") else {"X-Repo-Commit": commit}
        if file is None:
            return self.answer(404, b"", X_Error_Code="EntryNotFound", **fields)
        if query is not None and model.traits.get("elsewhere") and not file.lfs:  # on the same host, as the hub does
            return self.answer(307, b"", Location=f"/api/resolve-cache/models/{model.name}/{commit}/{urllib.parse.quote(path)}")
        direct = model.traits.get("direct")
        if file.lfs and not direct:
            fields |= {"X-Linked-Etag": f'"{file.etag}"', "X-Linked-Size": str(len(file.data))}
            target = f"{self.server.hub.cdn}/{urllib.parse.quote(model.name)}/-/{urllib.parse.quote(path)}?signature=secret"
            if model.faults == ["always loop"]:
                target = self.path
            if model.faults == ["always file"]:
                target = "file:///etc/passwd"
            return self.answer(302, b"", Location=target, **fields)
        if model.traits.get("gzip"):
            body = gzip.compress(file.data)
            self.send_response(200)
            for name, value in {"ETag": f'W/"{file.etag}"', "Content-Encoding": "gzip", "Transfer-Encoding": "chunked", **fields}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body))
            return None
        return self.serve(file, model.fault() if direct and file.lfs else "", f'"{file.etag}"', **fields)


if __name__ == "__main__":
    with Hub() as served:
        print(served.endpoint, flush=True)
        sys.stdin.read()
