#!/usr/bin/env python3
"""Writes src/template/html_names.cpp: the characters that HTML has names for, as Python's html.entities has them."""

import html.entities
import pathlib

TARGET = pathlib.Path(__file__).parent.parent.parent / "src" / "template" / "html_names.cpp"
HEAD = """// The characters that HTML has names for, written by tools/template_parity/entities.py.
#include "template/html_unescape.hpp"

namespace gerbil::jinja {

// clang-format off
const std::string_view html_names =
"""
TAIL = """;
// clang-format on

}  // namespace gerbil::jinja
"""
ESCAPES = {"\t": "\\t", "\n": "\\n", '"': '\\"', "\\": "\\\\"}


def spelled(character):
    if character in ESCAPES:
        return ESCAPES[character]
    if " " < character <= "~":
        return character
    return f"\\u{ord(character):04X}" if ord(character) < 0x10000 else f"\\U{ord(character):08X}"


def main():
    lines = [""]
    for name, text in sorted(html.entities.html5.items()):
        entry = f"{name}={''.join(map(spelled, text))} "
        if len(lines[-1]) + len(entry) > 112:
            lines.append("")
        lines[-1] += entry
    TARGET.write_text(HEAD + "\n".join(f'    "{line}"' for line in lines) + TAIL)


if __name__ == "__main__":
    main()
