"""All steps of a study."""

from __future__ import annotations

from dataclasses import dataclass

from tuneyard.plan.step import Step
from tuneyard.plan.steps import Arm, Judge

Asked = tuple[str, tuple[Judge, ...]]
"""A key of the study that asks for verdicts, and the steps that try the tests of such rows."""


@dataclass(frozen=True)
class Plan:
    """All steps in an order in which they can be run, and the arms they make.

    Attributes:
        asked: what asks for verdicts of rows that may have none.
        undecided: steps that say which rows leave, or have no verdict, and were not run yet: until
            they are, and the plan is built again, the keys of what depends on them are not the
            last word.
    """

    steps: tuple[Step, ...]
    arms: tuple[Arm, ...]
    asked: tuple[Asked, ...] = ()
    undecided: tuple[Step, ...] = ()

    @property
    def judges(self) -> tuple[Judge, ...]:
        """The steps that try tests."""
        return tuple(step for step in self.steps if isinstance(step, Judge))
