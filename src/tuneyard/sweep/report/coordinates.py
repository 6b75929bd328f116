"""Figures of what was tried: parallel coordinates, and an objective over each key."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean, stdev
from typing import Any, Final

from tuneyard.compare.figures import (
    INK,
    PALETTE,
    PAPER,
    RULE,
    Drawing,
    file_name,
    legend,
    new_figure,
    quiet,
    render,
)
from tuneyard.compare.markup import plain
from tuneyard.sweep.records import Record
from tuneyard.sweep.report.strokes import along, grid, shade, shares, short
from tuneyard.sweep.report.view import Scale, View, numbers, spoken
from tuneyard.sweep.winner import objective

COLUMNS: Final = 3
"""The most panels side by side."""
_MOST_TICKS: Final = 9


def parallel(view: View) -> Drawing | None:
    """Draw a line a trial over the swept keys and the objectives; None: no trial has finished."""
    if not view.done or view.best is None:
        return None
    axes = _axes(view)
    names = list(view.sweep.objectives)
    good = shares([objective(one, names[0]) for one in view.done], view.sweep.objectives[names[0]])
    gap = max(1.1, min(1.7, 9.0 / (len(axes) - 1)))  # as wide as the page, where that is enough
    width = gap * (len(axes) - 0.35) + 1.5
    figure = new_figure(width, 3.7, left=0.55, right=0.95, top=0.5, bottom=0.1)
    axis = figure.subplots()
    lines: list[tuple[Record, str, float, Any, int]] = [
        (one, RULE, 0.9, (0, (3, 2)), 1) for one in view.trials if one.status == "stopped"
    ]
    ranked = sorted(zip(good, view.done, strict=True), key=lambda pair: pair[0])
    lines += [(one, shade(share), 1.3, "-", 2) for share, one in ranked]
    for record, colour, weight, dash, layer in lines:
        _line(axis, view, axes, record, color=colour, linewidth=weight, linestyle=dash,
              zorder=layer, alpha=0.9)  # fmt: skip
    _line(axis, view, axes, view.best, color=INK, linewidth=2.6, zorder=4)
    for place, (head, scale, _) in enumerate(axes):
        axis.plot([place, place], [0, 1], color=INK, linewidth=1, zorder=3)
        for at, said in scale.ticks[:: -(-len(scale.ticks) // _MOST_TICKS)]:
            axis.annotate(
                plain(short(said)), (place, at), (4, 0), textcoords="offset points", fontsize=8,
                va="center", color=INK, zorder=5,
                bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.8, "alpha": 0.75},
            )  # fmt: skip
        axis.annotate(
            plain(head), (place, 1.0), (0, 9 + 12 * (place % 2)), textcoords="offset points",
            fontsize=9, ha="center", color=INK,
        )  # fmt: skip
    axis.set_xlim(-0.15, len(axes) - 0.5)
    axis.set_ylim(-0.03, 1.03)
    axis.set_axis_off()
    stopped = sum(one.status == "stopped" for one in view.trials)
    notes = [
        f"From orange (worst) over grey to blue (best {names[0]}); in the text’s colour and thick: "
        f"the best trial, {view.best.number}."
        + (" On the axes of objectives up is better." if len(names) > 1 else "")
        + (f" Dashed: {stopped} that were stopped early." if stopped else "")
    ]
    if followers := [key for key, one in view.sweep.space.items() if one.from_ is not None]:
        notes.append(f"Keys that follow from others have no axis: {', '.join(followers)}.")
    said = "; ".join(_said(view, one) for one in view.done)
    return Drawing("parallel", "Trials over all keys", said, render(figure), tuple(notes))


def _axes(view: View) -> list[tuple[str, Scale, Any]]:
    """Return each axis's head, its scale, and what gives a trial's value there."""
    found: list[tuple[str, Scale, Any]] = []
    if len(view.sweep.arms) > 1:
        arms = view.sweep.arms
        found.append(("arm", Scale(arms, arms), lambda one: one.point.arm))
    for key in view.keys:
        found.append((key, view.scale(key), lambda one, key=key: view.value(one, key)))
    for name, direction in view.sweep.objectives.items():
        scale = numbers([objective(one, name) for one in view.done])
        scale = replace(scale, turned=direction == "min")
        found.append((name, scale, lambda one, name=name: _known(view, one, name)))
    return found


def _known(view: View, record: Record, name: str) -> float | None:
    return objective(record, name) if record.status == "done" else None


def _line(axis: Any, view: View, axes: Any, record: Record, **look: Any) -> None:
    values = [(place, scale, get(record)) for place, (_, scale, get) in enumerate(axes)]
    points = [(place, scale.place(one)) for place, scale, one in values if one is not None]
    axis.plot([x for x, _ in points], [y for _, y in points], **look)


def over_keys(view: View, name: str, important: dict[str, float]) -> Drawing | None:
    """Draw an objective over each key, a panel a key; None: no trial has finished.

    Args:
        name: the objective's.
        important: shares by key, which stand in the panels' heads.
    """
    keys = sorted(view.keys, key=lambda key: -important.get(key, 0.0))
    if not view.done or not keys:
        return None
    columns = min(COLUMNS, len(keys))
    rows = -(-len(keys) // columns)
    levels = max(objective(one, name) for one in view.done)
    figure = new_figure(
        0.7 + 3.1 * columns, 0.55 + 2.45 * rows, left=0.62 if levels < 1000 else 0.92, right=0.12,
        top=0.62, bottom=0.36, wspace=0.1, hspace=0.5,
    )  # fmt: skip
    panels = figure.subplots(rows, columns, squeeze=False, sharey=True)
    colours = {arm: PALETTE[n % len(PALETTE)] for n, arm in enumerate(view.sweep.arms)}
    written = [objective(one, name) for one in view.written]
    for axis in list(panels.flat)[len(keys) :]:
        axis.set_visible(False)
    for axis, key in zip(panels.flat, keys, strict=False):
        _level(axis, written)
        scale = view.scale(key)
        _points(axis, view, key, scale, name, colours)
        along(axis, scale)
        grid(axis)
        quiet(axis)
        share = f"  ({100 * important[key]:.0f} %)" if key in important else ""
        axis.set_title(plain(f"{short(key, 34)}{share}"), fontsize=9.5, loc="left", color=INK)
    for line in panels:
        line[0].yaxis.set_major_formatter(lambda level, _: spoken(float(level)))
        line[0].set_ylabel(plain(name), fontsize=8.5, color=INK)
    dot = {"marker": "o", "linestyle": "", "markersize": 6}
    entries: dict[str, dict[str, Any]] = {
        arm: {**dot, "color": colour} for arm, colour in colours.items()
    }
    hollow = {**dot, "color": INK, "markersize": 7, "fillstyle": "none"}
    entries |= {"best": hollow, "as written": {**hollow, "marker": "D"}}
    legend(
        figure, entries, loc="upper left", ncols=6, fontsize=8.5, handlelength=1,
        bbox_to_anchor=(panels[0][0].get_position().x0 - 0.01, 1.0), columnspacing=1.4,
        borderaxespad=0.1,
    )  # fmt: skip
    said = "; ".join(_said(view, one) for one in view.done)
    note = "Line and band: the study as it is written, and its standard deviation over seeds."
    title = f"{name} over each key"
    return Drawing(
        file_name("over", name), title, said, render(figure), (note,) if len(written) > 1 else ()
    )


def _level(axis: Any, written: list[float]) -> None:
    """Draw the study as it is written: its mean, and how far it differs between seeds."""
    if not written:
        return
    level = fmean(written)
    if len(written) > 1:
        axis.axhspan(level - stdev(written), level + stdev(written), color=RULE, alpha=0.55,
                     linewidth=0, zorder=0)  # fmt: skip
    axis.axhline(level, color=INK, linewidth=1, linestyle=(0, (4, 2)), zorder=1)


def _points(
    axis: Any, view: View, key: str, scale: Scale, name: str, colours: dict[str, str]
) -> None:
    places: dict[int, tuple[float, float]] = {}
    for record in view.done:
        if (value := view.value(record, key)) is None:
            continue
        at = scale.place(value)
        if scale.names is not None and record.point.values:  # of one value, beside one another
            at += ((record.number * 7) % 11 - 5) / 5 * 0.16 / len(scale.names)
        places[record.number] = at, objective(record, name)
    shown = [one for one in view.done if one.number in places]
    for arm, colour in colours.items():
        own = [places[one.number] for one in shown if one.point.values and one.point.arm == arm]
        axis.plot([x for x, _ in own], [y for _, y in own], "o", color=colour, markersize=5.5,
                  alpha=0.8, markeredgewidth=0, zorder=3)  # fmt: skip
    hollow = {"color": INK, "fillstyle": "none"}
    written = [places[one.number] for one in shown if not one.point.values]
    axis.plot([x for x, _ in written], [y for _, y in written], "D", markersize=5.5, zorder=4,
              **hollow)  # fmt: skip
    if view.best is not None and view.best.number in places:
        axis.plot(*places[view.best.number], "o", markersize=10, zorder=5, **hollow)


def _said(view: View, record: Record) -> str:
    """Say what a trial was and came to, for who cannot see the figure."""
    values = [f"{key} {spoken(value)}" for key, value in record.point.values.items()]
    results = [f"{name} {objective(record, name):.4g}" for name in view.sweep.objectives]
    return f"trial {record.number}, {', '.join(values) or 'as written'}: {', '.join(results)}"
