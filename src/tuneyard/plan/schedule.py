"""Which steps may be run now: those whose inputs are there, in the plan's order."""

from __future__ import annotations

from collections.abc import Sequence

from tuneyard.plan.step import Step


class Schedule:
    """Steps that are to be run, each once what goes before it is done.

    Args:
        steps: in an order in which they could be run one by one; what is not among them is done.

    Attributes:
        running: those that were started and have not ended.
        missing: those that cannot be run any more, since one that they need has failed.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self.running: list[Step] = []
        self.missing: list[Step] = []
        self._waiting = list(steps)
        self._open = set(steps)

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
