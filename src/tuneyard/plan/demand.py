"""What a step needs of a cluster while it runs."""

from __future__ import annotations

from tuneyard.config import Resources
from tuneyard.plan import steps
from tuneyard.plan.step import Step


def cpus(step: Step, resources: Resources) -> float:
    """Return the CPUs that a step's workers hold together; of one that runs in the driver, one.

    Pools of GPUs are counted as one worker where the study leaves their number open: they take
    what is there.
    """
    each = resources.cpus_per_worker
    if isinstance(step, steps.Train):
        return each * resources.workers
    if isinstance(step, steps.Score | steps.Judge):
        return float(resources.scoring_workers)
    if isinstance(step, steps.Similarity) and not resources.gpus_per_worker:
        return each * resources.scoring_workers
    models = steps.Generate | steps.SampledPairs | steps.Reference | steps.Similarity
    return each * (resources.inference_workers or 1) if isinstance(step, models) else 1.0
