"""The report's section of distributions: a histogram and a table a metric; precision and recall."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuneyard.compare.distributions import FAMILIES, Scatter
from tuneyard.compare.figures import Drawing
from tuneyard.compare.markup import Column, details, number, section, table, text
from tuneyard.compare.sections import plot
from tuneyard.compare.summary import Summary
from tuneyard.compare.tables import Row, tables_of
from tuneyard.metrics import Measure

OPEN: Final = 6
"""Histograms unfolded at first; where there would be more, all are folded."""
_NOTE: Final = (
    "Mean, median, variance and standard deviation over examples (ddof 0), from 0 to 1. Histograms "
    "of a metric have the same bins for all arms; the line is the mean, the dashed line the "
    "median. Several answers to an example, and runs of several seeds, are averaged first. Corpus: "
    "one call over all answers."
)


def distributions(summary: Summary, drawings: Sequence[Drawing]) -> str:
    """Return the metrics' distributions, by split and data kind.

    Args:
        drawings: the figures of ``summary.histograms``, in their order.
    """
    drawn = {
        (h.split, h.kind, h.measure.key): drawing
        for h, drawing in zip(summary.histograms, drawings, strict=True)
    }
    main = {m.key for m in summary.measures if m.headline}
    opened = sum(key in main for _, _, key in drawn) <= OPEN
    parts = [f'<p class="note">{_NOTE}</p>']
    for (split, kind), rows in tables_of(summary.rows).items():
        figured = [m for m in summary.measures if (split, kind, m.key) in drawn]
        if not figured:
            continue
        parts.append(f"<h3>{text(kind)} <span>{text(split)}</span></h3>")
        blocks = {
            m.key: details(
                text(m.label),
                plot(drawn[split, kind, m.key], captioned=False),
                _described(summary, rows, [m]),
                opened=opened and m.headline,
            )
            for m in figured
        }
        parts += [block for key, block in blocks.items() if key in main]
        others = "\n".join(block for key, block in blocks.items() if key not in main)
        rest = [m for m in summary.measures if m not in figured]
        if others:
            parts.append(details("Other metrics", others))
        if rest:
            parts.append(details("Metrics without a histogram", _described(summary, rows, rest)))
    return section("distributions", "Distributions", *parts) if drawn else ""


def precision_and_recall(summary: Summary, drawings: Sequence[Drawing]) -> str:
    """Return precision against recall with the regression lines, a figure and a table a family.

    Args:
        drawings: the figures of ``summary.scatters``, in their order.
    """
    if not summary.scatters:
        return ""
    note = (
        '<p class="note">A point an example; the line is the least-squares regression of precision '
        "P on recall R, the grey line is P = R.</p>"
    )
    parts = [
        plot(drawing) + _lines(summary, scatter)
        for scatter, drawing in zip(summary.scatters, drawings, strict=True)
    ]
    return section("precision-recall", "Precision and recall", note, *parts)


def _described(summary: Summary, rows: Sequence[Row], measures: Sequence[Measure]) -> str:
    """Return mean, median, variance and deviation: a line an arm, metrics below one another."""
    several = len(measures) > 1
    corpus = any(row.estimates[m.key].corpus is not None for row in rows for m in measures)
    columns = [
        *([Column("Metric", False)] if several else []),
        Column("Arm", False),
        *(Column(head) for head in ("Mean", "Median", "Variance", "Std")),
        *([Column("Corpus")] if corpus else []),
        Column("n"),
    ]
    lines, classes = [], []
    for measure in measures:
        for place, row in enumerate(rows):
            e = row.estimates[measure.key]
            figures = [number(e.mean), number(e.median), number(e.variance, 4), number(e.std)]
            name = text(summary.labels.full(row.system))
            metric = [text(measure.label if not place else "")] if several else []
            figures += [number(e.corpus)] if corpus else []
            lines.append([*metric, name, *figures, str(e.n)])
            classes.append("first" if several and not place and len(lines) > 1 else "")
    return table(columns, lines, row_classes=classes)


def _lines(summary: Summary, scatter: Scatter) -> str:
    columns = [Column("Arm", False)]
    columns += [Column(head) for head in ("Slope", "Intercept", "Correlation", "n")]
    lines = [
        [
            text(summary.labels.full(system)),
            *(number(value) for value in (line.slope, line.intercept, line.correlation)),
            str(line.n),
        ]
        for system, line in scatter.lines.items()
    ]
    told = f"{FAMILIES[scatter.family]}: slope and intercept"
    return details(text(told), table(columns, lines))
