"""Whether steps side by side make what they make one after another, to the bit.

Runs the grid of ``makespan.py`` (tiny random models, regimes, arms) with its real stages on a local
Ray with slots, once with ``parallel: 1`` and once without a bound, and compares every file of every
artifact, but the report's text. Times and memory that training and pools note are left out.

    python benchmarks/same_results.py [--slots 8] [--models 6]
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from makespan import STUDY

SMALL = [
    "sft={max_steps: 6, batch_size: 4}",
    "dpo={max_steps: 4, batch_size: 4, pairs: {from: policy, samples: 1, prompts: 8}}",
    "evaluate.decoding={temperature: 0, max_new_tokens: 24, batch_size: 8}",
    "resources={workers: 1, threads: 1, inference_workers: 1, scoring_workers: 1}",
]
MEASURED = {
    *("seconds", "memory_gib", "tokens_per_second", "durations", "time", "run_dir", "environment"),
    *("created", "sha256", "bytes", "parallel"),
}
"""Names of what depends on the clock, the machine or the run's place, not on what was computed."""
TOLD = ("report.html", "table.txt")
"""Texts in which such figures stand; ``results.json`` has the others of them."""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--models", type=int, default=6)
    parser.add_argument("--out", type=Path, help="a folder that keeps the two run directories")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        _compare(given.out or Path(name), given.slots, given.models)


def _compare(folder: Path, slots: int, models: int) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from conftest import save_tiny_model  # before Ray, which reads its token once

    lines = []
    for number in range(models):
        place = save_tiny_model(folder / f"model{number}", seed=number)
        lines.append(f"  - {{name: m{number}, path: {place}, quantization: none, prompt: alpaca}}")
    import ray

    from tuneyard import study as studies
    from tuneyard.distributed.cluster import Cluster
    from tuneyard.progress import Progress

    path = folder / "study.yaml"
    path.write_text(STUDY.format(models="\n".join(lines), folder=folder, parallel=""))

    def start(self: Cluster) -> None:
        self.groups.local = True  # workers stay, as on a Ray of our own

    os.environ["RAY_ADDRESS"] = "here"  # a cluster's Ray is not counted by this machine's cores
    Cluster.start = start  # type: ignore[method-assign]
    ray.init(num_cpus=slots, include_dashboard=False, log_to_driver=False, address="local",
             _node_ip_address="127.0.0.1")  # fmt: skip
    found = []
    try:
        for number, bound in enumerate(["parallel: 1, ", ""]):
            words = [*SMALL[:-1], SMALL[-1].replace("{", "{" + bound, 1)]
            prepared = studies.prepare(path, [*words, f"run_dir={folder}/run{number}"])
            begin = time.monotonic()
            studies.run(prepared, Progress(io.StringIO()))
            took = time.monotonic() - begin
            print(
                f"{bound or 'no bound, '}{len(prepared.plan.steps)} steps: {took:.0f} s", flush=True
            )
            found.append(_digests(folder / f"run{number}" / "stages"))
    finally:
        ray.shutdown()
    one, other = found
    differ = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
    print(f"{len(one)} files, of which differ: {len(differ)}")
    print("\n".join(differ[:40]))
    sys.exit(bool(differ))


def _digests(stages: Path) -> dict[str, str]:
    return {
        str(path.relative_to(stages)): hashlib.sha256(_content(path, stages.parent)).hexdigest()
        for path in stages.rglob("*")
        if path.is_file() and path.name not in TOLD
    }


def _content(path: Path, run: Path) -> bytes:
    """Return a file's bytes without the run's place; of JSON and CSV what was not measured."""
    content = path.read_bytes().replace(str(run).encode(), b"RUN")
    if path.suffix == ".csv":
        rows = [{k: v for k, v in row.items() if k not in MEASURED}
                for row in csv.DictReader(content.decode().splitlines())
                if row.get("name") not in MEASURED]  # fmt: skip
        return json.dumps(rows).encode()
    if path.suffix not in (".json", ".jsonl"):
        return content
    lines = content.splitlines() if path.suffix == ".jsonl" else [content]
    return json.dumps([_made(json.loads(line)) for line in lines]).encode()


def _made(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _made(v) for k, v in value.items() if k not in MEASURED}
    return [_made(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
