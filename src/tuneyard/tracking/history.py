"""Turning a training history into points that MLflow has not got yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tuneyard.tracking.naming import entity_key, finite

FIRST_STEPS = 10
"""How many steps are told at which a metric was not finite."""
_RESERVED = ("step", "time")


class Point(NamedTuple):
    """One metric value; ``seconds`` is Unix time, None where the row has none."""

    name: str
    value: float
    step: int
    seconds: float | None


@dataclass(slots=True)
class NotFinite:
    """How often a metric was NaN or infinite, and at which steps first."""

    count: int = 0
    first_steps: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Pending:
    """What a history adds: points in the order of steps, and what has to be left out.

    ``seen`` has each metric's last step, of those left out too.
    """

    points: list[Point]
    not_finite: dict[str, NotFinite]
    seen: dict[str, int]


def pending(history: Iterable[Mapping[str, Any]], prefix: str, last: Mapping[str, int]) -> Pending:
    """Return what ``history`` holds beyond each metric's ``last`` step.

    Args:
        history: rows ``{step, metric: value, …}``, in any order; None is a missing value, and
            text (a stage's name) is no metric.
        prefix: put before each metric's name with a slash; may be empty.
        last: each metric's last step so far, by full name.
    """
    found = Pending([], {}, dict(last))
    for row in sorted(history, key=lambda row: int(row["step"])):
        step = int(row["step"])
        for metric, value in row.items():
            if metric in _RESERVED or value is None or isinstance(value, str):
                continue
            name = entity_key(f"{prefix}/{metric}" if prefix else metric)
            if step <= found.seen.get(name, -1):
                continue  # had already; or a worker that was lost, and went on, says it again
            found.seen[name] = step
            number = finite(value)
            if number is not None:
                found.points.append(Point(name, number, step, row.get("time")))
                continue
            note = found.not_finite.setdefault(name, NotFinite())
            note.count += 1
            if len(note.first_steps) < FIRST_STEPS:
                note.first_steps.append(step)
    return found
