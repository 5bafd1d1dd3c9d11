"""Schemas to walk through: those of JSON-Schema-Test-Suite, and many that are made up of the keywords that APIs use."""

import json
import pathlib
import random

STRINGS = [{}, {"minLength": 2}, {"maxLength": 5}, {"minLength": 3, "maxLength": 4}, {"pattern": "^[a-z]{2,5}$"}, {"pattern": "b"},
           {"pattern": "^\\S+@\\S+$", "maxLength": 12}, {"pattern": "^(?!x)[xyz]{3}$"}, {"format": "date"}, {"format": "time"},
           {"format": "date-time"}, {"format": "uuid"}, {"format": "email"}, {"format": "uri"}, {"format": "ipv4"},
           {"format": "ipv6"}, {"format": "hostname"}, {"format": "email", "maxLength": 20}, {"not": {"const": "a"}},
           {"pattern": "^\"\\\\?\\n$"}, {"pattern": "^[^a-y]*$", "minLength": 1}, {"format": "unknown"}]
NUMBERS = [{}, {"minimum": 0}, {"maximum": -3}, {"minimum": -12, "maximum": 105}, {"exclusiveMinimum": 0, "exclusiveMaximum": 1},
           {"multipleOf": 7}, {"multipleOf": 0.25, "minimum": -2}, {"minimum": 1.25, "maximum": 1.5}, {"maximum": 1e20},
           {"minimum": -9007199254740991, "maximum": 9007199254740991}, {"exclusiveMinimum": -0.5, "maximum": 0}]


def scalar(pick):
    kind = pick.choice(["string", "string", "integer", "number", "boolean", "null", "enum", "const"])
    if kind == "string":
        return {"type": "string"} | pick.choice(STRINGS)
    if kind == "integer":
        return {"type": "integer"} | pick.choice([n for n in NUMBERS if "exclusiveMaximum" not in n and n.get("maximum") != 1.5])
    if kind == "number":
        return {"type": "number"} | pick.choice(NUMBERS)
    if kind == "enum":
        return {"enum": pick.sample(["a", "b", 1, 2.5, None, True, "é\"\\", {"k": [1]}], 3)}
    if kind == "const":
        return {"const": pick.choice(["fixed", 12, None])}
    return {"type": kind}


def schema(pick, depth=0):
    kind = pick.choice(["scalar"] * 3 + ["object"] * 3 + ["array", "anyOf", "oneOf", "allOf", "nullable", "tuple", "map"])
    if depth == 0 and kind == "scalar":
        kind = "object"
    if kind == "scalar" or depth > 3:
        return scalar(pick)
    inner = lambda: schema(pick, depth + 1)
    names = pick.sample(["id", "name", "age", "tags", "e-mail", "größe", "a\"b", "next"], pick.randint(1, 4))
    if kind == "object":
        made = {"type": "object", "properties": {name: inner() for name in names}}
        made["required"] = pick.sample(names, pick.randint(0, len(names)))
        if pick.random() < 0.6:
            made["additionalProperties"] = pick.choice([False, {"type": "integer"}])
        if pick.random() < 0.2:
            made["patternProperties"] = {"^x-": {"type": "string"}}
        if pick.random() < 0.2:
            made["minProperties"] = 1
        if pick.random() < 0.2:
            made["maxProperties"] = len(names)
        if pick.random() < 0.1:
            made["dependentRequired"] = {names[0]: [names[-1]]}
        if pick.random() < 0.1:
            made["propertyNames"] = {"maxLength": 5}
        return made
    if kind == "array":
        made = {"type": "array", "items": inner()}
        if pick.random() < 0.5:
            made["minItems"] = pick.randint(0, 3)
        if pick.random() < 0.5:
            made["maxItems"] = pick.randint(3, 6)
        return made
    if kind == "tuple":
        return {"type": "array", "prefixItems": [inner(), inner()], "minItems": pick.randint(0, 3), "items": pick.choice([False, inner()])}
    if kind == "map":
        return {"type": "object", "additionalProperties": inner(), "propertyNames": {"pattern": "^[a-z]+$"}}
    if kind == "nullable":
        return {"anyOf": [inner(), {"type": "null"}]}
    if kind == "anyOf":
        return {"anyOf": [inner(), inner()]}
    if kind == "oneOf":
        branch = lambda tag: {"type": "object", "properties": {"kind": {"const": tag}, "value": inner()}, "required": ["kind", "value"]}
        return {"oneOf": [branch("a"), branch("b")]}
    return {"allOf": [{"type": "object", "properties": {"base": inner()}, "required": ["base"]},
                      {"properties": {"extra": inner()}, "required": ["extra"]}]}


RECURSIVE = [
    {"type": "object", "properties": {"value": {"type": "integer"}, "next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["value", "next"]},
    {"$defs": {"tree": {"type": "object", "properties": {"children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}, "required": ["children"], "additionalProperties": False}}, "$ref": "#/$defs/tree"},
    {"if": {"properties": {"kind": {"const": "a"}}, "required": ["kind"]}, "then": {"required": ["x"]}, "else": {"required": ["y"]}, "type": "object", "properties": {"kind": {"type": "string"}, "x": {"type": "null"}, "y": {"type": "null"}}},
    {"type": "array", "items": {"enum": ["a", "b", "c"]}, "uniqueItems": True, "minItems": 2},
    {"type": "array", "contains": {"const": 5}, "items": {"type": "integer"}, "minContains": 2, "maxContains": 3},
    {"type": "object", "not": {"required": ["a", "b"]}, "properties": {"a": {"type": "null"}, "b": {"type": "null"}}, "additionalProperties": False},
    {"type": "number", "not": {"type": "integer"}},
    {"allOf": [{"properties": {"a": {"type": "null"}}}, {"anyOf": [{"properties": {"b": {"type": "null"}}, "required": ["b"]}, {"required": ["c"]}]}], "type": "object", "unevaluatedProperties": False},
]


def all_schemas(count, suite):
    pick = random.Random(11)
    made = RECURSIVE + [schema(pick) for _ in range(count)]
    for path in sorted(pathlib.Path(suite).glob("*.json")):
        made += [group["schema"] for group in json.loads(path.read_text(encoding="utf-8"))]
    return made
