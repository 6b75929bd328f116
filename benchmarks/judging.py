"""What trying the tests costs: ``python benchmarks/judging.py [--old SRC] [--rows 1000]``.

Scores the same rows with this code and, in turn, with another checkout's ``src`` folder: rows with
tests of their own, whose answers are functions or classes, or all wrong, and rows of which twenty
share their tests. Else a third of the answers is wrong.
Prints wall-clock and CPU seconds of ``tuneyard score``, and how they compare.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_HERE = Path(__file__).resolve().parents[1] / "src"
_REFERENCE = """\
def median{n}(values):
    ordered = sorted(values)
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else sum(ordered[half - 1:half + 1]) / 2
"""
_TESTS = """\
assert median{n}([3, 1, 2]) == 2
assert median{n}([1, 2, 3, 4]) == 2.5
assert median{n}([{n}]) == {n}
"""
_CLASS = """\
class Median{n}:
    def __init__(self):
        self.values = []
    def add(self, value):
        self.values.append(value)
        ordered = sorted(self.values)
        half = len(ordered) // 2
        return ordered[half] if len(ordered) % 2 else sum(ordered[half - 1:half + 1]) / 2
"""
_CLASS_TESTS = """\
one = Median{n}()
assert one.add(3) == 3
assert one.add({n}) == (3 + {n}) / 2
"""
KINDS = {
    "tests of their own": (_REFERENCE, _TESTS, 1, 3),
    "tests of their own, all wrong": (_REFERENCE, _TESTS, 1, 1),
    "tests of their own, classes": (_CLASS, _CLASS_TESTS, 1, 3),
    "shared tests": (_REFERENCE, _TESTS, 20, 3),
}
"""Reference, tests, how many rows share them, and of how many answers one is wrong."""


def rows(count: int, kind: str) -> list[dict[str, object]]:
    """Return rows to score, no two answers alike."""
    found = []
    text, tests, sharing, wrong = KINDS[kind]
    for number in range(count):
        task = number // sharing
        reference = text.format(n=task)
        old, new = ("ordered", "values_") if number % wrong else ("half + 1", "half")
        answer = f"{reference.replace(old, new)}# {number}\n"
        row = {"id": number, "reference": reference, "prediction": answer}
        found.append(row | {"tests": tests.format(n=task)})
    return found


def score(source: str, folder: Path, workers: int) -> tuple[float, float]:
    """Score ``in.jsonl`` in a process of its own; return wall-clock and CPU seconds."""
    words = ["score", "--task", "python", "--metrics", "execution", "--workers", str(workers)]
    words += ["--in", str(folder / "in.jsonl"), "--out", str(folder / "out.jsonl")]
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tuneyard.cli", *words],
        env=os.environ | {"PYTHONPATH": source},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    seconds, after = time.perf_counter() - begin, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--old", help="another checkout's src folder")
    parser.add_argument("--rows", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    sources = {"new": str(_HERE)} | ({"old": options.old} if options.old else {})
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            lines = [json.dumps(row) for row in rows(options.rows, kind)]
            (folder / "in.jsonl").write_text("\n".join(lines) + "\n")
            took: dict[str, list[tuple[float, float]]] = {name: [] for name in sources}
            for _ in range(options.repeats):
                for name, source in sources.items():
                    took[name].append(score(source, folder, options.workers))
        best = {name: tuple(map(min, zip(*times, strict=True))) for name, times in took.items()}
        for name, (wall, cpu) in best.items():
            print(f"{kind}, {name}: {wall:.2f} s, {cpu:.2f} s of CPU time")
        if options.old:
            speeds = [best["old"][place] / best["new"][place] for place in (0, 1)]
            print(f"{kind}: {speeds[0]:.2f} of the old speed, {speeds[1]:.2f} by CPU time")


if __name__ == "__main__":
    main()
