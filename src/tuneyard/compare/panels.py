"""Small multiples as SVG, a panel a system on common axes: histograms, precision against recall."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from tuneyard.compare.distributions import FAMILIES, Histogram, Scatter
from tuneyard.compare.figures import INK, RULE, Drawing, file_name, new_figure, quiet, render
from tuneyard.compare.inputs import Labels, System
from tuneyard.compare.markup import number, plain
from tuneyard.compare.tables import Estimate
from tuneyard.stats import Regression

COLUMNS: Final = 4
"""The most panels side by side."""
PANEL: Final = 1.85
"""A panel's width in inches."""
LINE: Final = 26
"""Characters of a panel's title in a line."""
MOST_POINTS: Final = 1000
"""Points drawn in a panel; of more, every so-manieth. The regression takes all of them."""


def histogram_figure(
    histogram: Histogram,
    estimates: Mapping[System, Estimate],
    labels: Labels,
    colours: Mapping[str, str],
) -> Drawing:
    """Draw the share of examples in each bin, a panel a system, with its mean and median.

    Args:
        estimates: the metric's mean and median by system.
    """
    shares = {
        system: np.array(counts) / max(1, sum(counts))
        for system, counts in histogram.counts.items()
    }
    top = max(float(share.max()) for share in shares.values())
    heads = {
        system: f"mean {number(estimates[system].mean)}, median {number(estimates[system].median)}"
        for system in shares
    }
    axis_names = (plain(histogram.measure.label), "% of examples")
    figure, axes, names = _grid(heads, axis_names, labels, height=1.35)
    edges = np.array(histogram.edges)
    for axis, (system, share) in zip(axes, shares.items(), strict=True):
        axis.stairs(100 * share, edges, fill=True, color=colours[system.arm])
        for value, dash in ((estimates[system].mean, "-"), (estimates[system].median, (0, (3, 2)))):
            if value is not None:
                axis.plot([value, value], [0, 104 * top], color=INK, linewidth=1.2, linestyle=dash)
        axis.set_xlim(edges[0], edges[-1])
        axis.set_ylim(0, 104 * top)
        axis.grid(axis="y", color=RULE, linewidth=0.8)
    said = "; ".join(f"{names[system]}: {heads[system]}" for system in shares)
    name = file_name("histogram", histogram.split, histogram.kind, histogram.measure.key)
    title = f"{histogram.measure.label} · {histogram.kind} · {histogram.split}"
    return Drawing(name, title, said, render(figure))


def scatter_figure(scatter: Scatter, labels: Labels, colours: Mapping[str, str]) -> Drawing:
    """Draw precision against recall, a panel a system, with the regression line."""
    heads = {system: equation(line) for system, line in scatter.lines.items()}
    figure, axes, names = _grid(heads, ("recall", "precision"), labels, height=1.9)
    every = [value for own in scatter.points.values() for pair in own for value in pair]
    margin = 0.04 * (max(every) - min(every)) or 0.05
    low, high = min(every) - margin, max(every) + margin
    for axis, (system, points) in zip(axes, scatter.points.items(), strict=True):
        axis.plot([low, high], [low, high], color=RULE, linewidth=1)
        drawn = np.array(points[:: -(-len(points) // MOST_POINTS) or 1]).reshape(-1, 2)
        axis.plot(
            drawn[:, 0], drawn[:, 1], "o", color=colours[system.arm], markersize=3, alpha=0.65,
            markeredgewidth=0,
        )  # fmt: skip
        line = scatter.lines[system]
        if line.slope is not None and line.intercept is not None:
            ends = np.array([min(x for x, _ in points), max(x for x, _ in points)])
            axis.plot(ends, line.slope * ends + line.intercept, color=INK, linewidth=1.4)
        axis.set_xlim(low, high)
        axis.set_ylim(low, high)
    said = "; ".join(f"{names[system]}: {heads[system]}" for system in scatter.points)
    family = FAMILIES[scatter.family]
    name = file_name("precision_recall", scatter.split, scatter.kind, scatter.family)
    title = f"{family}, precision against recall · {scatter.kind} · {scatter.split}"
    return Drawing(name, title, said, render(figure))


def equation(line: Regression) -> str:
    """Return a regression in words for a heading, e.g. ``P = 0.603 R + 0.365``."""
    if line.slope is None or line.intercept is None:
        return f"no line through {line.n} point{'s' * (line.n != 1)}"
    sign = "−" if line.intercept < 0 else "+"
    return f"P = {number(line.slope)} R {sign} {number(abs(line.intercept))}"


def _grid(
    heads: Mapping[System, str], axis_names: tuple[str, str], labels: Labels, *, height: float
) -> tuple[Any, list[Any], dict[System, str]]:
    """Return a figure, an axis a system on common scales, titled, and the systems' names.

    Args:
        heads: the second line of each system's title; the first is its name.
        axis_names: of the horizontal and of the vertical axis.
        height: of a panel, in inches.
    """
    systems = list(heads)
    names = {system: plain(labels.full(system)) for system in systems}
    titles = {system: textwrap.wrap(names[system], LINE)[:3] or [""] for system in systems}
    head = 0.22 + 0.16 * max(len(lines) for lines in titles.values())
    rows = -(-len(systems) // COLUMNS)
    columns = -(-len(systems) // rows)
    left, right, bottom, gap = 0.55, 0.16, 0.46, 0.36
    width = left + right + columns * PANEL + (columns - 1) * gap
    whole = rows * (height + head) + (rows - 1) * 0.28 + bottom
    figure = new_figure(
        width, whole, left=left, right=right, top=head, bottom=bottom,
        wspace=gap / PANEL, hspace=(head + 0.28) / height,
    )  # fmt: skip
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    axes = list(grid.flat)
    for axis in axes[len(systems) :]:
        axis.set_visible(False)
    axes = axes[: len(systems)]
    # Above an empty place the scale stands at the panel over it.
    for axis in axes[-columns:]:
        axis.tick_params(labelbottom=True)
        axis.set_xlabel(axis_names[0], fontsize=8.5, color=INK)
    for axis in axes[::columns]:
        axis.set_ylabel(axis_names[1], fontsize=8.5, color=INK)
    for axis, system in zip(axes, systems, strict=True):
        lines = titles[system]
        axis.annotate(
            "\n".join(lines), (0, 1), (0, 15), xycoords="axes fraction",
            textcoords="offset points", fontsize=9.5, va="bottom", color=INK, linespacing=1.1,
        )  # fmt: skip
        axis.annotate(
            heads[system], (0, 1), (0, 4), xycoords="axes fraction",
            textcoords="offset points", fontsize=8, va="bottom", color=INK,
        )  # fmt: skip
        quiet(axis)
        axis.xaxis.get_major_locator().set_params(nbins=3)
        axis.yaxis.get_major_locator().set_params(nbins=4)
    return figure, axes, names
