"""Every test on every kind of value, with and without arguments."""

import reference

VALUES = ["none", "true", "false", "0", "1", "2", "2.5", "4.0", "''", "'ab'", "'AB'", "'aB'", "'1'", "[]", "[1]", "(1,)", "{}", "{'a': 1}", "missing", "range(2)", "('x' | e)", "dict", "'x'.upper", "namespace()"]
PLAIN = ["boolean", "callable", "defined", "escaped", "even", "false", "float", "integer", "iterable", "lower", "mapping", "none", "number", "odd", "sequence", "string", "true", "undefined", "upper"]
COMPARING = ["divisibleby", "eq", "==", "equalto", "ne", "!=", "lt", "<", "lessthan", "le", "<=", "gt", ">", "greaterthan", "ge", ">=", "in", "sameas"]
OTHERS = ["none", "true", "2", "2.5", "'ab'", "[1]", "{'a': 1}", "missing"]


def table():
    made = {"plain": [], "refused values": [], "comparing": [], "refused arguments": []}
    for test in PLAIN:
        cells = [f"{{{{ {value} is {test} }}}}" for value in VALUES]
        works = [cell for cell in cells if reference.render(cell, {})[1] is None]
        made["plain"].append(f"{test}: " + " ".join(works))
        made["refused values"] += [cell for cell in cells if cell not in works][::3]
    for test in COMPARING:
        name = test if test.isalpha() else None
        for value in ("1", "2.5", "'ab'", "[1]", "none", "missing"):
            cells = [f"{{{{ {value} is {test}({other}) }}}}" if name else f"{{{{ [{value}] | select('{test}', {other}) | list | length }}}}" for other in OTHERS]
            # Whether two literals of a number are one object depends on Python's constants, not on Jinja.
            cells = [cell for cell in cells if cell != "{{ 2.5 is sameas(2.5) }}"]
            works = [cell for cell in cells if reference.render(cell, {})[1] is None]
            if works:
                made["comparing"].append(f"{test}: " + " ".join(works))
            if value in ("1", "'ab'", "missing"):
                made["refused arguments"] += [cell for cell in cells if cell not in works][:1]
    return made


def rows():
    return table() | {
        "syntax": [
            "{{ 4 is divisibleby 2 }} {{ 4 is divisibleby(3) }} {{ 4 is not divisibleby 3 }} {{ 'a' is in ['a'] }} {{ 'a' is in('abc') }} {{ 3 is eq 3 }} {{ 3 is not eq 3 }} {{ 1 is sameas 1 }} {{ true is sameas true }} {{ true is sameas 1 }} {{ none is sameas none }}", "{{ not x is defined }} {{ x is not defined }} {{ x is defined and x }} {{ x is defined or 'd' }}", "{{ 1 is odd is true }}", "{{ 5 is lt 6 and 6 is gt 5 }} {{ 3 is number and 3 is integer }} {{ 'a' is string | string }}", "{{ 1 is nosuch }}", "{{ 1 is no.such }}", "{{ 1 is }}", "{{ 1 is not }}", "{{ 1 is == 1 }}", "{{ 1 is odd(1) }}", "{{ 1 is divisibleby }}", "{{ 1 is defined(2) }}", "{% if false %}{{ 1 is nosuch }}{% endif %}",
            "{{ 'upper' is filter }} {{ 'nosuch' is filter }} {{ 'odd' is test }} {{ 'nosuch' is test }} {{ 'tojson' is filter }} {{ '==' is test }}", "{{ 10 is divisibleby 0 }}", "{{ x.y is defined }}", ("{{ x.y is defined }} {{ x.y is undefined }} {{ x['y'] is none }} {{ x.y is not none }} {{ x.y == none }} {{ x is mapping }} {{ x.y is string }} {{ x.y is false }} {{ x.y is iterable }} {{ x.y is sequence }} {{ x.y is mapping }}", {"x": {}}), ("{{ x.y.z is defined }}", {"x": {}}),
            ("{% if c is string %}text{% elif c is iterable %}list{% endif %} {% if c is not string and c is not none %}parts{% endif %} {{ c is sequence }}", {"c": [{"type": "text"}]}), ("{{ c is none }} {{ c is string }} {{ c is defined }} {{ c is iterable }} {{ c is sequence }}", {"c": None}), "{{ true is integer }} {{ true is number }} {{ true is boolean }} {{ 1 is true }} {{ 1 is boolean }} {{ 1.0 is integer }} {{ 1.0 is float }} {{ 1 is float }} {{ false is none }}", "{{ [1] is sameas([1]) }} {{ 'a' is eq('a') and not 'a' is eq 'b' }} {{ 7 is divisibleby(7) ~ 'x' }}", "{{ 2 is even and -3 is odd and 2.0 is even }} {{ 2.5 is odd }} {{ -2 is even }}", "{{ 1 is eq [1][0] }} {{ 1 is eq(2 - 1) }} {{ 'a' is eq 'a'.lower() }}", "{{ 'é' is lower }} {{ 'É' is upper }} {{ '1' is lower }} {{ 1 is lower }} {{ '' is upper }} {{ none is lower }}", "{% macro m() %}{% endmacro %}{{ m is callable }} {{ m is defined }} {{ m is string }} {{ m is mapping }} {{ m is iterable }}", "{{ (1 if false) is undefined }} {{ ([] | first) is undefined }} {{ [1][4] is undefined }}", "{{ range is callable }} {{ namespace is defined }} {{ raise_exception is defined }} {{ strftime_now is callable }} {{ tojson is defined }}",
        ],
    }
