"""How long what is left of a study will take, by how long steps of each kind took so far."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from statistics import fmean

from tuneyard.plan import Step


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
        self._took: dict[str, list[float]] = {}
        self._lock = threading.Lock()

    def begin(self, step: Step) -> None:
        """Note that a step begins."""
        with self._lock:
            self._waiting.pop(step, None)
            self._running[step] = self._clock()

    def end(self, step: Step) -> None:
        """Note that a step has ended."""
        with self._lock:
            self._took.setdefault(step.stage, []).append(self._clock() - self._running.pop(step))

    def left(self) -> float | None:
        """Return the seconds that what is left will take; None while nothing has ended, or is left.

        As many steps are taken to run side by side as did so far. A kind of which none has ended
        takes as long as the others on average.
        """
        with self._lock:
            took = [one for each in self._took.values() for one in each]
            passed = self._clock() - self._began
            if not took or passed <= 0 or not (self._waiting or self._running):
                return None
            usual, now = fmean(took), self._clock()
            mean = {stage: fmean(each) for stage, each in self._took.items()}
            work = sum(mean.get(step.stage, usual) for step in self._waiting)
            work += sum(
                max(0.0, mean.get(step.stage, usual) - (now - began))
                for step, began in self._running.items()
            )
            done = sum(took) + sum(now - began for began in self._running.values())
            return work / max(1.0, done / passed)
