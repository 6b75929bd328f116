"""The points of a search space. Pure: the same seed draws the same points."""

from __future__ import annotations

import itertools
import json
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tuneyard.config import Dimension
from tuneyard.config.formula import Formula

Values = Mapping[str, Any]
"""By dotted key of the study."""

_TRIES = 200
"""Draws in a row that bring nothing new before a space is taken to be used up."""


@dataclass(frozen=True)
class Point:
    """What one trial trains.

    Attributes:
        arm: the arm's name.
        values: of every swept key that the arm reads; none: the study as it is written.
        seed: the training seed; None: the study's.
    """

    arm: str
    values: Values = field(default_factory=dict)
    seed: int | None = None


@dataclass(frozen=True)
class Space:
    """Which values an arm's keys take.

    Attributes:
        keys: by arm, the dimensions of the keys that it reads, in the file's order.
        own: the study's own values, of what formulas name besides.
    """

    keys: Mapping[str, Mapping[str, Dimension]]
    own: Values = field(default_factory=dict)

    def drawn(self, arm: str) -> dict[str, Dimension]:
        """Return the keys of an arm that follow from no others."""
        return {key: one for key, one in self.keys[arm].items() if one.from_ is None}

    def point(self, arm: str, drawn: Values) -> Point:
        """Return the point of drawn values: what follows from them is added.

        Raises:
            ValueError: what follows cannot be calculated.
        """
        return Point(arm, followed(self.keys[arm], {**drawn}, self.own))

    @property
    def size(self) -> int | None:
        """How many points there are; None: more than can be counted."""
        counts = []
        for arm in self.keys:
            values = [one.all for one in self.drawn(arm).values()]
            counts.append([None if one is None else len(one) for one in values])
        if any(None in own for own in counts):
            return None
        return sum(math.prod(filter(None, own)) for own in counts)

    def grid(self) -> Iterator[Point]:
        """Yield every combination, arm by arm; all dimensions have values to count."""
        for arm in self.keys:
            drawn = self.drawn(arm)
            for values in itertools.product(*(one.all or [] for one in drawn.values())):
                yield self.point(arm, dict(zip(drawn, values, strict=True)))

    def random(self, seed: int) -> Iterator[Point]:
        """Yield distinct points, the arms in turn, until no new ones are found."""
        source, seen, left = random.Random(seed), set[str](), list(self.keys)
        while left:
            for arm in list(left):
                for _ in range(_TRIES):
                    values = {key: draw(one, source) for key, one in self.drawn(arm).items()}
                    name = json.dumps([arm, values], sort_keys=True)
                    if name not in seen:
                        seen.add(name)
                        yield self.point(arm, values)
                        break
                else:
                    left.remove(arm)


def draw(dimension: Dimension, source: random.Random) -> Any:
    """Return one value of a dimension that follows from no other."""
    if (values := dimension.all) is not None:
        return values[source.randrange(len(values))]
    if dimension.loguniform is not None:
        low, high = map(math.log, dimension.loguniform)
        return tidy(math.exp(source.uniform(low, high)), dimension.loguniform)
    assert dimension.uniform is not None
    return tidy(source.uniform(*dimension.uniform), dimension.uniform)


def tidy(value: float, bounds: Sequence[float]) -> float:
    """Return a number in few digits, so that what a table shows is what was trained."""
    return min(max(float(f"{value:.4g}"), bounds[0]), bounds[1])


def followed(dimensions: Mapping[str, Dimension], drawn: dict[str, Any], own: Values) -> Values:
    """Return drawn values with those that follow from them, in the order of ``dimensions``.

    Raises:
        ValueError: one cannot be calculated.
    """
    for key in in_order(dimensions):
        if key not in drawn and (formula := dimensions[key].formula) is not None:
            drawn[key] = formula.value({**own, **drawn})
    return {key: drawn[key] for key in dimensions}


def in_order(dimensions: Mapping[str, Dimension]) -> Sequence[str]:
    """Return keys so that each follows only from those before it.

    Raises:
        ValueError: some follow from one another in a circle.
    """
    left: dict[str, Formula | None] = {key: one.formula for key, one in dimensions.items()}
    order: list[str] = []
    while left:
        ready = [
            key
            for key, formula in left.items()
            if formula is None or not any(name in left for name in formula.keys)
        ]
        if not ready:
            raise ValueError(f"{', '.join(left)} follow from one another; give one of them values")
        order += ready
        for key in ready:
            del left[key]
    return order


def at(tree: Any, key: str) -> Any:
    """Return what stands at a dotted key; None: nothing does.

    Items of lists are found by their number or their name.
    """
    for part in key.split("."):
        if isinstance(tree, list):
            named = {one.get("name"): one for one in tree if isinstance(one, dict)}
            numbered = {str(number): one for number, one in enumerate(tree)}
            tree = {**numbered, **named}
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree
