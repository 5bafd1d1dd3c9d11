"""Where the fuzz targets begin: fixtures and attacks of the tests, in the form that each target takes.

    python3 fuzz/make_seeds.py FOLDER      (writes FOLDER/safetensors, FOLDER/config, FOLDER/checkpoint, FOLDER/tokenizer,
    FOLDER/template, FOLDER/request, FOLDER/hub, FOLDER/tool_calls, FOLDER/grammar, FOLDER/http)
"""

import json
import pathlib
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1] / "tests"
LARGEST = 200_000  # bytes; beyond, mutations hit what matters too rarely


def seeds():
    """(target, name, bytes) of every seed."""
    for path in sorted((TESTS / "attacks/safetensors").glob("*.safetensors")):
        yield "safetensors", path.stem, path.read_bytes()
    for path in sorted((TESTS / "attacks/checkpoints").rglob("*.json")):
        yield "config", f"{path.parent.name}-{path.stem}", path.read_bytes()
    for path in sorted((TESTS / "fixtures/goldens").rglob("config.json")):
        name = path.parent.name
        weights = path.parent / "model.safetensors"
        yield "config", f"golden-{name}", path.read_bytes()
        if weights.exists():
            yield "safetensors", f"golden-{name}", weights.read_bytes()
            yield "checkpoint", name, path.read_bytes() + b"\0" + weights.read_bytes()
    for path in sorted((TESTS / "fixtures/tokenizers").glob("*.json")):
        if path.stem != "components":
            yield "tokenizer", path.stem, path.read_bytes()
    components = json.loads((TESTS / "fixtures/tokenizers/components.json").read_text())
    for name, definition in components.items():
        yield "tokenizer", f"component-{name}", json.dumps(definition, ensure_ascii=False).encode()
    settings = json.loads((TESTS / "fixtures/tokenizer_settings.json").read_text())
    for case in settings["cases"]:
        config = case["files"]["config.json"] | case["files"].get("tokenizer_config.json", {})
        files = [settings["tokenizers"][case["tokenizer"]], config]
        yield "tokenizer", f"settings-{case['name']}", "\0".join(json.dumps(file, ensure_ascii=False) for file in files).encode()
    for path in sorted((TESTS / "fixtures/templates").glob("*.json")):
        for number, row in enumerate(json.loads(path.read_text())):
            yield "template", f"{path.stem}-{number}", row["template"].encode()
    for number, row in enumerate(json.loads((TESTS / "fixtures/templates/conversations.json").read_text())):
        request = {key: row["context"].get(key) for key in ("messages", "tools")} | {"temperature": 0.5, "stop": ["."]}
        yield "request", f"conversation-{number}", json.dumps(request, ensure_ascii=False).encode()
        yield "http", f"conversation-{number}", json.dumps(request, ensure_ascii=False).encode()
    for number, row in enumerate(json.loads((TESTS / "fixtures/tool_calls.json").read_text())["rows"]):
        yield "tool_calls", f"published-{number}", bytes([number % 32, number % 16]) + row["turn"].replace("get_weather", "f").encode()
    for number, row in enumerate(json.loads((TESTS / "fixtures/grammar/schemas.json").read_text())):
        yield "grammar", f"schema-{number}", b"\0" + json.dumps(row["schema"]).encode() + bytes(range(16))
    yield "grammar", "gbnf", b'\1root ::= "a" root | [b-d]{1,3} <s> (x | "y"+)\nx ::= .' + bytes(range(16))
    yield "grammar", "pattern", b"\2" + rb"^(?=.*\d)(?:[a-z]|\u00e9){2,5}$" + bytes(range(16))
    yield "hub", "fields", b'\0HTTP/1.1 206 OK\r\nContent-Range: bytes 5-9/10\r\nETag: "a"\r\nLink: <https://hub/n?c=1>; rel="next"\r\n'
    yield "hub", "listing", b'\1[{"type":"file","path":"a/b","size":7,"oid":"%b","lfs":{"oid":"%b","size":9}}]' % (b"1" * 40, b"2" * 64)
    yield "hub", "index", b'\2{"weight_map":{"x":"model-1.safetensors"}}'
    yield "hub", "modules", b'\2[{"type":"x.Dense","path":"a/"}]'
    yield "hub", "commit", b'\3{"sha":"%b"}' % (b"1" * 40)
    yield "hub", "name", b"\4org/name@refs/pr/1"
    yield "request", "result", b'{"text":"a","finish_reason":"stop","prompt_tokens":1,"tokens":[1]}'
    yield "request", "vectors", b'{"embeddings":[[0.5,null]],"dimensions":2}'
    yield "http", "length", b"POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}GET /c HTTP/1.0\r\n\r\n"
    yield "http", "chunks", b"POST /a HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\nz: 1\r\n\r\n"
    yield "http", "completion", b'{"prompt":[[1],[2]],"n":2,"logit_bias":{"1":2},"stop":["a"],"stream":true,"max_tokens":1}'
    yield "http", "blocks", (b'{"max_tokens":1,"system":[{"type":"text","text":"a"}],"messages":[{"role":"user","content":'
                             b'[{"type":"tool_result","tool_use_id":"1","content":"r"}]}]}')
    yield "http", "items", (b'{"input":[{"role":"user","content":[{"type":"input_text","text":"a"}]},{"type":"reasoning",'
                            b'"summary":[]},{"type":"function_call","call_id":"1","name":"f","arguments":"{}"},'
                            b'{"type":"function_call_output","call_id":"1","output":"r"}],"store":false}')
    yield "request", "ranking", b'{"query":"q","documents":["a"],"truncate":true}'


def main(folder):
    for target, name, content in seeds():
        if len(content) > LARGEST:
            continue
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / name).write_bytes(content)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
