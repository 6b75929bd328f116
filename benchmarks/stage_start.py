"""What a training stage costs besides its steps: with workers that stay, and with new ones.

Trains the same six steps of the embedded model with two workers again and again and prints, for
each time, the seconds from the call to the first step and to the end, and the CPU seconds of
this process and its descendants, by process. A round is a stage in workers of its own, one in
workers that will stay, and two more in those; then, what all processes take while they are idle.

    python benchmarks/stage_start.py [ROUNDS]
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

    def since(self, before: dict[int, float], least: float) -> dict[str, Any]:
        """Return the seconds since a copy of ``seconds``, in all and of each process."""
        used = {pid: cpu - before.get(pid, 0) for pid, cpu in dict(self.seconds).items()}
        return {
            "cpu": round(sum(used.values()), 1),
            "by_process": [
                f"{self.names[pid].strip()} {cpu:.1f}"
                for pid, cpu in sorted(used.items(), key=lambda item: -item[1])
                if cpu >= least
            ],
        }


def stage(number: int, folder: Path, *, stays: bool, meter: Meter, cluster: Any) -> None:
    """Run one and print its figures."""
    from tuneyard.config import Model, Sft
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
    cluster.groups.place = str(folder / "shared") if stays else None
    before = dict(meter.seconds)
    began = time.monotonic()
    first: list[float] = []

    def progress(entry: dict[str, Any]) -> None:
        first.append(time.monotonic() - began)

    found = fit(
        job,
        cluster=cluster,
        storage=str(folder / f"alone{number}"),
        name=f"job{number}",
        out=folder / f"out{number}",
        on_progress=progress,
    )
    total = time.monotonic() - began
    time.sleep(0.5)
    row = {
        "workers": "stay" if stays else "new",
        "first_step": round(first[0], 1),
        "total": round(total, 1),
        "loss": found["history"][-1]["loss"],
        **meter.since(before, 0.5),
    }
    print(json.dumps(row), flush=True)


def idle(seconds: float, meter: Meter) -> None:
    """Print what everything takes while nothing is asked for."""
    before = dict(meter.seconds)
    time.sleep(seconds)
    memory = [
        round(process.memory_info().rss / 2**20)
        for process in psutil.Process().children(recursive=True)
        if any("RayTrainWorker" in word for word in process.cmdline())
    ]
    row = {"idle_seconds": seconds, "workers_rss_mib": memory, **meter.since(before, 0.05)}
    print(json.dumps(row), flush=True)


def main() -> None:
    """Run the pairs."""
    from tuneyard.config import Resources
    from tuneyard.distributed.cluster import Cluster

    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
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
        resources = Resources(workers=2, threads=1, inference_workers=2, scoring_workers=2)
        cluster = Cluster(resources)
        cluster.start()
        try:
            idle(20, meter)
            for number in range(4 * rounds):
                stage(number, folder, stays=number % 4 > 0, meter=meter, cluster=cluster)
                if number % 4 == 3:
                    idle(20, meter)
        finally:
            cluster.stop()


if __name__ == "__main__":
    main()
