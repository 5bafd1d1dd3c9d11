"""A grammar of random templates: each symbol's productions, <name> standing for another symbol; and its derivations.

Numbers stay small and ** has small exponents, so that the reference neither fills the memory nor counts beyond 64 bits.
"""

import re

GRAMMAR = {
    "template": ["<piece>", "<piece><piece>", "<piece><piece><piece>"],
    "piece": ["{{ <value> }}", "{{ <value> }}|", "{{<sign> <value> <sign>}}", "<text>", "<statement>", "<comment>"],
    "sign": ["", "", "-", "+"],
    "open": ["{%", "{%", "{%-", "{%+"],
    "close": ["%}", "%}", "-%}", "+%}"],
    "text": ["a", " b ", "\n", "\n  ", "  \n", "x\r\n", "\t", "é ", "{ ", " }", "\n\n"],
    "comment": ["{# c #}", "{#- c -#}", "  {# c #}\n"],
    "statement": [
        "<open> if <value> <close><template><open> endif <close>", "<open> if <value> <close><template><open> elif <value> <close><template><open> else <close><template><open> endif <close>",
        "<open> for x in <iterable> <close><template><open> endfor <close>", "<open> for x in <iterable> if <value> <close>{{ x }}{{ loop.<loop> }}<template><open> else <close><template><open> endfor <close>", "<open> for k, v in <dict>.items() <close>{{ k }}{{ v }}<template><open> endfor <close>",
        "<open> for x in <iterable> <close><open> if <value> <close><open> break <close><open> endif <close>{{ x }}<open> endfor <close>", "<open> for x in <iterable> <close><open> if loop.<loop> <close><open> continue <close><open> endif <close><template><open> endfor <close>",
        "<open> set x = <value> <close>", "<open> set x, y = <value>, <value> <close>{{ x }}", "<open> set x <close><template><open> endset <close>{{ x }}", "<open> set x | <filter> <close><template><open> endset <close>{{ x }}",
        "<open> set ns.a = <value> <close>{{ ns.a }}", "<open> with x = <value>, y = x <close><template><open> endwith <close>", "<open> filter <filter> <close><template><open> endfilter <close>", "<open> raw <close>{{ x }} {% <open> endraw <close>",
        "<open> macro f(x, y=<value>) <close>{{ x }}<template><open> endmacro <close>{{ f(<value>) }}{{ f(<value>, <value>) }}", "<open> macro g() <close>[{{ caller(<value>) }}]<open> endmacro <close><open> call(x) g() <close>{{ x }}<template><open> endcall <close>", "<open> generation <close><template><open> endgeneration <close>",
    ],
    "loop": ["index", "index0", "first", "last", "length", "revindex", "revindex0", "previtem", "nextitem", "depth"],
    "value": ["<atom>", "<atom>", "<binary>", "<binary>", "<value> | <filter>", "<value> | <filter>", "<text value>.<text method>", "<dict>.<dict method>", "<value> is <test>", "<value> is not <test>", "(<value> if <value> else <value>)", "(<value> if <value>)", "<value>[<subscript>]", "<value>.<name>", "not <value>", "-<value>", "(<value>)", "<value> and <value>", "<value> or <value>", "[<value>, <value>]", "(<value>, <value>)", "{'k': <value>, <key>: <value>}", "'%s' % <value>", "'<format>'.format(<value>)", "'<percent>' % <value>"],
    "binary": ["(<value> <operator> <value>)", "<atom> <operator> <atom>", "<value> <operator> <value>"],
    "operator": ["+", "-", "*", "/", "//", "%", "~", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in"],
    "atom": ["<number>", "<number>", "<text value>", "<text value>", "true", "false", "none", "x", "y", "missing", "<iterable>", "<dict>", "m", "m[0]", "m[1].content", "d.a", "d.b.c", "ns", "2 ** <small>"],
    "number": ["0", "1", "2", "3", "7", "-1", "-3", "10", "0.5", "2.0", "-1.5", "2.675", "1e3", "100"],
    "small": ["0", "1", "2", "3", "-1"],
    "text value": ["''", "'a'", "'Ab'", "'a b'", "' a '", "'1'", "'2.5'", "'-3'", "'x-y-x'", "'é日😀'", "'a\\nb'", "'it\\'s'", "'<b>&'", "'%s'", "'{}'", "'ß İ'", "m[0].role", "(<value> | string)", "'<x/>' | e", "'\\t\\u00a0'", "'the quick brown fox'"],
    "iterable": ["[]", "[1, 2, 3]", "[3, 1, 2]", "['b', 'A', 'c']", "range(4)", "range(1, 6, 2)", "(1, 'a')", "'abc'", "m", "d", "{'b': 1, 'a': 2}", "[none, 0, '', 'x']", "[[1, 2], [3, 4]]", "l", "(<iterable> | <list filter>)", "<iterable>[<slice>]", "[1.0, 1, true]", "[<value>, <value>]"],
    "slice": ["1:", ":2", "-2:", ":-1", "::-1", "::2", "1:3", "5:", ":<number>"],
    "subscript": ["0", "-1", "1", "'a'", "'role'", "9", "<slice>", "<value>"],
    "name": ["a", "role", "content", "b", "nosuch", "0", "first", "keys"],
    "key": ["'a'", "1", "none", "1.5", "true", "'é'", "(1, 2)"],
    "dict": ["{}", "{'a': 1}", "d", "{'b': [1], 'a': none}", "{1: 'x', '1': 'y'}", "m[0]"],
    "list filter": ["list", "sort", "reverse", "reverse | list", "unique | list", "select | list", "reject | list", "map('string') | list", "map('upper')", "map(attribute='role') | list", "map(attribute='content', default='d') | list", "map('length') | list", "batch(2) | list", "batch(2, 'z') | list", "slice(2) | list", "selectattr('role', 'eq', 'user') | list", "selectattr('content') | list", "rejectattr('role', 'defined') | list", "select('odd') | list", "select('string') | list", "select('gt', 1) | list", "reject('in', [1, 'a']) | list", "dictsort", "items | list", "groupby('role') | list", "sort(reverse=true)", "sort(attribute='role')", "sort(case_sensitive=true)"],
    "filter": ["upper", "lower", "title", "capitalize", "trim", "trim('a')", "length", "string", "int", "int(5)", "float", "float(1.5)", "abs", "round", "round(1)", "round(1, 'floor')", "round(0, 'ceil')", "first", "last", "join", "join(', ')", "join('-', attribute='role')", "default('d')", "default('d', true)", "tojson", "tojson(indent=2)", "tojson(sort_keys=true)", "tojson(ensure_ascii=true)", "tojson(separators=(',', ':'))", "replace('a', 'b')", "replace('', '-')", "replace('a', '', 1)", "e", "safe", "forceescape", "center(7)", "indent", "indent(2, true)", "indent(1, true, true)", "truncate(5)", "truncate(6, true, '…', 0)", "wordcount", "wordwrap(5)", "sum", "min", "max", "list", "sort", "reverse", "unique | list", "urlencode", "striptags", "filesizeformat", "xmlattr", "attr('role')", "format(1)", "count", "pprint", "<list filter>"],
    "test": ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "true", "false", "mapping", "sequence", "iterable", "callable", "odd", "even", "lower", "upper", "escaped", "divisibleby(2)", "eq(1)", "ne('a')", "lt(2)", "ge(1)", "in([1, 'a'])", "in('abc')", "sameas(none)", "sameas(true)", "gt <number>"],
    "text method": ["upper()", "lower()", "strip()", "lstrip()", "rstrip('x')", "strip('ab')", "split()", "split('-')", "split(' ', 1)", "rsplit('-', 1)", "rsplit(none, 1)", "splitlines()", "splitlines(true)", "startswith('a')", "endswith(('b', 'x'))", "find('b')", "rfind('a')", "index('a')", "count('a')", "count('')", "replace('a', 'bb')", "title()", "capitalize()", "swapcase()", "casefold()", "isdigit()", "isalpha()", "isalnum()", "isupper()", "islower()", "isspace()", "istitle()", "isnumeric()", "isidentifier()", "isprintable()", "join(['1', '2'])", "join(<iterable>)", "center(6, '*')", "ljust(5)", "rjust(5, '.')", "zfill(4)", "partition('-')", "rpartition('b')", "removeprefix('a')", "removesuffix('b')", "expandtabs(4)", "format(<value>)", "nosuch()", "split(<value>)", "find(<value>)"],
    "dict method": ["items()", "keys()", "values()", "get('a')", "get('z', <value>)", "items() | list", "keys() | list", "values() | list", "copy()", "get(<value>)"],
    "format": ["{}", "{!r}", "{:>5}", "{:^7}|", "{:*<4}", "{:.2f}", "{:05}", "{:+}", "{:,}", "{:x}", "{:e}", "{:g}", "{:%}", "{:.2}", "{0}{0}", "{:d}", "{:s}", "{:_}", "{:#b}", "{[0]}", "{.a}"],
    "percent": ["%s", "%r", "%d", "%5d|", "%-5s|", "%05.1f", "%x", "%e", "%g", "%.2s", "%%", "%c", "%+d", "%i", "%s%s", "%(a)s", "%o", "%a"],
}
PARTS = {symbol: [re.split(r"<([a-z ]+)>", production) for production in productions] for symbol, productions in GRAMMAR.items()}
for productions in GRAMMAR.values():  # <b> in a text literal is no symbol
    for production in productions:
        assert all(name in GRAMMAR or name == "b" for name in re.findall(r"<([a-z ]+)>", production)), production
VARIABLES = {"x": 5, "y": ["p", "q"], "m": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None}, {"role": "user", "content": [{"type": "text", "text": "é"}]}], "d": {"a": 1, "b": {"c": [10, 20]}}, "l": [{"role": "b"}, {"role": "a"}]}


class Node:
    """A derivation: a symbol, and the texts and derivations that it became."""

    def __init__(self, symbol, parts):
        self.symbol, self.parts = symbol, parts

    def __str__(self):
        return "".join(str(part) for part in self.parts)

    def children(self):
        return [part for part in self.parts if isinstance(part, Node)]


def derive(random_, symbol="template", depth=8):
    """A random derivation; at depth 0 only productions without symbols are taken, where there are some."""
    productions = PARTS[symbol]
    if depth <= 0:
        productions = [parts for parts in productions if len(parts) == 1] or [min(productions, key=len)]
    parts = random_.choice(productions)
    return Node(symbol, [part if i % 2 == 0 else derive(random_, part, depth - 1) if part in GRAMMAR else f"<{part}>" for i, part in enumerate(parts)])


def smaller(node):
    """Derivations that are one step smaller: some node of it replaced by a descendant of its symbol, or by a short text."""
    if node.symbol == "template" and len(node.children()) > 1:
        yield from (Node(node.symbol, [child]) for child in node.children())
    for i, part in enumerate(node.parts):
        if not isinstance(part, Node):
            continue
        same = [child for child in descendants(part) if child.symbol == part.symbol]
        shortest = min((production for production in GRAMMAR[part.symbol] if "<" not in production), key=len, default="")
        short = [Node(part.symbol, [shortest])] if len(shortest) < len(str(part)) else []
        for other in [*short, *same, *smaller(part)]:
            yield Node(node.symbol, [*node.parts[:i], other, *node.parts[i + 1 :]])


def descendants(node):
    for child in node.children():
        yield child
        yield from descendants(child)
