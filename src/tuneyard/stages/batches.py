"""Whether there are as many examples as an optimiser step is to have.

A study is asked as soon as it is planned, by what is known of its rows by then, and each training
once its rows are there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tuneyard.errors import UserError
from tuneyard.plan import Plan, Step
from tuneyard.plan.steps import (
    Generated,
    Prepare,
    Rest,
    SampledPairs,
    Train,
    TrainDpo,
    TrainSft,
    Whole,
)

Known = Callable[[Step], int | None]
"""Returns how many examples or pairs a step has made, or will; None: it is not known."""


def check_batches(plan: Plan, known: Known) -> None:
    """Refuse each global batch that is larger than all that a training can have.

    Raises:
        UserError: see above.
    """
    for step in plan.steps:
        if isinstance(step, Train) and step.settings.global_batch is not None:
            most = _most(step, known)
            if most is not None:
                refuse_batch(step, most)


def count_of(facts: Mapping[str, Any]) -> int | None:
    """Return how many examples or pairs a step has made, of what it noted."""
    found: int | None = facts.get("examples", facts.get("stats", {}).get("pairs"))
    return found


def refuse_batch(step: Train, count: int) -> None:
    """Refuse a global batch of more than so many examples.

    Raises:
        UserError: see above.
    """
    wanted = step.settings.global_batch
    if wanted is not None and wanted > count:
        raise UserError(
            f"there are {count:,} examples to train on, fewer than an optimiser step has "
            f"({step.label})",
            where=f"{step.section}.global_batch",
            value=wanted,
            remedy=f"set it to {count} or less, or train on more",
        )


def _most(step: Train, known: Known) -> int | None:
    if isinstance(step, TrainSft):
        repeat = step.settings.repeat
        return _sum([(_examples(one, known), repeat.get(one.kind, 1)) for one in step.sets])
    assert isinstance(step, TrainDpo)
    found = known(step.pairs)
    if found is not None or not isinstance(step.pairs, SampledPairs):
        return found
    settings = step.pairs.pairs
    counts = [_examples(one, known) for one in step.pairs.sets]
    if settings.prompts is not None:
        counts = [None if own is None else min(own, settings.prompts) for own in counts]
    return _sum([(own, settings.max_pairs_per_prompt) for own in counts])


def _examples(step: Prepare, known: Known) -> int | None:
    """Return how many examples a split has at most."""
    if (found := known(step)) is not None:
        return found
    if isinstance(step, Rest):
        return _examples(step.rows, known)
    assert isinstance(step, Whole)
    return step.rows.count if isinstance(step.rows, Generated) else None


def _sum(parts: list[tuple[int | None, int]]) -> int | None:
    known = [count * times for count, times in parts if count is not None]
    return sum(known) if len(known) == len(parts) else None
