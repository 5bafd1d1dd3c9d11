"""prometheus_client, the library of Prometheus for Python, reads /metrics."""

import json
import urllib.request

from checks import ADDRESS, QUESTION, check
from prometheus_client.parser import text_string_to_metric_families


def families():
    text = urllib.request.urlopen(f"{ADDRESS}/metrics").read().decode()
    return {family.name: family for family in text_string_to_metric_families(text)}


def complete():
    body = {"messages": [{"role": "user", "content": QUESTION}], "max_tokens": 20}
    urllib.request.urlopen(f"{ADDRESS}/v1/chat/completions", data=json.dumps(body).encode()).read()


def values(found, kind):
    return {(sample.name, *sorted(sample.labels.items())): sample.value for family in found.values()
            if family.type in kind for sample in family.samples}


def check_histogram(family):
    """Buckets are cumulative, begin in order, and the last has all."""
    series = {}
    for sample in family.samples:
        labels = {name: value for name, value in sample.labels.items() if name != "le"}
        part = series.setdefault(tuple(sorted(labels.items())), {"buckets": []})
        if sample.name.endswith("_bucket"):
            part["buckets"].append((float(sample.labels["le"]), sample.value))
        else:
            part[sample.name.removeprefix(family.name)] = sample.value
    for part in series.values():
        check(part["buckets"] == sorted(part["buckets"]), f"{family.name}: buckets are cumulative")
        check([bound for bound, _ in part["buckets"]][-1] == float("inf"), f"{family.name}: the last bucket has all")
        check(part["buckets"][-1][1] == part["_count"] and part["_sum"] >= 0, f"{family.name}: count and sum")


complete()
before = families()
complete()
after = families()
check(all(name.startswith("gerbil_") for name in before), "names")
check(all(family.documentation for family in before.values()), "every family has a help")
kinds = {family.type for family in before.values()}
check(kinds == {"counter", "gauge", "histogram"}, "every family has a type")
units = ("seconds", "bytes", "tokens", "ratio")
check({name.rpartition("_")[2] for name in before} & set(units) == set(units), "units are in the names")
for one in before.values():
    if one.type == "histogram":
        check_histogram(one)
earlier, later = values(before, ("counter", "histogram")), values(after, ("counter", "histogram"))
check(all(later[key] >= value for key, value in earlier.items()), "counters only grow")
generated = ("gerbil_generated_tokens_total", ("model", "nano"))
check(later[generated] == earlier[generated] + 20, "tokens are counted")
running = values(after, ("gauge",))[("gerbil_requests_running", ("model", "nano"))]
check(running == 0, "nothing runs")
