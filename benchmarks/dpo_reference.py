"""DPO with the reference's log-probabilities computed at every step, and computed once before.

    python benchmarks/dpo_reference.py [PAIRS] [ROUNDS]

The embedded model on one CPU thread, pairs of higher-order COCOBOTS programs (the rejected one
with its numbers shifted), batches of 4, one epoch a run; runs take turns. Times are the process's
CPU seconds, so that a busy machine does not matter much. It prints steps a second of both, their
ratio, what computing the values once costs, and from how many epochs on it pays.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import torch

from tuneyard import loading
from tuneyard.config import Data, Dpo, Model
from tuneyard.data.sources import load
from tuneyard.records import Preference, write_jsonl
from tuneyard.train.job import TrainJob
from tuneyard.train.reference import ReferencePolicy
from tuneyard.train.rows import dpo_columns, reference_rows
from tuneyard.train.run import run

_BATCH = 4


def pairs(count: int, model: Model) -> list[Preference]:
    """Return programs with a wrong twin each."""
    counts = {"train": count, "validation": 1, "test": 1}
    data = Data.model_validate({"source": "cocobots", "order": "higher", "counts": counts})
    return [
        Preference(
            e.id,
            e.id,
            model.wording.asked(e.instruction),
            e.reference,
            re.sub(r"\d", lambda found: str((int(found.group()) + 1) % 8), e.reference),
        )
        for e in load("higher", data, "train", 0)
    ]


def main(count: int, rounds: int) -> None:
    """Measure and print."""
    torch.set_num_threads(1)
    model = Model.model_validate("embedded")
    settings = Dpo.model_validate(
        {"batch_size": _BATCH, "epochs": 1, "lora": {"r": 32, "alpha": 64}}
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = pairs(count, model)
        write_jsonl(folder / "rows.jsonl", rows)
        began = time.process_time()
        policy = ReferencePolicy(model, None)
        loaded = time.process_time()
        columns = dpo_columns(
            model.wording.encoding(loading.load_tokenizer(model)), rows, model.max_length
        )
        order = sorted(range(len(columns)), key=lambda place: columns[place]["length"])
        values: dict[int, tuple[float, float]] = {}
        for start in range(0, len(order), 8):
            places = order[start : start + 8]
            values |= dict(zip(places, policy([columns[p] for p in places]), strict=True))
        once = time.process_time() - loaded
        kept = reference_rows(columns, [values[place] for place in range(len(columns))])
        write_jsonl(folder / "reference.jsonl", kept)
        job = TrainJob(
            "dpo", model.model_dump(), settings.model_dump(), str(folder / "rows.jsonl"), seed=1
        )
        jobs = {"live": job, "cached": replace(job, reference=str(folder / "reference.jsonl"))}
        found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in jobs}
        for number in range(rounds):
            for kind, one in jobs.items():
                out = folder / f"{kind}-{number}"
                times: list[float] = []
                result = run(one, out, report=lambda m, p: times.append(time.process_time()))  # noqa: B023
                # From the end of the first step to that of the last; every step is reported.
                found[kind].append({**result, "step": (times[-1] - times[0]) / (len(times) - 1)})
    step = {kind: median(r["step"] for r in runs) for kind, runs in found.items()}
    for kind, value in step.items():
        print(f"{kind:>7}: {1 / value:.3f} steps/s")
    steps = found["live"][0]["steps"]
    saved = (step["live"] - step["cached"]) * steps
    print(f"ratio {step['live'] / step['cached']:.2f}, over {rounds} runs of {steps} steps each")
    print(f"once: {once:.1f} s for {len(columns)} pairs, and {loaded - began:.1f} s to load")
    print(f"pays from {(once + loaded - began) / saved:.1f} epochs on")
    off = max(
        abs(a["loss"] - b["loss"])
        for a, b in zip(found["live"][0]["history"], found["cached"][0]["history"], strict=True)
    )
    print(f"largest difference of a logged loss: {off:.1e}")


if __name__ == "__main__":
    arguments = [int(word) for word in sys.argv[1:]]
    main(*(arguments + [48, 2][len(arguments) :]))
