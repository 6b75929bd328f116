"""A sweep from its points to its table."""

from __future__ import annotations

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
from tuneyard.stages.attempts import workplace
from tuneyard.stages.check import check_rows
from tuneyard.stages.runner import Runner, import_all
from tuneyard.stages.runs import check_tracker
from tuneyard.sweep import tuned
from tuneyard.sweep.confirm import confirmation, why_not
from tuneyard.sweep.luck import Confirmed, confirmed
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record, Records
from tuneyard.sweep.report import write_report
from tuneyard.sweep.results import command, table, write
from tuneyard.sweep.room import alone, notes, room
from tuneyard.sweep.search import meant, searcher
from tuneyard.sweep.space import Point
from tuneyard.sweep.tracked import Tracked
from tuneyard.sweep.trials import Trials, quiet
from tuneyard.sweep.winner import best


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
        with lease(folder, f"sweep-{made.key}", waiting), workplace(folder, cluster.groups):
            for note in notes(made):
                progress.line(f"note: {note}")
            records = Records(folder, made.key, made.sweep.trials)
            _draw(made, records)
            tracked = Tracked(made, records, progress.line)
            known = len(records.all) == made.most
            if not known or any(not record.over for record in records.known):
                _run(made, records, progress, cluster, tracked)
            tracked.close(quiet(made.prepared.study, folder, cluster))
            write(made, records)
            found = best(records.known, made.sweep)
            if found is None:
                raise _nothing_done(records)
            said = [table(made, records)]
            reason, outcome = why_not(made, found), None
            if reason is None:
                write_report(made, records, None, None, command(made, found))
                outcome, text = _confirm(made, found, progress, cluster)
                said += [outcome.text, *text]
            else:
                said.append(f"not confirmed: {reason}")
            place = write(made, records, outcome, reason)
            report = write_report(made, records, outcome, reason, command(made, found))
            tracked.publish(report, folder)
    finally:
        cluster.stop()
    said.append(f"report of the trials: {report}")
    return {"table": "\n\n".join(filter(None, said)), "results": place}


def _nothing_done(records: Records) -> RunError:
    return RunError(
        "no trial of the sweep came to its end",
        where=records.place,
        value=next((one.reason for one in records.known if one.reason), None),
        remedy="mend what they failed by, then run the same command again",
    )


def _confirm(
    made: PreparedSweep, found: Record, progress: Progress, cluster: Cluster
) -> tuple[Confirmed, list[str]]:
    """Train the best trial again beside the study as it is written; return also what is said."""
    progress.line(f"{found.name} is trained again, with new seeds, beside the study as written")
    prepared = made.prepared.other(confirmation(made, found), str(made.file.path))
    outcome = study.run(prepared, progress, cluster=cluster)
    compare = next(step for step in prepared.again().plan.steps if isinstance(step, Compare))
    text = prepared.run.artifact("compare", compare.key).local() / "results.json"
    results = json.loads(text.read_text(encoding="utf-8"))
    known = confirmed(made, found, results, outcome["report"])
    return known, [outcome["table"], outcome["registry"], f"report: {outcome['report']}"]


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
    tracked: Tracked,
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
    at_once = min(room(sweep, resources, cluster.groups.local), made.most)
    if not any(record.rungs or record.status == "running" for record in records.all.values()):
        # While Tune starts; not where trainings go on, which need workers of their own.
        cluster.groups.warm(at_once)
    desk, say = tuned.connect()
    trials = Trials(made, records, cluster, progress, say, tracked)
    progress.begin(made.most, place=prepared.run.root, over=trials.over)
    prepared.run.discard("sweep", made.key, "tune")
    progress.line(f"{made.most} trials, {at_once} at a time")
    try:
        tuned.tune(
            trials,
            desk,
            _search(made, records),
            sweep=sweep,
            most=made.most,
            at_once=at_once,
            storage=records.place,
            name="tune",
        )
        trials.join()
    except BaseException:
        trials.leave()
        tracked.break_off()
        raise


def _search(made: PreparedSweep, records: Records) -> Any:
    known = len(made.points)
    before = [(number, one) for number, one in sorted(records.all.items()) if number >= known]
    told = [one.drawn for _, one in before]
    repeated = iter([number for number, _ in before])
    fresh = iter(range(known + len(before), made.most))
    trained = {_trained(made, one.point) for one in records.known}

    def choose(drawn: Mapping[str, Any]) -> int | None:
        if (number := next(repeated, None)) is not None:
            return number
        arm, values = meant(made.space, drawn)
        try:
            record = Record(0, made.space.point(arm, values), dict(drawn))
        except ValueError as error:
            record = Record(0, Point(arm, values), dict(drawn), "failed")
            record.reason = str(error)
        name = _trained(made, record.point)
        if name in trained:
            return None
        trained.add(name)
        record.number = next(fresh)
        records.keep(record)
        return record.number

    space = made.space if made.sweep.search == "tpe" else None
    directions = tuple(made.sweep.objectives.values())
    return searcher(known, made.most, space, told, made.sweep.seed, choose, directions)


def _trained(made: PreparedSweep, point: Point) -> str:
    """Return what tells what a point trains from what others do."""
    try:
        return made.trial(point).arm.trains[-1].key
    except UserError:  # it fails, which its record will say
        return json.dumps([point.arm, point.values], sort_keys=True)
