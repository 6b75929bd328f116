"""Runs trials, each in a thread of the driver, with the runner of studies."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from tuneyard.artifacts import RunDir
from tuneyard.config import Study
from tuneyard.distributed.cluster import Cluster
from tuneyard.errors import AbandonedError, ToldError, UserError, named
from tuneyard.progress import Bar, Progress, duration
from tuneyard.stages.context import Context
from tuneyard.stages.runner import Runner, facts_of
from tuneyard.study import decided
from tuneyard.sweep.desk import Said
from tuneyard.sweep.objectives import objectives
from tuneyard.sweep.prepared import PreparedSweep, Trial, cut
from tuneyard.sweep.records import Record, Records
from tuneyard.sweep.room import alone
from tuneyard.sweep.rungs import TrialRungs
from tuneyard.sweep.tracked import Tracked
from tuneyard.sweep.winner import best

Say = Callable[[int, Said], None]


class Decisions:
    """What Tune's scheduler decides of each trial at each rung; both sides are threads."""

    def __init__(self) -> None:
        self._made: dict[tuple[int, int], bool] = {}
        self._gone: dict[int, str] = {}
        self._changed = threading.Condition()

    def make(self, number: int, steps: int, go_on: bool) -> None:
        """Decide whether a trial goes on; the first decision counts."""
        with self._changed:
            self._made.setdefault((number, steps), go_on)
            self._changed.notify_all()

    def lose(self, number: int, why: str) -> None:
        """Tune has given a trial up."""
        with self._changed:
            self._gone[number] = why
            self._changed.notify_all()

    def made(self, number: int, steps: int) -> bool | None:
        """Return a decision, or None where there is none yet."""
        with self._changed:
            return self._made.get((number, steps))

    def wait(self, number: int, steps: int) -> bool:
        """Wait for a decision.

        Raises:
            RuntimeError: Tune has given the trial up.
        """
        with self._changed:
            self._changed.wait_for(lambda: (number, steps) in self._made or number in self._gone)
            if (number, steps) not in self._made:
                raise RuntimeError(f"Ray Tune has lost the trial: {self._gone[number]}")
            return self._made[number, steps]

    def __getstate__(self) -> dict[str, object]:
        return {}  # Tune keeps a copy of all that it is given; this is of this process alone


class Trials:
    """Runs trials; ``begin`` may be called twice for one, as Tune starts trials anew.

    Args:
        say: passes on to Tune what there is to say of a trial.
    """

    def __init__(
        self,
        made: PreparedSweep,
        records: Records,
        cluster: Cluster,
        progress: Progress,
        say: Say,
        tracked: Tracked,
    ) -> None:
        self._made, self._records, self._cluster = made, records, cluster
        self._progress, self._say, self._tracked = progress, say, tracked
        self.decisions = Decisions()
        self._begun: set[int] = set()
        self._threads: list[threading.Thread] = []
        self._refused: dict[str, UserError] = {}
        self._left = False
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._ended = 0

    def leave(self) -> None:
        """Note nothing more: the sweep is broken off, and what fails from now on fails by that."""
        self._left = True

    def begin(self, number: int) -> None:
        """Begin a trial, or say again what became of it in an earlier run of the sweep."""
        with self._lock:
            if number in self._begun:
                return
            self._begun.add(number)
        record = self._records.all[number]
        work = self._repeat if record.over else self._perform
        thread = threading.Thread(target=work, args=[record], name=record.name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def join(self) -> None:
        """Wait until all is noted: Tune has done with a trial that it stops before its workers."""
        for thread in self._threads:
            thread.join()

    def _repeat(self, record: Record) -> None:
        for steps, value in sorted(record.rungs.items()):
            self._say(record.number, {"value": value, "steps": steps})
        self._end(record)

    def _perform(self, record: Record) -> None:
        began = time.time()
        record.status, record.reason, record.again = "running", None, False
        self._records.keep(record)
        self._tracked.begin(record)
        done: tuple[Trial, Context] | None = None
        try:
            done = self._run(record)
        except AbandonedError as error:
            record.status, record.reason = "stopped", str(error)
        except ToldError as error:
            record.status, record.reason = "failed", _reason(error)
            record.again = not isinstance(error, UserError)
        except BaseException as error:  # a fault of ours, in this trial alone
            record.status, record.reason, record.again = "failed", named(error), True
        span = [round(began, 3), round(time.time(), 3)]
        record.seconds = round(record.seconds + span[1] - span[0], 3)
        if self._left or self._cluster.lost() is not None:
            return  # as a trial that was cut off it goes on next time
        # First MLflow: killed between the two, a trial whose steps are done is soon told again.
        record.spans = [*record.spans, span]
        record.logged = self._tracked.end(record, *(done or (None, None)))
        self._records.keep(record)
        self._ended += 1
        self._progress.line(f"{record.name}: {outcome(record)}{self._tally()}")
        self._end(record)

    def over(self) -> int:
        """Return how many trials have come to their end."""
        return sum(one.ended for one in self._records.known)

    def _tally(self) -> str:
        """Say how far the sweep is, what was best so far, and how long the rest will take."""
        found, over = self._records.known, self.over()
        said = [f"{over} of {self._made.most} trials are over"]
        for status in ("failed", "running"):
            if count := sum(one.status == status for one in found):
                said.append(f"{count} {status}")
        if (top := best(found, self._made.sweep)) is not None:
            said.append(f"best so far {top.value:.4g}, {top.name}")
        if left := self._made.most - over:
            seconds = (time.monotonic() - self._started) / max(1, self._ended) * left
            said.append(f"about {duration(seconds)} left")
        return f" ({'; '.join(said)})"

    def _end(self, record: Record) -> None:
        said: Said = {"end": "done"}
        if record.value is not None:
            said |= {"value": record.value, "steps": record.steps or 1}
            said["others"] = list(record.values.values())[1:]
        if record.status == "failed":
            said = {"end": "failed", "reason": record.reason or ""}
        self._say(record.number, said)

    def _run(self, record: Record) -> tuple[Trial, Context]:
        trial = self._made.trial(record.point)
        resources = alone(trial.prepared.study.resources)
        study = trial.prepared.study.model_copy(update={"resources": resources})
        run = trial.prepared.run
        runner = Runner(
            study, run, self._progress, title=f"{record.name} · ", cluster=self._cluster
        )
        if trial.prepared.plan.undecided:  # its data are others than the study's
            trial = cut(trial.point, decided(self._made.whole(record.point), runner))
        last = trial.arm.trains[-1]
        record.adapter = last.key
        # Tune hears again what was judged before the sweep was interrupted.
        for steps, value in sorted(record.rungs.items()):
            if not self._judged(record, steps, value):
                run.discard("work", run.artifact(last.stage, last.key).name)
                raise AbandonedError(f"stopped at step {steps}")
        rungs = self._rungs(record, trial)
        for step in trial.prepared.plan.steps:
            if (known := self._refused.get(step.key)) is not None:
                raise known  # what trials share is not refused by each of them anew
            if facts_of(run, step) is not None:
                continue
            try:
                runner.step(step, trial.prepared.plan, rungs=rungs)
            except UserError as error:
                self._refused[step.key] = error
                run.discard("work", run.artifact(step.stage, step.key).name)  # not gone on with
                raise
        context = quiet(study, run, self._cluster)
        record.values = objectives(self._made, trial, context)
        record.value = next(iter(record.values.values()))
        record.steps = (facts_of(run, last) or {}).get("steps")
        record.status = "done"
        return trial, context

    def _rungs(self, record: Record, trial: Trial) -> TrialRungs | None:
        sweep = self._made.sweep
        if sweep.stop is None:
            return None
        return TrialRungs(
            trial, sweep.stop, sweep.first, sweep.on,
            lambda steps, value: self._judged(record, steps, value),
        )  # fmt: skip

    def _judged(self, record: Record, steps: int, value: float) -> bool:
        """Let Tune decide at a rung; what was decided in this run of the sweep stays."""
        if (found := self.decisions.made(record.number, steps)) is not None:
            return found
        record.rungs[steps] = value
        self._records.keep(record)
        self._tracked.rung(record, steps, value)
        self._say(record.number, {"value": value, "steps": steps})
        return self.decisions.wait(record.number, steps)


def outcome(record: Record) -> str:
    """Say in a few words what became of a trial."""
    if record.status == "done":
        return f"{record.value:.4g}"
    return f"{record.status}: {record.reason}" if record.reason else record.status


def _reason(error: ToldError) -> str:
    shown = f" ({error.shown})" if error.shown else ""
    return f"{error.what}{shown}"


def quiet(study: Study, run: RunDir, cluster: Cluster) -> Context:
    """Return a stage's context whose bar shows nothing."""
    return Context(study, run, Bar("", _nothing, _nothing), cluster)


def _nothing(*words: object) -> None:
    pass
