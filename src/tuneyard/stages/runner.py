"""Runs steps, side by side where there is room, and holds what they found against the study's
settings."""

from __future__ import annotations

import importlib
import os
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tuneyard import config
from tuneyard.artifacts import RunDir, lease
from tuneyard.distributed.cluster import Cluster
from tuneyard.errors import UserError, first_line
from tuneyard.judging.served import there
from tuneyard.machine import cores
from tuneyard.plan import Plan, Step
from tuneyard.plan.schedule import Schedule, cpus
from tuneyard.plan.steps import Judge, Overlap, PairOverlap, Preflight, Prepare
from tuneyard.progress import Progress
from tuneyard.stages import failure, refusal
from tuneyard.stages.context import Context, Rungs
from tuneyard.stages.live import Live
from tuneyard.stages.pace import Pace

_CHECKS = Prepare, Judge, Overlap, PairOverlap, Preflight
"""Steps that look at rows before anything trains: what they refuse is mended first."""
_AT_ONCE = 32
"""Steps at a time where the study does not say: more threads than that only wait."""


class Runner:
    """Runs steps of a study.

    Args:
        on_loss: see ``study.run``.
        title: stands before the labels of its steps.
        cluster: a Ray that several share; None: one of its own.

    Attributes:
        ran: how many steps were run.
    """

    def __init__(
        self,
        study: config.Study,
        run: RunDir,
        progress: Progress,
        on_loss: Callable[[str], None] | None = None,
        *,
        title: str = "",
        cluster: Cluster | None = None,
    ) -> None:
        self.ran = 0
        self._title, self._shared = title, cluster is not None
        self._lock = threading.Lock()
        self._study, self._run, self._progress = study, run, progress
        self.cluster = cluster or Cluster(study.resources, on_loss)
        self._pace = Pace([])

    def step(
        self,
        step: Step,
        plan: Plan,
        live: Live | None = None,
        rungs: Rungs | None = None,
    ) -> None:
        """Run a step.

        Args:
            plan: what it belongs to.
            live, rungs: see ``Context``.

        Raises:
            UserError: it refuses its input, or what it found is refused.
            RunError: a worker was lost for good.
        """
        name = self._run.artifact(step.stage, step.key).name
        with self._progress.stage(self._title + step.label) as bar:
            context = Context(self._study, self._run, bar, self.cluster, live, rungs)

            def waiting() -> None:
                bar.say(f"    {step.label}: it runs elsewhere, and is waited for")

            with lease(self._run, name, waiting):
                if facts_of(self._run, step) is not None:
                    bar.note = "done elsewhere"
                    self._pace.leave(step)
                else:
                    with self._pace.timed(step):
                        bar.note = self._call(step, context)
                    with self._lock:
                        self.ran += 1
            limits = self._study.preflight
            refusal.refuse(step, facts_of(self._run, step) or {}, limits)
            if isinstance(step, Judge):
                refuse_tests(self._run, plan, limits)
            bar.left = self._pace.left()

    def run(self, steps: Sequence[Step], plan: Plan, live: Live) -> None:
        """Run steps, as many at a time as there is room for; see ``step`` for the arguments.

        What fails takes what needs it along; the rest is run all the same, unless rows are
        refused, or Ray has gone.

        Raises:
            UserError, RunError: the first that a step raised, once all that runs has ended.
        """
        schedule, self._pace = Schedule(steps), Pace(steps)
        ended: queue.SimpleQueue[tuple[Step, BaseException | None]] = queue.SimpleQueue()
        first: BaseException | None = None

        def perform(step: Step) -> None:
            try:
                self.step(step, plan, live)
            except BaseException as error:
                ended.put((step, error))
            else:
                ended.put((step, None))

        while True:
            chosen = self._chosen(schedule)
            for step in chosen:
                schedule.start(step)
            if len(chosen) == 1 == len(schedule.running):  # as simple as can be
                perform(chosen[0])
            elif chosen:
                # Here: what a thread starts ends with it, Ray's servers, too, and threads that
                # import the same at once may see it half made.
                self.cluster.start()
                import_all()
                for step in chosen:
                    threading.Thread(
                        target=perform, args=[step], name=step.label, daemon=True
                    ).start()
            if not schedule.running:
                break
            step, error = ended.get()
            if error is None:
                schedule.done(step)
                continue
            for gone in schedule.failed(step):
                self._pace.leave(gone)
            if first is None:
                first = error
            else:
                self._progress.line(f"failed, too: {step.label}: {first_line(error, 500)}")
            refused = isinstance(error, UserError) and isinstance(step, _CHECKS)
            if refused or not isinstance(error, Exception) or self.cluster.lost() is not None:
                schedule.stop()
        if first is not None:
            if schedule.missing and isinstance(first, Exception):  # else it was told to stop
                names = ", ".join(step.label for step in schedule.missing)
                self._progress.line(f"not run, for want of what failed: {names}")
            raise first

    def _chosen(self, schedule: Schedule) -> list[Step]:
        """Return the steps that may be started now, beside those that run.

        A cluster's Ray lets a step wait until there is room; this machine's cores are counted here.
        """
        resources, chosen = self._study.resources, list[Step]()
        joined, most = bool(os.environ.get("RAY_ADDRESS")), resources.parallel or _AT_ONCE
        taken = sum(cpus(step, resources) for step in schedule.running)
        for step in schedule.ready():
            wanted = taken + cpus(step, resources)
            first = not schedule.running and not chosen
            if first or ((joined or wanted <= cores()) and
                         len(chosen) + len(schedule.running) < most):  # fmt: skip
                chosen.append(step)
                taken = wanted
        return chosen

    def stop(self) -> None:
        """Stop Ray, or leave it, where it was started; what several share stays."""
        if not self._shared:
            self.cluster.stop()

    def _call(self, step: Step, context: Context) -> str:
        stage = importlib.import_module(f"tuneyard.stages.{step.stage}")
        try:
            return str(stage.run(step, context))
        except Exception as error:
            told = failure.explain(error, step, self._study, self._run, self.cluster)
            if told is None:
                raise
            raise told from error


def import_all() -> None:
    """Import what several stages use: threads that import it at once may see it half made."""
    for name in ("ray.data", "ray.train.torch", "transformers", "peft"):
        importlib.import_module(name)


def facts_of(run: RunDir, step: Step) -> Mapping[str, Any] | None:
    """Return what a finished step found; None where it is to be run: it is not finished or was
    damaged, or rows had no verdict for want of a module that is there by now."""
    artifact = run.artifact(step.stage, step.key)
    manifest = artifact.manifest() if artifact.complete() else None
    if manifest is None or any(map(there, manifest["facts"].get("lacking", ()))):
        return None
    facts: Mapping[str, Any] = manifest["facts"]
    return facts


def refuse_tests(run: RunDir, plan: Plan, limits: config.Preflight) -> None:
    """Refuse the rows' tests, where the settings do; what is refused is tried again next time.

    Tests may fail for want of a module, which is there by then.

    Raises:
        UserError: see ``refusal.refuse_tests``.
    """
    try:
        refusal.refuse_tests(plan, lambda step: facts_of(run, step), limits)
    except UserError:
        for step in plan.judges:
            found = facts_of(run, step)
            if found is not None and found["found"]["tests"]:
                run.discard("stages", run.artifact(step.stage, step.key).name)
        raise
