"""What a training stage costs besides its steps: with workers that stay, and with new ones.

Trains the same six steps of the embedded model with two workers again and again and prints, for
each time, the seconds from the call to the first step and to the end, and the CPU seconds of
this process and its descendants, by process. Pairs take turns: a stage in workers of its own, a
stage in workers that stay (the first of those starts them).

    python benchmarks/stage_start.py [PAIRS]
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

STEPS = 6


class Meter:
    """CPU seconds of all processes below this one, sampled, so that ended ones count, too."""

    def __init__(self) -> None:
        self.seconds: dict[int, float] = {}
        self.names: dict[int, str] = {}
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        me = psutil.Process()
        while True:
            for process in [me, *me.children(recursive=True)]:
                try:
                    times = process.cpu_times()
                    self.seconds[process.pid] = times.user + times.system
                    name = " ".join(process.cmdline()).split("/")[-1] or process.name()
                    if "IDLE" not in name or process.pid not in self.names:
                        self.names[process.pid] = name.split(".")[0].removeprefix("ray::")[:28]
                except psutil.Error:
                    continue
            time.sleep(0.15)


def stage(number: int, folder: Path, *, stays: bool, meter: Meter) -> None:
    """Run one and print its figures."""
    from tuneyard.config import Model, Resources, Sft
    from tuneyard.distributed.train import fit
    from tuneyard.train.job import TrainJob

    model = {"name": "embedded", "path": "embedded", "quantization": "none"}
    settings = {"learning_rate": 1e-3, "max_steps": STEPS, "batch_size": 1, "lora": {"r": 32}}
    job = TrainJob(
        "sft",
        Model.model_validate(model).model_dump(),
        Sft.model_validate(settings).model_dump(),
        str(folder / "rows.jsonl"),
        seed=1,
    )
    before = dict(meter.seconds)
    began = time.monotonic()
    first: list[float] = []

    def progress(entry: dict[str, Any]) -> None:
        first.append(time.monotonic() - began)

    found = fit(
        job,
        resources=Resources(workers=2, threads=1, inference_workers=2, scoring_workers=2),
        storage=str(folder / f"alone{number}"),
        name=f"job{number}",
        out=folder / f"out{number}",
        on_progress=progress,
        shared=str(folder / "shared") if stays else None,
    )
    total = time.monotonic() - began
    time.sleep(0.5)
    used = {pid: cpu - before.get(pid, 0) for pid, cpu in dict(meter.seconds).items()}
    row = {
        "workers": "stay" if stays else "new",
        "first_step": round(first[0], 1),
        "total": round(total, 1),
        "cpu": round(sum(used.values()), 1),
        "loss": found["history"][-1]["loss"],
        "by_process": [
            f"{meter.names[pid]} {cpu:.1f}"
            for pid, cpu in sorted(used.items(), key=lambda item: -item[1])
            if cpu >= 0.5
        ],
    }
    print(json.dumps(row), flush=True)


def idle(seconds: float, meter: Meter) -> None:
    """Print what everything takes while nothing is asked for."""
    before = sum(meter.seconds.values())
    time.sleep(seconds)
    used = sum(meter.seconds.values()) - before
    memory = [
        round(process.memory_info().rss / 2**20)
        for process in psutil.Process().children(recursive=True)
        if any("RayTrainWorker" in word for word in process.cmdline())
    ]
    row = {"idle_seconds": seconds, "cpu": round(used, 2), "workers_rss_mib": memory}
    print(json.dumps(row), flush=True)


def main() -> None:
    """Run the pairs."""
    from tuneyard.config import Resources
    from tuneyard.distributed import runtime

    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "rows.jsonl").write_text(
            "".join(
                json.dumps({"id": str(n), "prompt": f"add {n} to x\n", "completion": f"x + {n}"})
                + "\n"
                for n in range(40)
            )
        )
        meter = Meter()
        runtime.start(Resources(workers=2, inference_workers=2, scoring_workers=2))
        try:
            idle(20, meter)
            for pair in range(pairs):
                stage(2 * pair, folder, stays=False, meter=meter)
                stage(2 * pair + 1, folder, stays=True, meter=meter)
            idle(20, meter)
        finally:
            runtime.stop()


if __name__ == "__main__":
    main()
