"""A step with its content key; an arm; a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tuneyard.artifacts import content_key
from tuneyard.config import Model

# Part of every key: raise it when a stage starts to write something else from the same inputs.
FORMAT = 6


@dataclass(frozen=True, eq=False)
class Step:
    """One stage of a study on given inputs.

    Attributes:
        stage: ``prepare``, ``judge``, ``overlap``, ``preflight``, ``prefer``, ``reference``,
            ``train``, ``generate``, ``similarity``, ``score``, ``compare`` or ``register``: the
            module in ``tuneyard.stages`` that runs it.
        label: what the progress display calls it.
        part: the configuration it reads; part of its key.
        inputs: the steps whose artifacts it reads, by role; their keys are part of its key.
        after: steps that must have been done before it, and whose keys do not count.
        extra: what it needs and what must not change its result (worker counts, names).
    """

    stage: str
    label: str
    part: dict[str, Any]
    inputs: dict[str, Step] = field(default_factory=dict)
    after: tuple[Step, ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def key(self) -> str:
        """The content key."""
        keys = {role: step.key for role, step in self.inputs.items()}
        return content_key(self.stage, {"format": FORMAT, **self.part}, keys)

    def needed(self) -> set[Step]:
        """Return the step and all that must have been done before it."""
        found, todo = set[Step](), [self]
        while todo:
            step = todo.pop()
            if step not in found:
                found.add(step)
                todo += [*step.inputs.values(), *step.after]
        return found


@dataclass(frozen=True)
class Arm:
    """One model trained in one way on one list of data sets, and the steps that belong to it.

    ``label`` is its name in tracking and progress: what all arms share is left out. ``seed`` is
    the training seed of an arm that is trained with several, else None.
    """

    model: Model
    train_on: tuple[str, ...]
    name: str
    label: str
    trains: tuple[Step, ...]
    prefers: tuple[Step, ...]
    scores: dict[str, Step]
    seed: int | None = None


Asked = tuple[str, tuple[Step, ...]]
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
    def judges(self) -> tuple[Step, ...]:
        """The steps that try tests."""
        return tuple(step for step in self.steps if step.stage == "judge")
