"""The comparison's numbers as files: one JSON document, and CSV tables in long form."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tuneyard.compare.inputs import Curve, StudyInputs, System
from tuneyard.compare.measures import means, number
from tuneyard.compare.summary import Summary
from tuneyard.compare.verdicts import QUESTIONS, PairedTest

FORMAT: Final = 4
SYSTEM_COLUMNS: Final = ("model", "train_on", "arm")


def as_json(summary: Summary, inputs: StudyInputs) -> dict[str, Any]:
    """Return all numbers as strict JSON values: missing ones are null, NaN does not occur."""
    document = {
        "format": FORMAT,
        "study": summary.name,
        "seed": inputs.seed,
        "compare": inputs.settings.model_dump(),
        "decided_by": _one([measure.key for measure in summary.deciding.values()]),
        "decided_by_data_set": {kind: m.key for kind, m in summary.deciding.items()},
        "verdict": {
            "summary": summary.verdict.summary,
            "findings": summary.verdict.findings,
            "winners": [
                {
                    "model": winner.model,
                    "kind": winner.kind,
                    "split": winner.split,
                    "winner": None if winner.system is None else _system(winner.system),
                }
                for winner in summary.verdict.winners
            ],
        },
        "results": [
            {
                **_system(row.system),
                "kind": row.kind,
                "split": row.split,
                "examples": row.examples,
                "distinct_instructions": row.distinct,
                "metrics": {key: asdict(value) for key, value in row.estimates.items()},
            }
            for row in summary.rows
        ],
        "runs": [
            {
                **_system(cell.system),
                "seed": cell.seed,
                "kind": cell.kind,
                "split": cell.split,
                "metrics": means(cell, inputs.pass_at),
            }
            for cell in inputs.cells
        ],
        "tests": [
            {
                "question": test.question,
                "question_text": QUESTIONS[test.question],
                **_system(test.system),
                "against": _system(test.other),
                "kind": test.kind,
                "split": test.split,
                "metric": test.metric,
                "decides": test.decides,
                "family_size": test.family,
                **_figures(test),
                "across_seeds": None if test.across is None else asdict(test.across),
                "verdict": test.verdict,
            }
            for test in summary.tests
        ],
        "training": [
            {
                "model": training.systems[0].model,
                "train_on": list(training.systems[0].train_on),
                "arms": [system.arm for system in training.systems],
                "values": training.values,
                "differing": training.differing,
            }
            for training in summary.training
        ],
        "errors": [
            {
                **_system(counts.system),
                "kind": counts.kind,
                "split": counts.split,
                "n": counts.n,
                "missing": counts.missing,
                "suspicious": counts.suspicious,
                "correct": counts.correct,
                "categories": counts.categories,
                "groups": counts.groups,
            }
            for counts in summary.errors
        ],
        "histograms": [
            {
                "kind": histogram.kind,
                "split": histogram.split,
                "metric": histogram.measure.key,
                "edges": histogram.edges,
                "counts": [
                    {**_system(system), "examples": counts}
                    for system, counts in histogram.counts.items()
                ],
            }
            for histogram in summary.histograms
        ],
        "precision_recall": [
            {
                **_system(system),
                "kind": scatter.kind,
                "split": scatter.split,
                "metric": scatter.family,
                **asdict(line),
            }
            for scatter in summary.scatters
            for system, line in scatter.lines.items()
        ],
        "registry": None,
        "facts": inputs.facts,
    }
    strict: dict[str, Any] = _strict(document)
    return strict


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON document with a final newline."""
    # ASCII only: lone surrogates from a model cannot be encoded otherwise.
    path.write_text(json.dumps(document, allow_nan=False, indent=1) + "\n", encoding="utf-8")


def tables(summary: Summary, curves: Sequence[Curve]) -> dict[str, list[tuple[Any, ...]]]:
    """Return the CSV tables by name, each with its head; those without a line are left out.

    ``results``: a line a system, data kind, split and metric. ``tests``: a line a paired test, with
    its p and the corrected one. ``histograms``: a line a bin.
    ``precision_recall``: a regression line a line. ``curves``: a logged value a line.
    """
    place = (*SYSTEM_COLUMNS, "kind", "split")
    found = {
        "results": [
            (
                *(*place, "metric", "n", "missing", "mean", "median", "variance", "std"),
                *("ci_low", "ci_high", "ci_method", "seeds", "seed_std"),
            ),
            *_results(summary),
        ],
        "tests": [
            (
                *(*place, "metric", "against_train_on", "against_arm", "decides", "difference"),
                *("ci_low", "ci_high", "ci_confidence", "p", "p_corrected", "family_size"),
                *("wins", "losses", "n", "questions", "missing", "test", "verdict"),
            ),
            *map(_tested, summary.tests),
        ],
        "histograms": [
            (*place, "metric", "from", "to", "examples"),
            *(
                (*_names(system), h.kind, h.split, h.measure.key, low, high, count)
                for h in summary.histograms
                for system, counts in h.counts.items()
                for low, high, count in zip(h.edges, h.edges[1:], counts, strict=False)
            ),
        ],
        "precision_recall": [
            (*place, "metric", "slope", "intercept", "correlation", "n"),
            *(
                (*_names(system), s.kind, s.split, s.family, *asdict(line).values())
                for s in summary.scatters
                for system, line in s.lines.items()
            ),
        ],
        "curves": [(*SYSTEM_COLUMNS, "seed", "stage", "step", "name", "value"), *_curves(curves)],
    }
    return {name: lines for name, lines in found.items() if len(lines) > 1 or name == "results"}


def _results(summary: Summary) -> Iterator[tuple[Any, ...]]:
    for row in summary.rows:
        for key, e in row.estimates.items():
            figures = (e.mean, e.median, e.variance, e.std, e.ci_low, e.ci_high)
            names = (*_names(row.system), row.kind, row.split, key)
            yield (*names, e.n, e.missing, *figures, e.method, e.seeds, e.seed_std)


def _one(values: Sequence[str]) -> str | None:
    """Return the value that all are; None where they differ."""
    return values[0] if len(set(values)) == 1 else None


def _figures(test: PairedTest) -> dict[str, Any]:
    """Return a test's numbers; the interval is at ``ci_confidence``."""
    numbers = asdict(test.result)
    del numbers["evidence"]
    return numbers | {"ci_confidence": 1 - numbers.pop("level")}


def _tested(test: PairedTest) -> tuple[Any, ...]:
    found = test.result
    other = ("+".join(test.other.train_on), test.other.arm)
    names = (*_names(test.system), test.kind, test.split, test.metric, *other, test.decides)
    interval = (found.difference, found.ci_low, found.ci_high, 1 - found.level)
    counts = (found.wins, found.losses, found.n, found.clusters, found.missing)
    p_values = (found.p, found.p_holm, test.family)
    return (*names, *interval, *p_values, *counts, found.test, test.verdict)


def _curves(curves: Sequence[Curve]) -> Iterator[tuple[Any, ...]]:
    for curve in curves:
        for point in curve.points:
            for key, value in point.items():
                if key != "step" and (finite := number(value)) is not None:
                    names = (*_names(curve.system), curve.seed, curve.stage)
                    yield (*names, point.get("step"), key, finite)


def write_csv(path: Path, lines: Iterable[Sequence[Any]]) -> None:
    """Write a table; a missing value is an empty field."""
    # Not every text of a model can be encoded.
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows(lines)


def _names(system: System) -> tuple[str, str, str]:
    return (system.model, "+".join(system.train_on), system.arm)


def _system(system: System) -> dict[str, Any]:
    return {"model": system.model, "train_on": list(system.train_on), "arm": system.arm}


def _strict(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _strict(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=repr) if isinstance(value, set | frozenset) else value
        return [_strict(item) for item in items]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if hasattr(value, "item"):  # a numpy scalar
        return _strict(value.item())
    return str(value)
