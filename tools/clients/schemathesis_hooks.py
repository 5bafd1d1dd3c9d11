"""Requests of schemathesis are about what is refused, and not about long answers."""

import schemathesis


@schemathesis.hook
def map_body(context, body):
    if isinstance(body, dict):
        if isinstance(body.get("model"), str):
            del body["model"]  # else there is hardly ever one of that name
        for name, most in {"max_tokens": 3, "max_completion_tokens": 3, "n": 2}.items():
            if isinstance(body.get(name), int) and body[name] > most:
                body[name] = most
        if "messages" in body or "prompt" in body:
            body.setdefault("max_tokens", 3)
    return body
