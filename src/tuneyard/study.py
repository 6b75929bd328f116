"""A study from its file to its report: the stages in order. Read this first.

config → prepare → judge, overlap, preflight → (prefer → reference) → train → generate →
similarity → score → compare → register

``judge`` tries the rows' tests, ``overlap`` looks for rows that evaluation has too, ``preflight``
for what a model would not see whole; what they find is held against the study's settings
(``stages/refusal.py``) before anything trains.

``plan/`` says which steps a study has and what each depends on; ``stages/`` says what each
does. Here they are run: those whose artifact is complete are skipped, so that a study that was
killed, or changed in one place, runs only what is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tuneyard import chat_file, commits, loading, parts
from tuneyard import plan as planning
from tuneyard.artifacts import RunDir
from tuneyard.base_models import model_folder, with_own_length
from tuneyard.config import Study
from tuneyard.config.load import dump, load
from tuneyard.distributed.cluster import Cluster
from tuneyard.judging.imports import check_imports
from tuneyard.machine import check_machine
from tuneyard.meta_model import check_encoder_fit, check_fit
from tuneyard.metrics import encoder_metrics
from tuneyard.outline import check_outline
from tuneyard.parts import Part
from tuneyard.plan.steps import Judge, Prefer, Prepare, Register, Train
from tuneyard.progress import Progress
from tuneyard.rows import expanded
from tuneyard.stages import refusal
from tuneyard.stages.batches import check_batches, count_of
from tuneyard.stages.check import check_rows
from tuneyard.stages.live import Live
from tuneyard.stages.runner import Runner, facts_of, refuse_tests
from tuneyard.stages.runs import check_tracker, open_tracker, tracking_uri
from tuneyard.study_check import check, unread
from tuneyard.tracking.address import check_artifact_root


@dataclass(frozen=True)
class Prepared:
    """A study with its plan and run directory, checked as far as texts and small files tell."""

    study: Study
    plan: planning.Plan
    run: RunDir
    identities: dict[str, str]
    """What identifies the weights of each model, by its name."""
    commits: dict[str, str]
    """The commit of each branch or tag that the study names on the hub."""
    notes: tuple[str, ...] = ()
    """What the user should know before anything runs, though it is no error."""

    def state(self) -> list[tuple[planning.Step, bool]]:
        """Return every step with whether it is done."""
        return [(step, facts_of(self.run, step) is not None) for step in self.plan.steps]

    def todo(self) -> list[planning.Step]:
        """Return the steps that are not done."""
        return [step for step, done in self.state() if not done]

    def again(self) -> Prepared:
        """Return the study with its plan made anew, with what its steps have found since."""
        return replace(self, plan=_plan(self.study, self.run, self.identities))

    def other(self, study: Study, path: str) -> Prepared:
        """Return another study of the same models in the same run directory, checked and planned.

        Args:
            path: the study file, for messages.

        Raises:
            UserError: its parts do not fit together, or what its steps have found is refused.
        """
        check(study, path)
        study = study.model_copy(update={"models": self.study.models})
        made = replace(self, study=study, plan=_plan(study, self.run, self.identities), notes=())
        made.refuse()
        return made

    def refuse(self) -> None:
        """Refuse what steps that are done have found, where the study's settings do.

        Raises:
            UserError: the settings are stricter than they were when the steps were run.
        """
        limits = self.study.preflight
        for step in self.plan.steps:
            if isinstance(step, refusal.KINDS) and (facts := facts_of(self.run, step)) is not None:
                refusal.refuse(step, facts, limits)
        refuse_tests(self.run, self.plan, limits)
        self.check_batches()

    def check_batches(self) -> None:
        """Refuse global batches that are larger than what there is to train on, as far as known.

        Raises:
            UserError: see above.
        """
        check_batches(self.plan, lambda step: count_of(facts_of(self.run, step) or {}))

    def check_models(self) -> None:
        """Hold the weights of models and encoders against their configurations, if any is needed.

        It imports torch and transformers, some seconds' work: what costs less is asked before.

        Raises:
            UserError: they do not belong together.
        """
        if not self.todo():
            return
        for model in self.study.models:
            check_fit(model, self.study.evaluate.decoding.engine)
        for name in sorted(set(encoder_metrics(self.study.evaluate.metrics).values())):
            encoder = getattr(self.study.evaluate.encoders, name)
            check_encoder_fit(encoder, f"evaluate.encoders.{name}")


def prepare(path: str | Path, overrides: Sequence[str] = ()) -> Prepared:
    """Read and check a study file, and plan it; reads small files only, and imports no torch.

    Raises:
        UserError: anything in the file, of its models' files or in its run directory is not as it
            should be.
    """
    return prepare_study(load(path, overrides), str(path))


def prepare_study(study: Study, path: str) -> Prepared:
    """Check a study that was read, and plan it.

    Args:
        path: the study file, for messages.

    Raises:
        UserError: see ``prepare``.
    """
    check(study, path)
    folder = expanded(study.run_dir or f"runs/{study.study}", f"{path}: run_dir")
    run = RunDir(folder)
    run.check_place()
    study, found = commits.pinned(study, commits.read_record(run.read_text(commits.RECORD)))
    for model in study.models:
        commits.fetch_descriptions(model)
    study = study.model_copy(update={"models": [with_own_length(m) for m in study.models]})
    identities = {model.name: loading.identity(model) for model in study.models}
    check_artifact_root(tracking_uri(study, run.root))
    plan = _plan(study, run, identities)
    made = Prepared(study, plan, run, identities, found, _notes(study, plan))
    made.refuse()
    if made.todo():
        for model in study.models:
            check_outline(model)
    return made


def _notes(study: Study, plan: planning.Plan) -> tuple[str, ...]:
    chats = [note for m in study.models for note in chat_file.notes(m, model_folder(m))]
    return (*chats, *unread(study), *planning.different_shapes(study, plan))


def run(
    prepared: Prepared,
    progress: Progress | None = None,
    on_loss: Callable[[str], None] | None = None,
    part: Part | None = None,
    cluster: Cluster | None = None,
) -> dict[str, Any]:
    """Run what is missing of a study.

    Args:
        on_loss: called, in any thread, should a local Ray lose what it cannot go on without.
        part: only this one.
        cluster: a Ray that goes on when the study is done; None: one of its own.

    Returns:
        ``ran``: how many steps were run; of ``prefer`` and ``train`` besides ``made``: the
        addresses of what there is, by the labels of its steps; else what the last stages found:
        ``table`` (text), ``report`` (address), ``registry`` (text).

    Raises:
        UserError: the run directory cannot be written to, or a stage refuses its input.
        RunError: Ray lost a worker for good, or a training run failed.
    """
    progress = progress or Progress()
    todo, study, folder = prepared.todo(), prepared.study, prepared.run
    if part is not None:
        parts.limited(part, prepared.plan.steps)
        parts.check_trained(part, todo)
    folder.prove()
    if todo:  # what costs least is asked first
        check_machine(study.resources)
        check_tracker(study, folder.root)
        if any(isinstance(step, Prepare | Prefer) for step in todo):
            check_rows(prepared.plan, study.seed, study.preflight)
        check_imports(study.sandbox.imports, "sandbox.imports")
    runner = Runner(study, folder, progress, on_loss, cluster=cluster)
    try:
        with folder.unless_refused():
            prepared = begin(prepared, runner, progress)
        wanted = list(prepared.plan.steps)
        if part is not None:
            wanted = parts.limited(part, wanted)
            parts.check_trained(part, prepared.todo())
        left = [step for step in prepared.todo() if step in wanted]
        done = len(wanted) - len(left) - runner.ran
        if done > 0:
            progress.line(f"{done} of {len(wanted)} steps are done already")
        progress.begin(runner.ran + len(left), done, folder.root)
        _run(left, prepared, runner, progress, resumed=bool(left and done), part=part)
    finally:
        runner.stop()
    if part is None or not (made := parts.made(part, wanted)):
        return {"ran": runner.ran} | results(prepared)
    places = {step.label: folder.artifact(step.stage, step.key).url for step in made}
    return {"ran": runner.ran, "made": places}


def begin(prepared: Prepared, runner: Runner, progress: Progress) -> Prepared:
    """Read the rows, check the models, try the rows' tests, and open MLflow.

    The models are checked within seconds; the tests of thousands of rows take minutes.

    Returns:
        The study with its plan decided.
    """
    todo, folder = prepared.todo(), prepared.run
    commits.record(folder, prepared.commits)
    folder.write_text(dump(prepared.study), "study.yaml")
    for note in prepared.notes if todo else ():
        progress.line(f"note: {note}")
    for step in todo:
        if wrong := folder.artifact(step.stage, step.key).damage():
            progress.line(f"warning: {step.label} is run again, its files were changed: {wrong}")
    progress.begin(len(todo), len(prepared.plan.steps) - len(todo), folder.root)
    for step in _of_rows(prepared, Prepare):
        runner.step(step, prepared.plan)
    prepared.check_batches()
    prepared.check_models()
    prepared = decided(prepared, runner)
    if todo:  # else the last stage would be the first to meet what is wrong with it
        open_tracker(prepared.study, folder.root)
    return prepared


def decided(prepared: Prepared, runner: Runner) -> Prepared:
    """Run the steps that say which rows leave; return the study with a plan that knows it."""
    while prepared.plan.undecided:
        for step in _of_rows(prepared):
            runner.step(step, prepared.plan)
        prepared = prepared.again()
    for step in _of_rows(prepared):
        runner.step(step, prepared.plan)
    return prepared


def _of_rows(prepared: Prepared, kinds: type[planning.Step] = planning.Step) -> list[planning.Step]:
    """Return the steps to run that need neither a model nor Ray, of a plan as far as it is decided.

    Args:
        kinds: only these.
    """
    undecided = prepared.plan.undecided
    if undecided:
        needed = undecided[0].needed()
        steps = [step for step in prepared.todo() if step in needed]
    else:
        steps = [step for step in prepared.todo() if isinstance(step, Prepare | Judge)]
    return [step for step in steps if isinstance(step, kinds)]


def _run(
    steps: list[planning.Step],
    prepared: Prepared,
    runner: Runner,
    progress: Progress,
    resumed: bool,
    part: Part | None,
) -> None:
    """Run steps of a plan that is decided, with their training in MLflow while it goes on."""
    training = _training(prepared.plan)
    live = Live(prepared.study, prepared.plan, prepared.run.root)
    try:
        if resumed:
            live.resume(progress.line)
        runner.run(steps, prepared.plan, live, training)
    except BaseException as error:
        failed = isinstance(error, Exception) or runner.lost() is not None
        live.close("FAILED" if failed else "KILLED")
        raise
    # What a part leaves to others has no process that could end its runs.
    live.close("FINISHED" if part in ("prefer", "train") else None)
    if steps:
        prepared.run.discard("work", training)


def _plan(study: Study, run: RunDir, identities: dict[str, str]) -> planning.Plan:
    """Return a study's plan, with what its steps have found so far."""
    return planning.build(
        study,
        lambda model: identities[model.name],
        lambda step: (facts_of(run, step) or {}).get("found"),
    )


def results(prepared: Prepared) -> dict[str, Any]:
    """Return what a finished study prints: its table, the report's address, the registry's word."""
    from tuneyard.stages.published import closing

    return closing(prepared.run, next(s for s in prepared.plan.steps if isinstance(s, Register)))


def _training(plan: planning.Plan) -> str:
    """Name the folder of the training stages' checkpoints: a resumed study's is the same."""
    return next((f"training-{s.key}" for s in plan.steps if isinstance(s, Train)), "training")
