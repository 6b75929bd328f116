"""Figures as SVG: metrics with their intervals, and error groups stacked.

A figure comes in two forms: ``standalone`` for files and MLflow, and ``inline`` for the report,
where text and rules take the page's colours so that dark mode works.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tuneyard.compare.errors import ErrorCounts
from tuneyard.compare.inputs import Labels, System
from tuneyard.compare.markup import plain
from tuneyard.compare.tables import Row
from tuneyard.metrics import Measure
from tuneyard.tasks import GROUPS

INK: Final = "#1f2430"
RULE: Final = "#d5d9e0"
PAPER: Final = "#fefefe"
"""Three colours that stand for the page's own and are exchanged for them in the report."""
ABREAST: Final = 5
"""How many metrics stand side by side before a new line begins."""
PALETTE: Final = ("#0072b2", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#d55e00", "#b8a900")
"""Okabe and Ito's colours, told apart with any common colour blindness."""
BASE_COLOUR: Final = "#8d93a0"
GROUP_COLOURS: Final = {
    "correct": "#cfd4dc",
    "A": "#3b3f4a",
    "B": "#0072b2",
    "C": "#56b4e9",
    "D": "#e69f00",
    "E": "#d55e00",
    "F": "#cc79a7",
    "?": "#b8a900",
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished figure.

    Attributes:
        name: file name without suffix, unique in a report.
        title: what it shows, in a line.
        alternative: what a reader who cannot see it needs to know.
        standalone: a whole SVG document.
        notes: sentences to stand below it.
    """

    name: str
    title: str
    alternative: str
    standalone: str
    notes: tuple[str, ...] = ()

    @property
    def inline(self) -> str:
        """Return the SVG element for an HTML page: unique ids, the page's colours and fonts."""
        svg = self.standalone[self.standalone.index("<svg") :]
        prefix = f"{self.name}-"
        svg = re.sub(r'\bid="', f'id="{prefix}', svg)
        svg = re.sub(r"url\(#", f"url(#{prefix}", svg)
        svg = re.sub(r'href="#', f'href="#{prefix}', svg)
        svg = (
            svg.replace(INK, "currentColor")
            .replace(RULE, "var(--rule)")
            .replace(PAPER, "var(--paper)")
        )
        return re.sub(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', _opening, svg, count=1)


def _opening(match: re.Match[str]) -> str:
    box = match.group(1)
    width = float(box.split()[2])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{box}" width="{width * 4 / 3:.0f}" aria-hidden="true">'
    )


def arm_colours(arms: Sequence[str], baseline: str) -> dict[str, str]:
    """Return a colour for each arm: grey for the baseline, then the palette in order."""
    others = [arm for arm in dict.fromkeys(arms) if arm != baseline]
    colours = {arm: PALETTE[index % len(PALETTE)] for index, arm in enumerate(others)}
    return {**colours, baseline: BASE_COLOUR}


def metric_bars(
    rows: Sequence[Row], measures: Sequence[Measure], labels: Labels, colours: dict[str, str]
) -> Drawing:
    """Draw one data kind and split: a panel a metric, a bar a system, whiskers its interval.

    Args:
        rows: the systems' estimates, of one kind and split.
        measures: the metrics to draw; values are shares in [0, 1], drawn in percent.
    """
    kind, split = rows[0].kind, rows[0].split
    abreast = min(ABREAST, len(measures))
    lines = -(-len(measures) // abreast)
    figure, names = _canvas(rows, labels, panels=abreast, panel_width=1.85, lines=lines)
    axes = list(figure.subplots(lines, abreast, sharey=True, squeeze=False).flat)
    for axis in axes[len(measures) :]:
        axis.set_visible(False)
    places = list(range(len(rows)))
    for axis, measure in zip(axes, measures, strict=False):
        for place, row in zip(places, rows, strict=True):
            estimate = row.estimates[measure.key]
            if estimate.mean is None:
                axis.text(2, place, "missing", va="center", fontsize=8, color=INK)
                continue
            mean = 100 * estimate.mean
            axis.barh(place, mean, height=0.68, color=colours[row.system.arm])
            end = mean
            if estimate.ci_low is not None and estimate.ci_high is not None:
                low, high = 100 * estimate.ci_low, 100 * estimate.ci_high
                axis.plot([low, high], [place, place], color=INK, linewidth=1.3)
                for edge in (low, high):
                    axis.plot([edge, edge], [place - 0.17, place + 0.17], color=INK, linewidth=1.3)
                end = max(mean, high)
            axis.text(end + 2.5, place, f"{mean:.1f}", va="center", fontsize=8, color=INK)
        axis.set_title(plain(measure.label), fontsize=9.5, loc="left", color=INK)
        # Room for the figure behind a full bar; the axis itself ends at 100.
        axis.set_xlim(0, 130)
        axis.set_xticks([0, 50, 100], ["0", "50", "100 %"])
        _tidy(axis, places, names)
    heading = f"{kind} · {split}"
    said = "; ".join(
        f"{name}: " + ", ".join(f"{m.label} {_said(row.estimates[m.key].mean)}" for m in measures)
        for name, row in zip(names, rows, strict=True)
    )
    return Drawing(file_name("metrics", split, kind), heading, said, render(figure))


def error_bars(counts: Sequence[ErrorCounts], labels: Labels) -> Drawing:
    """Draw one data kind and split: a stacked bar a system, its answers by error group in %."""
    kind, split = counts[0].kind, counts[0].split
    figure, names = _canvas(counts, labels, panels=1, panel_width=6.8, head=0.4)
    axis = figure.subplots()
    places = list(range(len(counts)))
    shown = [key for key in GROUPS if any(count.groups[key] for count in counts)]
    starts = [0.0] * len(counts)
    for key in ["correct", *shown]:
        sizes = [
            100 * (count.correct if key == "correct" else count.groups[key]) / count.n
            for count in counts
        ]
        label = "correct" if key == "correct" else f"{key} {GROUPS[key]}"
        axis.barh(
            places, sizes, left=starts, height=0.7, color=GROUP_COLOURS[key], label=label,
            edgecolor=PAPER, linewidth=0.6,
        )  # fmt: skip
        for place, (start, size) in enumerate(zip(starts, sizes, strict=True)):
            if size >= 3.5:
                ink = "#ffffff" if key in ("A", "B", "E") else "#1a1d24"
                middle = start + size / 2
                axis.text(
                    middle, place, f"{size:.0f}", ha="center", va="center", fontsize=8, color=ink
                )
        starts = [start + size for start, size in zip(starts, sizes, strict=True)]
    axis.set_xlim(0, 103)
    axis.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    _tidy(axis, places, names)
    axis.legend(
        loc="lower left", bbox_to_anchor=(0, 1.0), ncols=len(shown) + 1, frameon=False,
        fontsize=8.5, handlelength=1, handleheight=1, columnspacing=1.4, borderaxespad=0.2,
        labelcolor=INK,
    )  # fmt: skip
    said = "; ".join(
        f"{name}: {count.correct} of {count.n} correct, "
        + (", ".join(f"{c} {n}" for c, n in count.categories.items()) or "no error")
        for name, count in zip(names, counts, strict=True)
    )
    return Drawing(file_name("errors", split, kind), f"{kind} · {split}", said, render(figure))


def _canvas(
    rows: Sequence[Row] | Sequence[ErrorCounts],
    labels: Labels,
    *,
    panels: int,
    panel_width: float,
    head: float = 0.3,
    lines: int = 1,
) -> tuple[Any, list[str]]:
    """Return an empty figure as wide and high as its rows and labels need, and the row names.

    ``lines`` lines of panels stand below one another, each with ``head`` inches for its titles.
    """
    systems: list[System] = [row.system for row in rows]
    names = [plain(labels.full(system)) for system in systems]
    left = 0.15 + 0.073 * max(len(name) for name in names)
    width = left + panels * panel_width + 0.1
    panel = 0.08 + 0.3 * len(rows)
    height = lines * (head + 0.34 + panel)
    figure = new_figure(
        width, height, left=left, right=0.15, top=head, bottom=0.34,
        wspace=0.08, hspace=(head + 0.34) / panel,
    )  # fmt: skip
    return figure, names


def new_figure(
    width: float,
    height: float,
    *,
    left: float,
    right: float,
    top: float,
    bottom: float,
    **gaps: float,
) -> Any:
    """Return a transparent figure that no global state of matplotlib knows of.

    Args:
        left, right, top, bottom: its margins, in inches as its size is.
        gaps: between panels: ``wspace`` and ``hspace``, as parts of a panel.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), facecolor="none")
    figure.subplots_adjust(
        left=left / width, right=1 - right / width, top=1 - top / height, bottom=bottom / height,
        **gaps,
    )  # fmt: skip
    return figure


def legend(holder: Any, entries: Mapping[str, Mapping[str, Any]], **options: Any) -> None:
    """Put a legend on an axis or a figure.

    Args:
        entries: by what they say, how a line of it is drawn.
        options: matplotlib's, such as where it stands.
    """
    from matplotlib.lines import Line2D

    lines = [Line2D([], [], **look) for look in entries.values()]
    holder.legend(lines, list(entries), frameon=False, labelcolor=INK, **options)


def _tidy(axis: Any, places: list[int], names: list[str]) -> None:
    axis.set_yticks(places, names)
    axis.set_ylim(len(places) - 0.45, -0.55)
    axis.grid(axis="x", color=RULE, linewidth=0.8)
    quiet(axis)
    axis.tick_params(axis="y", labelsize=9, pad=6)


def quiet(axis: Any) -> None:
    """Take away what carries no information: the frame, tick marks, the background."""
    axis.set_axisbelow(True)
    axis.set_facecolor("none")
    for side in ("top", "right", "left"):
        axis.spines[side].set_visible(False)
    axis.spines["bottom"].set_color(RULE)
    axis.tick_params(length=0, colors=INK, labelsize=8.5)


def render(figure: Any) -> str:
    """Return the figure as an SVG document, the same bytes for the same figure."""
    import warnings

    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    settings = {"svg.fonttype": "none", "svg.hashsalt": "tuneyard"}
    for label in figure.findobj(matplotlib.text.Text):
        label.set_parse_math(False)  # a dollar sign in a name is a dollar sign
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # Text stays text: the reader's own fonts have the glyphs that matplotlib's lack.
        warnings.filterwarnings("ignore", "Glyph .* missing")
        out = io.StringIO()
        FigureCanvasSVG(figure).print_svg(out, metadata=nothing)
    return out.getvalue()


def file_name(*parts: str) -> str:
    return "-".join(re.sub(r"[^A-Za-z0-9_.]+", "_", part) for part in parts)


def _said(mean: float | None) -> str:
    return "missing" if mean is None else f"{100 * mean:.1f} %"
