"""How a metric's values spread over the examples, and how precision goes with recall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from tuneyard.compare.inputs import Cell, System
from tuneyard.compare.measures import by_example, values_of
from tuneyard.compare.tables import tables_of
from tuneyard.metrics import Measure
from tuneyard.stats import Regression, linear_regression

BINS: Final = 20
"""About how many bins a histogram has."""
FAMILIES: Final = {"bertscore": "BERTScore", "codebertscore": "CodeBERTScore"}
"""The metrics with a precision and a recall, by the beginning of their keys."""


@dataclass(frozen=True, slots=True)
class Histogram:
    """One metric's values on one data kind and split, in the same bins for every system.

    Attributes:
        edges: the bins' bounds, one more than there are bins; a bin holds its lower bound, the
            last one its upper bound, too.
        counts: examples in each bin, by system.
    """

    measure: Measure
    kind: str
    split: str
    edges: tuple[float, ...]
    counts: dict[System, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Scatter:
    """One family's precision against recall on one data kind and split, a point an example.

    ``points`` holds (recall, precision) pairs by system, ``lines`` their regression: precision =
    slope * recall + intercept.
    """

    family: str
    kind: str
    split: str
    points: dict[System, tuple[tuple[float, float], ...]]
    lines: dict[System, Regression]


def histograms(cells: Sequence[Cell], measures: Sequence[Measure]) -> list[Histogram]:
    """Return the histograms of all metrics that are no truth values, by split and kind.

    Values are those of examples: answers to the same example, and runs of several seeds, are
    averaged first. A truth value's distribution is its mean, so it has no histogram.
    """
    found = []
    for (split, kind), group in tables_of(cells).items():
        for measure in measures:
            if measure.k is not None or _truth(group, measure.key):
                continue
            values = {cell.system: values_of(cell, measure) for cell in group}
            every = [value for own in values.values() for value in own]
            if not every:
                continue
            edges = bin_edges(min(every), max(every))
            counts = {system: _counts(own, edges) for system, own in values.items()}
            found.append(Histogram(measure, kind, split, tuple(edges), counts))
    return found


def scatters(cells: Sequence[Cell], measures: Sequence[Measure]) -> list[Scatter]:
    """Return precision against recall for each family that was measured, by split and kind."""
    by_key = {measure.key: measure for measure in measures}
    found = []
    for (split, kind), group in tables_of(cells).items():
        for family in FAMILIES:
            precision = by_key.get(f"{family}_precision")
            recall = by_key.get(f"{family}_recall")
            if precision is None or recall is None:
                continue
            points = {cell.system: _pairs(cell, recall, precision) for cell in group}
            lines = {
                system: linear_regression(x=[x for x, _ in own], y=[y for _, y in own])
                for system, own in points.items()
            }
            if any(points.values()):
                found.append(Scatter(family, kind, split, points, lines))
    return found


def bin_edges(low: float, high: float, bins: int = BINS) -> list[float]:
    """Return equally wide bins from low to high, at most ``bins`` and some, with round bounds."""
    width = _round_width((high - low) / bins) if high > low else 1 / bins
    first = math.floor(low / width + 1e-9)
    last = math.ceil(high / width - 1e-9)
    if first == last:  # all values are the same round number: the bin that ends there, if there is
        first, last = (first - 1, last) if first > 0 else (first, last + 1)
    # Rounded, so that 0.3 falls into the bin from 0.3 and not into the one below.
    digits = max(0, 2 - math.floor(math.log10(width)))
    return [round(place * width, digits) for place in range(first, last + 1)]


def _counts(values: Sequence[float], edges: Sequence[float]) -> tuple[int, ...]:
    # A value may lie beyond the last bound by rounding: 0.8 + 0.05 is above 0.85.
    inside = np.clip(values, edges[0], edges[-1])
    return tuple(int(n) for n in np.histogram(inside, bins=list(edges))[0])


def _round_width(width: float) -> float:
    """Return the least of 1, 2, 2.5 and 5 times a power of ten that is not below a width."""
    scale = 10.0 ** math.floor(math.log10(width))
    return next(s * scale for s in (1, 2, 2.5, 5, 10) if s * scale >= width * (1 - 1e-9))


def _truth(cells: Sequence[Cell], key: str) -> bool:
    return any(isinstance(row.get(key), bool) for cell in cells for row in cell.rows)


def _pairs(cell: Cell, x: Measure, y: Measure) -> tuple[tuple[float, float], ...]:
    abscissae, ordinates = by_example(cell, x), by_example(cell, y)
    pairs = ((abscissae[name], ordinates[name]) for name in sorted(abscissae, key=str))
    return tuple((float(a), float(b)) for a, b in pairs if a is not None and b is not None)
