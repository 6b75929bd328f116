"""The metrics that score rows hold: their names, order, and values by example."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from statistics import fmean
from typing import Any, Final

from tuneyard.compare.inputs import Cell
from tuneyard.metrics import COLUMNS, Measure, known_measures
from tuneyard.metrics.pass_at_k import pass_at_k_of
from tuneyard.stats import average_runs
from tuneyard.tasks import verdicts

NOT_METRICS: Final = {
    *("id", "sample", "seed", "task", "kind", "split", "model", "arm", "meta"),
    *("instruction", "reference", "prediction", "prompt", "tokens", "finish"),
    *(*COLUMNS, "picture"),
}
"""Keys of score rows that are no metric even where their value is a number."""

Value = float | bool | None
"""A metric's value of one example; None: missing."""


DECIDING: Final = ("exact_match_ast", "exact_match", "codebleu", "bleu")
"""Which metric decides where the study does not say, and there is no verdict: the first of these
that was measured."""


def measures_of(cells: Iterable[Cell], pass_at: Sequence[int] = (1,)) -> list[Measure]:
    """Return the metrics that occur, known ones first in table order; pass@k after pass@1.

    A key counts as a metric if some value is a number or a truth value, or if it is a known
    metric (which may be missing throughout). Where no headline metric occurs, all are headline.
    """
    found: dict[str, bool] = {}
    for cell in cells:
        for row in cell.rows:
            for key, value in row.items():
                if key not in NOT_METRICS:
                    found[key] = found.get(key, False) or isinstance(value, bool | int | float)
    known = known_measures()
    measures = [measure for key, measure in known.items() if key in found]
    measures += [Measure(key, key) for key in sorted(found) if found[key] and key not in known]
    if not any(measure.headline for measure in measures):
        measures = [replace(measure, headline=True) for measure in measures]
    return [each for measure in measures for each in (measure, *_further(measure, pass_at))]


def _further(measure: Measure, pass_at: Sequence[int]) -> list[Measure]:
    """Return pass@k for each k above 1; pass@1 is the mean of the verdict."""
    if not measure.several:
        return []
    note = "the chance that one of k answers passes, estimated without bias (Chen et al. 2021)"
    return [
        Measure(f"pass_at_{k}", f"pass@{k}", True, note, k, column=measure.key)
        for k in sorted(pass_at)
        if k > 1
    ]


def deciding(
    cells: Sequence[Cell], measures: Sequence[Measure], wanted: str | None = None
) -> dict[str, Measure]:
    """Return the metric that decides on each data set: the verdict is read from it alone.

    It is ``wanted`` (the registry rule's), where it was measured there; else the task's verdict,
    exact match (of the syntax tree, then of the text), CodeBLEU, BLEU, or the first metric. A
    metric that is missing throughout decides only where all are.
    """
    by_key = {measure.key: measure for measure in measures}
    order = [key for key in (wanted, *verdicts(), *DECIDING, *by_key) if key in by_key]
    found: dict[str, Measure] = {}
    for kind in dict.fromkeys(cell.kind for cell in cells):
        rows = [row for cell in cells if cell.kind == kind for row in cell.rows]
        filled = {key for row in rows for key, value in row.items() if number(value) is not None}
        there = {key for row in rows for key in row}
        for keys in (filled, there):
            measured = [by_key[key] for key in order if _column(by_key[key]) in keys]
            if measured:
                found[kind] = measured[0]
                break
    return found


def _column(measure: Measure) -> str:
    """Return the key of the score rows that a metric is made from."""
    return measure.column or measure.key


def by_example(cell: Cell, measure: Measure) -> dict[Hashable, Value]:
    """Return the metric's value of each example; None where it is missing.

    A truth value stays one, so that it is tested as binary. Several sampled answers to one example
    are averaged, then the runs of several seeds: examples are the independent units, answers to
    one example are not.
    """
    return average_runs(by_run(cell, measure))


def values_of(cell: Cell, measure: Measure) -> list[float]:
    """Return the metric's values of the examples that have one, truth values as 0 and 1."""
    return [float(value) for value in by_example(cell, measure).values() if value is not None]


def by_run(cell: Cell, measure: Measure) -> dict[Hashable, dict[Hashable, Value]]:
    """Return the metric's value by training seed (None: only one run) and example."""
    key = _column(measure)
    runs: dict[Hashable, dict[Hashable, list[float | bool]]] = {}
    for row in cell.rows:
        group = runs.setdefault(row.get("seed"), {}).setdefault(str(row["id"]), [])
        value = row.get(key)
        if isinstance(value, bool):
            group.append(value)
        elif (finite := number(value)) is not None:
            group.append(finite)
    return {
        seed: {name: _of_answers(group, measure.k) for name, group in groups.items()}
        for seed, groups in runs.items()
    }


def _of_answers(values: Sequence[float | bool], k: int | None) -> Value:
    if k is not None:
        return pass_at_k_of(values, k)
    if len(values) == 1:
        return values[0]
    return sum(values) / len(values) if values else None


def headline_values(
    cell: Cell, pass_at: Sequence[int] = (1,), wanted: str | None = None
) -> dict[str, dict[Hashable, Value]]:
    """Return the value of each example (see ``by_example``) of all headline metrics, by metric.

    Args:
        pass_at: see ``means``.
        wanted: a metric that is returned, too, where it was measured.
    """
    return {
        measure.key: by_example(cell, measure)
        for measure in measures_of([cell], pass_at)
        if measure.headline or measure.key == wanted
    }


def means(cell: Cell, pass_at: Sequence[int] = (1,)) -> dict[str, float]:
    """Return each metric's mean over a cell's examples, those without a value left out.

    It is the one that the report shows, the registry compares and MLflow keeps. A metric that no
    example has a value of is not there.

    Args:
        cell: the rows of one run, or of several.
        pass_at: the k of pass@k, which becomes ``pass_at_K``.
    """
    found = {m.key: values_of(cell, m) for m in measures_of([cell], pass_at)}
    return {key: fmean(values) for key, values in found.items() if values}


def number(value: Any) -> float | None:
    """Return a finite number as float; None for anything else, NaN and infinities included."""
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return float(value)
    return None
