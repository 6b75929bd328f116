"""Parts of a study that can be run for themselves: preference pairs, adapters, evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, get_args

from tuneyard.errors import UserError

if TYPE_CHECKING:
    from tuneyard.plan import Step

Part = Literal["prefer", "train", "evaluate"]
PARTS: tuple[Part, ...] = get_args(Part)


def limited(part: Part | None, steps: Sequence[Step], todo: Sequence[Step]) -> list[Step]:
    """Return the steps that a part runs: what it makes, and what that needs; None: all.

    ``prefer`` makes the preference pairs, ``train`` the adapters; ``evaluate`` all the rest, and
    trains nothing.

    Args:
        steps: all of the study's.
        todo: those that are not done.

    Raises:
        UserError: the study has no such part, or adapters that are to be evaluated are not there.
    """
    missing = [step.label for step in todo if step.stage == "train"]
    if part == "evaluate" and missing:
        raise UserError(
            f"{len(missing)} of the study's adapters are not trained yet",
            where="--part evaluate",
            value=missing,
            remedy="run the part train before, or the whole study",
        )
    if part is None or part == "evaluate":
        return list(steps)
    goals = made(part, steps)
    if not goals:
        raise UserError(
            "the study makes no preference pairs"
            if part == "prefer"
            else "the study trains nothing",
            where="--part",
            value=part,
            remedy="let one of matrix.arms have such a stage, or run the whole study",
        )
    needed = {before for step in goals for before in step.needed()}
    return [step for step in steps if step in needed]


def made(part: Part, steps: Sequence[Step]) -> list[Step]:
    """Return the steps whose artifacts are what a part is run for; of ``evaluate`` none."""
    return [step for step in steps if step.stage == part]
