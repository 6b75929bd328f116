"""What a finished sweep says: its trials, the best one, and how to run that."""

from __future__ import annotations

import dataclasses
import json
import shlex
from statistics import stdev

from tuneyard.sweep.prepared import PreparedSweep
from tuneyard.sweep.records import Record, Records


def noise(records: Records) -> float | None:
    """Return the standard deviation of the study as it is written over training seeds."""
    values = [
        one.value
        for one in records.all.values()
        if not one.point.values and one.value is not None and one.status == "done"
    ]
    return stdev(values) if len(values) > 1 else None


def words(record: Record) -> list[str]:
    """Return the overrides that make the study this trial's."""
    return [f"{key}={_flat(value)}" for key, value in record.point.values.items()]


def write(made: PreparedSweep, records: Records, confirmed: str | None = None) -> str:
    """Write ``results.json`` beside the trials' records; return its address.

    Args:
        confirmed: what came of training the best trial again.
    """
    found = records.best()
    content = {
        "sweep": made.sweep.model_dump(mode="json", by_alias=True),
        "best": None if found is None else found.number,
        "noise": noise(records),
        "confirmed": confirmed,
        "trials": [dataclasses.asdict(one) for _, one in sorted(records.all.items())],
    }
    parts = "sweep", made.key, "results.json"
    made.prepared.run.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", *parts)
    return made.prepared.run.join(*parts)


def table(made: PreparedSweep, records: Records) -> str:
    """Return the trials, best first, with what they were, and how to run the best."""
    keys = list(made.sweep.space)
    several = len(made.sweep.arms) > 1
    rows = [["TRIAL", *(["ARM"] if several else []), *keys, made.sweep.metric.upper(), ""]]
    order = sorted(
        records.all.values(), key=lambda one: (one.value is None, -(one.value or 0), one.number)
    )
    for one in order:
        values = [_flat(one.point.values[key]) if key in one.point.values else "·" for key in keys]
        seed = "" if one.point.values else f"as written, seed {one.point.seed}"
        said = f"{one.value:.4f}" if one.value is not None else one.status
        note = seed if one.status == "done" else (one.reason or "")
        rows.append([str(one.number), *([one.point.arm] if several else []), *values, said, note])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    count = {
        name: sum(one.status == name for one in order) for name in ("done", "stopped", "failed")
    }
    lines.append("")
    lines.append(
        f"{len(order)} trials: " + ", ".join(f"{number} {name}" for name, number in count.items())
    )
    spread = noise(records)
    if spread is not None:
        lines.append(f"the study as it is written differs by ± {spread:.4f} between training seeds")
    found = records.best()
    if found is not None:
        lines.append(
            f"best: trial {found.number}, {found.value:.4f} on validation data, which chose it"
        )
        if found.point.values:
            lines.append(
                f"run it: tuneyard run {made.file.path} " + " ".join(map(shlex.quote, words(found)))
            )
    return "\n".join(lines)


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
