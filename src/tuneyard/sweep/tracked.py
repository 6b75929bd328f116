"""A sweep in MLflow while it goes on: a parent run, and in it a run a trial.

Swept keys are parameters under their own names, and the objective is one metric of all, so that
MLflow's comparison of runs shows them side by side. Where MLflow does not answer, trials go on, and
what it lacks is logged when the sweep ends, or is run again.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tuneyard.artifacts import RunDir
from tuneyard.errors import first_line
from tuneyard.stages import runs
from tuneyard.stages.context import Context
from tuneyard.stages.trained import history
from tuneyard.sweep.prepared import AFTER, PreparedSweep, Trial
from tuneyard.sweep.records import Record, Records
from tuneyard.sweep.winner import best

if TYPE_CHECKING:
    from tuneyard.tracking import Run, Tracker

_LAST_WORDS = 20.0
_STATUS: dict[str, Any] = {"done": "FINISHED", "stopped": "FINISHED", "failed": "FAILED"}


class Tracked:
    """Logs trials; several threads may call it.

    Args:
        say: prints a warning, once, should MLflow not answer.
    """

    def __init__(self, made: PreparedSweep, records: Records, say: Callable[[str], None]) -> None:
        self._made, self._records, self._say = made, records, say
        self._lock = threading.Lock()
        self._warned = False
        self._tracker: Tracker | None = None
        self._top: Run | None = None
        self._open: dict[int, Run] = {}

    def begin(self, record: Record) -> None:
        """Open a trial's run, or mark it as RUNNING again."""
        self._try(lambda: self._run(record))

    def rung(self, record: Record, steps: int, value: float) -> None:
        """Log the objective at a rung, over few prompts."""
        row = {"step": steps, "objective": value}
        self._try(lambda: self._run(record).log_steps([row], prefix="rung"))

    def end(self, record: Record, trial: Trial | None, context: Context | None) -> bool:
        """Log what became of a trial, and its training curves where it has trained to the end.

        Returns:
            Whether MLflow has it.
        """

        def log() -> None:
            run = self._run(record)
            run.set_tags({"tuneyard.trial": record.status, "tuneyard.reason": record.reason or ""})
            if record.status == "done" and trial is not None and context is not None:
                for name, step in runs.named(trial.arm):
                    run.log_steps(history(step, context), prefix=name)
            run.log_metrics({**self._values(record), "seconds": record.seconds})
            run.finish(_STATUS[record.status])
            del self._open[record.number]
            top, found = self._parent(), best(self._records.known, self._made.sweep)
            if found is not None:  # of each trial that becomes the best one, in order
                top.log_steps([{"step": record.number, **self._values(found)}], prefix="best")

        return self._try(log)

    def close(self, context: Context) -> None:
        """Log what trials MLflow lacks, and end the parent run with what the best trial has.

        Args:
            context: of any trial.
        """
        place = "sweep", self._made.key, "tracked.json"
        found = self._records.known
        top = best(found, self._made.sweep)
        status = [one.status for one in found]
        counts = {name: status.count(name) for name in ("done", "stopped", "failed")}
        lacking = [one for one in found if one.ended and not one.logged]
        all_of_it = json.dumps({**counts, "best": None if top is None else top.name})
        if not lacking and context.run.read_text(*place) == all_of_it:
            return
        for record in lacking:
            trial = self._made.trial(record.point) if record.status == "done" else None
            if not self.end(record, trial, context):
                return  # nor will it take the others now
            record.logged = True
            self._records.keep(record)

        def log() -> None:
            parent = self._parent()
            parent.log_metrics(counts)
            if top is not None:
                parent.log_metrics(self._values(top))
                parent.set_tags({"tuneyard.best": top.name})
            parent.finish()

        if self._try(log):
            context.run.write_text(all_of_it, *place)

    def publish(self, report: str, run: RunDir) -> None:
        """Put the sweep's report among the parent run's artifacts, unless it is there already.

        Args:
            report: its address, in ``run``.
        """
        parts = "sweep", self._made.key
        name = report.rpartition("/")[2]
        page, place = run.read_text(*parts, name) or "", (*parts, "published.txt")
        digest = hashlib.sha256(page.encode()).hexdigest()
        if run.read_text(*place) == digest:
            return

        def log() -> None:
            with tempfile.TemporaryDirectory(prefix="report-") as folder:
                Path(folder, name).write_text(page, encoding="utf-8")
                self._parent().log_artifacts(folder, "report")

        if self._try(log):
            run.write_text(digest, *place)

    def _values(self, record: Record) -> dict[str, float | None]:
        """Return a trial's objectives by name."""
        return {self._made.sweep.first: record.value, **record.values}

    def break_off(self) -> None:
        """Mark what runs as killed; a server that hangs is not waited for."""

        def log() -> None:
            for run in [*self._open.values(), *filter(None, [self._top])]:
                run.finish("KILLED")

        thread = threading.Thread(target=self._try, args=[log], daemon=True)
        thread.start()
        thread.join(_LAST_WORDS)

    def _try(self, action: Callable[[], object]) -> bool:
        with self._lock:
            try:
                action()
            except Exception as error:
                if not self._warned:
                    self._warned = True
                    self._say(
                        f"    warning: MLflow does not get the trials now ({first_line(error)}); "
                        "what it lacks is logged at the end, or when the sweep is run again"
                    )
                return False
        return True

    def _parent(self) -> Run:
        if self._top is None:
            study, sweep = self._made.prepared.study, self._made.sweep
            self._tracker = runs.open_tracker(study, self._made.prepared.run.root)
            settings = sweep.model_dump(mode="json", by_alias=True, exclude=AFTER)
            name = f"{study.study} sweep"
            self._top = self._tracker.study(name, f"sweep-{self._made.key}", {"sweep": settings})
        return self._top

    def _run(self, record: Record) -> Run:
        if record.number not in self._open:
            top = self._parent()
            assert self._tracker is not None
            seed = record.point.seed
            own = {**record.point.values, **({} if seed is None else {"seed": seed})}
            self._open[record.number] = self._tracker.arm(
                top,
                record.name,
                f"{self._made.key}-{record.number}",
                {"arm": record.point.arm, **own},
            )
        return self._open[record.number]
