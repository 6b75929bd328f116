"""The comparison's numbers, and their files: results.json and results.csv."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from tuneyard.compare.errors import ErrorCounts, count_errors
from tuneyard.compare.inputs import Labels, StudyInputs, System
from tuneyard.compare.measures import Measure, deciding, measures_of
from tuneyard.compare.narrative import Verdict, tell
from tuneyard.compare.tables import Row, estimate_rows
from tuneyard.compare.verdicts import QUESTIONS, PairedTest, run_tests

FORMAT: Final = 1
CSV_COLUMNS: Final = (
    *("model", "train_on", "arm", "kind", "split", "metric", "n", "missing"),
    *("mean", "median", "variance", "std", "ci_low", "ci_high", "ci_method"),
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a comparison found.

    Attributes:
        name: the study's name.
        measures: the metrics, in table order; ``decided_by`` is the one the verdict is read from.
        rows: estimates by system, kind and split, in table order.
        tests: the paired tests. ``errors``: the counts by error category.
        verdict: the finding in plain words.
        labels: short names of systems.
        baseline: the baseline arm's name.
        files: what was written: ``report``, ``json``, ``csv``, and ``figures/…`` by name.
    """

    name: str
    measures: tuple[Measure, ...]
    decided_by: Measure | None
    rows: tuple[Row, ...]
    tests: tuple[PairedTest, ...]
    errors: tuple[ErrorCounts, ...]
    verdict: Verdict
    labels: Labels
    baseline: str
    files: Mapping[str, Path]

    def with_files(self, files: Mapping[str, Path]) -> Summary:
        """Return the summary with the paths of what was written."""
        return replace(self, files=dict(files))

    def tests_of(self, question: str, split: str, kind: str | None = None) -> list[PairedTest]:
        """Return a question's tests on a split, and one data kind if named."""
        return [
            test
            for test in self.tests
            if (test.question, test.split) == (question, split) and kind in (None, test.kind)
        ]

    def against_baseline(self, row: Row, metric: str) -> PairedTest | None:
        """Return the test of a row's metric against its baseline, if there is one."""
        return next(
            (
                test
                for test in self.tests_of("baseline", row.split, row.kind)
                if test.system == row.system and test.metric == metric
            ),
            None,
        )


def summarise(inputs: StudyInputs) -> Summary:
    """Compute estimates, tests, error counts and the verdict. Seeded: equal inputs, equal result.

    Raises:
        UserError: two cells describe the same thing, or compared cells hold other examples.
    """
    cells = inputs.ordered()
    measures = measures_of(cells)
    rows = estimate_rows(cells, measures, inputs)
    tests = run_tests(cells, measures, inputs)
    labels = Labels([cell.system for cell in cells])
    decided_by = deciding(measures)
    return Summary(
        name=inputs.name,
        measures=tuple(measures),
        decided_by=decided_by,
        rows=tuple(rows),
        tests=tuple(tests),
        errors=tuple(count_errors(cells)),
        verdict=tell(rows, tests, decided_by, labels, inputs),
        labels=labels,
        baseline=inputs.settings.baseline,
        files={},
    )


def as_json(summary: Summary, inputs: StudyInputs) -> dict[str, Any]:
    """Return all numbers as strict JSON values: missing ones are null, NaN does not occur."""
    document = {
        "format": FORMAT,
        "study": summary.name,
        "seed": inputs.seed,
        "compare": inputs.settings.model_dump(),
        "decided_by": summary.decided_by.key if summary.decided_by else None,
        "verdict": {
            "summary": summary.verdict.summary,
            "findings": summary.verdict.findings,
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
        "tests": [
            {
                "question": test.question,
                "question_text": QUESTIONS[test.question],
                **_system(test.system),
                "against": _system(test.other),
                "kind": test.kind,
                "split": test.split,
                "metric": test.metric,
                "family_size": test.family,
                **asdict(test.result),
                "verdict": test.verdict,
            }
            for test in summary.tests
        ],
        "errors": [
            {
                **_system(counts.system),
                "kind": counts.kind,
                "split": counts.split,
                "n": counts.n,
                "missing": counts.missing,
                "correct": counts.correct,
                "categories": counts.categories,
                "groups": counts.groups,
            }
            for counts in summary.errors
        ],
        "registered": inputs.registered,
        "facts": inputs.facts,
    }
    strict: dict[str, Any] = _strict(document)
    return strict


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """Write a JSON document with a final newline."""
    # ASCII only: lone surrogates from a model cannot be encoded otherwise.
    path.write_text(json.dumps(document, allow_nan=False, indent=1) + "\n", encoding="utf-8")


def write_csv(path: Path, rows: Sequence[Row]) -> None:
    """Write one line a system, data kind, split and metric (long format)."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(CSV_COLUMNS)
        for row in rows:
            for key, e in row.estimates.items():
                system = (row.system.model, "+".join(row.system.train_on), row.system.arm)
                figures = (e.mean, e.median, e.variance, e.std, e.ci_low, e.ci_high)
                lines.writerow(
                    (*system, row.kind, row.split, key, e.n, e.missing, *figures, e.method)
                )


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
