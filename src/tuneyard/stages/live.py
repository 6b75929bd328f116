"""Training curves in MLflow while training goes on.

A thread sends what has come in since it last did. Training waits neither for it nor for the
server: where sending fails the user is told once, it is tried again later, and in any case the
register stage logs whatever MLflow has not got by then.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tuneyard.config import Study
from tuneyard.errors import first_line
from tuneyard.plan import Plan, Step
from tuneyard.plan.steps import Compare
from tuneyard.stages import runs
from tuneyard.tracking import connect

if TYPE_CHECKING:
    from tuneyard.tracking import Run, Status, Tracker

EVERY = 10.0
"""Seconds between two batches."""
_AFTER_FAILURE = 60.0
# Seconds that a failed or interrupted study waits for its last points.
_LAST_WORDS = 20.0
# Of a worker's report, but no metrics.
_NO_METRICS = ("total_steps", "pid")


class Live:
    """Sends step metrics to the runs of all arms that a training step belongs to.

    Args:
        root: the run directory.
        say: prints a warning, should sending fail.
        every: seconds between two batches.

    MLflow is opened, by the thread, when there is something to send, or a study is resumed.
    """

    def __init__(
        self, study: Study, plan: Plan, root: str, say: Callable[[str], None], every: float = EVERY
    ) -> None:
        self._study, self._plan, self._root = study, plan, root
        self._say, self._every = say, every
        self._rows: list[tuple[Step, dict[str, Any]]] = []
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._status: Status | None = None
        self._thread: threading.Thread | None = None
        self._warned = False
        self._resumed = False
        self._tracker: Tracker | None = None
        self._top: Run | None = None
        self._arms: dict[str, Run] = {}

    def resume(self) -> None:
        """Mark the runs of a study that was interrupted as RUNNING again, without delay."""
        # Here, not in the thread: two that import the same packages may see them half made.
        self._resumed = True
        self._try(lambda: connect.client(runs.tracking_uri(self._study, self._root)))
        self._begin()

    def add(self, step: Step, row: Mapping[str, Any]) -> None:
        """Take a log entry of a training step; returns at once."""
        own = {name: value for name, value in row.items() if name not in _NO_METRICS}
        with self._lock:
            self._rows.append((step, {"time": time.time(), **own}))
        self._begin()

    def close(self, status: Status | None = None, *, wait: float = _LAST_WORDS) -> None:
        """End it.

        Args:
            status: how the study ended: the last points are sent, for which ``wait`` seconds are
                given, and the runs are marked so. None: it goes on, and whoever asks logs the
                rest; what is being sent is waited for, so that nothing is logged twice.
        """
        self._status = status
        self._stop.set()
        if self._thread is not None:
            self._thread.join(None if status is None else wait)

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._send_all, name="tuneyard-live", daemon=True
            )
            self._thread.start()

    def _send_all(self) -> None:
        if self._resumed:
            self._try(lambda: self._study_run().reopen_arms())
        pause = self._every
        while not self._stop.wait(pause):
            pause = self._every if self._try(self._flush) else max(self._every, _AFTER_FAILURE)
        if self._status is not None:
            self._try(self._finish)

    def _try(self, action: Callable[[], None]) -> bool:
        try:
            action()
        except Exception as error:
            if not self._warned:
                self._warned = True
                self._say(
                    f"    warning: MLflow does not get the training curves now "
                    f"({first_line(error)}); what it lacks is logged at the end"
                )
            return False
        return True

    def _finish(self) -> None:
        self._flush()
        if self._top is not None and self._status is not None:
            self._top.finish(self._status)

    def _flush(self) -> None:
        with self._lock:
            rows = list(self._rows)
        if not rows:
            if self._top is not None:
                self._top.beat()
            return
        self._study_run().beat()
        for step in {step.key: step for step, _ in rows}.values():
            history = [row for own, row in rows if own.key == step.key]
            for arm, name in runs.trained_by(self._plan, step):
                self._run(arm).log_steps(history, prefix=name)
        with self._lock:  # only now: what was not sent is sent again, and logged once
            del self._rows[: len(rows)]

    def _study_run(self) -> Run:
        if self._tracker is None:
            self._tracker = runs.open_tracker(self._study, self._root)
        if self._top is None:
            compare = next(step for step in self._plan.steps if isinstance(step, Compare))
            self._top = runs.study_run(self._tracker, self._study, compare)
        return self._top

    def _run(self, arm: Any) -> Run:
        top = self._study_run()
        if arm.label not in self._arms:
            assert self._tracker is not None
            self._arms[arm.label] = runs.arm_run(self._tracker, top, arm)
        return self._arms[arm.label]
