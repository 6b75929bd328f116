"""The comparison's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tuneyard.compare.distributions import Histogram, Scatter, histograms, scatters
from tuneyard.compare.errors import ErrorCounts, count_errors
from tuneyard.compare.inputs import Labels, StudyInputs
from tuneyard.compare.measures import Measure, deciding, measures_of
from tuneyard.compare.narrative import Verdict, tell
from tuneyard.compare.tables import Row, estimate_rows
from tuneyard.compare.verdicts import PairedTest, run_tests


@dataclass(frozen=True, slots=True)
class Summary:
    """What a comparison found.

    Attributes:
        name: the study's name.
        measures: the metrics, in table order; ``decided_by`` is the one the verdict is read from.
        rows: estimates by system, kind and split, in table order.
        tests: the paired tests. ``errors``: the counts by error category.
        histograms: of every metric that is no truth value. ``scatters``: precision against recall.
        verdict: the finding in plain words.
        labels: short names of systems.
        baseline: the baseline arm's name.
        files: what was written, by its path without suffix: ``report``, ``figures/…``, ….
    """

    name: str
    measures: tuple[Measure, ...]
    decided_by: Measure | None
    rows: tuple[Row, ...]
    tests: tuple[PairedTest, ...]
    errors: tuple[ErrorCounts, ...]
    histograms: tuple[Histogram, ...]
    scatters: tuple[Scatter, ...]
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
    measures = measures_of(cells, inputs.pass_at)
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
        histograms=tuple(histograms(cells, measures)),
        scatters=tuple(scatters(cells, measures)),
        verdict=tell(rows, tests, decided_by, labels, inputs),
        labels=labels,
        baseline=inputs.settings.baseline,
        files={},
    )
