"""A study from its file to its report: the stages in order. Read this first.

config → prepare → (prefer → reference) → train → generate → score → compare → register

``plan/`` says which steps a study has and what each depends on; ``stages/`` says what each
does. Here they are run: those whose artifact is complete are skipped, so that a study that was
killed, or changed in one place, runs only what is missing.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tuneyard import loading
from tuneyard import plan as planning
from tuneyard.artifacts import RunDir
from tuneyard.config import Study
from tuneyard.config.check import check
from tuneyard.config.load import dump, load
from tuneyard.progress import Progress
from tuneyard.stages import failure
from tuneyard.stages.context import Context
from tuneyard.stages.live import Live
from tuneyard.stages.runs import tracking_uri
from tuneyard.tracking.connect import check_uri


@dataclass(frozen=True)
class Prepared:
    """A checked study with its plan and run directory; nothing was run or loaded yet."""

    study: Study
    plan: planning.Plan
    run: RunDir

    def state(self) -> list[tuple[planning.Step, bool]]:
        """Return every step with whether it is done."""
        return [(s, self.run.artifact(s.stage, s.key).complete()) for s in self.plan.steps]


def prepare(path: str | Path, overrides: Sequence[str] = ()) -> Prepared:
    """Read and check a study file, and plan it.

    Raises:
        UserError: anything in the file, its data or its models is not as it should be.
    """
    study = load(path, overrides)
    check(study, str(path))
    plan = planning.build(study, loading.identity)
    return Prepared(study, plan, RunDir(study.run_dir or f"runs/{study.study}"))


def run(
    prepared: Prepared,
    progress: Progress | None = None,
    on_loss: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run what is missing of a study.

    Args:
        on_loss: called, in any thread, should a local Ray lose what it cannot go on without.

    Returns:
        What the last stages found: ``table`` (text), ``report`` (address), ``registry`` (text),
        ``ran`` (how many steps were run).

    Raises:
        UserError: the run directory cannot be written to, or a stage refuses its input.
        RunError: Ray lost a worker for good, or a training run failed.
    """
    progress = progress or Progress()
    uri = tracking_uri(prepared.study, prepared.run.root)
    prepared.run.prepare()
    check_uri(uri)
    prepared.run.write_text(dump(prepared.study), "study.yaml")
    todo = [step for step, done in prepared.state() if not done]
    done = len(prepared.plan.steps) - len(todo)
    if done:
        progress.line(f"{done} of {len(prepared.plan.steps)} steps are done already")
    ray = _Ray(prepared.study, on_loss)
    training = _training(prepared.plan)
    live = Live(prepared.study, prepared.plan, prepared.run.root)
    outcome: dict[str, Any] = {"ran": len(todo)}
    progress.begin(len(todo), done, prepared.run.root)
    try:
        if todo and done:
            live.resume(progress.line)
        for step in todo:
            with progress.stage(step.label) as bar:
                context = Context(
                    prepared.study, prepared.run, bar, ray.start, live, outcome, training
                )
                bar.note = _run_step(step, context)
    except BaseException as error:
        failed = isinstance(error, Exception) or ray.lost() is not None
        live.close("FAILED" if failed else "KILLED")
        raise
    finally:
        ray.stop()
    live.close()
    if todo:
        prepared.run.discard("work", training)
    return outcome | results(prepared)


def _run_step(step: planning.Step, context: Context) -> str:
    """Run one stage; return what its line of progress says at the end."""
    stage = importlib.import_module(f"tuneyard.stages.{step.stage}")
    try:
        return str(stage.run(step, context))
    except Exception as error:
        told = failure.explain(error, step, context.study, context.run)
        if told is None:
            raise
        raise told from error


def results(prepared: Prepared) -> dict[str, Any]:
    """Return what a finished study prints: its table, the report's address, the registry's word."""
    from tuneyard.stages.published import closing

    return closing(prepared.run, next(s for s in prepared.plan.steps if s.stage == "register"))


def _training(plan: planning.Plan) -> str:
    """Name the folder of the training stages' checkpoints: a resumed study's is the same."""
    return next((f"training-{s.key}" for s in plan.steps if s.stage == "train"), "training")


class _Ray:
    """Ray, started when the first stage asks for it and stopped by whoever started it."""

    def __init__(self, study: Study, on_loss: Callable[[str], None] | None) -> None:
        self._study, self._on_loss = study, on_loss
        self._started = False

    def start(self) -> None:
        if not self._started:
            from tuneyard.distributed import runtime

            runtime.start(self._study.resources, self._on_loss)
            self._started = True

    def lost(self) -> str | None:
        if not self._started:
            return None
        from tuneyard.distributed import runtime

        return runtime.lost()

    def stop(self) -> None:
        if self._started:
            from tuneyard.distributed import runtime

            runtime.stop()
