"""A step with its content key; an arm; a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tuneyard.artifacts import content_key
from tuneyard.config import Model

# Part of every key: raise it when a stage starts to write something else from the same inputs.
FORMAT = 2


@dataclass(frozen=True, eq=False)
class Step:
    """One stage of a study on given inputs.

    Attributes:
        stage: ``prepare``, ``judge``, ``preflight``, ``prefer``, ``reference``, ``train``,
            ``generate``, ``similarity``, ``score``, ``compare`` or ``register``: the module in
            ``tuneyard.stages`` that runs it.
        label: what the progress display calls it.
        part: the configuration it reads; part of its key.
        inputs: the steps whose artifacts it reads, by role; their keys are part of its key.
        after: steps that must have been done before it although it reads nothing of them.
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


@dataclass(frozen=True)
class Plan:
    """All steps in an order in which they can be run, and the arms they make."""

    steps: tuple[Step, ...]
    arms: tuple[Arm, ...]
