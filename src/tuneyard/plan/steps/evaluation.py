"""The steps that evaluate, and those that close a study: the report, MLflow and the registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tuneyard.answers import CodeBlock
from tuneyard.config import Compare as CompareSettings
from tuneyard.config import Decoding, Encoder, Model, Tracking
from tuneyard.config import Register as RegisterSettings
from tuneyard.plan.step import Free, Step
from tuneyard.plan.steps.rows import Base, Judge, Prepare
from tuneyard.plan.steps.training import Prefer, Train


@dataclass(frozen=True, eq=False, kw_only=True)
class Generate(Step):
    """A policy's answers to a split.

    Attributes:
        sets: all examples: those that leave are answered, too.
        policy: what made the adapter that answers; None: the base model, with its own if any.
    """

    stage: ClassVar[str] = "generate"
    base: Base
    sets: tuple[Prepare, ...]
    policy: Train | None
    decoding: Decoding
    seed: int


@dataclass(frozen=True)
class Embedding:
    """An encoder as far as it decides scores."""

    encoder: Free[Encoder]
    identity: str
    layer: int | None


@dataclass(frozen=True, eq=False, kw_only=True)
class Similarity(Step):
    """What encoders say of answers beside their references.

    Attributes:
        encoders: by the metric that needs them.
        faithful: as the metrics' packages score all answers to a data set at once.
    """

    stage: ClassVar[str] = "similarity"
    encoders: Mapping[str, Embedding]
    answers: Generate
    faithful: bool


@dataclass(frozen=True, eq=False, kw_only=True)
class Score(Step):
    """Every metric of an arm's answers to a split.

    Attributes:
        similarity: None where no metric needs an encoder.
        unjudged, judged: see ``SampledPairs``.
    """

    stage: ClassVar[str] = "score"
    sets: tuple[Prepare, ...]
    answers: Generate
    metrics: tuple[str, ...]
    faithful: bool
    code_block: CodeBlock
    unjudged: Mapping[str, tuple[str, ...] | None]
    judged: Free[Mapping[str, Judge]]
    similarity: Similarity | None


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
