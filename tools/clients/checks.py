"""What the scenarios in Python share."""

import sys

ADDRESS = sys.argv[1]
QUESTION = "Tell me a story about a fox"
WEATHER_SCHEMA = {"type": "object", "properties": {"city": {"type": "string", "maxLength": 12}}, "required": ["city"],
                  "additionalProperties": False}


def check(condition, what):
    if not condition:
        raise SystemExit(f"{what} failed")
    print(f"ok: {what}", flush=True)


def raised(kind, call, **arguments):
    """The error of this class that the call ends with, or None where it ends otherwise."""
    try:
        call(**arguments)
    except kind as error:
        return error
    return None
