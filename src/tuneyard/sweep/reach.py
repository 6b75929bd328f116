"""How many optimiser steps a training may have at most: whether it comes to a sweep's rungs."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tuneyard.config import EarlyStop, Sft
from tuneyard.config.load import StudyFile
from tuneyard.errors import UserError
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


def check_reach(file: StudyFile, rule: EarlyStop, trains: Iterable[Train]) -> None:
    """Refuse a rule that no trial would ever be judged by.

    Args:
        trains: the last training stage of each trial.

    Raises:
        UserError: the first rung is beyond the last step of every trial.
    """
    most = 0
    for train in trains:
        steps = most_steps(train)
        if steps is None or steps >= rule.first:
            return
        most = max(most, steps)
    raise UserError(
        f"no trial comes to the first rung: the longest has at most {most} optimiser steps in its "
        "last training stage",
        where=f"{file.place(('sweep', 'stop', 'first'))}: sweep.stop.first",
        value=rule.first,
        remedy=f"take {max(1, most // 4)} or so, or leave out sweep.stop",
    )


def most_steps(train: Train) -> int | None:
    """Return how many optimiser steps a training has at most; None: nobody knows yet."""
    settings = train.settings
    if settings.max_steps is not None:
        return settings.max_steps
    examples = _most_examples(train)
    if examples is None:
        return None
    at_once = settings.batch_size * settings.gradient_accumulation * train.workers
    return math.ceil(settings.epochs * math.ceil(examples / at_once))


def _most_examples(train: Train) -> int | None:
    if isinstance(train, TrainSft):
        repeat = train.settings.repeat if isinstance(train.settings, Sft) else {}
        counts = [_times(_count(one), repeat.get(one.kind, 1)) for one in train.sets]
    elif isinstance(train, TrainDpo) and isinstance(train.pairs, SampledPairs):
        pairs = train.pairs.pairs
        counts = [
            _times(_least(_count(one), pairs.prompts), pairs.max_pairs_per_prompt)
            for one in train.pairs.sets
        ]
    elif isinstance(train, TrainDpo) and isinstance(train.pairs, ReadPairs):
        counts = [_cut(train.pairs.rows)]
    else:
        return None
    return None if None in counts else sum(filter(None, counts))


def _count(step: Prepare) -> int | None:
    """Return how many examples a split has at most; None: they were not counted."""
    while isinstance(step, Rest):
        step = step.rows
    assert isinstance(step, Whole)
    return step.rows.count if isinstance(step.rows, Generated) else _cut(step.rows)


def _cut(rows: Read) -> int | None:
    size = None if rows.cut is None else rows.cut.train
    return size if isinstance(size, int) else None


def _least(count: int | None, bound: int | None) -> int | None:
    return min((one for one in (count, bound) if one is not None), default=None)


def _times(count: int | None, times: int) -> int | None:
    return None if count is None else count * times
