"""What a step needs of a cluster while it runs."""

from __future__ import annotations

from typing import NamedTuple

from tuneyard.config import Resources
from tuneyard.plan import steps
from tuneyard.plan.step import Step


class Demand(NamedTuple):
    """CPUs and GPUs that a step's workers hold together."""

    cpus: float = 0.0
    gpus: float = 0.0


def demand(step: Step, resources: Resources) -> Demand:
    """Return what a step's workers hold; of a stage that runs in the driver, a CPU.

    Pools of GPUs are counted as one worker where the study leaves their number open: they take
    what is there.
    """
    each = Demand(resources.cpus_per_worker, resources.gpus_per_worker)
    if isinstance(step, steps.Train):
        return Demand(each.cpus * resources.workers, each.gpus * resources.workers)
    if isinstance(step, steps.Generate | steps.SampledPairs | steps.Reference):
        workers = resources.inference_workers or 1
        return Demand(each.cpus * workers, each.gpus * workers)
    if isinstance(step, steps.Score | steps.Judge):
        return Demand(float(resources.scoring_workers))
    if isinstance(step, steps.Similarity):
        if resources.gpus_per_worker:
            workers = resources.inference_workers or 1
            return Demand(each.cpus * workers, each.gpus * workers)
        return Demand(each.cpus * resources.scoring_workers)
    return Demand(1.0)
