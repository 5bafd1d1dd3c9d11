#!/usr/bin/env python3
"""Writes the rows of rows/*.py, with the reference's answers, to tests/fixtures/templates/*.json.

    make_fixtures.py [FOLDER]

A row is {"name", "template", "context"} with "expected", or with "error" (the reference's message), "kind" (its
exception) and, when the template cannot be parsed, "line". The context holds all variables: nothing else is defined.
"""

import importlib
import json
import pathlib
import re
import sys

import jinja2

import reference

HERE = pathlib.Path(__file__).parent
FIXTURES = HERE.parent.parent / "tests" / "fixtures" / "templates"
ADDRESS = re.compile(r" at 0x[0-9a-f]+")  # of an object's repr: another in every run


class Unusable(Exception):
    """The reference's answer to a row says nothing about Jinja."""


def row(name, template, context):
    made = {"name": name, "template": template, "context": context}
    text, error = reference.render(template, context)
    if error is None:
        if ADDRESS.search(text):
            raise Unusable("prints an address")
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise Unusable("prints half a character")
        return made | {"expected": text}
    if isinstance(error, NameError):
        raise Unusable("trips over Jinja's own folding of constants: inf and nan have no literal in Python")
    made |= {"error": ADDRESS.sub("", str(error)), "kind": type(error).__name__}
    if isinstance(error, jinja2.TemplateSyntaxError):
        made["line"] = error.lineno
    return made


def rows_of(module, unusable):
    for group, templates in module.rows().items():
        for number, template in enumerate(templates, 1):
            template, context = template if isinstance(template, tuple) else (template, {})
            try:
                yield row(f"{group} {number}", template, context)
            except Unusable as reason:
                unusable.append(f"{module.__name__}, {group} {number} {reason}: {template}")


def main():
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FIXTURES
    folder.mkdir(parents=True, exist_ok=True)
    sys.path.insert(0, str(HERE))
    total, unusable = 0, []
    for path in sorted((HERE / "rows").glob("*.py")):
        made = list(rows_of(importlib.import_module(f"rows.{path.stem}"), unusable))
        lines = ",\n".join(json.dumps(one, ensure_ascii=False) for one in made)
        target = folder / f"{path.stem}.json"
        target.write_text(f"[\n{lines}\n]\n", encoding="utf-8", newline="")
        errors = sum("error" in one for one in made)
        print(f"{target.name}: {len(made)} rows, {errors} of them errors, {target.stat().st_size} bytes")
        total += len(made)
    print(f"{total} rows")
    if unusable:
        sys.exit("\n".join(["Left out:", *unusable]))


if __name__ == "__main__":
    main()
