"""How many examples a training has at most, by what is known of its rows so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tuneyard.plan.step import Step
from tuneyard.plan.steps import (
    Generated,
    Prepare,
    Read,
    ReadPairs,
    Rest,
    SampledPairs,
    Train,
    TrainDpo,
    TrainSft,
    Whole,
)

Known = Callable[[Step], int | None]
"""Returns how many examples or pairs a step has made, or will; None: it is not known."""


def most_examples(train: Train, known: Known = lambda step: None) -> int | None:
    """Return how many examples or pairs a training has at most; None: nobody knows yet."""
    if isinstance(train, TrainSft):
        repeat = train.settings.repeat
        return _sum((_rows(one, known), repeat.get(one.kind, 1)) for one in train.sets)
    assert isinstance(train, TrainDpo)
    found = known(train.pairs)
    if found is not None:
        return found
    if isinstance(train.pairs, ReadPairs):
        return _cut(train.pairs.rows)
    if not isinstance(train.pairs, SampledPairs):
        return None
    pairs = train.pairs.pairs
    counts = [_least(_rows(one, known), pairs.prompts) for one in train.pairs.sets]
    return _sum((count, pairs.max_pairs_per_prompt) for count in counts)


def _rows(step: Prepare, known: Known) -> int | None:
    """Return how many examples a split has at most."""
    if (found := known(step)) is not None:
        return found
    if isinstance(step, Rest):
        return _rows(step.rows, known)
    assert isinstance(step, Whole)
    return step.rows.count if isinstance(step.rows, Generated) else _cut(step.rows)


def _cut(rows: Read) -> int | None:
    size = None if rows.cut is None else rows.cut.train
    return size if isinstance(size, int) else None


def _least(count: int | None, bound: int | None) -> int | None:
    return min((one for one in (count, bound) if one is not None), default=None)


def _sum(parts: Iterable[tuple[int | None, int]]) -> int | None:
    total = 0
    for count, times in parts:
        if count is None:
            return None
        total += count * times
    return total
