"""Each metric's mean and confidence interval, by system, data kind and split."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Final, TypeVar

import numpy as np

from tuneyard.compare.errors import ErrorCounts
from tuneyard.compare.inputs import Cell, StudyInputs, System
from tuneyard.compare.measures import by_run
from tuneyard.compare.questions import distinct_of, questions_of
from tuneyard.metrics import Measure
from tuneyard.stats import (
    Interval,
    average_runs,
    bootstrap_mean,
    clustered,
    describe,
    run_std,
    wilson,
)

METHODS: Final = {
    "wilson": "Wilson's score interval",
    "bca": "BCa bootstrap",
    "percentile": "percentile bootstrap",
    "constant": "all values equal: no spread to resample",
    "none": "too few values",
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A metric's figures over one cell's examples; None where nothing can be said.

    ``n`` counts the examples with a value, ``missing`` those without. Variance and standard
    deviation are the population's (ddof 0). ``method`` is a key of `METHODS`. ``seeds`` counts the
    training runs that an example's value is the mean of; ``seed_std`` is the sample standard
    deviation (ddof 1) of the runs' means, None for a single run. ``corpus`` is the score of one
    call over all answers, its mean over seeds; None for metrics that have none.
    """

    n: int
    missing: int
    mean: float | None
    median: float | None
    variance: float | None
    std: float | None
    ci_low: float | None
    ci_high: float | None
    method: str
    seeds: int = 1
    seed_std: float | None = None
    corpus: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One system's estimates on one data kind and split.

    ``examples`` counts examples, ``distinct`` the different questions among them (None where the
    rows carry no instruction): examples that ask the same question are one draw in intervals.
    """

    system: System
    kind: str
    split: str
    examples: int
    distinct: int | None
    estimates: dict[str, Estimate]


def estimate_rows(
    cells: Sequence[Cell], measures: Sequence[Measure], inputs: StudyInputs
) -> list[Row]:
    """Return the estimates of every cell, in the cells' order."""
    return [
        Row(
            system=cell.system,
            kind=cell.kind,
            split=cell.split,
            examples=len({str(row["id"]) for row in cell.rows}),
            distinct=distinct_of(cell),
            estimates={m.key: _estimate(cell, m, inputs) for m in measures},
        )
        for cell in cells
    ]


_Placed = TypeVar("_Placed", Row, Cell, ErrorCounts)


def tables_of(rows: Sequence[_Placed]) -> dict[tuple[str, str], list[_Placed]]:
    """Group what is of a split and a data set by (split, kind), in order."""
    groups: dict[tuple[str, str], list[_Placed]] = {}
    for row in rows:
        groups.setdefault((row.split, row.kind), []).append(row)
    return groups


def asked(rows: Sequence[Row]) -> str:
    """Say how many examples a table's rows have, and how many questions if some are asked twice."""
    examples = max(row.examples for row in rows)
    distinct = min((row.distinct for row in rows if row.distinct is not None), default=examples)
    return f"n = {examples:,}" + (f", {distinct:,} distinct" if distinct < examples else "")


def _estimate(cell: Cell, measure: Measure, inputs: StudyInputs) -> Estimate:
    runs = by_run(cell, measure)
    values = average_runs(runs)
    # By example id, so that the order of rows in a file changes no resample.
    names = sorted(values, key=str)
    ordered = [values[name] for name in names]
    found = describe(ordered)
    questions = questions_of(cell)
    there = [(value, questions[name]) for name in names if (value := values[name]) is not None]
    interval = _interval([v for v, _ in there], [question for _, question in there], inputs)
    return Estimate(
        **asdict(found),
        missing=len(ordered) - found.n,
        ci_low=interval.low,
        ci_high=interval.high,
        method=interval.method,
        seeds=len(runs),
        seed_std=run_std(runs),
        corpus=cell.corpus.get(measure.key),
    )


def _interval(
    values: Sequence[float | bool], questions: Sequence[Hashable], inputs: StudyInputs
) -> Interval:
    confidence = inputs.settings.confidence
    if values and all(isinstance(value, bool) for value in values):
        column = np.array(values, dtype=np.float64)
        worth = clustered(column, questions).effective_size(float(column.var()))
        return wilson(
            successes=int(column.sum()), n=len(values), confidence=confidence, effective=worth
        )
    return bootstrap_mean(
        values,
        clusters=questions,
        confidence=confidence,
        resamples=inputs.settings.resamples,
        seed=inputs.seed,
    )
