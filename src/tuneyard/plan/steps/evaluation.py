"""The steps that evaluate: answers, what encoders say of them, scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from tuneyard.answers import CodeBlock
from tuneyard.config import Decoding, Encoder
from tuneyard.plan.step import Free, Step
from tuneyard.plan.steps.rows import Base, Judge, Prepare
from tuneyard.plan.steps.training import Train


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
