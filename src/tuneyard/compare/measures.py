"""The metrics that score rows hold: their names, order, and values by example."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from tuneyard.compare.inputs import Cell

NOT_METRICS: Final = {
    *("id", "sample", "task", "kind", "split", "model", "arm", "meta"),
    *("instruction", "reference", "prediction", "prompt", "tokens", "finish"),
    *("error_category", "error_detail", "expected_board", "built_board"),
}
"""Keys of score rows that are no metric even where their value is a number."""

Value = float | bool | None
"""A metric's value of one example; None: missing."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A metric: its key in the score rows, and what tables call it.

    ``headline`` metrics stand in the main tables and are tested; the others are described only.
    """

    key: str
    label: str
    headline: bool = False
    note: str = ""


_KNOWN: Final = {
    measure.key: measure
    for measure in (
        Measure("exact_match", "EM (text)", True, "the answer is the reference, to the character"),
        Measure(
            "exact_match_ast",
            "EM (syntax tree)",
            True,
            "answer and reference have the same normalised syntax tree",
        ),
        Measure(
            "codebleu",
            "CodeBLEU",
            True,
            "mean of n-gram, weighted n-gram, syntax and data-flow match (Ren et al. 2020)",
        ),
        Measure(
            "execution_success",
            "ES",
            True,
            "execution success: both programs run and build equal boards",
        ),
        Measure("passed", "Passed", True, "the program passes its tests"),
        Measure("bleu", "BLEU", False, "BLEU-4 of each pair"),
        Measure("codebleu_ngram", "CodeBLEU n-gram"),
        Measure("codebleu_weighted", "CodeBLEU weighted"),
        Measure("codebleu_syntax", "CodeBLEU syntax"),
        Measure("codebleu_dataflow", "CodeBLEU data flow", False, "missing where there is none"),
        Measure("bertscore_precision", "BERTScore P"),
        Measure("bertscore_recall", "BERTScore R"),
        Measure("bertscore_f1", "BERTScore F1"),
        Measure("codebertscore_precision", "CodeBERTScore P"),
        Measure("codebertscore_recall", "CodeBERTScore R"),
        Measure("codebertscore_f1", "CodeBERTScore F1"),
        Measure("codebertscore_f3", "CodeBERTScore F3"),
    )
}
DECIDING: Final = (
    "execution_success",
    "passed",
    "exact_match_ast",
    "exact_match",
    "codebleu",
    "bleu",
)
"""Which metric the verdict is read from: the first of these that was measured."""


def measures_of(cells: Iterable[Cell]) -> list[Measure]:
    """Return the metrics that occur, known ones first in table order.

    A key counts as a metric if some value is a number or a truth value, or if it is a known
    metric (which may be missing throughout). Where no headline metric occurs, all are headline.
    """
    found: dict[str, bool] = {}
    for cell in cells:
        for row in cell.rows:
            for key, value in row.items():
                if key not in NOT_METRICS:
                    found[key] = found.get(key, False) or isinstance(value, bool | int | float)
    measures = [measure for key, measure in _KNOWN.items() if key in found]
    measures += [Measure(key, key) for key in sorted(found) if found[key] and key not in _KNOWN]
    if not any(measure.headline for measure in measures):
        measures = [Measure(m.key, m.label, True, m.note) for m in measures]
    return measures


def deciding(measures: Iterable[Measure]) -> Measure | None:
    """Return the metric that the verdict is read from, or None where there is no metric."""
    by_key = {measure.key: measure for measure in measures}
    return next((by_key[key] for key in DECIDING if key in by_key), None) or next(
        iter(by_key.values()), None
    )


def by_example(cell: Cell, key: str) -> dict[Hashable, Value]:
    """Return the metric's value of each example; None where it is missing.

    A truth value stays one, so that it is tested as binary. Several sampled answers to one example
    are averaged: examples are the independent units, answers to one example are not.
    """
    groups: dict[str, list[float | bool]] = {}
    for row in cell.rows:
        group = groups.setdefault(str(row["id"]), [])
        value = row.get(key)
        if isinstance(value, bool):
            group.append(value)
        elif (finite := number(value)) is not None:
            group.append(finite)
    return {
        name: None if not group else group[0] if len(group) == 1 else sum(group) / len(group)
        for name, group in groups.items()
    }


def is_binary(values: Iterable[Value]) -> bool:
    """Return whether all values that are there are truth values (none there: False)."""
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(value, bool) for value in present)


def number(value: Any) -> float | None:
    """Return a finite number as float; None for anything else, NaN and infinities included."""
    if isinstance(value, bool | int | float) and math.isfinite(value):
        return float(value)
    return None
