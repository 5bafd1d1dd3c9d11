"""Operators: every pair of kinds of values, precedence, short circuits, comparison."""

import reference

VALUES = ["none", "true", "0", "-3", "2.5", "''", "'ab'", "[]", "[1, 2]", "(1,)", "{}", "{'a': 1}", "missing"]
RIGHT = ["none", "true", "2", "2.5", "'ab'", "[1, 2]", "(1,)", "{'a': 1}", "missing"]
COMPLEX = ("-3", "**", "2.5")  # a root that templates have no use for
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", ">=", "in", "not in", "and", "or"]


def table():
    """One row an operator and left value, of the right values that it takes; and one row for each kind that it refuses."""
    taken, refused = [], []
    for operator in OPERATORS:
        for left in VALUES:
            cells = [f"{{{{ {left} {operator} {right} }}}}" for right in RIGHT if (left, operator, right) != COMPLEX]
            works = [cell for cell in cells if reference.render(cell, {})[1] is None]
            if works:
                taken.append("|".join(works))
            if left in ("none", "-3", "'ab'", "[1, 2]", "missing"):
                refused += [cell for cell in cells if cell not in works][:2]
    return {"operator": taken, "refused operands": refused}


def rows():
    return table() | {
        "division": [
            "{{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ -7 // -2 }} {{ 7.5 // 2 }} {{ -7.5 // 2 }} {{ 0 // 5 }}",
            "{{ 7 % 3 }} {{ -7 % 3 }} {{ 7 % -3 }} {{ -7 % -3 }} {{ 7.5 % 2 }} {{ -7.5 % 2 }} {{ 7.5 % -2 }} {{ 6 % 3 }} {{ -6 % 3 }} {{ -6.0 % 3 }}",
            "{{ 1 / 2 }} {{ 4 / 2 }} {{ -1 / 2 }} {{ 1 / 3 }} {{ 10 / 4 * 4 }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}", "{{ 1 % 0 }}", "{{ 1.0 / 0 }}", "{{ 1.0 // 0 }}", "{{ 1.0 % 0 }}", "{{ 0 ** -1 }}",
            "{{ (2**60) // 3 }} {{ (2**60) % 7 }} {{ -(2**60) // 7 }} {{ (2**60) / (2**58) }}", "{{ 9007199254740993 / 1 }} {{ 2**60 / 3 }}",
        ],
        "power": [
            "{{ 2 ** 3 }} {{ 2 ** 0 }} {{ 2 ** -1 }} {{ 2.0 ** 3 }} {{ 4 ** 0.5 }} {{ (-2) ** 3 }} {{ -2 ** 2 }} {{ 2 ** 3 ** 2 }} {{ 10 ** 18 }} {{ 0 ** 0 }}",
            "{{ 2 ** 62 }} {{ (-3) ** 39 }} {{ (-2) ** 63 }}", "{{ 10.0 ** 400 }}", "{{ 2 ** -2 ** 2 }}", "{{ -2 ** -2 }}", "{{ 2 * 3 ** 2 }} {{ not 2 ** 0 }}",
        ],
        "large number": [
            "{{ 9223372036854775807 }} {{ -9223372036854775807 - 1 }} {{ 9223372036854775806 + 1 }}", "{{ 4611686018427387904 * -2 }} {{ 3037000499 * 3037000499 }} {{ -9223372036854775807 // 2 }} {{ -9223372036854775807 % 10 }}",
            "{{ 2**53 + 1 == 2.0**53 }} {{ 2**53 + 1 > 2.0**53 }} {{ 9007199254740993 == 9007199254740992.0 }} {{ 9223372036854775807 < 9.3e18 }}", "{{ 9e18 | int }} {{ 9223372036854775807 | float }} {{ 9223372036854775807 | tojson }}",
        ],
        "text and list": ["{{ 'ab' + 'cd' }} {{ 'ab' * 3 }} {{ 3 * 'ab' }} {{ 'ab' * 0 }} {{ 'ab' * -1 }}", "{{ [1] + [2] }} {{ [1] * 3 }} {{ 2 * [1, 2] }} {{ (1,) + (2,) }} {{ (1,) * 2 }}", "{{ [1] + (2,) }}", "{{ 'a' + 1 }}", "{{ 1 + 'a' }}", "{{ 'a' + none }}", "{{ none + 'a' }}", "{{ [1] + none }}", "{{ 'a' * 1.5 }}", "{{ 'a' - 'b' }}", "{{ {} + {} }}", "{{ +'a' }}", "{{ -[] }}", "{{ -none }}", "{{ 'a' + missing }}", "{{ missing + 'a' }}"],
        "concatenation": ["{{ 1 ~ 2 }} {{ 'a' ~ none ~ true ~ 1.0 ~ [1] ~ {} }} {{ 'a' ~ missing ~ 'b' }}", "{{ 1 ~ 2 + 3 }} {{ 1 + 2 ~ 3 }} {{ 'a' ~ 2 * 3 }} {{ -1 ~ 2 }}", "{{ 'a' ~ ('b' if true) ~ ('c' if false) }}"],
        "comparison": [
            "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 3 > 2 > 1 }} {{ 1 == 1 == 1 }} {{ 1 < 2 > 1 }} {{ 1 == 1.0 }} {{ 1 != 2 != 1 }}", "{{ 'a' < 'b' }} {{ 'a' < 'B' }} {{ 'ab' < 'abc' }} {{ '' < 'a' }} {{ 'é' > 'z' }} {{ '😀' > '\\uffff' }}",
            "{{ [1, 2] < [1, 3] }} {{ [1] < [1, 0] }} {{ [] < [1] }} {{ (1, 2) < (2,) }} {{ [1] == (1,) }} {{ [1.0] == [1] }} {{ [true] == [1] }}",
            "{{ {'a': 1} == {'a': 1.0} }} {{ {'a': [1]} == {'a': [1]} }} {{ {} == [] }} {{ {} == {} }} {{ '' == [] }} {{ none == none }}", "{{ missing == missing }} {{ missing == none }} {{ missing == '' }} {{ missing != 1 }}",
            "{{ 1 < 'a' }}", "{{ none < 1 }}", "{{ [1] < 1 }}", "{{ {} < {} }}", "{{ [1] < ['a'] }}", "{{ missing < 1 }}", "{{ 1 <= true }} {{ 2.5 > 2 }}", "{{ 'a' == 97 }} {{ '1' == 1 }} {{ true == 'true' }}",
            "{{ range(3) == range(0, 3) }} {{ range(3) == [0, 1, 2] }} {{ range(0) == range(2, 1) }}", "{{ 1 = 1 }}", "{{ 1 <> 2 }}", "{{ 1 === 1 }}",
        ],
        "in": [
            "{{ 1 in [1, 2] }} {{ 3 in [1, 2] }} {{ 1.0 in [1] }} {{ 'a' in 'cat' }} {{ '' in '' }} {{ 'a' in {'a': 1} }} {{ 1 in {'a': 1} }} {{ none in [none] }} {{ [1] in [[1]] }} {{ 2 in range(3) }} {{ 1 in (1,) }}",
            "{{ 1 not in [1] }} {{ not 1 in [2] }} {{ 'x' not in 'abc' and true }}", "{{ 1 in 'a' }}", "{{ 1 in 5 }}", "{{ none in 'a' }}", "{{ 'a' in none }}", "{{ 'a' in missing }}", "{{ missing in [1] }}", "{{ missing in 'abc' }}", "{{ [] in {} }}", "{{ 1 in 1 in [1] }}", "{{ 'a' in 'abc' in ['abc'] }}",
        ],
        "logic": [
            "{{ 1 and 2 }} {{ 0 and 2 }} {{ 1 or 2 }} {{ 0 or 2 }} {{ '' or 'd' }} {{ none or [] or {} }} {{ not '' }} {{ not [0] }} {{ not none }} {{ not missing }}", "{{ true or 1/0 }} {{ false and 1/0 }}", "{{ missing or 'd' }} {{ missing and 'd' }}|{{ 'd' and missing }}",
            "{{ not true == false }} {{ not 1 in [2] }} {{ not not 5 }} {{ 1 or 0 and 0 }} {{ (1 or 0) and 0 }} {{ not 0 and 1 }}", "{{ not true and false or true }}", "{{ 1 && 2 }}", "{{ !x }}", "{{ true is not none and 1 }}",
            "{% if {} %}T{% else %}F{% endif %}{% if [] %}T{% else %}F{% endif %}{% if '' %}T{% else %}F{% endif %}{% if 0.0 %}T{% else %}F{% endif %}{% if none %}T{% else %}F{% endif %}{% if range(0) %}T{% else %}F{% endif %}{% if () %}T{% else %}F{% endif %}{% if {'a': 0} %}T{% else %}F{% endif %}{% if ' ' %}T{% else %}F{% endif %}{% if namespace() %}T{% else %}F{% endif %}",
        ],
        "condition": ["{{ 'a' if true else 'b' }} {{ 'a' if false else 'b' }} [{{ 'a' if false }}]", "{{ 'a' if 0 else 'b' if 0 else 'c' }} {{ ('a' if 1 else 'b') ~ 'c' }}", "{{ (1 if false) is defined }} {{ (1 if false) is none }}", "{{ (1 if false).x }}", "{{ 1 if true else 1/0 }}", "{{ 'a' ~ 'b' if false else 'c' ~ 'd' }}", "{{ [1 if true else 2, 3] }} {{ {'a': 1 if false else 2} }}", "{{ 'x' if a else }}", "{{ x if x is defined else 'none' }} {{ 1 if 2 > 1 and 3 > 2 else 0 }}", "{{ (1 if true else 2) + 1 if true else 5 }}", "{{ ('a' if false) + 'b' }}"],
        "precedence": [
            "{{ 1 + 2 * 3 }} {{ (1 + 2) * 3 }} {{ 10 - 2 - 3 }} {{ 2 * 3 % 4 }} {{ 100 / 10 / 2 }} {{ -2 * 3 }} {{ 2 - -2 }} {{ 7 - 2 // 2 }}", "{{ -1 | abs }} {{ (-1) | abs }} {{ -2.5 | round | int }} {{ 1 + -1 | abs }}", "{{ 'a' ~ 'b' | upper }} {{ ('a' ~ 'b') | upper }} {{ 'a' + 'b' | upper }}",
            "{{ 2 ** 2 | string | length }} {{ 3 * 'a' | upper }}", "{{ 5 is odd and 4 is even }} {{ not 5 is odd }} {{ 1 + 2 is odd }} {{ 2 * 2 is even }} {{ 1 == 1 is true }}", "{{ -3 is number }}", "{{ 'a' in 'abc' | upper }} {{ 'A' in 'abc' | upper }}", "{{ 1 < 2 | string | length }}", "{{ [1, 2][0] + {'a': 5}['a'] | float }} {{ 'abc'[1] | upper }} {{ 'abc' | upper[0] }}",
            "{{ 'abc'.upper() | lower }} {{ ('abc' | upper).lower() }} {{ ('abc' | upper)[0] }}", "{{ 1 | string + 'a' }}", "{{ 'a' is in ['a'] and 'b' is not in ['a'] }}", "{{ 5 is divisibleby 5 and true }} {{ 4 is divisibleby(2) | string }}", "{{ 3 is eq 3 | string }}",
        ],
    }
