"""The arms of a study, and the steps that close it: the report, MLflow and the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tuneyard.config import Compare as CompareSettings
from tuneyard.config import Model, Tracking
from tuneyard.config import Register as RegisterSettings
from tuneyard.plan.step import Free, Step
from tuneyard.plan.steps.evaluation import Score
from tuneyard.plan.steps.rows import Prepare
from tuneyard.plan.steps.training import Prefer, Train


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One model trained in one way on one list of data sets, and the steps that belong to it.

    ``base`` is the model's name. ``label`` is its name in tracking and progress: what all arms
    share is left out. ``seed`` is the training seed of an arm that is trained with several.
    """

    model: Free[Model]
    base: str
    name: str
    train_on: tuple[str, ...]
    label: Free[str]
    trains: tuple[Train, ...]
    prefers: tuple[Prefer, ...]
    scores: Mapping[str, Score]
    seed: int | None = None

    @property
    def system(self) -> tuple[str, tuple[str, ...], str]:
        """What all its training seeds share: the model's name, the data sets, its own name."""
        return self.base, self.train_on, self.name


@dataclass(frozen=True, eq=False, kw_only=True)
class Compare(Step):
    """The report of all arms.

    Attributes:
        examples: what is compared on, which the report shows.
        version: of the report alone.
    """

    stage: ClassVar[str] = "compare"
    study: str
    arms: tuple[Arm, ...]
    examples: tuple[Prepare, ...]
    settings: CompareSettings
    pass_at: tuple[int, ...]
    decided_by: str | None
    seed: int
    version: int = 3


@dataclass(frozen=True, eq=False, kw_only=True)
class Register(Step):
    """Tracking of all arms, and the registry's rule."""

    stage: ClassVar[str] = "register"
    compare: Compare
    rule: RegisterSettings | None
    tracking: Tracking
