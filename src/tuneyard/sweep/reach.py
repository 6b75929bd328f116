"""How many optimiser steps a training may have at most: whether it comes to a sweep's rungs."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tuneyard.config import EarlyStop
from tuneyard.config.load import StudyFile
from tuneyard.errors import UserError
from tuneyard.plan.most import most_examples
from tuneyard.plan.steps import Train


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
    examples = most_examples(train)
    if examples is None:
        return None
    at_once = settings.batch_size * settings.gradient_accumulation * train.workers
    return math.ceil(settings.epochs * math.ceil(examples / at_once))
