"""What a sweep's report is made of: its trials, and where on an axis their values lie."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tuneyard.config import Dimension, Sweep
from tuneyard.sweep.luck import Confirmed
from tuneyard.sweep.records import Record
from tuneyard.sweep.space import Space, Values
from tuneyard.sweep.winner import best, front

_WIDE = 30.0
"""Numbers this many times as large as others lie on a logarithmic axis."""


@dataclass(frozen=True)
class View:
    """A sweep as its report shows it.

    Attributes:
        study: its name.
        trials: in the order of their numbers.
        own: the study's own values of swept keys, as far as it has them.
        confirmed: what came of training the best trial again; None: it was not.
        not_confirmed: why not.
        run: the command that runs the best trial's settings; empty: there is none.
    """

    study: str
    sweep: Sweep
    space: Space
    trials: Sequence[Record]
    own: Values
    confirmed: Confirmed | None = None
    not_confirmed: str | None = None
    run: str = ""

    @cached_property
    def done(self) -> list[Record]:
        """The trials that have a value."""
        return [one for one in self.trials if one.status == "done" and one.value is not None]

    @property
    def written(self) -> list[Record]:
        """The finished trials of the study as it is written."""
        return [one for one in self.done if not one.point.values]

    @cached_property
    def best(self) -> Record | None:
        """The best trial."""
        return best(self.trials, self.sweep)

    @cached_property
    def front(self) -> list[Record]:
        """The trials that no other beats in all objectives."""
        return front(self.trials, self.sweep)

    @property
    def keys(self) -> dict[str, Dimension]:
        """The swept keys that follow from no others, in the file's order."""
        read = {key for own in self.space.keys.values() for key in own}
        return {
            key: one for key, one in self.sweep.space.items() if key in read and one.from_ is None
        }

    def value(self, record: Record, key: str) -> Any:
        """Return a trial's value of a key; None: its arm does not read it."""
        if key not in self.space.keys[record.point.arm]:
            return None
        return record.point.values.get(key, self.own.get(key))

    def scale(self, key: str) -> Scale:
        """Return the axis of a swept key, on which all trials' values have a place."""
        values = [self.value(one, key) for one in self.trials]
        return scale(self.keys[key], [one for one in values if one is not None])


@dataclass(frozen=True)
class Scale:
    """An axis from 0 to 1.

    Attributes:
        marks: the values that are marked on it.
        names: of values that are counted, in order; None: numbers between ``low`` and ``high``.
        log: whether they are spaced by their logarithms.
        turned: its small end is 1.
    """

    marks: Sequence[Any]
    names: Sequence[str] | None = None
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    turned: bool = False

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The marks: where they are, and what they say."""
        return [(self.place(mark), spoken(mark)) for mark in self.marks]

    def place(self, value: Any) -> float:
        """Return where a value lies."""
        if self.names is not None:
            return (self.names.index(spoken(value)) + 0.5) / len(self.names)
        low, high, at = self.low, self.high, float(value)
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        place = (at - low) / (high - low) if high > low else 0.5
        return 1 - place if self.turned else place


def scale(dimension: Dimension, values: Sequence[Any]) -> Scale:
    """Return the axis of a dimension, on which these values lie, too."""
    if dimension.choice is not None or not all(type(one) in (int, float) for one in values):
        known = [*(dimension.choice or []), *values]
        if all(type(one) in (int, float) for one in known):
            known = sorted(known)
        names = list(dict.fromkeys(map(spoken, known)))
        return Scale(names, names)
    return numbers([*dimension.ends, *values], log=dimension.loguniform is not None)


def numbers(values: Sequence[float], log: bool | None = None) -> Scale:
    """Return the axis of some numbers.

    Args:
        log: whether it is logarithmic; None: where they are far apart.
    """
    low, high = min(values), max(values)
    if log is None:
        log = low > 0 and high / low > _WIDE
    if low == high:
        return Scale([low], low=low, high=high)
    log = log and low > 0
    marks = _powers(low, high) if log else _even(low, high)
    return Scale(marks, low=low, high=high, log=log)


def spoken(value: Any) -> str:
    """Return a value as figures and tables show it."""
    if isinstance(value, float):
        if abs(value) >= 1e6:
            return f"{value / 1e6:.4g} M"
        if abs(value) >= 1000:
            return f"{value:,.0f}"
        return f"{value:.3g}".replace("e-0", "e-")
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return " + ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _even(low: float, high: float) -> list[float]:
    """Return two to six round numbers within bounds."""
    raw = (high - low) / 5
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * one for one in (1, 2, 2.5, 5, 10) if power * one >= raw)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{number * step:.6g}") for number in range(first, last + 1)]


def _powers(low: float, high: float) -> list[float]:
    """Return round numbers within bounds, of which each is about as many times the one before."""
    for parts in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 4, 5, 7)):
        found = [
            part * 10.0**power
            for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
            for part in parts
            if low * (1 - 1e-9) <= part * 10.0**power <= high * (1 + 1e-9)
        ]
        if len(found) >= 3:
            break
    most = -(-len(found) // 6)
    return found[::most] if found else [low, high]
