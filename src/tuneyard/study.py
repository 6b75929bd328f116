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
from tuneyard.checkpoint import has_chat_template, with_own_length
from tuneyard.config import Study
from tuneyard.config.check import check
from tuneyard.config.load import dump, load
from tuneyard.config.prompts import PROMPTS
from tuneyard.meta_model import check_encoder_fit, check_fit
from tuneyard.metrics import encoder_metrics
from tuneyard.metrics.execution import check_imports
from tuneyard.progress import Progress
from tuneyard.rows import expanded
from tuneyard.stages import failure
from tuneyard.stages.context import Context
from tuneyard.stages.live import Live
from tuneyard.stages.runs import open_tracker, tracking_uri
from tuneyard.tracking.connect import check_artifact_root, is_new


@dataclass(frozen=True)
class Prepared:
    """A checked study with its plan and run directory; nothing was run or loaded yet."""

    study: Study
    plan: planning.Plan
    run: RunDir
    notes: tuple[str, ...] = ()
    """What the user should know before anything runs, though it is no error."""

    def state(self) -> list[tuple[planning.Step, bool]]:
        """Return every step with whether it is done."""
        return [(s, self.run.artifact(s.stage, s.key).complete()) for s in self.plan.steps]


def prepare(path: str | Path, overrides: Sequence[str] = ()) -> Prepared:
    """Read and check a study file, and plan it.

    Raises:
        UserError: anything in the file, its data, its models or its run directory is not as it
            should be.
    """
    study = load(path, overrides)
    check(study, str(path))
    study = study.model_copy(update={"models": [with_own_length(m) for m in study.models]})
    plan = planning.build(study, loading.identity)
    folder = expanded(study.run_dir or f"runs/{study.study}", f"{path}: run_dir")
    run = RunDir(folder)
    check_artifact_root(tracking_uri(study, run.root))
    prepared = Prepared(study, plan, run, _notes(study, plan))
    if not all(done for _, done in prepared.state()):
        for model in study.models:
            check_fit(model)
        for name in sorted(set(encoder_metrics(study.evaluate.metrics).values())):
            encoder = getattr(study.evaluate.encoders, name)
            check_encoder_fit(encoder, f"{path}: evaluate.encoders.{name}")
    return prepared


def _notes(study: Study, plan: planning.Plan) -> tuple[str, ...]:
    chats = [
        f"{model.name}: its tokenizer has a chat template, which is not used: the model is trained "
        f"and asked in the format {model.prompt!r}; choose one with models.{model.name}.prompt "
        f"({', '.join(PROMPTS)})"
        for model in study.models
        if "prompt" not in model.model_fields_set and has_chat_template(model)
    ]
    return (*chats, *planning.different_shapes(study, plan))


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
    todo = [step for step, done in prepared.state() if not done]
    # The last stage would be the first to meet what is wrong with MLflow. A database that is still
    # to be made waits for the rows to be read: making it takes longer than finding what is wrong.
    unopened = is_new(tracking_uri(prepared.study, prepared.run.root))
    if todo and not unopened:
        open_tracker(prepared.study, prepared.run.root)
    if todo:
        check_imports(prepared.study.sandbox.imports, "sandbox.imports")
    prepared.run.prepare()
    prepared.run.write_text(dump(prepared.study), "study.yaml")
    for note in prepared.notes if todo else ():
        progress.line(f"note: {note}")
    for step in todo:
        if wrong := prepared.run.artifact(step.stage, step.key).damage():
            progress.line(f"warning: {step.label} is run again, its files were changed: {wrong}")
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
            if unopened and step.stage != "prepare":
                open_tracker(prepared.study, prepared.run.root)
                unopened = False
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
