"""A hub on this machine: the protocol of huggingface.co, with models that misbehave each in their own way.

    python3 tests/hub/mock_hub.py       prints the address, and serves until its stdin ends

Files of Git LFS are redirected to another server, as the hub does to its CDN; other files are served as they are. GET
/log gives what was asked for, as a JSON list, and forgets it.
"""

import gzip
import http.server
import json
import re
import socket
import sys
import threading
import time
import urllib.parse

from mock_models import models

TOKEN = "hf_right"
PAGE = 3  # files of a page of the tree


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
