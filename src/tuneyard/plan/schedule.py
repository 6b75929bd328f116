"""Which steps may be run now, in the plan's order, and what each needs of a cluster meanwhile."""

from __future__ import annotations

from collections.abc import Sequence

from tuneyard.config import Resources
from tuneyard.plan import steps
from tuneyard.plan.step import Step


class Schedule:
    """Steps that are to be run, each once what goes before it is done.

    Args:
        todo: in an order in which they could be run one by one; what is not among them is done.

    Attributes:
        running: those that were started and have not ended.
        missing: those that cannot be run any more, since one that they need has failed.
    """

    def __init__(self, todo: Sequence[Step]) -> None:
        self.running: list[Step] = []
        self.missing: list[Step] = []
        self._waiting = list(todo)
        self._open = set(todo)

    def ready(self) -> list[Step]:
        """Return the steps that may be started, in their order."""
        return [step for step in self._waiting if self._open.isdisjoint(step.before)]

    def start(self, step: Step) -> None:
        """Note that a step was started."""
        self._waiting.remove(step)
        self.running.append(step)

    def done(self, step: Step) -> None:
        """Note that a step has ended well."""
        self.running.remove(step)
        self._open.remove(step)

    def failed(self, step: Step) -> list[Step]:
        """Note that a step has failed: what needs it leaves, and is returned; the rest goes on."""
        self.running.remove(step)
        gone = {step: None}  # in their order
        for other in list(self._waiting):  # what goes before came before
            if not gone.keys().isdisjoint(other.before):
                gone[other] = None
                self._waiting.remove(other)
                self.missing.append(other)
        return [*gone][1:]

    def stop(self) -> None:
        """Let nothing more be started."""
        self.missing += self._waiting
        self._waiting.clear()


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
