"""Whether there are as many examples as an optimiser step is to have.

A study is asked as soon as it is planned, by what is known of its rows by then, and each training
once its rows are there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tuneyard.errors import UserError
from tuneyard.plan import Plan
from tuneyard.plan.most import Known, most_examples
from tuneyard.plan.steps import Train


def check_batches(plan: Plan, known: Known) -> None:
    """Raise a ``UserError`` for a global batch that is larger than all that a training can have."""
    for step in plan.steps:
        if isinstance(step, Train) and step.settings.global_batch is not None:
            most = most_examples(step, known)
            if most is not None:
                refuse_batch(step, most)


def count_of(facts: Mapping[str, Any]) -> int | None:
    """Return how many examples or pairs a step has made, of what it noted."""
    found: int | None = facts.get("examples", facts.get("stats", {}).get("pairs"))
    return found


def refuse_batch(step: Train, count: int) -> None:
    """Raise a ``UserError`` for a global batch of more than so many examples."""
    wanted = step.settings.global_batch
    if wanted is not None and wanted > count:
        raise UserError(
            f"there are {count:,} examples to train on, fewer than an optimiser step has "
            f"({step.label})",
            where=f"{step.section}.global_batch",
            value=wanted,
            remedy=f"set it to {count} or less, or train on more",
        )
