"""Runs steps one by one: with Ray where one asks for it, and with what they found held against
the study's settings."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from tuneyard.artifacts import RunDir
from tuneyard.config import Preflight, Study
from tuneyard.errors import UserError
from tuneyard.judging.served import there
from tuneyard.plan import Plan, Step
from tuneyard.progress import Progress
from tuneyard.stages import failure, refusal
from tuneyard.stages.context import Context
from tuneyard.stages.live import Live


class Runner:
    """Runs steps of a study.

    Args:
        on_loss: see ``study.run``.

    Attributes:
        ran: how many steps were run.
        outcome: see ``Context``.
    """

    def __init__(
        self,
        study: Study,
        run: RunDir,
        progress: Progress,
        on_loss: Callable[[str], None] | None = None,
    ) -> None:
        self.ran = 0
        self.outcome: dict[str, Any] = {}
        self._study, self._run, self._progress = study, run, progress
        self._on_loss = on_loss
        self._started = False

    def step(self, step: Step, plan: Plan, live: Live | None = None, training: str = "") -> None:
        """Run a step.

        Args:
            plan: what it belongs to.
            live: see ``Context``.
            training: see ``Context``.

        Raises:
            UserError: it refuses its input, or what it found is refused.
            RunError: a worker was lost for good.
        """
        with self._progress.stage(step.label) as bar:
            context = Context(
                self._study, self._run, bar, self._start, live, self.outcome, training
            )
            bar.note = self._call(step, context)
            self._refuse(step, plan)
        self.ran += 1

    def lost(self) -> str | None:
        """Return what a local Ray has lost; None: nothing, or none was started."""
        if not self._started:
            return None
        from tuneyard.distributed import runtime

        return runtime.lost()

    def stop(self) -> None:
        """Stop Ray, or leave it, where it was started."""
        if self._started:
            from tuneyard.distributed import runtime

            runtime.stop()

    def _start(self) -> None:
        if not self._started:
            from tuneyard.distributed import runtime

            runtime.start(self._study.resources, self._on_loss)
            self._started = True

    def _call(self, step: Step, context: Context) -> str:
        stage = importlib.import_module(f"tuneyard.stages.{step.stage}")
        try:
            return str(stage.run(step, context))
        except Exception as error:
            told = failure.explain(error, step, self._study, self._run)
            if told is None:
                raise
            raise told from error

    def _refuse(self, step: Step, plan: Plan) -> None:
        limits = self._study.preflight
        refusal.refuse(step, facts_of(self._run, step) or {}, limits)
        if step.stage == "judge":
            refuse_tests(self._run, plan, limits)


def facts_of(run: RunDir, step: Step) -> Mapping[str, Any] | None:
    """Return what a finished step found; None where it is to be run: it is not finished or was
    damaged, or rows had no verdict for want of a module that is there by now."""
    artifact = run.artifact(step.stage, step.key)
    manifest = artifact.manifest() if artifact.complete() else None
    if manifest is None or any(map(there, manifest["facts"].get("lacking", ()))):
        return None
    facts: Mapping[str, Any] = manifest["facts"]
    return facts


def refuse_tests(run: RunDir, plan: Plan, limits: Preflight) -> None:
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
