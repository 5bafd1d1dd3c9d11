#!/usr/bin/env python3
"""`gerbil serve` and llama-server with many callers, on the same random model, alternately in one run.

Both get the same weights, as MLX 4-bit in groups of 32 and as Q4_0, made once and kept in build/compare, and prompts
of token ids that no other caller has. Measured are the tokens of all answers a second, and the time to the first piece
of text; and the same for callers that share a long beginning. Needs a release build: the program of --gerbil."""

import argparse
import asyncio
import contextlib
import datetime
import json
import math
import os
import pathlib
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
SHAPE = "qwen3-0.6b"
ORDINARY = 4000  # token ids below are text


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-c", "--callers", type=int, nargs="+", default=[1, 8, 32], help="at once (1 8 32)")
    parser.add_argument("-p", "--prompt", type=int, default=128, help="tokens of a caller's own prompt (128)")
    parser.add_argument("-n", "--generate", type=int, default=128, help="tokens of an answer (128)")
    parser.add_argument("-s", "--shared", type=int, default=1000, help="tokens that 8 callers share; 0: no such run (1000)")
    parser.add_argument("-t", "--threads", type=int, default=2, help="threads of each server (2)")
    parser.add_argument("-r", "--repetitions", type=int, default=3, help="turns of each server (3)")
    parser.add_argument("--gerbil", type=pathlib.Path, default=ROOT / "build/release/bin/gerbil")
    parser.add_argument("--models", type=pathlib.Path, default=ROOT / "build/compare", help="where the model is kept")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    return parser.parse_args()


def make_models(folder):
    if (folder / "complete").exists():
        return
    import random_checkpoint

    print("making the random model, once", file=sys.stderr)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        random_checkpoint.write(temporary, SHAPE, served=True)
        (pathlib.Path(temporary) / "complete").touch()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(temporary, folder, copy_function=shutil.move)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def command(engine, arguments, folder, callers, context, port):
    """Each with room for what all callers need."""
    words = {
        "gerbil": [arguments.gerbil, "serve", folder / "mlx", "--device", "cpu", "--threads", arguments.threads,
                   # What a random model writes repeats itself more than texts do, and would be guessed.
                   "--context", context, "--cache", callers * context, "--no-speculation"],
        "llama.cpp": ["llama-server", "-m", folder / "q4_0.gguf", "-t", arguments.threads, "-tb", arguments.threads,
                      "-ngl", 0, "-np", callers, "-c", callers * context, "--kv-unified"],
    }[engine]
    return [str(word) for word in [*words, "--host", "127.0.0.1", "--port", port]]


@contextlib.contextmanager
def serving(words, port):
    with tempfile.TemporaryFile() as log, subprocess.Popen(words, stdout=log, stderr=log) as server:
        try:
            for _ in range(1200):
                if server.poll() is not None:
                    break
                if asyncio.run(healthy(port)):
                    yield
                    return
                time.sleep(0.1)
            log.seek(0)
            raise SystemExit(f"{' '.join(words)} failed:\n{log.read().decode()[-3000:]}")
        finally:
            server.terminate()


async def request(port, head, body=""):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{head} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n"
                 f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
    return reader, writer


async def healthy(port):
    try:
        reader, writer = await request(port, "GET /health")
        line = await reader.readline()
        writer.close()
        return b" 200 " in line
    except OSError:
        return False


async def answer(port, prompt, tokens):
    """(seconds to the first text, tokens of the answer, tokens of the prompt that were in the cache)."""
    body = {"prompt": prompt, "max_tokens": tokens, "temperature": 0, "stream": True, "ignore_eos": True,
            "cache_prompt": True, "stream_options": {"include_usage": True}}
    begin, first, usage = time.perf_counter(), None, {}
    reader, writer = await request(port, "POST /v1/completions", json.dumps(body))
    while line := await reader.readline():
        if not line.startswith(b"data: {"):
            continue
        event = json.loads(line[6:])
        if first is None and event.get("choices") and event["choices"][0]["text"]:
            first = time.perf_counter() - begin
        usage = event.get("usage") or usage
    writer.close()
    if first is None or usage.get("completion_tokens") != tokens:
        raise SystemExit(f"an answer of {usage} instead of {tokens} tokens")
    return first, usage["completion_tokens"], (usage.get("prompt_tokens_details") or {}).get("cached_tokens", 0)


async def answers(port, prompts, tokens):
    begin = time.perf_counter()
    results = await asyncio.gather(*(answer(port, prompt, tokens) for prompt in prompts))
    seconds = time.perf_counter() - begin
    firsts = sorted(first for first, _, _ in results)
    return {"tokens_per_second": sum(count for _, count, _ in results) / seconds,
            "first_median": statistics.median(firsts),
            "first_p95": firsts[math.ceil(0.95 * len(firsts)) - 1],
            "cached_tokens": sum(cached for _, _, cached in results)}


def measure(engine, arguments, folder, callers, shared, numbers):
    """One server, warmed up by a short answer."""
    ids = lambda count: [numbers.randrange(ORDINARY) for _ in range(count)]
    beginning, own = ids(shared), [ids(arguments.prompt) for _ in range(callers)]
    context = shared + arguments.prompt + arguments.generate + 64
    port = free_port()
    with serving(command(engine, arguments, folder, callers, context, port), port):
        asyncio.run(answers(port, [ids(16)], 4))
        return asyncio.run(answers(port, [beginning + prompt for prompt in own], arguments.generate))


def version():
    finished = subprocess.run(["llama-server", "--version"], capture_output=True, text=True)
    lines = [line for line in (finished.stdout + finished.stderr).splitlines() if "version" in line]
    return lines[0].partition("version")[2].strip(" :") if lines else "unknown"


def summarise(turns):
    """Medians of the turns; the ratio is that of each pair of neighbouring turns."""
    median = {engine: {key: statistics.median(turn[engine][key] for turn in turns) for key in turns[0][engine]}
              for engine in turns[0]}
    ratio = {key: statistics.median(turn["gerbil"][key] / turn["llama.cpp"][key] for turn in turns)
             for key in ("tokens_per_second", "first_median", "first_p95")}
    return {"median": median, "ratio": ratio, "turns": turns}


def print_table(summary):
    print(f"{summary['date']}, {os.cpu_count()} processors, load average before: {summary['load_before']}; "
          f"llama-server {summary['llama.cpp']}")
    print(f"{summary['threads']} threads, medians of {summary['repetitions']} alternating turns\n")
    print(f"{'':>34}{'gerbil':>10}{'llama.cpp':>12}{'ratio':>8}")
    for name, run in summary["runs"].items():
        for key, label in (("tokens_per_second", "tokens a second"), ("first_median", "s to first text, median"),
                           ("first_p95", "s to first text, p95")):
            ours, theirs = run["median"]["gerbil"][key], run["median"]["llama.cpp"][key]
            print(f"{name if label.startswith('tokens') else '':>10}{label:>24}{ours:>10.2f}{theirs:>12.2f}"
                  f"{run['ratio'][key]:>8.2f}")
        print(f"{'':>10}{'prompt tokens cached':>24}{run['median']['gerbil']['cached_tokens']:>10.0f}"
              f"{run['median']['llama.cpp']['cached_tokens']:>12.0f}")


def main():
    if shutil.which("llama-server") is None:  # a package of the reference environment
        os.execv(ROOT / "scripts" / "env", ["scripts/env", "python3", __file__, *sys.argv[1:]])
    arguments = parse_arguments()
    if not arguments.gerbil.exists():
        raise SystemExit(f"{arguments.gerbil} is not there: build the release preset first, or name it with --gerbil")
    folder = arguments.models / f"{SHAPE}-served"
    make_models(folder)
    load = os.getloadavg()[0]
    if load > 0.5:
        print(f"other programs keep this machine busy (load {load:.1f}): do not trust the numbers", file=sys.stderr)
    runs = {str(callers): (callers, 0) for callers in arguments.callers}
    if arguments.shared > 0:
        runs["8 shared"] = (8, arguments.shared)
    turns, numbers = {name: [] for name in runs}, random.Random(1)
    for turn in range(arguments.repetitions):
        for name, (callers, shared) in runs.items():
            print(f"turn {turn + 1} of {arguments.repetitions}: {name}", file=sys.stderr)
            turns[name].append({engine: measure(engine, arguments, folder, callers, shared, numbers)
                                for engine in ("gerbil", "llama.cpp")})
    summary = {"date": datetime.date.today().isoformat(), "llama.cpp": version(), "load_before": round(load, 1),
               "threads": arguments.threads, "repetitions": arguments.repetitions,
               "runs": {name: summarise(list_of_turns) for name, list_of_turns in turns.items()}}
    if arguments.json:
        print(json.dumps(summary, indent=2))
    else:
        print_table(summary)


if __name__ == "__main__":
    main()
