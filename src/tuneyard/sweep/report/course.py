"""The figure of a sweep's course: when each trial ran, how it ended, and what was best so far."""

from __future__ import annotations

from typing import Any, Final

from tuneyard.compare.figures import INK, RULE, Drawing, legend, new_figure, quiet, render
from tuneyard.compare.markup import plain
from tuneyard.progress import duration
from tuneyard.sweep.records import Record
from tuneyard.sweep.report.strokes import ABOVE, STATUS, grid
from tuneyard.sweep.report.view import View
from tuneyard.sweep.winner import best, front, objective

_GAP: Final = 60.0
"""Seconds without any trial from which on the sweep is taken to have been interrupted."""


class Clock:
    """Seconds at work since a sweep began: the time in which it was interrupted is left out."""

    def __init__(self, spans: list[list[float]]) -> None:
        self._parts: list[list[float]] = []
        for begin, end in sorted(spans):
            if self._parts and begin <= self._parts[-1][1] + _GAP:
                self._parts[-1][1] = max(self._parts[-1][1], end)
            else:
                self._parts.append([begin, end])

    def at(self, moment: float) -> float:
        """Return the seconds at work up to a moment, in Unix seconds."""
        return sum(max(0.0, min(moment, end) - begin) for begin, end in self._parts)

    @property
    def breaks(self) -> list[float]:
        """When, in seconds at work, the sweep was begun again."""
        return [self.at(begin) for begin, _ in self._parts[1:]]


def course(view: View) -> Drawing | None:
    """Draw trials over time, and below it the first objective of each; None: nothing is known."""
    known = [one for one in view.trials if one.spans]
    if not known:
        return None
    clock = Clock([span for one in known for span in one.spans])
    ends = max(clock.at(span[1]) for one in known for span in one.spans)
    unit, word = (60.0, "minutes") if ends > 180 else (1.0, "seconds")
    top = min(5.0, max(0.9, 0.16 * len(known)))
    figure = new_figure(9.3, top + 3.0, left=0.68, right=0.15, top=0.36, bottom=0.5, hspace=0.18)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[top, 2.0])
    bars: dict[str, list[tuple[int, float, float]]] = {}
    for place, record in enumerate(known):
        for number, (begin, end) in enumerate(record.spans):
            last = number == len(record.spans) - 1  # those before it failed
            colour = STATUS.get(record.status, RULE) if last else STATUS["failed"]
            start, stop = clock.at(begin) / unit, clock.at(end) / unit
            width_of = max(stop - start, ends / unit / 400)
            bars.setdefault(colour, []).append((place, start, width_of))
    for colour, own in bars.items():
        places, starts, widths = zip(*own, strict=True)
        above.barh(places, widths, left=starts, height=0.72, color=colour)
    step = -(-len(known) // 12)
    above.set_yticks(range(0, len(known), step), [str(one.number) for one in known[::step]])
    above.set_ylim(len(known) - 0.4, -0.6)
    above.set_ylabel("trial", fontsize=8.5, color=INK)
    shown: set[str] = {one.status for one in known}
    look = {"marker": "s", "linestyle": "", "markersize": 7}
    entries = {name: {**look, "color": STATUS[name]} for name in STATUS if name in shown}
    legend(above, entries, **ABOVE)
    _so_far(below, view, known, clock, unit)
    for axis in (above, below):
        for moment in clock.breaks:
            axis.axvline(moment / unit, color=INK, linewidth=1, linestyle=(0, (2, 2)))
        grid(axis)
        quiet(axis)
    below.set_xlabel(f"{word} at work", fontsize=8.5, color=INK)
    notes = ["Line: the best so far. Circles: trials when they ended."]
    if clock.breaks:
        notes.append("Dotted lines: the sweep was interrupted, and went on from there.")
    said = "; ".join(
        f"trial {one.number} {one.status} after {duration(one.seconds)}" for one in known
    )
    return Drawing("course", "Trials over time", said, render(figure), tuple(notes))


def _so_far(axis: Any, view: View, known: list[Record], clock: Clock, unit: float) -> None:
    name = view.sweep.first
    ended = sorted(
        (one for one in known if one.status == "done" and one.value is not None),
        key=lambda one: one.spans[-1][1],
    )
    for fill, own in (
        ("full", [one for one in ended if one.point.values]),
        ("none", [one for one in ended if not one.point.values]),
    ):
        moments = [clock.at(one.spans[-1][1]) / unit for one in own]
        axis.plot(moments, [objective(one, name) for one in own], "o", color=STATUS["done"],
                  markersize=5, fillstyle=fill)  # fmt: skip
    places, levels, kept = list[float](), list[float](), list[Record]()
    for record in ended:
        at = clock.at(record.spans[-1][1]) / unit
        kept = front([*kept, record], view.sweep)
        top = best(kept, view.sweep)
        if top is not None:
            places.append(at)
            levels.append(objective(top, name))
    if places:
        last = max(clock.at(one.spans[-1][1]) for one in known) / unit
        axis.step([*places, last], [*levels, levels[-1]], where="post", color=INK, linewidth=1.6)
    axis.set_ylabel(plain(name), fontsize=8.5, color=INK)
