"""Filters that take or make numbers."""


def rows():
    return {
        "abs": ["{{ -2 | abs }} {{ -2.5 | abs }} {{ 2 | abs }} {{ true | abs }} {{ -0.0 | abs }}", "{{ 'a' | abs }}", "{{ none | abs }}", "{{ missing | abs }}"],
        "int": [
            "{{ '42' | int }} {{ ' 42 ' | int }} {{ '4.7' | int }} {{ '-4.7' | int }} {{ 4.7 | int }} {{ -4.7 | int }} {{ 'x' | int }} {{ 'x' | int(7) }} {{ '' | int }} {{ none | int }} {{ none | int(3) }} {{ true | int }} {{ [] | int }} {{ {} | int(9) }} {{ '1_000' | int }} {{ '+5' | int }}",
            "{{ '0x1F' | int }} {{ '0x1F' | int(0, 16) }} {{ '1F' | int(base=16) }} {{ '101' | int(base=2) }} {{ '0b101' | int(0, 2) }} {{ '0o17' | int(0, 8) }} {{ 'zz' | int(base=36) }} {{ '08' | int }} {{ '12' | int(base=0) }} {{ '1e3' | int }} {{ '1e400' | int }} {{ 'nan' | int }} {{ 'inf' | int(5) }}",
            "{{ '٣' | int }} {{ '- 5' | int }} {{ '5-' | int(1) }} {{ 'x' | int('d') }} {{ 'x' | int(none) }}", "{{ missing | int }}", ("{{ (y | float) | int }}", {"y": "inf"}), "{{ missing.x | int }}",
        ],
        "float": ["{{ '2.5' | float }} {{ '2' | float }} {{ 2 | float }} {{ 'x' | float }} {{ 'x' | float(1.5) }} {{ '' | float }} {{ none | float }} {{ true | float }} {{ ' 2.5 ' | float }} {{ '1e3' | float }} {{ 'inf' | float }} {{ '-Infinity' | float }} {{ 'nan' | float }} {{ '1_0.5' | float }} {{ '.5' | float }} {{ '5.' | float }} {{ [] | float }} {{ 'x' | float('d') }} {{ 'x' | float(default=2) }}", "{{ missing | float }}", "{{ (2**60) | float }} {{ '0x10' | float }} {{ '1e' | float(9) }}"],
        "round": [
            "{{ 2.5 | round }} {{ 3.5 | round }} {{ -2.5 | round }} {{ 2.4 | round }} {{ 2.6 | round }} {{ 0.5 | round }} {{ 1.5 | round }} {{ 42 | round }} {{ 42.55 | round(1) }} {{ 2.675 | round(2) }} {{ 1234.5 | round(-2) }} {{ 1250 | round(-2) }} {{ 5 | round(2) }}",
            "{{ 2.1 | round(0, 'ceil') }} {{ 2.9 | round(0, 'floor') }} {{ 2.11 | round(1, 'ceil') }} {{ 2.19 | round(1, 'floor') }} {{ -2.1 | round(method='ceil') }} {{ -2.1 | round(method='floor') }} {{ 42.55 | round(1, 'common') }} {{ 5 | round(method='ceil') }} {{ 1234 | round(-2, 'ceil') }}",
            "{{ 2.5 | round | int }} {{ 1e20 | round }} {{ true | round }} {{ 0.1 | round(20) }} {{ 2.5 | round(precision=1) }}", "{{ 'a' | round }}", "{{ 2.5 | round(0, 'up') }}", "{{ none | round }}", "{{ missing | round }}",
        ],
        "sum": ["{{ [1, 2, 3] | sum }} {{ [] | sum }} {{ [1.5, 2] | sum }} {{ [1, 2] | sum(start=10) }} {{ [true, 2] | sum }} {{ range(5) | sum }} {{ [0.1] * 10 | sum }}" .replace("[0.1] * 10 | sum", "([0.1] * 10) | sum"), ("{{ l | sum('n') }} {{ l | sum(attribute='n', start=1) }} {{ l | sum(attribute='d.e') }}", {"l": [{"n": 1, "d": {"e": 2}}, {"n": 3, "d": {"e": 4}}]}), "{{ ['a', 'b'] | sum }}", "{{ [[1], [2]] | sum(start=[]) }}", "{{ missing | sum }}", "{{ 5 | sum }}", "{{ ['a'] | sum(start='') }}"],
        "min and max": ["{{ [2, 1, 3] | min }} {{ [2, 1, 3] | max }} {{ ['b', 'A', 'c'] | min }} {{ ['b', 'A', 'c'] | min(true) }} {{ ['b', 'A', 'C'] | max }} {{ ['b', 'A', 'C'] | max(case_sensitive=true) }} [{{ [] | min }}] {{ 'hello' | max }} {{ [1, 1.0] | max }} {{ {'b': 1, 'a': 2} | min }}", ("{{ l | min(attribute='n') }} {{ l | max(attribute='n') }}", {"l": [{"n": 2}, {"n": 1}]}), "{{ [1, 'a'] | max }}", "{{ [none, 1] | min }}", "{{ ([] | max) is defined }} {{ [[1, 2], [1, 3]] | max }} {{ (1, 5) | max }}", "{{ ([] | max).x }}", "{{ 5 | max }}"],
    }
