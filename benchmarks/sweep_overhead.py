"""What a sweep costs beside its trials, and whether that stays the same over many of them.

Runs a sweep whose trials only sleep, under Ray Tune and with MLflow (SQLite in the run directory),
in one process. Its overhead is the wall time beside what the trials slept, shared by as many as run
at a time; starting Ray and writing the report count. Prints it for the whole and for each quarter
of the trials, and as a share of trials of one minute.

    python benchmarks/sweep_overhead.py --out FOLDER [--trials 400] [--seconds 1] [--parallel 4]
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

from tuneyard import embedded, study
from tuneyard.progress import Progress
from tuneyard.sweep import run, trials
from tuneyard.sweep.prepared import prepare
from tuneyard.sweep.records import Record, Records

STUDY = """\
study: overhead
models: [{{name: embedded, path: {model}}}]
data: {{first: {{source: cocobots, order: first, counts: {{train: 8, validation: 4, test: 0}}}}}}
matrix: {{arms: {{base: [], dpo: [dpo]}}}}
compare: {{baseline: base}}
sweep:
  arms: [dpo]
  space:
    dpo.beta: {{loguniform: [0.01, 1]}}
    dpo.learning_rate: {{loguniform: [1.0e-6, 1.0e-3]}}
    sft.lora.r: {{choice: [4, 8, 16]}}
  search: {search}
  confirm: 0
  trials: {trials}
  parallel: {parallel}
"""
QUARTERS = 4


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="must not hold this sweep already")
    parser.add_argument("--trials", type=int, default=400)
    parser.add_argument("--seconds", type=float, default=1.0, help="that a trial sleeps")
    parser.add_argument("--parallel", type=int, default=4)
    parser.add_argument("--search", choices=["random", "tpe"], default="random")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    path = given.out / "overhead.yaml"
    path.write_text(STUDY.format(model=embedded.path(), **vars(given)))

    def work(self: trials.Trials, record: Record) -> tuple[None, None]:
        time.sleep(given.seconds)
        record.value = float(record.point.values.get("dpo.beta", 0.1))
        record.values = {"execution_success": record.value}
        record.steps, record.status = 1, "done"
        return None, None

    patched: Any = trials.Trials
    patched._run = work
    replaced: Any = study
    replaced.begin = lambda first, *_: first  # there is nothing to read or to check
    run.room = lambda *_: given.parallel  # type: ignore[assignment]
    os.environ.pop("RAY_ADDRESS", None)
    began = time.time()
    made = prepare(path, [f"run_dir={given.out / 'run'}"])
    planned = time.time()
    with (given.out / "log.txt").open("w") as log:
        run.run(made, Progress(log))
    ended = time.time()
    found = Records(made.prepared.run, made.key, given.trials).all.values()
    _print(sorted(found, key=lambda one: one.spans[0][0]), given, began, planned, ended)


def _print(
    found: list[Record], given: argparse.Namespace, began: float, planned: float, ended: float
) -> None:
    slept = given.seconds * len(found) / given.parallel
    each = (ended - began - slept) / len(found) * given.parallel
    print(f"{len(found)} trials of {given.seconds:g} s, {given.parallel} at a time, {given.search}")
    print(f"wall {ended - began:.1f} s, of which planning {planned - began:.1f} s")
    print(f"trials' own {slept:.1f} s: overhead {1 - slept / (ended - began):.1%} of the wall time")
    print(f"overhead a trial {each:.2f} s: {each / (60 + each):.1%} of trials of one minute")
    size = len(found) // QUARTERS
    shares = []
    for number in range(QUARTERS):
        own = found[number * size : (number + 1) * size]
        # From the first of this quarter to the first of the next, or to the last one's end.
        after = found[(number + 1) * size : (number + 1) * size + 1]
        stop = after[0].spans[0][0] if after else max(one.spans[0][1] for one in own)
        wall = stop - own[0].spans[0][0]
        shares.append((wall * given.parallel - given.seconds * size) / size)
    print("overhead a trial by quarter: " + ", ".join(f"{one:.3f} s" for one in shares))
    # The first has the start of Ray, of Tune and of the MLflow database.
    print(f"last quarter to the second: {shares[-1] / shares[1]:.2f}")


if __name__ == "__main__":
    main()
