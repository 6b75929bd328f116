"""A sweep from its points to its table."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tuneyard import study
from tuneyard.artifacts import lease
from tuneyard.distributed.cluster import Cluster
from tuneyard.errors import RunError, UserError
from tuneyard.judging.imports import check_imports
from tuneyard.machine import check_machine
from tuneyard.plan.steps import Compare, Prefer, Prepare
from tuneyard.progress import Progress
from tuneyard.stages.check import check_rows
from tuneyard.stages.runner import Runner, import_all
from tuneyard.stages.runs import check_tracker
from tuneyard.sweep import tuned
from tuneyard.sweep.confirm import confirmation, luck
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record, Records
from tuneyard.sweep.results import table, write
from tuneyard.sweep.room import alone, room
from tuneyard.sweep.search import meant, searcher
from tuneyard.sweep.space import Point
from tuneyard.sweep.tracked import Tracked
from tuneyard.sweep.trials import Trials


def run(
    made: PreparedSweep,
    progress: Progress | None = None,
    on_loss: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Run what is missing of a sweep.

    Args:
        on_loss: see ``study.run``.

    Returns:
        ``table`` (text) and ``results`` (address).

    Raises:
        UserError: the run directory cannot be written to, or a stage refuses its input.
        RunError: no trial came to an end.
    """
    progress = progress or Progress()
    folder = made.prepared.run
    folder.prove()

    def waiting() -> None:
        progress.line("another process runs this very sweep, and is waited for")

    cluster = Cluster(alone(made.prepared.study.resources), on_loss)
    try:
        with lease(folder, f"sweep-{made.key}", waiting):
            records = Records(folder, made.key, made.sweep.trials)
            _draw(made, records)
            known = len(records.all) == made.most
            if not known or any(not record.over for record in records.all.values()):
                _run(made, records, progress, cluster)
            write(made, records)
            found = records.best()
            if found is None:
                raise _nothing_done(records)
            said = [table(made, records)]
            outcome = _confirm(made, found, progress, cluster)
            if outcome is not None:
                said += [outcome["luck"], outcome["table"], outcome["registry"]]
                said.append(f"report: {outcome['report']}")
            place = write(made, records, None if outcome is None else outcome["luck"])
    finally:
        cluster.stop()
    folder.discard("work", made.key)  # of workers that stayed from trial to trial
    return {"table": "\n\n".join(filter(None, said)), "results": place}


def _nothing_done(records: Records) -> RunError:
    return RunError(
        "no trial of the sweep came to its end",
        where=records.place,
        value=next((one.reason for one in records.all.values() if one.reason), None),
        remedy="mend what they failed by, then run the same command again",
    )


def _confirm(
    made: PreparedSweep, found: Record, progress: Progress, cluster: Cluster
) -> dict[str, Any] | None:
    """Train the best trial again beside the study as it is written; None: there is nothing to."""
    again = confirmation(made, found)
    if again is None:
        return None
    progress.line(f"{found.name} is trained again, with new seeds, beside the study as written")
    prepared = made.prepared.other(again, str(made.file.path))
    outcome = study.run(prepared, progress, cluster=cluster)
    compare = next(step for step in prepared.again().plan.steps if isinstance(step, Compare))
    text = prepared.run.artifact("compare", compare.key).local() / "results.json"
    results = json.loads(text.read_text(encoding="utf-8"))
    return {**outcome, "luck": luck(made, found, results)}


def _draw(made: PreparedSweep, records: Records) -> None:
    """Write down the points that are known, before any is run."""
    for number, point in enumerate(made.points):
        if number not in records.all:
            records.keep(Record(number, point))


def _run(
    made: PreparedSweep,
    records: Records,
    progress: Progress,
    cluster: Cluster,
) -> None:
    prepared, sweep = made.prepared, made.sweep
    resources = prepared.study.resources
    check_machine(resources)
    check_tracker(prepared.study, prepared.run.root)
    if any(isinstance(step, Prepare | Prefer) for step in prepared.todo()):
        check_rows(prepared.plan, prepared.study.seed, prepared.study.preflight)
    check_imports(prepared.study.sandbox.imports, "sandbox.imports")
    first = replace(made.trial(made.points[0]).prepared, commits=prepared.commits)
    with prepared.run.unless_refused():
        study.begin(first, Runner(first.study, prepared.run, progress, cluster=cluster), progress)
    cluster.start()
    import_all()  # threads that import the same at once may see it half made
    at_once = min(room(sweep, resources, cluster.local), made.most)
    if not any(record.rungs or record.status == "running" for record in records.all.values()):
        # While Tune starts; not where trainings go on, which need workers of their own.
        cluster.groups.warm(at_once, prepared.run.join("work", made.key))
    desk, say = tuned.connect()
    tracked = Tracked(made, records, progress.line)
    trials = Trials(made, records, cluster, progress, say, tracked)
    progress.begin(*_steps(made, records), prepared.run.root)
    prepared.run.discard("sweep", made.key, "tune")
    progress.line(f"{made.most} trials, {at_once} at a time")
    try:
        tuned.tune(
            trials,
            desk,
            _search(made, records),
            rule=sweep.stop,
            kept=sweep.repeat,
            most=made.most,
            at_once=at_once,
            storage=records.place,
            name="tune",
        )
    except BaseException:
        trials.leave()
        tracked.break_off()
        raise
    tracked.close()


def _steps(made: PreparedSweep, records: Records) -> tuple[int, int]:
    """Return how many steps are left for the trials that are known, and how many are done."""
    left, done = set[str](), set[str]()
    for record in records.all.values():
        if record.status == "stopped":
            continue
        with contextlib.suppress(UserError):  # it fails, which its record says
            for step, is_done in made.trial(record.point).prepared.state():
                (done if is_done else left).add(f"{step.stage}-{step.key}")
    return len(left), len(done)


def _search(made: PreparedSweep, records: Records) -> Any:
    known = len(made.points)
    told = [one.drawn for number, one in sorted(records.all.items()) if number >= known]
    claimed = iter(range(known, made.most))

    def choose(drawn: Mapping[str, Any]) -> int:
        number = next(claimed)
        if number not in records.all:
            arm, values = meant(made.space, drawn)
            try:
                record = Record(number, made.space.point(arm, values), dict(drawn))
            except ValueError as error:
                record = Record(number, Point(arm, values), dict(drawn), "failed")
                record.reason = str(error)
            records.keep(record)
        return number

    space = made.space if made.sweep.search == "tpe" else None
    return searcher(known, made.most, space, told, made.sweep.seed, choose)
