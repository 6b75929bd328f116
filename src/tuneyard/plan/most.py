"""How many examples a training has at most, by what is known of its rows so far."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

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
    most = _most(train, known)
    return None if most == inf else int(most)


def _most(train: Train, known: Known) -> float:
    if isinstance(train, TrainSft):
        repeat = train.settings.repeat
        return sum(_rows(one, known) * repeat.get(one.kind, 1) for one in train.sets)
    assert isinstance(train, TrainDpo)
    if (found := known(train.pairs)) is not None:
        return found
    if isinstance(train.pairs, ReadPairs):
        return _cut(train.pairs.rows)
    assert isinstance(train.pairs, SampledPairs)
    pairs, sets = train.pairs.pairs, train.pairs.sets
    prompts = sum(min(_rows(one, known), pairs.prompts or inf) for one in sets)
    return prompts * pairs.max_pairs_per_prompt


def _rows(step: Prepare, known: Known) -> float:
    """Return how many examples a split has at most."""
    if (found := known(step)) is not None:
        return found
    if isinstance(step, Rest):
        return _rows(step.rows, known)
    assert isinstance(step, Whole)
    return step.rows.count if isinstance(step.rows, Generated) else _cut(step.rows)


def _cut(rows: Read) -> float:
    size = None if rows.cut is None else rows.cut.train
    return size if isinstance(size, int) else inf
