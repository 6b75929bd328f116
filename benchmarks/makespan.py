"""How well the runner fills a cluster: a grid's steps of known length on a local Ray with slots.

Plans the COCOBOTS grid (6 tiny random models, 3 regimes, 3 arms), and runs its steps with stages
that hold what the real ones ask for and sleep. Prints the makespan, as a ratio to the larger of the
critical path and the work divided by the slots.

    python benchmarks/makespan.py [--slots 8] [--unit 1.0] [--parallel N]
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

STUDY = """\
study: makespan
models:
{models}
data:
  first_order: {{source: cocobots, order: first, counts: {{train: 40, validation: 8, test: 8}}}}
  higher_order: {{source: cocobots, order: higher, counts: {{train: 40, validation: 8, test: 8}}}}
matrix:
  train_on: [[first_order], [higher_order], [first_order, higher_order]]
  arms: {{base: [], sft: [sft], sft-dpo: [sft, dpo]}}
dpo: {{pairs: {{from: policy, verify: execution, samples: 4}}}}
evaluate: {{splits: [test], metrics: [exact_match, execution]}}
resources: {{workers: 1, inference_workers: 2, scoring_workers: 2{parallel}}}
run_dir: {folder}/run
"""
LENGTHS = {"train": 4.0, "generate": 2.0, "prefer": 2.0, "reference": 1.0, "score": 0.5}
"""In units; others take a tenth of one."""


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--slots", type=int, default=8)
    parser.add_argument("--unit", type=float, default=1.0, help="seconds")
    parser.add_argument("--parallel", type=int, help="resources.parallel")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        _measure(Path(name), given.slots, given.unit, given.parallel)


def _measure(folder: Path, slots: int, unit: float, parallel: int | None) -> None:
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    import ray

    from conftest import save_tiny_model
    from tuneyard import study as studies
    from tuneyard.distributed.cluster import Cluster
    from tuneyard.plan.schedule import cpus as cpus_of
    from tuneyard.progress import Progress
    from tuneyard.stages.runner import Runner

    lines = []
    for number in range(6):
        place = save_tiny_model(folder / f"model{number}", seed=number)
        lines.append(f"  - {{name: m{number}, path: {place}, quantization: none, prompt: alpaca}}")
    path = folder / "study.yaml"
    more = f", parallel: {parallel}" if parallel else ""
    path.write_text(STUDY.format(models="\n".join(lines), folder=folder, parallel=more))
    prepared = studies.prepare(path)
    resources = prepared.study.resources
    steps = prepared.plan.steps
    length = {step: LENGTHS.get(step.stage, 0.1) * unit for step in steps}
    cpus = {step: cpus_of(step, resources) for step in steps}
    ends: dict[Any, float] = {}
    for step in steps:
        ends[step] = max((ends[one] for one in step.before), default=0.0) + length[step]
    work = sum(length[step] * cpus[step] for step in steps)

    @ray.remote
    def hold(seconds: float) -> None:
        time.sleep(seconds)

    def call(self: Runner, step: Any, context: Any) -> str:
        ray.get(hold.options(num_cpus=cpus[step]).remote(length[step]))
        with context.artifact(step).writing() as made:
            (made / "made").write_text("")
        return ""

    Runner._call = call  # type: ignore[method-assign]
    Runner._refuse = lambda self, step, plan: None  # type: ignore[method-assign]
    os.environ["RAY_ADDRESS"] = "here"  # a cluster's Ray is not counted by this machine's cores
    Cluster.start = lambda self: None  # type: ignore[method-assign]
    ray.init(num_cpus=slots, include_dashboard=False, log_to_driver=False, address="local",
             _node_ip_address="127.0.0.1")  # fmt: skip
    try:
        ray.get([hold.options(num_cpus=1).remote(0.5) for _ in range(slots)])  # workers are there
        begin = time.monotonic()
        runner = Runner(prepared.study, prepared.run, Progress(io.StringIO()))
        runner.run(steps, prepared.plan, None, "training")  # type: ignore[arg-type]
        took = time.monotonic() - begin
    finally:
        ray.shutdown()
    bound = max(max(ends.values()), work / slots)
    print(
        f"{len(steps)} steps, {slots} slots: critical path {max(ends.values()):.1f} s, "
        f"work {work:.1f} s, makespan {took:.1f} s: {took / bound:.2f} of the bound"
    )


if __name__ == "__main__":
    main()
