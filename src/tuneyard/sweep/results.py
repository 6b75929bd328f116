"""What a finished sweep says: its trials, the best one, and how to run that."""

from __future__ import annotations

import dataclasses
import json
import shlex
from statistics import stdev

from tuneyard.sweep.luck import Confirmed
from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record, Records
from tuneyard.sweep.winner import best, front, rule


def noise(records: Records) -> float | None:
    """Return the standard deviation of the study as it is written over training seeds."""
    values = [
        one.value
        for one in records.known
        if not one.point.values and one.value is not None and one.status == "done"
    ]
    return stdev(values) if len(values) > 1 else None


def words(record: Record) -> list[str]:
    """Return the overrides that make the study this trial's."""
    return [f"{key}={_flat(value)}" for key, value in record.point.values.items()]


def command(made: PreparedSweep, record: Record) -> str:
    """Return the command that runs a trial's study; empty of the study as it is written."""
    if not record.point.values:
        return ""
    return shlex.join(["tuneyard", "run", str(made.file.path), *words(record)])


def write(
    made: PreparedSweep,
    records: Records,
    confirmed: Confirmed | None = None,
    not_confirmed: str | None = None,
) -> str:
    """Write ``results.json`` beside the trials' records; return its address.

    Args:
        confirmed: what came of training the best trial again.
        not_confirmed: why it was not.
    """
    found, sweep = best(records.known, made.sweep), made.sweep
    content = {
        "sweep": sweep.model_dump(mode="json", by_alias=True),
        "best": None if found is None else found.number,
        "front": [one.number for one in front(records.known, sweep)],
        "rule": rule(sweep),
        "noise": noise(records),
        "confirmed": None if confirmed is None else dataclasses.asdict(confirmed),
        "not_confirmed": not_confirmed,
        "trials": [dataclasses.asdict(one) for _, one in sorted(records.all.items())],
    }
    parts = "sweep", made.key, "results.json"
    made.prepared.run.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", *parts)
    return made.prepared.run.join(*parts)


def table(made: PreparedSweep, records: Records) -> str:
    """Return the trials, best first, with what they were, and how to run the best."""
    sweep, known = made.sweep, records.known
    keys, several, names = list(sweep.space), len(sweep.arms) > 1, list(sweep.objectives)
    head = ["TRIAL", *(["ARM"] if several else []), *keys, *(name.upper() for name in names), ""]
    rows, sign = [head], -1 if sweep.objectives[sweep.first] == "max" else 1
    order = sorted(known, key=lambda one: (one.value is None, sign * (one.value or 0), one.number))
    kept = {one.number for one in front(known, sweep)} if len(names) > 1 else set()
    for one in order:
        values = [_flat(one.point.values[key]) if key in one.point.values else "·" for key in keys]
        said = [one.status, *[""] * (len(names) - 1)]
        if one.value is not None:
            said = [f"{one.value:.4f}", *(f"{one.values[name]:.6g}" for name in names[1:])]
        notes = ["on the front"] if one.number in kept else []
        notes += [] if one.point.values else [f"as written, seed {one.point.seed}"]
        note = ", ".join(notes) if one.status == "done" else (one.reason or "")
        arm = [one.point.arm] if several else []
        rows.append([str(one.number), *arm, *values, *said, note])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    return "\n".join([*lines, "", *_summary(made, records)])


def _summary(made: PreparedSweep, records: Records) -> list[str]:
    """Return what there is to say of all trials together."""
    known = records.known
    count = {s: sum(one.status == s for one in known) for s in ("done", "stopped", "failed")}
    counted = ", ".join(f"{number} {name}" for name, number in count.items())
    lines = [f"{len(known)} trials: {counted}"]
    spread = noise(records)
    if spread is not None:
        lines.append(f"the study as it is written differs by ± {spread:.4f} between training seeds")
    if made.sweep.stop is not None and not any(one.rungs for one in known):
        lines.append(
            f"no trial came to the first rung (sweep.stop.first: {made.sweep.stop.first}): none "
            "could be stopped early"
        )
    if (said := rule(made.sweep)) is not None:
        lines.append(said)
    found = best(known, made.sweep)
    if found is None:
        return lines
    others = [f"{name} {found.values[name]:.6g}" for name in list(made.sweep.objectives)[1:]]
    lines.append(
        f"best: trial {found.number}, {found.value:.4f} on validation data, which chose it"
        + "".join(f", {text}" for text in others)
    )
    if said := command(made, found):
        lines.append(f"run it: {said}")
    return lines


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
