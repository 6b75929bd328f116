"""How long what is left of a study will take, by how long steps of each kind took so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from statistics import fmean

from tuneyard.plan import Step
from tuneyard.plan.steps import Train

_USUAL = {
    "sft": 200.0, "dpo": 50.0, "generate": 20.0, "prefer": 20.0, "reference": 10.0,
    "similarity": 10.0, "judge": 5.0, "compare": 5.0, "register": 5.0, "score": 3.0,
}  # fmt: skip
"""Seconds of a step of the quickstart; what is not named here takes one. Only how they compare
counts: they stand for kinds of which no step has ended yet."""


class Pace:
    """Times steps.

    Args:
        todo: the steps that are to be run.
        clock: seconds.
    """

    def __init__(self, todo: Iterable[Step], clock: Callable[[], float] = time.monotonic) -> None:
        self._waiting = dict.fromkeys(todo)
        self._clock, self._began = clock, clock()
        self._running: dict[Step, float] = {}
        self._took: dict[str, list[float]] = {}  # by kind
        self._lock = threading.Lock()

    @contextmanager
    def timed(self, step: Step) -> Iterator[None]:
        """Run a step within the block; one that fails tells nothing of its kind."""
        with self._lock:
            self._waiting.pop(step, None)
            self._running[step] = self._clock()
        try:
            yield
        except BaseException:
            with self._lock:
                del self._running[step]
            raise
        with self._lock:
            self._took.setdefault(_kind(step), []).append(self._clock() - self._running.pop(step))

    def leave(self, step: Step) -> None:
        """Note that a step is not to be run here any more."""
        with self._lock:
            self._waiting.pop(step, None)

    def left(self) -> float | None:
        """Return the seconds that what is left will take; None while nothing has ended, or is left.

        As many steps are taken to run side by side as did so far. A kind of which none has ended
        takes its usual share of what the others took.
        """
        with self._lock:
            took = [one for each in self._took.values() for one in each]
            passed = self._clock() - self._began
            if not took or passed <= 0 or not (self._waiting or self._running):
                return None
            now = self._clock()
            usual = sum(len(each) * _USUAL.get(kind, 1.0) for kind, each in self._took.items())
            scale = sum(took) / usual
            known = {kind: fmean(each) for kind, each in self._took.items()}

            def whole(step: Step) -> float:
                kind = _kind(step)
                return known.get(kind, scale * _USUAL.get(kind, 1.0))

            work = sum(map(whole, self._waiting))
            work += sum(max(0.0, whole(step) - (now - at)) for step, at in self._running.items())
            done = sum(took) + sum(now - began for began in self._running.values())
            return work / max(1.0, done / passed)


def _kind(step: Step) -> str:
    """Return the stage, and of a training stage its method: they take times of their own."""
    return step.method if isinstance(step, Train) else step.stage
