"""Programs a minute through the sandbox: ``python benchmarks/sandbox.py [--workers 2] [--json]``.

A trivial program, a short function with tests, and one in ten that loops to its time limit.
"""

from __future__ import annotations

import argparse
import json
import time

from tuneyard.sandbox import Limits, Program, Sandbox

_TESTED = """
def median(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else sum(ordered[half - 1:half + 1]) / 2
"""


def programs(kind: str, count: int) -> list[Program]:
    """Return ``count`` programs of one kind."""
    if kind == "trivial":
        return [Program("x = 1\n")] * count
    tested = Program(
        _TESTED,
        "tuneyard.sandbox.harness:python_tests",
        {"tests": "assert median([3, 1, 2]) == 2\nassert median([1, 2, 3, 4]) == 2.5"},
    )
    if kind == "tested":
        return [tested] * count
    endless = Program("while True: pass", limits=Limits(seconds=0.2))
    return [endless if index % 10 == 0 else tested for index in range(count)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = {}
    with Sandbox(options.workers) as sandbox:
        sandbox.map(programs("trivial", 50))
        for kind, count in (("trivial", 1), ("tested", 1), ("one in ten loops", 10)):
            jobs = programs(kind, options.count // count)
            begin = time.perf_counter()
            sandbox.map(jobs)
            figures[kind] = round(len(jobs) / (time.perf_counter() - begin) * 60)
    if options.json:
        print(json.dumps({"workers": options.workers, "programs_per_minute": figures}))
        return
    for kind, rate in figures.items():
        print(f"{kind:20} {rate:8d} programs a minute, {options.workers} workers")


if __name__ == "__main__":
    main()
