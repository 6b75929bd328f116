"""Figures of what was chosen: the front of several objectives, and luck beside worth."""

from __future__ import annotations

from typing import Any

from tuneyard.compare.figures import (
    BASE_COLOUR,
    INK,
    PALETTE,
    Drawing,
    file_name,
    legend,
    new_figure,
    quiet,
    render,
)
from tuneyard.compare.markup import plain
from tuneyard.sweep.luck import Confirmed
from tuneyard.sweep.report.strokes import ABOVE, along, grid
from tuneyard.sweep.report.view import View, numbers
from tuneyard.sweep.winner import objective


def fronts(view: View) -> list[Drawing]:
    """Draw each further objective against the first; nothing where there is one."""
    first, *others = view.sweep.objectives
    return [_front(view, first, other) for other in others if view.done]


def _front(view: View, first: str, other: str) -> Drawing:
    figure = new_figure(6.4, 3.9, left=0.68, right=0.2, top=0.36, bottom=0.5)
    axis = figure.subplots()
    scale = numbers([objective(one, other) for one in view.done])
    kept = {one.number for one in view.front}
    points = {
        one.number: (scale.place(objective(one, other)), objective(one, first)) for one in view.done
    }
    for one in view.done:
        look: dict[str, Any] = {"color": PALETTE[0] if one.number in kept else BASE_COLOUR}
        axis.plot(*points[one.number], "o" if one.point.values else "D", markersize=6,
                  markeredgewidth=0, alpha=0.85, **look)  # fmt: skip
        if one.number in kept:
            axis.annotate(
                str(one.number), points[one.number], (5, 5), textcoords="offset points",
                fontsize=8, color=INK,
            )  # fmt: skip
    if len(view.sweep.objectives) == 2:
        line = sorted(points[number] for number in kept)
        axis.step([x for x, _ in line], [y for _, y in line], where="post", color=PALETTE[0],
                  linewidth=1.3, zorder=1)  # fmt: skip
    if view.best is not None:
        axis.plot(*points[view.best.number], "o", color=INK, markersize=11, fillstyle="none")
    along(axis, scale)
    grid(axis)
    quiet(axis)
    sought = view.sweep.objectives
    axis.set_xlabel(plain(f"{other} ({_words(sought[other])})"), fontsize=8.5, color=INK)
    axis.set_ylabel(plain(f"{first} ({_words(sought[first])})"), fontsize=8.5, color=INK)
    dot = {"marker": "o", "linestyle": "", "markersize": 6}
    entries = {
        "on the front": {**dot, "color": PALETTE[0]},
        "beaten": {**dot, "color": BASE_COLOUR},
        "best": {**dot, "color": INK, "markersize": 9, "fillstyle": "none"},
    }
    legend(axis, entries, **ABOVE)
    said = "on the front: " + "; ".join(
        f"trial {one.number}, {first} {objective(one, first):.4g}, "
        f"{other} {objective(one, other):.4g}"
        for one in view.front
    )
    return Drawing(file_name("front", other), f"{first} against {other}", said, render(figure))


def _words(direction: str) -> str:
    return "more is better" if direction == "max" else "less is better"


def worth(found: Confirmed) -> Drawing:
    """Draw what chose the best trial, and what came of it again, beside the study as written."""
    rows: list[tuple[str, float, float | None]] = [
        ("validation, one seed: it chose", found.chose, None)
    ]
    rows += [
        (f"{split}, {found.trained}", value, found.written[split])
        for split, value in found.tuned.items()
    ]
    left = 0.3 + 0.073 * max(len(name) for name, _, _ in rows)
    height = 0.75 + 0.42 * len(rows)
    figure = new_figure(7.6, height, left=left, right=0.3, top=0.34, bottom=0.32)
    axis = figure.subplots()
    blue, grey = PALETTE[0], BASE_COLOUR
    for place, (_, tuned, written) in enumerate(rows):
        if written is not None:
            axis.plot([written, tuned], [place, place], color=INK, linewidth=1.2, zorder=1)
            axis.plot(written, place, "D", color=grey, markersize=8, zorder=2)
        hollow = "none" if place == 0 else "full"
        axis.plot(tuned, place, "o", color=blue, markersize=9, fillstyle=hollow, zorder=3,
                  markeredgewidth=1.8)  # fmt: skip
        axis.annotate(f"{tuned:.3f}", (tuned, place), (0, 8), textcoords="offset points",
                      fontsize=8, ha="center", color=INK)  # fmt: skip
    axis.set_yticks(range(len(rows)), [plain(name) for name, _, _ in rows])
    axis.set_ylim(len(rows) - 0.5, -0.75)
    axis.margins(x=0.12)
    grid(axis, "x")
    quiet(axis)
    dot = {"linestyle": "", "markersize": 8}
    entries = {
        f"trial {found.number}’s settings": {**dot, "marker": "o", "color": blue},
        "as written": {**dot, "marker": "D", "color": grey},
    }
    legend(axis, entries, **ABOVE)
    said = "; ".join(
        f"{name}: {tuned:.4g}" + ("" if written is None else f", as written {written:.4g}")
        for name, tuned, written in rows
    )
    title = f"{found.metric}: what chose the best trial, and what it is worth"
    return Drawing("worth", title, said, render(figure))


def bars(important: dict[str, float]) -> Drawing:
    """Draw how much each key matters."""
    names = list(important)
    left = 0.3 + 0.073 * max(map(len, names))
    height = 0.5 + 0.3 * len(names)
    figure = new_figure(left + 4.2, height, left=left, right=0.5, top=0.06, bottom=0.34)
    axis = figure.subplots()
    for place, share in enumerate(important.values()):
        axis.barh(place, 100 * share, height=0.68, color=PALETTE[0])
        axis.text(
            100 * share + 1.5, place, f"{100 * share:.0f}", va="center", fontsize=8, color=INK
        )
    axis.set_yticks(range(len(names)), [plain(name) for name in names])
    axis.set_ylim(len(names) - 0.45, -0.55)
    axis.set_xlim(0, 108)
    axis.set_xticks([0, 25, 50, 75, 100], ["0", "25", "50", "75", "100 %"])
    grid(axis, "x")
    quiet(axis)
    said = "; ".join(f"{name} {100 * share:.0f} %" for name, share in important.items())
    return Drawing("importance", "Share of each key", said, render(figure))
