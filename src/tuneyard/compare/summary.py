"""The comparison's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tuneyard.compare.distributions import Histogram, Scatter, histograms, scatters
from tuneyard.compare.errors import ErrorCounts, count_errors
from tuneyard.compare.inputs import Labels, StudyInputs
from tuneyard.compare.measures import deciding, measures_of
from tuneyard.compare.narrative import Verdict, tell
from tuneyard.compare.tables import Row, estimate_rows
from tuneyard.compare.training import Training, training_of
from tuneyard.compare.verdicts import PairedTest, run_tests
from tuneyard.metrics import Measure


@dataclass(frozen=True, slots=True)
class Summary:
    """What a comparison found.

    Attributes:
        name: the study's name.
        measures: the metrics, in table order; ``deciding`` is the one that the verdict is read from
            on each data set.
        rows: estimates by system, kind and split, in table order.
        tests: the paired tests. ``errors``: the counts by error category.
        training: how the arms were trained, and in what they differ.
        histograms: of every metric that is no truth value. ``scatters``: precision against recall.
        verdict: the finding in plain words.
        labels: short names of systems.
        baseline: the baseline arm's name.
        files: what was written, by its path without suffix: ``report``, ``figures/…``, ….
    """

    name: str
    measures: tuple[Measure, ...]
    deciding: Mapping[str, Measure]
    rows: tuple[Row, ...]
    tests: tuple[PairedTest, ...]
    errors: tuple[ErrorCounts, ...]
    training: tuple[Training, ...]
    histograms: tuple[Histogram, ...]
    scatters: tuple[Scatter, ...]
    verdict: Verdict
    labels: Labels
    baseline: str
    files: Mapping[str, Path]

    def headline(self, kind: str) -> list[Measure]:
        """Return the metrics of a data set's main table: the one that decides comes first."""
        first = self.deciding.get(kind)
        others = [measure for measure in self.measures if measure.headline and measure != first]
        return others if first is None else [first, *others]

    def against_baseline(self, row: Row, metric: str) -> PairedTest | None:
        """Return the test of a row's metric against its baseline, if there is one."""
        return next(
            (
                test
                for test in self.tests
                if test.question == "baseline"
                and (test.system, test.metric) == (row.system, metric)
                and (test.split, test.kind) == (row.split, row.kind)
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
    decides = deciding(cells, measures, inputs.decided_by)
    tests = run_tests(cells, measures, decides, inputs)
    labels = Labels([cell.system for cell in cells])
    return Summary(
        name=inputs.name,
        measures=tuple(measures),
        deciding=decides,
        rows=tuple(rows),
        tests=tuple(tests),
        errors=tuple(count_errors(cells)),
        training=tuple(training_of(cells, inputs)),
        histograms=tuple(histograms(cells, measures)),
        scatters=tuple(scatters(cells, measures)),
        verdict=tell(rows, tests, decides, labels, inputs),
        labels=labels,
        baseline=inputs.settings.baseline,
        files={},
    )
