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

import contextlib
from collections.abc import Callable
from typing import Any

from tuneyard import commits, parts
from tuneyard import plan as planning
from tuneyard.config.load import dump
from tuneyard.distributed.cluster import Cluster
from tuneyard.judging.imports import check_imports
from tuneyard.machine import check_machine
from tuneyard.parts import Part
from tuneyard.plan.steps import Judge, Prefer, Prepare, Register
from tuneyard.prepared import Prepared, prepare, prepare_study
from tuneyard.progress import Progress
from tuneyard.stages.attempts import workplace
from tuneyard.stages.check import check_rows
from tuneyard.stages.live import Live
from tuneyard.stages.runner import Runner
from tuneyard.stages.runs import check_tracker, open_tracker

__all__ = ["Prepared", "begin", "decided", "prepare", "prepare_study", "results", "run"]


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
    parts.limited(part, prepared.plan.steps, todo)
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
        todo = prepared.todo()
        wanted = parts.limited(part, prepared.plan.steps, todo)
        left = [step for step in todo if step in wanted]
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
    live = Live(prepared.study, prepared.plan, prepared.run.root, progress.line)
    try:
        if resumed:
            live.resume()
        with workplace(prepared.run, runner.cluster.groups) if steps else contextlib.nullcontext():
            runner.run(steps, prepared.plan, live)
    except BaseException as error:
        failed = isinstance(error, Exception) or runner.cluster.lost() is not None
        live.close("FAILED" if failed else "KILLED")
        raise
    # What a part leaves to others has no process that could end its runs.
    live.close("FINISHED" if part in ("prefer", "train") else None)


def results(prepared: Prepared) -> dict[str, Any]:
    """Return what a finished study prints: its table, the report's address, the registry's word."""
    from tuneyard.stages.published import closing

    return closing(prepared.run, next(s for s in prepared.plan.steps if isinstance(s, Register)))
